// SPDX-License-Identifier: Apache-2.0
// What is open and what waits, as those see it who look; and one alert that is acknowledged alone.
#include <algorithm>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "bot/notify/queue.hpp"
#include "bot/view/alerts_view.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::notify;
using engine::AlertLevel;

namespace {

constexpr std::int64_t kStart = 1'722'820'223'000;
constexpr std::int64_t kMinute = 60'000;

LaneRule lane(const std::string& name, Use use = Use::Always) {
    LaneRule out;
    out.name = out.channel = name;
    out.use = use;
    out.after_ms = 5 * kMinute;
    out.notices_max = 10;
    return out;
}

Notice notice(const std::string& position, const std::string& kind, AlertLevel level, std::int64_t now) {
    return {{level, kind, position, kind + " of " + position + "\nmore", false, false},
            "ethereum",
            "plimsoll/box/" + position + '/' + kind,
            now};
}

void deliver(Queue& queue, const Verdict& verdict, std::int64_t now) {
    for (const auto& parcel : queue.due(now)) queue.answered(parcel, verdict, now);
}

}  // namespace

TEST_CASE("what is open says since when, who was told and who is told next; what waits says why") {
    Queue queue({lane("chat"), lane("pager", Use::Escalation)}, {}, kStart);
    queue.take(notice("main", "below-warn", AlertLevel::Warning, kStart), kStart);
    queue.take(notice("main", "stuck", AlertLevel::Critical, kStart + kMinute), kStart + kMinute);
    deliver(queue, {Took::Later, "status 502"}, kStart + kMinute);
    auto seen = queue.overview();
    REQUIRE(seen.open.size() == 2);
    CHECK(seen.open[0].kind == "stuck");  // the gravest first
    CHECK(seen.open[0].since_ms == kStart + kMinute);
    CHECK(seen.open[0].text == "stuck of main");
    REQUIRE(seen.open[0].ways.size() == 2);
    CHECK(seen.open[0].ways[0] == AlertWay{"chat", Use::Always, kStart + kMinute, 0});
    CHECK(seen.open[0].ways[1] == AlertWay{"pager", Use::Escalation, kStart + 6 * kMinute, 0});
    CHECK(seen.waiting_total == 3);
    CHECK(seen.waiting.back().channel == "pager");
    const auto failed = std::find_if(seen.waiting.begin(), seen.waiting.end(),
                                     [](const auto& one) { return one.kind == "stuck" && one.channel == "chat"; });
    REQUIRE(failed != seen.waiting.end());
    CHECK(failed->note == "status 502");
    CHECK(failed->tries == 1);
    CHECK(seen.channels[0].failures == 1);
    CHECK(seen.channels[0].last_taken_ms == 0);

    deliver(queue, {Took::Yes}, kStart + 7 * kMinute);
    seen = queue.overview();
    CHECK(seen.waiting.empty());
    CHECK(seen.open[0].ways[0] == AlertWay{"chat", Use::Always, 0, kStart + 7 * kMinute});
    CHECK(seen.open[0].ways[1] == AlertWay{"pager", Use::Escalation, 0, kStart + 7 * kMinute});
    CHECK(seen.channels[0].last_taken_ms == kStart + 7 * kMinute);
    const auto text = bot::to_json(seen);
    CHECK(text["open"][0]["acknowledged_by"] == nullptr);
    CHECK(text["open"][0]["ways"][1]["due_ms"] == nullptr);
    CHECK(text["open"][0]["id"] == seen.open[0].id);
}

TEST_CASE("one alert is acknowledged by its id or its key, and only that one") {
    Queue queue({lane("chat"), lane("pager", Use::Escalation)}, {}, kStart);
    queue.take(notice("main", "stuck", AlertLevel::Critical, kStart), kStart);
    queue.take(notice("other", "stuck", AlertLevel::Critical, kStart), kStart);
    const auto before = queue.revision();
    const std::string id = alert_id("plimsoll/box/other/stuck");
    CHECK(id.size() == 8);
    CHECK_FALSE(queue.acknowledge("nothing", "anna", kStart));
    CHECK(queue.revision() == before);
    CHECK(queue.acknowledge(id, "anna", kStart));
    CHECK(queue.revision() > before);
    CHECK(queue.take_changes().acknowledged.size() == 1);
    for (const auto& open : queue.overview().open) {
        CHECK(open.acknowledged_by == (open.position == "other" ? "anna" : ""));
        CHECK(open.ways.size() == (open.position == "other" ? 1 : 2));  // no escalation of what is seen to
    }
    deliver(queue, {Took::Yes}, kStart);
    std::vector<std::string> paged;
    for (const auto& parcel : queue.due(kStart + 6 * kMinute)) {
        for (const auto& one : parcel.notices) paged.push_back(one.alert.position);
    }
    CHECK(paged == std::vector<std::string>{"main"});
    CHECK(queue.acknowledge("plimsoll/box/main/stuck", "bert", kStart));
    CHECK(queue.acknowledge(id, "bert", kStart));  // who was first stays
    CHECK(queue.overview().open[1].acknowledged_by != queue.overview().open[0].acknowledged_by);
}

TEST_CASE("what gets worse after it was acknowledged is nobody's any more") {
    Queue queue({lane("chat")}, {}, kStart);
    queue.take(notice("main", "stuck", AlertLevel::Warning, kStart), kStart);
    REQUIRE(queue.acknowledge(alert_id("plimsoll/box/main/stuck"), "anna", kStart));
    queue.take(notice("main", "stuck", AlertLevel::Warning, kStart + 1), kStart + 1);
    CHECK(queue.overview().open[0].acknowledged_by == "anna");
    queue.take(notice("main", "stuck", AlertLevel::Critical, kStart + 2), kStart + 2);
    CHECK(queue.overview().open[0].acknowledged_by.empty());
    CHECK(queue.acknowledge("bert", kStart + 3) == 1);
    CHECK(queue.overview().open[0].acknowledged_by == "bert");
}

TEST_CASE("a long list is cut, and says so") {
    Queue queue({lane("chat")}, {}, kStart);
    for (int i = 0; i < 300; ++i)
        queue.take(notice("p" + std::to_string(i), "stuck", AlertLevel::Warning, kStart), kStart);
    const auto seen = queue.overview();
    CHECK(seen.open.size() == AlertsNow::kShown);
    CHECK(seen.open_total == 300);
    CHECK(seen.waiting.size() == AlertsNow::kShown);
    CHECK(seen.waiting_total == 300);
}

TEST_CASE("a test message goes to its channel alone, whatever its rule, at its time and over restarts") {
    constexpr std::int64_t kDay = 86'400'000;
    auto tested = lane("pager", Use::Escalation);
    tested.level = AlertLevel::Critical;
    tested.keeps_state = true;
    tested.notices_max = 1;
    tested.test_every_ms = 7 * kDay;
    std::vector<std::string> sent;
    const auto deliver_to = [&](Queue& queue, const Verdict& verdict, std::int64_t now) {
        for (const auto& parcel : queue.due(now)) {
            for (const auto& one : parcel.notices)
                sent.push_back((one.alert.resolved ? "over " : "") + one.alert.kind + " to " +
                               std::to_string(parcel.lane));
            queue.answered(parcel, verdict, now);
        }
    };
    Queue queue({lane("chat"), tested}, {}, kStart);
    CHECK(queue.tests_due(kStart) == std::vector<std::size_t>{1});  // it never was
    queue.test(1, test_notice("box", "", "pager", 2, kStart), kStart);
    CHECK(queue.tests_due(kStart + 7 * kDay - 1).empty());
    CHECK(queue.tests_due(kStart + 7 * kDay) == std::vector<std::size_t>{1});
    deliver_to(queue, {Took::Yes}, kStart);
    deliver_to(queue, {Took::Yes}, kStart + kMinute);
    CHECK(sent == std::vector<std::string>{"test to 1", "over test to 1"});  // no incident stays open of it
    CHECK(queue.overview().open.empty());
    CHECK(queue.overview().channels[1].last_taken_ms == kStart + kMinute);

    Queue::Memory memory;
    memory.channels = {{"pager", kStart + kMinute, kStart}};
    Queue again({lane("chat"), tested}, memory, kStart + kDay);
    CHECK(again.tests_due(kStart + kDay).empty());
    CHECK(again.overview().channels[1].last_taken_ms == kStart + kMinute);
    CHECK(again.tests_due(kStart + 7 * kDay) == std::vector<std::size_t>{1});
    memory.channels = {{"pager", 0, kStart + 30 * kDay}};  // a clock that was set back since
    Queue later({lane("chat"), tested}, memory, kStart);
    CHECK(later.tests_due(kStart + 7 * kDay) == std::vector<std::size_t>{1});
}

TEST_CASE("a test says whose it is, and that nothing has happened") {
    const auto plain = test_notice("plimsoll", "", "phone", 1, kStart);
    CHECK(plain.alert.text.starts_with("TEST of channel phone: alerts of 1 position come here.\nNothing has happened"));
    CHECK(plain.is_test());
    const auto named = test_notice("desk-1", "desk-1", "phone", 2, kStart);
    CHECK(named.alert.text.starts_with("[desk-1] TEST of channel phone: alerts of 2 positions"));
    CHECK(named.key == "plimsoll/desk-1/phone/test");
}
