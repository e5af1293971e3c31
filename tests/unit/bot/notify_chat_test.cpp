// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "bot/notify/chat.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::notify;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kNow = 1'722'820'223;

std::string update(std::int64_t id, std::int64_t chat, std::string_view text, std::string_view more = "") {
    return fmt::format(R"({{"update_id":{},"message":{{"message_id":1,"date":{},"chat":{{"id":{}}},"text":"{}"{}}}}})",
                       id, kNow, chat, text, more);
}
std::string answer(std::string_view updates) {
    return fmt::format(R"({{"ok":true,"result":[{}]}})", updates);
}

struct Desk {
    std::vector<std::string> wallets = {"treasury", "alice"};
    std::vector<std::string> done;
    std::string said;
    std::string daemon;
    Result<void> outcome = {};
    AlertsNow open;

    ChatServices services() {
        ChatServices out;
        out.name = daemon;
        out.status = [] { return std::string("all is well"); };
        out.plan = [this](const std::string& name, const ChatServices::Said& answer) {
            done.push_back("plan " + name);
            answer("the plan");
        };
        out.wallets = [this] { return wallets; };
        out.pause = [this](const std::string& wallet, std::optional<std::chrono::milliseconds> span,
                           const std::string& by, const std::function<void(Result<void>)>& then) {
            done.push_back(
                fmt::format("pause {} {} by {}", wallet, span ? std::to_string(span->count()) : "for ever", by));
            then(outcome);
        };
        out.resume = [this](const std::string& wallet, const std::string& by,
                            const std::function<void(Result<void>)>& then) {
            done.push_back(fmt::format("resume {} by {}", wallet, by));
            then(outcome);
        };
        out.acknowledge = [this](const std::string& which, const std::string& by) -> Result<std::size_t> {
            done.push_back(fmt::format("ack {} by {}", which.empty() ? "all" : which, by));
            if (which == "ffffffff") return fail(Errc::NotFound, "none");
            return which.empty() ? 2 : 1;
        };
        out.alerts = [this] { return open; };
        out.now_ms = [] { return kNow * 1'000; };
        return out;
    }
    std::string ask(std::string verb, std::vector<std::string> words = {}, bool acts = true, std::int64_t age = 0) {
        done.clear();
        said.clear();
        Chat chat(services(), acts);
        chat.obey({"7", std::move(verb), std::move(words), kNow - age},
                  [this](std::string text) { said = std::move(text); });
        return said;
    }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("commands of configured chats are read, and of no other") {
    const auto updates = parse_updates(
        answer(update(10, 7, "/Pause@plimsoll_bot treasury  2h") + "," + update(11, 8, "/pause treasury") + "," +
               update(12, 7, "just talk") + "," + update(14, -100, "/status")),
        {"7", "-100"});
    REQUIRE(updates);
    CHECK(updates->next == 15);
    CHECK(updates->strangers == 1);
    REQUIRE(updates->commands.size() == 2);
    CHECK(updates->commands[0] == ChatCommand{"7", "pause", {"treasury", "2h"}, kNow});
    CHECK(updates->commands[1] == ChatCommand{"-100", "status", {}, kNow});
    CHECK_FALSE(parse_updates(answer(""), {"7"})->next);
}

TEST_CASE("X16 what is no update does nothing, and what is forwarded or edited is no command") {
    for (const std::string text : {"", "[]", "{}", R"({"ok":false,"result":[]})", R"({"ok":true})",
                                   R"({"ok":1,"result":[]})", R"({"ok":true,"result":{}})", "\xff\xfe"})
        CHECK_FALSE(parse_updates(text, {"7"}));
    const auto odd = parse_updates(
        answer(R"(1,null,[],{},{"update_id":"x"},{"update_id":-5},{"update_id":9223372036854775807},)"
               R"({"update_id":1,"message":3},{"update_id":2,"message":{"chat":{"id":"7"},"text":"/pause","date":1}},)"
               R"({"update_id":3,"edited_message":{"chat":{"id":7},"text":"/pause","date":1}},)"
               R"({"update_id":4,"message":{"chat":{"id":7},"text":"/pause"}},)" +
               update(5, 7, "/pause", R"(,"forward_origin":{})") + "," + update(6, 7, "/" + std::string(300, 'x'))),
        {"7"});
    REQUIRE(odd);
    CHECK(odd->commands.empty());
    CHECK(odd->next == 7);
    std::string many;
    for (int i = 0; i < 101; ++i) many += (i == 0 ? "" : ",") + update(i, 7, "/status");
    CHECK_FALSE(parse_updates(answer(many), {"7"}));
}

TEST_CASE("what may be asked is answered") {
    Desk desk;
    CHECK(desk.ask("status") == "all is well");
    CHECK(desk.ask("plan", {"treasury-aave"}) == "the plan");
    CHECK(desk.done == Lines{"plan treasury-aave"});
    CHECK(desk.ask("plan") == "Which position? /plan NAME");
    CHECK(desk.ask("ack").starts_with("Noted: 2 open alerts."));
    CHECK(desk.done == Lines{"ack all by telegram 7"});
    CHECK(desk.ask("start").find("/pause") != std::string::npos);
    CHECK(desk.ask("start", {}, false).find("/pause") == std::string::npos);
}

TEST_CASE("one alert is acknowledged by its id, as a phone writes it; all, by no name; and what is open is told") {
    Desk desk;
    CHECK(desk.ask("alerts") == "Nothing is open.");
    CHECK(desk.ask("ack", {"1A2b3c4d"}) == "Noted: 1a2b3c4d. No repeats until it is graver or over.");
    CHECK(desk.done == Lines{"ack 1a2b3c4d by telegram 7"});
    CHECK(desk.ask("ack", {"plimsoll/Box/main/stuck"}, false).starts_with("Noted: plimsoll/Box/main/stuck."));
    CHECK(desk.ask("ack", {"ffffffff"}).starts_with("No open alert is called ffffffff: it is over, or /alerts has"));
    CHECK(desk.ask("ack", {"1a2b3c4d", "5e6f7a8b"}) == "Which one? /ack ID, or /ack alone for all that is open.");
    CHECK(desk.done.empty());
    for (int i = 0; i < 21; ++i) {
        auto one = opened("k" + std::to_string(i), {engine::AlertLevel::Critical, "stuck", "main", "x", false, false},
                          (kNow - 120) * 1'000);
        if (i == 0) one.acknowledged_by = "anna";
        desk.open.open.push_back(std::move(one));
    }
    desk.open.open_total = 30;
    const std::string said = desk.ask("alerts", {}, false);
    CHECK(said.starts_with("30 open, the gravest first:\n" + alert_id("k0") +
                           " critical stuck main, for 2 min: anna takes care\n" + alert_id("k1") +
                           " critical stuck main, for 2 min\n"));
    CHECK(said.ends_with("\nand 10 more"));
    CHECK(desk.ask("help").find("/ack [ID]") != std::string::npos);
}

TEST_CASE("where several daemons answer, each says which it is") {
    Desk desk;
    desk.daemon = "desk-1";
    CHECK(desk.ask("status") == "[desk-1] all is well");
    CHECK(desk.ask("plan", {"a"}) == "[desk-1] the plan");
}

TEST_CASE("pause and resume: of the wallet named or the only one, for a time or until they are taken back") {
    Desk desk;
    CHECK(desk.ask("pause", {"treasury", "2h"}).starts_with("treasury is paused for 2h."));
    CHECK(desk.done == Lines{"pause treasury 7200000 by telegram 7"});
    CHECK(desk.ask("pause", {"alice"}).starts_with("alice is paused until /resume."));
    CHECK(desk.done == Lines{"pause alice for ever by telegram 7"});
    CHECK(desk.ask("resume", {"alice"}) == "alice is protected again.");
    CHECK(desk.ask("pause") == "Which wallet? There are: treasury, alice");
    CHECK(desk.ask("pause", {"bob"}) == "No wallet is named so. There are: treasury, alice");
    CHECK(desk.ask("pause", {"alice", "soon"}).starts_with("For how long?"));
    CHECK(desk.ask("pause", {"alice", "99999999999999999999d"}).starts_with("For how long?"));
    CHECK(desk.done.empty());
    desk.wallets = {"treasury"};
    CHECK(desk.ask("pause", {"30m"}).starts_with("treasury is paused for 30m."));
    CHECK(desk.ask("resume") == "treasury is protected again.");
    desk.outcome = fail(Errc::Io, "disk full");
    CHECK(desk.ask("pause").find("a restart would end it. disk full") != std::string::npos);
    CHECK(desk.ask("resume") == "Not resumed: disk full");
}

TEST_CASE("a chat that may only look pauses nothing, and old words are not obeyed") {
    Desk desk;
    CHECK(desk.ask("pause", {"alice"}, false).starts_with("This chat may only look"));
    CHECK(desk.ask("resume", {"alice"}, false).starts_with("This chat may only look"));
    CHECK(desk.ask("resume", {"alice"}, true, 301) == "/resume is too old to be obeyed: send it again.");
    CHECK(desk.done.empty());
    CHECK(desk.ask("resume", {"alice"}, true, 300) == "alice is protected again.");
}
