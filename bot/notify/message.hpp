// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/engine/command.hpp"

/// From an alert to what a service takes, and from its answer to what became of it. Pure: nothing here sends.
namespace plimsoll::bot::notify {

inline constexpr const char* kTestKind = "test";

/// An alert as people get it.
struct Notice {
    engine::Alert alert;  // its text's first line stands alone
    std::string chain;
    std::string key;  // "plimsoll/<instance>/<position>/<kind>": the same for all that is said of one condition
    std::int64_t raised_ms{};
    bool acknowledged = false;  // says no more than that somebody takes care of it

    bool is_test() const { return alert.kind == kTestKind; }
};

/// Written as an alert is, and as nobody takes for one. `instance`: the daemon's; `name`: empty where it has none;
/// `reader`: the lane.
Notice test_notice(const std::string& instance, const std::string& name, const std::string& reader,
                   std::size_t positions, std::int64_t now_ms);

/// What goes out at once: one notice, or several that waited together, the gravest first.
struct Bundle {
    std::string instance;
    std::vector<Notice> notices;
};

/// Where it goes, with all that is secret about it. Never logged.
struct Target {
    std::string kind;    // as config::AlertChannel::kind
    std::string url;     // with the secret in its place
    std::string secret;  // token or key, where the URL has none
    std::string chat;    // telegram
};

/// The body of a POST of JSON, and headers besides those of every request.
struct Request {
    std::string body;
    std::vector<std::string> headers = {};  // "Name: value"; may hold a secret
};

/// What a service answered.
struct Reply {
    long status{};
    std::string_view body;
    std::optional<std::chrono::seconds> retry_after = {};  // of the header
};

enum class Took : std::uint8_t {
    Yes,
    Later,   // it is busy, limits us, or fails: again after a while
    Denied,  // this way is closed as it is configured: key, address, permission
    Unfit,   // this message is not taken, others may be
};

struct Verdict {
    Took took{};
    std::string why = {};                                 // for people; never a secret
    std::optional<std::chrono::milliseconds> after = {};  // as the service says
};

/// How a kind of channel speaks.
struct Form {
    std::string_view kind;
    Request (*request)(const Target& target, const Bundle& bundle);
    Verdict (*judge)(const Reply& reply);
    std::string (*url)(const Target& target);  // that the request goes to
    std::size_t notices_max = 1;               // in one request
    bool keeps_state = false;                  // it holds an incident open until it is told that it is over
    bool acknowledges = false;                 // it wants to know that somebody takes care of one
};

/// Of every kind but email. CHECK_INVARIANT: the kind is one of the schema's.
const Form& form_of(std::string_view kind);

Request webhook_request(const Target& target, const Bundle& bundle);
Request slack_request(const Target& target, const Bundle& bundle);
Request discord_request(const Target& target, const Bundle& bundle);
Request telegram_request(const Target& target, const Bundle& bundle);
Request ntfy_request(const Target& target, const Bundle& bundle);
Request pagerduty_request(const Target& target, const Bundle& bundle);
Request alertmanager_request(const Target& target, const Bundle& bundle);

/// 2xx is yes; 408, 425, 429 and 5xx later; 400, 413 and 422 unfit; all else denied.
Verdict judge_status(const Reply& reply);
/// The same, with the wait and the words of their bodies.
Verdict judge_discord(const Reply& reply);
Verdict judge_telegram(const Reply& reply);
Verdict judge_described(const Reply& reply);  // ntfy, PagerDuty

std::string plain_url(const Target& target);
std::string telegram_url(const Target& target, std::string_view method);
/// The server of a topic's URL, and the topic.
std::string ntfy_server(const Target& target);

/// The first line of a text.
std::string_view first_line(std::string_view text);
/// "info", "warning", "critical".
std::string_view level_word(engine::AlertLevel level);
/// At most `size` bytes, cut between characters, with a mark where something is missing.
std::string cut_text(std::string_view text, std::size_t size);
/// Nobody needs to be woken by it.
bool is_quiet(const Bundle& bundle);
/// All notices as one text of at most `size` bytes.
std::string text_of(const Bundle& bundle, std::size_t size);
/// "2024-08-05T01:10:23Z".
std::string iso_time(std::int64_t ms);
/// Words of a stranger: one short line of printable characters.
std::string words_of(std::string_view text);

}  // namespace plimsoll::bot::notify
