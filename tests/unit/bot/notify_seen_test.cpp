// SPDX-License-Identifier: Apache-2.0
// Who takes care of an alert: kept over restarts whoever was told of it, and told where an incident is held open.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bot/alerts.hpp"
#include "bot/people.hpp"
#include "tests/unit/bot/journal_open.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;
using namespace plimsoll::bot::notify;
using namespace plimsoll::testing;
using engine::AlertLevel;

namespace {

constexpr std::int64_t kStart = 1'722'820'223'000;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 1'440 * kMinute;

using Lines = std::vector<std::string>;

LaneRule pager() {
    LaneRule out;
    out.name = out.channel = "pager";
    out.keeps_state = out.acknowledges = true;
    return out;
}
LaneRule chat() {
    LaneRule out;
    out.name = out.channel = "chat";
    out.level = AlertLevel::Critical;
    return out;
}

/// A daemon's dealings with its journal and its channels, over as many lives as a test wants.
struct Desk {
    TempDir dir;
    std::unique_ptr<journal::Journal> journal = open(dir);
    std::vector<LaneRule> rules;
    std::optional<Queue> queue;
    std::int64_t now = kStart;
    std::map<std::string, Verdict> answers;  // by lane; none: taken

    explicit Desk(std::vector<LaneRule> its) : rules(std::move(its)) { start(); }

    void start() {
        auto memory = recall_people(*journal, "box", now);
        REQUIRE(memory);
        queue.emplace(rules, std::move(memory->messages), now);
        keep();
    }
    void keep() {
        const auto changes = queue->take_changes();
        REQUIRE(journal->put_deliveries(changes.rows));
        for (const auto& key : changes.forgotten) REQUIRE(journal->forget_acknowledged(key));
        for (const auto& row : changes.acknowledged) REQUIRE(journal->acknowledge(row));
    }
    void raise(const std::string& kind, AlertLevel level, bool resolved = false) {
        const engine::Alert alert{level, kind, "main", kind + " of main\nmore", resolved, false};
        REQUIRE(journal->add_alerts(std::vector<journal::AlertRow>{{now, alert, "log ok"}}));
        queue->take({alert, "ethereum", alert_key("box", "main", kind), now}, now);
        keep();
    }
    /// What goes out, as "lane kind", with what is said of it.
    Lines run() {
        Lines out;
        for (auto parcels = queue->due(now); !parcels.empty(); parcels = queue->due(now)) {
            for (const auto& parcel : parcels) {
                const auto& rule = rules[parcel.lane];
                const auto answer = answers.find(rule.name);
                for (const auto& notice : parcel.notices)
                    out.push_back(fmt::format("{} {}{}", rule.name, notice.alert.kind,
                                              notice.acknowledged     ? " acknowledged"
                                              : notice.alert.resolved ? " over"
                                                                      : ""));
                queue->answered(parcel, answer == answers.end() ? Verdict{Took::Yes} : answer->second, now);
            }
            now += 2'000;
        }
        keep();
        return out;
    }
    bool see(const std::string& kind) {
        const bool found = queue->acknowledge(alert_key("box", "main", kind), "anna", now);
        keep();
        return found;
    }
    std::string by(const std::string& kind) const {
        for (const auto& open : queue->open())
            if (open.kind == kind) return open.acknowledged_by;
        return "not open";
    }
};

}  // namespace

TEST_CASE("what no channel was told of is taken care of over a restart, until it is graver or over") {
    for (const bool channels : {false, true}) {
        CAPTURE(channels);
        Desk desk(channels ? std::vector{chat()} : std::vector<LaneRule>());
        desk.raise("paused", AlertLevel::Warning);
        desk.now += 5 * kMinute;
        desk.raise("paused", AlertLevel::Warning);
        REQUIRE(desk.see("paused"));
        desk.now += 5 * kMinute;
        desk.start();
        CHECK(desk.by("paused") == "anna");
        REQUIRE(desk.queue->open().size() == 1);
        CHECK(desk.queue->open()[0].since_ms == kStart);
        CHECK(desk.queue->open()[0].text == "paused of main");
        desk.raise("paused", AlertLevel::Warning);
        CHECK(desk.by("paused") == "anna");
        CHECK(desk.run().empty());
        desk.start();
        desk.raise("paused", AlertLevel::Critical);
        CHECK(desk.by("paused").empty());
        CHECK(desk.run() == (channels ? Lines{"chat paused"} : Lines{}));
        REQUIRE(desk.see("paused"));
        desk.raise("paused", AlertLevel::Info, true);
        desk.raise("paused", AlertLevel::Critical);
        desk.start();
        CHECK(desk.by("paused") != "anna");
    }
}

TEST_CASE(
    "somebody's word is not carried over to what was not heard of for a day, or for half an hour after the start") {
    Desk late({});
    late.raise("paused", AlertLevel::Warning);
    late.raise("stuck", AlertLevel::Critical, true);
    REQUIRE(late.see("paused"));
    late.now += kDay + kMinute;
    late.start();
    CHECK(late.queue->open().empty());
    CHECK(late.journal->acknowledged()->empty());

    Desk silent({});
    silent.raise("paused", AlertLevel::Warning);
    REQUIRE(silent.see("paused"));
    silent.start();
    silent.now += Queue::kSilentMs + kMinute;
    CHECK(silent.run().empty());
    CHECK(silent.queue->open().empty());
    CHECK(silent.journal->acknowledged()->empty());
}

TEST_CASE("the level of what was not told is the gravest since it began") {
    Desk desk({});
    desk.raise("below", AlertLevel::Critical);
    desk.raise("below", AlertLevel::Warning);
    REQUIRE(desk.see("below"));
    desk.start();
    desk.raise("below", AlertLevel::Critical);
    CHECK(desk.by("below") == "anna");
    Desk begun({});  // anew
    begun.raise("below", AlertLevel::Critical);
    begun.raise("below", AlertLevel::Info, true);
    begun.raise("below", AlertLevel::Warning);
    REQUIRE(begun.see("below"));
    begun.start();
    begun.raise("below", AlertLevel::Critical);
    CHECK(begun.by("below").empty());
}

TEST_CASE("of what waits for the disk the later word on an alert stays") {
    Queue::Changes changes;
    changes.acknowledged = {{"a", 1, "anna"}, {"b", 1, "anna"}};
    changes.forgotten = {"c", "d"};
    changes.add({{}, {{"c", 2, "bert"}}, {"a"}});
    REQUIRE(changes.acknowledged.size() == 2);
    CHECK(changes.acknowledged[0].key == "b");
    CHECK(changes.acknowledged[1].key == "c");
    CHECK(changes.forgotten == Lines{"d", "a"});
}

TEST_CASE("who holds an incident open is told once that somebody takes care of it") {
    Desk desk({pager(), chat()});
    desk.raise("stuck", AlertLevel::Critical);
    desk.raise("below", AlertLevel::Critical);
    CHECK(desk.run() == Lines{"pager stuck", "chat stuck", "pager below", "chat below"});
    REQUIRE(desk.see("stuck"));
    CHECK(desk.queue->open()[0].ways[0].due_ms == 0);  // it is not told again, only that
    CHECK(desk.run() == Lines{"pager stuck acknowledged"});
    REQUIRE(desk.see("stuck"));
    CHECK(desk.run().empty());
    desk.start();
    CHECK(desk.run().empty());
    CHECK(desk.by("stuck") == "anna");
    desk.raise("stuck", AlertLevel::Info, true);
    desk.now += kMinute;
    CHECK(desk.run() == Lines{"pager stuck over", "chat stuck over"});
}

TEST_CASE(
    "that somebody takes care comes after the incident itself, waits for a way that is down, and outlives the "
    "process") {
    Desk desk({pager()});
    desk.answers["pager"] = {Took::Later, "status 502"};
    desk.raise("stuck", AlertLevel::Critical);
    CHECK(desk.run() == Lines{"pager stuck"});
    REQUIRE(desk.see("stuck"));
    desk.now += kMinute;
    CHECK(desk.run() == Lines{"pager stuck"});
    desk.answers.clear();
    desk.now += kMinute;
    CHECK(desk.run() == Lines{"pager stuck", "pager stuck acknowledged"});

    Desk killed({pager()});
    killed.raise("stuck", AlertLevel::Critical);
    CHECK(killed.run() == Lines{"pager stuck"});
    killed.answers["pager"] = {Took::Later, "status 502"};
    REQUIRE(killed.see("stuck"));
    CHECK(killed.run() == Lines{"pager stuck acknowledged"});
    killed.answers.clear();
    killed.start();
    CHECK(killed.run() == Lines{"pager stuck acknowledged"});
    CHECK(killed.journal->deliveries(0)->back().note == Queue::kAcknowledged);
}

TEST_CASE("what is graver or over by then needs no word of who takes care, and a graver incident is told") {
    Desk desk({pager()});
    desk.raise("stuck", AlertLevel::Warning);
    desk.now += kMinute;
    CHECK(desk.run() == Lines{"pager stuck"});
    desk.answers["pager"] = {Took::Later, "status 502"};
    REQUIRE(desk.see("stuck"));
    desk.run();
    desk.answers.clear();
    desk.raise("stuck", AlertLevel::Critical);
    CHECK(desk.run() == Lines{"pager stuck"});
    REQUIRE(desk.see("stuck"));
    CHECK(desk.run() == Lines{"pager stuck acknowledged"});

    desk.raise("below", AlertLevel::Critical);
    CHECK(desk.run() == Lines{"pager below"});
    desk.answers["pager"] = {Took::Later, "status 502"};
    REQUIRE(desk.see("below"));
    desk.run();
    desk.answers.clear();
    desk.raise("below", AlertLevel::Info, true);
    desk.now += kMinute;
    CHECK(desk.run() == Lines{"pager below over"});
}

TEST_CASE("PagerDuty is the one that is told, by its word and the incident's key alone") {
    Notice notice{
        {AlertLevel::Critical, "stuck", "main", "stuck", false, false}, "ethereum", "plimsoll/box/main/stuck", 1};
    notice.acknowledged = true;
    const auto body = nlohmann::json::parse(pagerduty_request({"pagerduty", "", "key", ""}, {"box", {notice}}).body);
    CHECK(body == nlohmann::json{{"routing_key", "key"}, {"event_action", "acknowledge"}, {"dedup_key", notice.key}});
    for (const std::string kind : {"webhook", "slack", "discord", "telegram", "ntfy", "pagerduty", "alertmanager"})
        CHECK(form_of(kind).acknowledges == (kind == "pagerduty"));
}
