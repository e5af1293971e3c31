// SPDX-License-Identifier: Apache-2.0
// What the market's owners have queued, and whom it would lower.
#include "chain/lending/payloads.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

namespace {

constexpr std::uint64_t kDay = 86'400;

/// A world whose market has a governance; the position is at 1.6 with a threshold of 80 %, its trigger at 1.2.
World governed() {
    World world;
    world.position().warn = wad(126);
    world.config.markets.front().governance = kController;
    world.start();
    world.run();
    world.mine(2);
    return world;
}

void queue(World& world, std::uint64_t threshold, std::uint64_t waited = 0) {
    FakeQueue::Payload payload;
    payload.queued_at = world.head().timestamp - waited;
    payload.threshold = threshold;
    world.state().queue.payloads.push_back(payload);
}

/// Time passes until the queue is looked at again, and until what is new in it is read.
void look(World& world) {
    world.mine(2 * 300 / 12);
}

std::vector<engine::Simulate> trials(const World& world) {
    auto all = world.commands<engine::Simulate>();
    std::erase_if(all, [](const auto& simulate) { return simulate.calls.front().to != kController; });
    return all;
}

}  // namespace

TEST_CASE(
    "a queued payload is simulated at its time, and told when it lowers a health factor, a day's interest included") {
    World world = governed();
    look(world);
    CHECK(trials(world).empty());
    queue(world, 7'000);
    const Timestamp due = world.head().timestamp + kDay;
    look(world);
    REQUIRE_FALSE(trials(world).empty());
    CHECK(trials(world).front().time == due + 1);
    CHECK(trials(world).front().spare);
    REQUIRE(stands(world, "payload-queued"));
    const auto told = world.alerts("payload-queued").back();
    CHECK(told.level == engine::AlertLevel::Warning);
    CHECK(told.position == world.position().name);
    CHECK(told.text.find("payload 0") != std::string::npos);
    CHECK(told.text.find("in 23 h") != std::string::npos);
    CAPTURE(told.text);
    CHECK(told.text.find("from 1.5997 to 1.3998") != std::string::npos);
    CHECK(world.commands<engine::Sign>().empty());  // nothing has changed yet

    SUBCASE("one that takes it below its trigger is critical, whatever stood before") {
        queue(world, 5'000);
        look(world);
        CHECK(world.alerts("payload-queued").back().level == engine::AlertLevel::Critical);
        CHECK(world.alerts("payload-queued").back().text.find("below the trigger") != std::string::npos);
        CHECK(world.alerts("payload-queued").back().text.find("payload 1") != std::string::npos);
    }
    SUBCASE("one that is cancelled is forgotten") {
        world.state().queue.payloads.front().state = FakeQueue::Cancelled;
        look(world);
        CHECK_FALSE(stands(world, "payload-queued"));
    }
    SUBCASE("one that is executed is forgotten: it is in the figures") {
        world.state().queue.payloads.front().state = FakeQueue::Executed;
        look(world);
        CHECK_FALSE(stands(world, "payload-queued"));
    }
    check_rules(world);
}

TEST_CASE("a payload that may be executed already is simulated on the head as it is") {
    World world = governed();
    queue(world, 7'000, 2 * kDay);
    look(world);
    REQUIRE_FALSE(trials(world).empty());
    CHECK(trials(world).front().time == 0);
    REQUIRE(stands(world, "payload-queued"));
    CHECK(world.alerts("payload-queued").back().text.find("may be executed now") != std::string::npos);
}

TEST_CASE("payloads that raise a health factor or are not queued say nothing") {
    World world = governed();
    queue(world, 9'000);
    for (const auto state :
         {FakeQueue::None, FakeQueue::Created, FakeQueue::Executed, FakeQueue::Cancelled, FakeQueue::Expired}) {
        queue(world, 5'000);
        world.state().queue.payloads.back().state = state;
    }
    look(world);
    CHECK_FALSE(trials(world).empty());
    for (const auto& trial : trials(world))
        CHECK(trial.calls.front().data == lending::execute_payload(kController, 0).data);
    CHECK(world.alerts("payload-queued").empty());
    CHECK(world.alerts("payload-unread").empty());
}

TEST_CASE("a payload that cannot be simulated is told, and so is a queue that cannot be read") {
    World world = governed();
    SUBCASE("it reverts") {
        queue(world, 0);
        look(world);
        REQUIRE(stands(world, "payload-unread"));
        CHECK(world.alerts("payload-unread").back().text.find("payload 0") != std::string::npos);
        world.state().queue.payloads.front().state = FakeQueue::Expired;
        look(world);
        CHECK_FALSE(stands(world, "payload-unread"));
    }
    SUBCASE("the node does not answer") {
        world.lose = [](const engine::Command& command) { return std::holds_alternative<engine::Simulate>(command); };
        queue(world, 7'000);
        look(world);
        CHECK(stands(world, "payload-unread"));
        CHECK(world.alerts("payload-queued").empty());
    }
    SUBCASE("there is no such contract") {
        World other;
        other.config.markets.front().governance = address_of(0xDEAD);
        other.start();
        other.run();
        look(other);
        CHECK(stands(other, "payload-unread"));
    }
}

TEST_CASE("many accounts are simulated a few at a time, the lowest first, and no more than a bound") {
    World world;
    const auto wallet = world.config.wallets.front();
    world.config.markets.front().governance = kController;
    for (std::uint64_t n = 1; n < 300; ++n) {
        auto more = wallet;
        more.name = "wallet-" + std::to_string(n);
        more.address = more.sender = address_of(0x10'0000 + n);
        more.positions.front().name = "position-" + std::to_string(n);
        world.config.wallets.push_back(more);
        auto holdings = world.state().market.accounts.at(kOwner);
        holdings[0].supply = *checked_sub(holdings[0].supply, units(n, 15));
        world.state().market.accounts[more.address] = holdings;
        world.state().native[more.address] = units(1, 18);
        world.state().nonces[more.address] = 0;
    }
    world.start();
    world.run();
    world.mine(2);
    queue(world, 7'000);
    look(world);
    const auto all = trials(world);
    REQUIRE(all.size() >= 8);
    for (std::size_t n = 0; n < 8; ++n) CHECK(all[n].before.size() == 32);
    CHECK(all.front().from == address_of(0x10'0000 + 299));  // the least collateral
    CHECK(world.alerts("payload-queued").size() == 256);
}

TEST_CASE("answers of a controller are read within bounds") {
    const auto words = [](std::initializer_list<std::uint64_t> values) {
        CallResult out{true, {}};
        for (const auto value : values) put_word(out.data, U256{value});
        return out;
    };
    const CallResult one = words({1});
    CHECK(lending::payload_queue(0, std::vector{one})->count == 1);
    CHECK_FALSE(lending::payload_queue(0, std::vector{words({1, 2})}));
    CHECK_FALSE(lending::payload_queue(0, std::vector{words({1ULL << 40U})}));
    CHECK_FALSE(lending::payload_queue(0, {}));
    CHECK_FALSE(lending::payload_queue(1, std::vector{one}));  // one answer is missing
    CHECK_FALSE(lending::payload_queue(1, std::vector{one, CallResult{false, {}}}));
    CHECK_FALSE(lending::payload_queue(1, std::vector{one, CallResult{true, {}}}));
    const auto full = words({32, 7, 1, 2, 10, 1'000, 0, 0, 20, 100, 50, 352, 0});
    const auto queue = lending::payload_queue(1, std::vector{one, full});
    REQUIRE(queue);
    CHECK(queue->queued == std::vector<lending::QueuedPayload>{{0, 1'101, 1'150}});
    const auto late = words({32, 7, 1, 2, 10, 1ULL << 40U, 0, 0, 20, 100, 50, 352, 0});
    CHECK_FALSE(lending::payload_queue(1, std::vector{one, late}));
    // A chain that went back has fewer than were known.
    CHECK(lending::payload_queue(1, std::vector{words({0}), full})->queued.empty());
    CHECK(lending::payload_calls(kController, 1'000).size() == 1 + lending::kPayloadsLookedAt);
    CHECK(lending::payload_calls(kController, 3).size() == 4);
}
