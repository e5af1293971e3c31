// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "bot/notify/queue.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::notify;
using engine::AlertLevel;

namespace {

constexpr std::int64_t kStart = 1'722'820'223'000;
constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;

LaneRule lane(std::string name, AlertLevel level = AlertLevel::Info, Use use = Use::Always) {
    LaneRule out;
    out.channel = name;
    out.name = std::move(name);
    out.level = level;
    out.use = use;
    out.notices_max = 10;
    return out;
}

/// A queue with a journal that keeps its rows, and services that do as they are told.
struct Office {
    std::int64_t now = kStart;
    std::vector<LaneRule> rules;
    std::map<std::int64_t, journal::DeliveryRow> rows;
    std::map<std::string, journal::AcknowledgedRow> seen;
    std::optional<Queue> queue;
    std::map<std::string, Verdict> answers;  // by lane; none: taken
    std::vector<std::string> sent;           // "lane: first lines"
    std::vector<std::int64_t> times;

    explicit Office(std::vector<LaneRule> its) : rules(std::move(its)) { open(); }

    void open() {
        Queue::Memory memory;
        for (const auto& [id, row] : rows) memory.rows.push_back(row);
        for (const auto& [key, row] : seen) memory.acknowledged.push_back(row);
        memory.last_id = rows.empty() ? 0 : rows.rbegin()->first;
        queue.emplace(rules, std::move(memory), now);
        keep();
    }
    void keep() {
        auto changes = queue->take_changes();
        for (auto& row : changes.rows) rows.insert_or_assign(row.id, row);
        for (auto& row : changes.acknowledged) seen.insert_or_assign(row.key, row);
        for (const auto& key : changes.forgotten) seen.erase(key);
    }
    void raise(const std::string& kind, AlertLevel level, const std::string& text = "x") {
        take({level, kind, "main", text, false, false});
    }
    void clear(const std::string& kind) { take({AlertLevel::Info, kind, "main", "over", true, false}); }
    void happen(const std::string& kind, AlertLevel level, const std::string& text = "x") {
        take({level, kind, "main", text, false, true});
    }
    void take(engine::Alert alert) {
        const std::string key = "plimsoll/box/main/" + alert.kind;
        alert.text = fmt::format("{} {}\nmore", alert.kind, alert.text);
        queue->take({alert, "ethereum", key, now}, now);
        keep();
        run();
    }
    void run() {
        for (const auto& parcel : queue->due(now)) {
            std::string line = rules[parcel.lane].name + ":";
            for (const auto& notice : parcel.notices)
                line += fmt::format(" [{}{}]", notice.alert.resolved ? "over " : "", first_line(notice.alert.text));
            const auto answer = answers.find(rules[parcel.lane].name);
            const Verdict verdict = answer == answers.end() ? Verdict{Took::Yes} : answer->second;
            if (verdict.took == Took::Yes) sent.push_back(line);
            times.push_back(now);
            queue->answered(parcel, verdict, now);
        }
        keep();
    }
    /// Time passes in steps of a quarter second.
    void wait(std::int64_t ms) {
        for (const std::int64_t end = now + ms; now < end;) {
            now = std::min(now + 250, end);
            run();
        }
    }
    std::vector<std::string> take_sent() { return std::exchange(sent, {}); }
    std::size_t count(const std::string& state) const {
        std::size_t out = 0;
        for (const auto& [id, row] : rows) out += row.state == state ? 1U : 0U;
        return out;
    }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what is critical goes out at once, and takes along what waits for company") {
    Office office({lane("phone")});
    office.happen("news", AlertLevel::Info);
    office.raise("below-warn", AlertLevel::Warning);
    CHECK(office.sent.empty());
    office.wait(3 * kSecond);
    CHECK(office.take_sent() == Lines{"phone: [below-warn x] [news x]"});
    office.raise("below-trigger", AlertLevel::Critical);
    CHECK(office.take_sent() == Lines{"phone: [below-trigger x]"});
}

TEST_CASE("what lasts is told when new, when graver, after the repeat, and when it is over; not in between") {
    Office office({lane("phone")});
    office.raise("below-warn", AlertLevel::Warning, "1.39");
    office.wait(3 * kSecond);
    office.take_sent();
    for (int i = 0; i < 2; ++i) {
        office.wait(10 * kMinute);
        office.raise("below-warn", AlertLevel::Warning, "1.38");
        office.wait(3 * kSecond);
    }
    CHECK(office.take_sent().empty());
    office.wait(10 * kMinute);
    office.raise("below-warn", AlertLevel::Warning, "1.37");
    office.wait(3 * kSecond);
    CHECK(office.take_sent() == Lines{"phone: [below-warn 1.37]"});
    office.raise("below-warn", AlertLevel::Critical, "1.1");
    CHECK(office.take_sent() == Lines{"phone: [below-warn 1.1]"});
    office.raise("below-warn", AlertLevel::Warning, "1.2");  // it has not got graver
    office.wait(3 * kSecond);
    CHECK(office.take_sent().empty());
    office.clear("below-warn");
    office.wait(3 * kSecond);
    CHECK(office.take_sent() == Lines{"phone: [over below-warn over]"});
    office.clear("below-warn");
    office.wait(3 * kSecond);
    CHECK(office.take_sent().empty());
}

TEST_CASE("what happens is told each time") {
    Office office({lane("phone")});
    office.happen("rescued", AlertLevel::Info, "first");
    office.wait(3 * kSecond);
    office.happen("rescued", AlertLevel::Info, "second");
    office.wait(3 * kSecond);
    CHECK(office.take_sent() == Lines{"phone: [rescued first]", "phone: [rescued second]"});
}

TEST_CASE("a channel gets nothing below its level, and the end only of what it was told") {
    Office office({lane("pager", AlertLevel::Critical), lane("chat")});
    office.raise("below-warn", AlertLevel::Warning);
    office.wait(3 * kSecond);
    office.clear("below-warn");
    office.wait(40 * kSecond);
    CHECK(office.take_sent() == Lines{"chat: [below-warn x]", "chat: [over below-warn over]"});
    office.raise("stuck", AlertLevel::Critical);
    office.clear("stuck");
    office.wait(3 * kSecond);
    CHECK(office.take_sent() ==
          Lines{"pager: [stuck x]", "chat: [stuck x]", "pager: [over stuck over]", "chat: [over stuck over]"});
}

TEST_CASE("a channel that is down is tried with growing pauses; one message per condition waits, the newest") {
    Office office({lane("phone")});
    office.answers["phone"] = {Took::Later, "status 503"};
    office.raise("stuck", AlertLevel::Critical, "first");
    office.wait(10 * kMinute);
    CHECK(office.times.size() >= 6);
    CHECK(office.times.size() <= 9);
    office.raise("stuck", AlertLevel::Critical, "second");
    office.wait(20 * kMinute);
    CHECK(office.rows.size() == 1);
    CHECK(office.queue->lanes(office.now)[0].waiting == 1);
    CHECK(office.queue->lanes(office.now)[0].why == "status 503");
    CHECK(office.queue->lanes(office.now)[0].failing_ms >= 29 * kMinute);
    office.answers.clear();
    office.wait(6 * kMinute);
    CHECK(office.take_sent() == Lines{"phone: [stuck second]"});
    CHECK(office.queue->lanes(office.now)[0].failing_ms == 0);
    CHECK(office.queue->lanes(office.now)[0].waiting == 0);
}

TEST_CASE("something critical that is new is tried at once, whatever failed before; but not where we are limited") {
    Office office({lane("phone")});
    office.answers["phone"] = {Took::Later, "no answer"};
    office.raise("a", AlertLevel::Critical);
    office.wait(10 * kMinute);
    const auto before = office.times.size();
    office.raise("b", AlertLevel::Critical);
    CHECK(office.times.size() == before + 1);
    office.answers["phone"] = {Took::Later, "status 429", std::chrono::minutes(2)};
    office.wait(6 * kMinute);
    const auto limited = office.times.size();
    office.answers.clear();
    const auto last = office.times.back();
    office.raise("c", AlertLevel::Critical);
    while (office.sent.empty()) office.wait(250);
    CHECK(office.times.size() == limited + 1);
    CHECK(office.times.back() - last >= 2 * kMinute);
    CHECK(office.times.back() - last < 2 * kMinute + kSecond);
    CHECK(office.take_sent() == Lines{"phone: [a x] [b x] [c x]"});
}

TEST_CASE("a message that is not taken is tried alone, and given up; the others go out") {
    Office office({lane("phone")});
    office.answers["phone"] = {Took::Unfit, "status 400"};
    office.happen("one", AlertLevel::Warning);
    office.happen("two", AlertLevel::Warning);
    office.wait(30 * kSecond);
    CHECK(office.count("refused") >= 1);
    office.answers.clear();
    office.happen("three", AlertLevel::Warning);
    office.wait(kMinute);
    CHECK_FALSE(office.sent.empty());
    CHECK(office.queue->lanes(office.now)[0].waiting == 0);
}

TEST_CASE("a way that is closed loses nothing until its time is over") {
    Office office({lane("phone")});
    office.answers["phone"] = {Took::Denied, "status 401"};
    office.raise("stuck", AlertLevel::Critical);
    office.happen("news", AlertLevel::Info);
    office.wait(Queue::kInfoMs + kMinute);
    CHECK(office.count("expired") == 1);
    CHECK(office.count("waiting") == 1);
    office.answers.clear();
    office.wait(6 * kMinute);
    CHECK(office.take_sent() == Lines{"phone: [stuck x]"});
}

TEST_CASE("a restart loses nothing that waits, and tells nothing twice") {
    Office office({lane("phone"), lane("chat")});
    office.answers["phone"] = {Took::Later, "no answer"};
    office.raise("stuck", AlertLevel::Critical);
    office.happen("rescued", AlertLevel::Info);
    office.wait(5 * kSecond);
    CHECK(office.take_sent() == Lines{"chat: [stuck x]", "chat: [rescued x]"});
    office.answers.clear();
    office.open();
    office.raise("stuck", AlertLevel::Critical, "again");  // as the engine of the new process finds it
    office.wait(5 * kSecond);
    CHECK(office.take_sent() == Lines{"phone: [stuck again] [rescued x]"});
    office.clear("stuck");
    office.wait(5 * kSecond);
    CHECK(office.take_sent() == Lines{"phone: [over stuck over]", "chat: [over stuck over]"});
    office.open();
    office.wait(kMinute);
    CHECK(office.take_sent().empty());
}

TEST_CASE("what nobody acknowledges is escalated, and goes on to be until somebody does") {
    auto pager = lane("pager", AlertLevel::Info, Use::Escalation);
    pager.after_ms = 5 * kMinute;
    Office office({lane("chat"), pager});
    const auto repeat = [&](int minutes) {
        for (int i = 0; i < minutes; i += 10) {
            office.wait(10 * kMinute);
            office.raise("stuck", AlertLevel::Critical);
        }
    };
    office.raise("below-warn", AlertLevel::Warning);
    office.raise("stuck", AlertLevel::Critical);
    office.wait(5 * kMinute - kSecond);
    office.take_sent();
    office.wait(2 * kSecond);
    CHECK(office.take_sent() == Lines{"pager: [stuck x]"});
    office.open();  // a restart changes nothing of it
    repeat(40);
    CHECK(office.take_sent() == Lines{"chat: [stuck x]", "pager: [stuck x]"});
    CHECK(office.queue->acknowledge("telegram 7", office.now) >= 1);
    office.keep();
    repeat(60);
    CHECK(office.take_sent().empty());
    office.open();
    repeat(60);
    CHECK(office.take_sent().empty());
    CHECK(office.queue->open()[0].acknowledged_by == "telegram 7");
    office.clear("stuck");
    office.wait(3 * kSecond);
    CHECK(office.take_sent() == Lines{"chat: [over stuck over]", "pager: [over stuck over]"});
    office.raise("stuck", AlertLevel::Critical);
    office.wait(6 * kMinute);
    CHECK(office.take_sent() == Lines{"chat: [stuck x]", "pager: [stuck x]"});
}

TEST_CASE("an escalation in time is none: acknowledged, or over") {
    auto pager = lane("pager", AlertLevel::Info, Use::Escalation);
    pager.after_ms = 5 * kMinute;
    Office office({lane("chat"), pager});
    office.raise("stuck", AlertLevel::Critical);
    office.wait(kMinute);
    office.clear("stuck");
    office.wait(10 * kMinute);
    CHECK(office.take_sent() == Lines{"chat: [stuck x]", "chat: [over stuck over]"});
    office.raise("stuck", AlertLevel::Critical);
    office.queue->acknowledge("me", office.now);
    office.wait(10 * kMinute);
    CHECK(office.take_sent() == Lines{"chat: [stuck x]"});
    office.happen("transaction-failed", AlertLevel::Critical);  // what happens anew is seen by nobody yet
    office.wait(10 * kMinute);
    CHECK(office.take_sent() == Lines{"chat: [transaction-failed x]", "pager: [transaction-failed x]"});
}

TEST_CASE("X12 the first way is down: the backup takes over, and only then") {
    auto mail = lane("mail", AlertLevel::Warning, Use::Backup);
    mail.after_ms = kMinute;
    Office office({lane("phone"), mail});
    office.raise("stuck", AlertLevel::Critical);
    office.wait(10 * kMinute);
    CHECK(office.take_sent() == Lines{"phone: [stuck x]"});
    office.clear("stuck");
    office.wait(10 * kMinute);
    CHECK(office.take_sent() == Lines{"phone: [over stuck over]"});
    office.answers["phone"] = {Took::Later, "no answer"};
    office.raise("below-trigger", AlertLevel::Critical);
    office.wait(2 * kMinute);
    CHECK(office.take_sent() == Lines{"mail: [below-trigger x]"});
    office.take({AlertLevel::Warning, "alert-channel", "phone", "no answer", false, false});
    office.wait(2 * kMinute);
    CHECK(office.take_sent() == Lines{"mail: [alert-channel no answer]"});
    CHECK(office.queue->lanes(office.now)[0].waiting == 1);  // the phone is not told of itself
}

TEST_CASE("X14 what waits is bounded, and what is critical is the last to give way") {
    Office office({lane("phone")});
    office.answers["phone"] = {Took::Denied, "status 403"};
    office.happen("critical", AlertLevel::Critical);
    for (std::size_t i = 0; i < 2 * Queue::kWaitingMost; ++i)
        office.happen("news", AlertLevel::Info, std::to_string(i));
    CHECK(office.queue->lanes(office.now)[0].waiting == Queue::kWaitingMost);
    CHECK(office.count("crowded-out") == Queue::kWaitingMost + 1);
    office.answers.clear();
    office.wait(2 * kMinute);
    REQUIRE_FALSE(office.sent.empty());
    CHECK(office.sent[0].starts_with("phone: [critical x]"));
}

TEST_CASE("a condition that flaps does not flood: quick changes are told as one") {
    Office quick({lane("phone")});
    for (int i = 0; i < 300; ++i) {
        quick.raise("endpoint", AlertLevel::Warning);
        quick.wait(kSecond);
        quick.clear("endpoint");
        quick.wait(kSecond);
    }
    quick.wait(3 * kSecond);
    quick.wait(kMinute);
    CHECK(quick.sent.size() <= 45);
    CHECK(quick.sent.size() >= 2);
    CHECK(quick.sent.back() == "phone: [over endpoint over]");

    Office slow({lane("phone")});
    for (int i = 0; i < 30; ++i) {  // ten minutes
        slow.raise("endpoint", AlertLevel::Warning);
        slow.wait(10 * kSecond);
        slow.clear("endpoint");
        slow.wait(10 * kSecond);
    }
    slow.wait(kMinute);
    CHECK(slow.sent.back() == "phone: [over endpoint over]");
    CHECK(slow.sent.size() <= 60);
    CHECK(slow.sent.size() >= 10);
}

TEST_CASE("an incident that is held open elsewhere is closed when nothing is heard of it any more") {
    auto pager = lane("pager");
    pager.keeps_state = true;
    pager.notices_max = 1;
    Office office({pager, lane("chat")});
    office.raise("stuck", AlertLevel::Critical);
    office.take_sent();
    office.open();
    office.wait(Queue::kSilentMs - kMinute);
    CHECK(office.take_sent().empty());
    office.wait(2 * kMinute);
    CHECK(office.take_sent() == Lines{"pager: [over Not heard of any more.]"});
    CHECK(office.queue->open().empty());
}

TEST_CASE("messages for a channel that is no longer there end") {
    Office office({lane("old"), lane("new")});
    office.answers["old"] = {Took::Later, "no answer"};
    office.raise("stuck", AlertLevel::Critical);
    office.rules.erase(office.rules.begin());
    office.open();
    CHECK(office.count("waiting") == 0);
    CHECK(office.count("needless") == 1);
}
