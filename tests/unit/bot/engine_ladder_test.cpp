// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sstream>

#include "bot/engine/replay.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;
using engine::Purpose;

namespace {

/// The world's own wallet is safe; alice and bob are under the guardian.
World guarded() {
    World world = only_guarded();
    for (auto& wallet : world.config.wallets) wallet.positions[0].warn = wad(126);
    world.start();
    world.run();
    world.mine(12);
    return world;
}

std::vector<engine::Decision> decisions_of(const World& world, const std::string& position) {
    std::vector<engine::Decision> out;
    for (const auto& command : world.commands<engine::Decide>()) {
        if (command.decision.position == position) out.push_back(command.decision);
    }
    return out;
}

std::vector<engine::Decision> acting(const World& world) {
    std::vector<engine::Decision> out;
    for (const auto& command : world.commands<engine::Decide>()) {
        if (command.decision.outcome == Outcome::Acting) out.push_back(command.decision);
    }
    return out;
}

void check_replays(const World& world) {
    std::istringstream in(world.recording);
    const auto report = engine::replay(
        in,
        [&](const engine::EngineConfig&) {
            std::vector<std::unique_ptr<lending::Market>> markets;
            markets.push_back(std::make_unique<FakeMarket>(world.market_options()));
            return Result<std::vector<std::unique_ptr<lending::Market>>>(std::move(markets));
        },
        world.planner);
    REQUIRE(report);
    CHECK_MESSAGE(report->same(), engine::to_text(*report));
    check_rules(world);
}

}  // namespace

TEST_CASE("M40 a guardian rescues both its accounts, one after the other, the riskier first") {
    World world = guarded();
    world.state().market.accounts[kBob][1].debt = units(10'200, 6);
    world.start();
    world.run();
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    CHECK(signed_fields(world)[0].to == kGuard);
    CHECK(signed_fields(world)[0].nonce == 100);
    CHECK(world.journal.front().position == "bob-main");
    CHECK(world.journal.front().address == kGuardian);
    CHECK(world.journal.front().wallet == "bob");
    CHECK(world.journal.front().strategy == "repay-with-collateral");
    CHECK(world.journal.front().rung == 1);
    CHECK(world.journal.front().cost_bps >= 100);
    CHECK(world.journal.front().cost_bps <= 101);  // rounded up
    REQUIRE_FALSE(decisions_of(world, "alice-main").empty());
    CHECK(decisions_of(world, "alice-main").back().reason == "lane");
    CHECK(world.alerts("lane").empty());
    world.mine(6);
    REQUIRE(signed_fields(world).size() == 2);
    CHECK(signed_fields(world)[1].nonce == 101);
    CHECK(world.mined_count(true) == 2);
    CHECK(world.health_of(kAlice) >= wad(159));
    CHECK(world.health_of(kBob) >= wad(159));
    for (const auto& from : {kAlice, kBob}) CHECK(world.state().nonces[from] == 0);
    check_replays(world);
}

TEST_CASE("M40 the riskier account's check is slow: the other does not go first") {
    World world = guarded();
    world.state().market.accounts[kBob][1].debt = units(10'200, 6);
    world.start();
    world.run();
    world.delay = [](const engine::Command& command) {
        const auto* simulate = std::get_if<engine::Simulate>(&command);
        return simulate != nullptr && address_in(word_at(ByteView(simulate->calls.front().data).subspan(1), 0)) == kBob;
    };
    world.set_price(1'500);
    world.mine(1);
    CHECK(signed_fields(world).empty());
    CHECK(decisions_of(world, "alice-main").back().reason == "lane");
    world.release();
    REQUIRE(signed_fields(world).size() == 1);
    CHECK(world.journal.front().position == "bob-main");
    check_replays(world);
}

TEST_CASE("M40 the riskier account has no plan that works: the other goes in the same block") {
    World world = guarded();
    world.state().market.accounts[kBob][1].debt = units(10'200, 6);
    world.start();
    world.run();
    world.planner = sell_or_repay;
    world.state().policies[kBob].trigger = wad(100);  // the guard refuses it
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    CHECK(world.journal.front().position == "alice-main");
    CHECK(decisions_of(world, "bob-main").back().reason == "simulation");
    check_replays(world);
}

TEST_CASE("R05 R07 a plan that fails in simulation: the next is tried in the same block, and why is on record") {
    World world = guarded();
    world.state().broken_venues = {1};
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(acting(world).size() == 1);
    const auto decision = acting(world).front();
    CHECK(decision.rung == 2);
    CHECK(decision.block == world.head());
    REQUIRE(decision.ladder.size() == 2);
    CHECK(decision.ladder[0].refused == "simulation");
    CHECK(decision.ladder[0].strategy == "repay-with-collateral");
    CHECK(decision.ladder[1].refused.empty());
    CHECK(decision.ladder[1].after >= wad(160));
    CHECK_FALSE(decision.ladder[1].repaid.is_zero());
    CHECK(decision.plan == "sell collateral through venue 3 and repay");
    const auto& gates = decision.gates;
    const auto passed_over =
        std::find_if(gates.begin(), gates.end(), [](const auto& gate) { return gate.name == "rung:1"; });
    REQUIRE(passed_over != gates.end());
    CHECK(passed_over->measured.starts_with("repay-with-collateral: simulation: call 1 fails"));
    CHECK(std::none_of(gates.begin(), gates.end(), engine::stops));
    world.mine(8);
    CHECK(world.mined_count(true) == 2);
    CHECK(world.mined_count(false) == 0);
    check_replays(world);
}

TEST_CASE("a plan that fails late: the next one is of the newest block, in its amounts too") {
    World world = guarded();
    world.state().broken_venues = {1};
    world.delay = [](const engine::Command& command) { return std::holds_alternative<engine::Simulate>(command); };
    for (std::uint64_t i = 0; i < 12 && signed_fields(world).empty(); ++i) {
        world.set_price(1'500 - i);
        world.mine();
        world.release();  // each answer comes with the head gone on
    }
    REQUIRE(acting(world).size() == 1);
    CHECK(acting(world).front().rung == 2);
    CHECK(acting(world).front().ladder[0].refused == "simulation");
    REQUIRE_FALSE(world.journal.empty());
    // A dollar is 0.0008 of it; the plan looks some seconds ahead.
    const Wad most{*checked_add(acting(world).front().health_now.value, units(3, 14))};
    CHECK(world.journal.back().health_before < most);
    check_replays(world);
}

TEST_CASE("every plan fails: the last reason stands, and nothing is sent") {
    World world = guarded();
    world.state().broken_venues = {1, 3};
    world.set_price(1'500);
    world.mine(3);
    CHECK(signed_fields(world).empty());
    CHECK(world.commands<engine::Simulate>().size() == 3 * 2 * 2);  // blocks, positions, rungs
    const auto decision = decisions_of(world, "alice-main").back();
    CHECK(decision.outcome == Outcome::Refused);
    CHECK(decision.reason == "simulation");
    CHECK(decision.rung == 2);
    CHECK(decision.ladder[0].refused == "simulation");
    CHECK(decision.ladder[1].refused == "simulation");
    CHECK(decision.gates.back().name == "simulation");
    check_replays(world);
}

TEST_CASE("a gate that one plan fails and the next passes") {
    World world = guarded();
    // The first rung calls a stranger; only the guard may be called by its guardian.
    world.planner = [](const strategies::Situation& s) {
        auto ladder = sell_or_repay(s);
        if (!ladder.rungs.empty()) ladder.rungs.front().calls.front().to = address_of(0xBAD);
        return ladder;
    };
    world.start();
    world.run();
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(acting(world).size() == 1);
    CHECK(acting(world).front().rung == 2);
    CHECK(acting(world).front().ladder[0].refused == "limit-contracts");
    CHECK(signed_fields(world)[0].to == kGuard);
    check_replays(world);
}

TEST_CASE("pools out of sync keep nothing back: without a route there is another plan") {
    World world;
    world.add_guarded();
    bool silent = true;
    const auto of_pair = [](const engine::Command& command) {
        const auto* read = std::get_if<engine::Read>(&command);
        return read != nullptr && read->calls.front().to == kPair;
    };
    world.lose = [&](const engine::Command& command) { return silent && of_pair(command); };
    world.start();
    world.run();
    world.mine(12);
    for (const auto& position : world.engine->status().positions) CHECK(position.in_sync);
    world.set_price(1'500);
    world.mine(1);
    REQUIRE_FALSE(acting(world).empty());
    const auto alice = decisions_of(world, "alice-main");
    CHECK(alice.back().ladder.back().refused == "no-route");
    CHECK(alice.back().plan == "sell collateral through venue 3 and repay");
    silent = false;
    world.mine(8);
    CHECK(world.mined_count(true) == 3);
    CHECK(decisions_of(world, "bob-main").back().outcome == Outcome::Safe);
    check_replays(world);
}

TEST_CASE("offers: the plan of the pools goes ahead without them; what comes is used for the next") {
    World world = guarded();
    world.offers = {{"stand-in",
                     kEth,
                     kUsd,
                     TokenAmount{units(1, 18)},
                     TokenAmount{units(1'485, 6)},
                     TokenAmount{units(1'480, 6)},
                     address_of(0xA66),
                     {1},
                     0,
                     0}};
    world.delay = [](const engine::Command& command) { return std::holds_alternative<engine::FetchOffers>(command); };
    SUBCASE("they come too late") {
        world.set_price(1'500);
        world.mine(1);
        REQUIRE(acting(world).size() == 1);
        CHECK(acting(world).front().plan == "sell collateral through venue 1 and repay");
        REQUIRE_FALSE(world.commands<engine::FetchOffers>().empty());
        CHECK(world.commands<engine::FetchOffers>().front().taker == kSwapper);
        CHECK(world.commands<engine::FetchOffers>().front().origin == kGuardian);
        CHECK_FALSE(world.commands<engine::FetchOffers>().front().local.front().is_zero());
        world.release();
        CHECK(acting(world).size() == 1);
        CHECK(signed_fields(world).size() == 1);
    }
    SUBCASE("nothing else works: they are the plan as soon as they are there") {
        world.state().broken_venues = {1, 3};
        world.set_price(1'500);
        world.mine(1);
        CHECK(signed_fields(world).empty());
        world.release();
        REQUIRE(acting(world).size() == 1);
        CHECK(acting(world).front().plan == "sell collateral through venue 2 and repay");
        CHECK(acting(world).front().block == world.head());
    }
    SUBCASE("an error is an alert, and no more") {
        world.delay = nullptr;
        world.offers.clear();
        world.set_price(1'500);
        world.mine(1);
        CHECK(acting(world).size() == 1);
        CHECK(world.alerts("aggregator").size() == 1);
    }
    world.delay = nullptr;
    world.mine(8);
    CHECK(world.mined_count(true) == 2);
    check_replays(world);
}

TEST_CASE("an offer that has expired is not used") {
    World world = guarded();
    world.offers = {{"stand-in",
                     kEth,
                     kUsd,
                     TokenAmount{units(1, 18)},
                     TokenAmount{units(1'485, 6)},
                     TokenAmount{units(1'480, 6)},
                     address_of(0xA66),
                     {1},
                     0,
                     world.now() + 20'000}};
    world.state().broken_venues = {1, 3};
    world.set_price(1'500);
    world.mine(1);  // 12 s later: it ends before the next block
    CHECK(signed_fields(world).empty());
    check_replays(world);
}

TEST_CASE("what the guard's policy says stands before any plan") {
    struct Case {
        std::string gate;
        std::function<void(World&)> set;
    };
    const std::vector<Case> cases = {
        {"guard-policy", [](World& w) { w.state().policies.clear(); }},
        {"guard-guardian",
         [](World& w) { w.state().policies[kAlice].guardian = w.state().policies[kBob].guardian = kOwner; }},
    };
    for (const auto& c : cases) {
        CAPTURE(c.gate);
        World world = guarded();
        c.set(world);
        world.mine(12);
        world.set_price(1'500);
        world.mine(4);
        CHECK(signed_fields(world).empty());
        CHECK(decisions_of(world, "alice-main").back().reason == c.gate);
        CHECK(world.alerts(c.gate).size() == 4);  // for each account one while all is well, and one in danger
        check_replays(world);
    }
}

TEST_CASE("a dry run under a guard is looked at as its guardian, and shows the ladder") {
    World world;
    world.add_guarded();
    for (auto& wallet : world.config.wallets) {
        wallet.live = false;
        if (wallet.guard) wallet.sender = address_of(0x5E);  // no key at hand
    }
    world.state().native[address_of(0x5E)] = units(1, 18);
    world.state().nonces[address_of(0x5E)] = 0;
    world.start();
    world.run();
    world.set_price(1'500);
    world.mine(3);
    CHECK(world.commands<engine::Sign>().empty());
    const auto decision = decisions_of(world, "alice-main").back();
    CHECK(decision.outcome == Outcome::DryRun);
    CHECK(decision.ladder.size() >= 2);
    const auto simulations = world.commands<engine::Simulate>();
    CHECK(std::any_of(simulations.begin(), simulations.end(), [](const auto& s) { return s.from == kGuardian; }));
    check_replays(world);
}

TEST_CASE("a restart finds the guardian's transaction by the sender's address") {
    World world = guarded();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(world.pool.size() == 1);
    const auto sent = world.pool;
    world.pool.clear();
    world.start();
    world.run();
    REQUIRE(world.pool.size() == 1);
    CHECK(world.pool[0].raw == sent[0].raw);
    CHECK(world.engine->status().in_flight == 1);
    world.inclusion = true;
    world.mine(8);
    CHECK(world.mined_count(true) == 2);
    check_replays(world);
}

TEST_CASE("a wallet that goes back to a dry run: its transaction is not sent again, the other's goes on") {
    World world = guarded();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(world.journal.front().wallet == "alice");
    world.config.wallets[0].live = false;
    world.give(engine::SettingsReloaded{world.config});
    world.run();
    world.pool.clear();
    const auto before = world.commands<engine::Broadcast>().size();
    world.mine(2);
    CHECK(world.commands<engine::Broadcast>().size() == before);
    check_rules(world);
}
