// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/message.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "bot/alerts.hpp"
#include "bot/journal/journal.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::bot::notify {

namespace {

constexpr std::size_t kTogether = 10;  // more would be cut anyway

std::string alertmanager_url(const Target& target) {
    const bool slash = target.url.ends_with('/');
    return target.url + (slash ? "api/v2/alerts" : "/api/v2/alerts");
}
std::string pagerduty_url(const Target& target) {
    return target.url.empty() ? "https://events.pagerduty.com/v2/enqueue" : target.url;
}
std::string send_message_url(const Target& target) {
    return telegram_url(target, "sendMessage");
}

constexpr std::array<Form, 7> kForms = {{
    {"webhook", webhook_request, judge_status, plain_url, kTogether, false},
    {"slack", slack_request, judge_described, plain_url, kTogether, false},
    {"discord", discord_request, judge_discord, plain_url, kTogether, false},
    {"telegram", telegram_request, judge_telegram, send_message_url, kTogether, false},
    {"ntfy", ntfy_request, judge_described, ntfy_server, kTogether, false},
    {"pagerduty", pagerduty_request, judge_described, pagerduty_url, 1, true, true},
    {"alertmanager", alertmanager_request, judge_described, alertmanager_url, kTogether, true},
}};

}  // namespace

const Form& form_of(std::string_view kind) {
    const auto found = std::find_if(kForms.begin(), kForms.end(), [&](const Form& form) { return form.kind == kind; });
    CHECK_INVARIANT(found != kForms.end());
    return *found;
}

std::string plain_url(const Target& target) {
    return target.url;
}

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

std::string_view level_word(engine::AlertLevel level) {
    return journal::to_string(level);
}

std::string cut_text(std::string_view text, std::size_t size) {
    constexpr std::string_view kMore = " [...]";
    if (text.size() <= size) return std::string(text);
    std::size_t end = size > kMore.size() ? size - kMore.size() : 0;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return std::string(text.substr(0, end)).append(kMore);
}

bool is_quiet(const Bundle& bundle) {
    return std::all_of(bundle.notices.begin(), bundle.notices.end(), [](const Notice& notice) {
        return notice.alert.resolved || notice.alert.level == engine::AlertLevel::Info;
    });
}

std::string text_of(const Bundle& bundle, std::size_t size) {
    if (bundle.notices.size() == 1) return cut_text(bundle.notices.front().alert.text, size);
    std::string out = fmt::format("{} alerts of {}:", bundle.notices.size(), bundle.instance);
    for (const auto& notice : bundle.notices) out.append("\n\n").append(notice.alert.text);
    if (out.size() <= size) return out;
    out = fmt::format("{} alerts of {}:", bundle.notices.size(), bundle.instance);  // each in a line then
    for (const auto& notice : bundle.notices) out.append("\n").append(first_line(notice.alert.text));
    return cut_text(out, size);
}

std::string iso_time(std::int64_t ms) {
    std::string out = utc_text(ms / 1'000);
    std::replace(out.begin(), out.end(), ' ', 'T');
    return out;
}

std::string words_of(std::string_view text) {
    constexpr std::size_t kLongest = 160;
    std::string out;
    for (const char c : text.substr(0, kLongest)) out += c >= 0x20 && c < 0x7f ? c : ' ';
    return out;
}

Notice test_notice(const std::string& instance, const std::string& name, const std::string& reader,
                   std::size_t positions, std::int64_t now_ms) {
    Notice out;
    out.alert.level = engine::AlertLevel::Info;
    out.alert.kind = kTestKind;
    out.alert.text = fmt::format(
        "{}TEST of channel {}: alerts of {} position{} come here.\nNothing has happened, and there is nothing to do.\n"
        "sent {}  test",
        name_mark(name), reader, positions, positions == 1 ? "" : "s", utc_text(now_ms / 1'000));
    out.alert.event = true;
    out.key = "plimsoll/" + instance + '/' + reader + '/' + kTestKind;
    out.raised_ms = now_ms;
    return out;
}

Verdict judge_status(const Reply& reply) {
    Verdict out;
    out.why = fmt::format("status {}", reply.status);
    const long status = reply.status;
    if (status >= 200 && status < 300)
        out = {Took::Yes};
    else if (status == 408 || status == 425 || status == 429 || status >= 500)
        out.took = Took::Later;
    else if (status == 400 || status == 413 || status == 422)
        out.took = Took::Unfit;
    else
        out.took = Took::Denied;
    if (out.took == Took::Later && reply.retry_after) out.after = *reply.retry_after;
    return out;
}

}  // namespace plimsoll::bot::notify
