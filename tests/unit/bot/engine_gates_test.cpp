// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;

namespace {

const engine::Gate* gate_of(const engine::Decision& decision, const std::string& name) {
    for (const auto& gate : decision.gates) {
        if (gate.name == name) return &gate;
    }
    return nullptr;
}

struct Case {
    std::string gate;
    std::function<void(World&)> before;          // before the start
    std::function<void(World&)> then = nullptr;  // in steady state, before the price falls
    std::string alert = "";                      // kind; empty: as the gate
};

std::vector<Case> cases() {
    return {
        {"paused", [](World& w) { w.paused = {"main"}; }},
        {"feed", [](World&) {}, [](World& w) { w.give(engine::FeedStale{"silent"}); }},
        {"head-age", [](World&) {}, [](World& w) { w.extra_ms = 40'000; }},
        {"audit-agrees",
         [](World& w) {
             w.market_options = [] {
                 FakeMarket::Options o;
                 o.lies = true;
                 return o;
             };
         },
         nullptr, "audit-mismatch"},
        {"supported",
         [](World& w) {
             w.market_options = [] {
                 FakeMarket::Options o;
                 o.unsupported_reason = "unknown rules";
                 return o;
             };
         },
         nullptr, "unsupported"},
        {"strategy:no-balance", [](World& w) { w.state().tokens[kUsd].balance[kOwner] = U256{}; }},
        {"strategy:reserve-paused", [](World& w) { w.state().market.assets[1].paused = true; }},
        {"strategy:no-strategy", [](World& w) { w.position().strategies = {"unheard-of"}; }},
        {"strategy:limit-value-per-action", [](World& w) { w.position().limits.max_value_per_action = BaseValue{}; }},
        {"strategy:limit-value-per-day",
         [](World& w) {
             w.position().limits.max_value_per_day = BaseValue{U256{100}};
             w.spendings = {
                 {"main", "treasury", w.now() - 1'000'000, engine::Purpose::Rescue, true, BaseValue{U256{100}}, Wei{}}};
         }},
        {"cooldown",
         [](World& w) {
             w.spendings = {{"main", "treasury", w.now() - 1'000, engine::Purpose::Rescue, true, BaseValue{}, Wei{}}};
         }},
        {"limit-gas-per-day", [](World& w) { w.position().limits.max_gas_per_day = gwei(1); }},
        {"native-balance", [](World& w) { w.state().native[kOwner] = U256{1'000}; }},
        {"simulation", [](World&) {}, [](World& w) { w.simulation_fails = true; }},
        {"gas-limit", [](World& w) { w.config.gas_limit_max = 100'000; }},
    };
}

}  // namespace

TEST_CASE("M35 R07 R08 R20 each gate stops the rescue, is recorded with numbers every block, and alarms once") {
    for (const auto& c : cases()) {
        CAPTURE(c.gate);
        World world;
        c.before(world);
        world.start();
        world.run();
        world.mine(2);
        if (c.then) c.then(world);
        world.set_price(1'500);
        world.mine();
        world.mine(4);
        CHECK(world.commands<engine::Sign>().empty());
        CHECK(world.journal.empty());
        for (const auto& violation : world.violations) FAIL_CHECK(violation);
        const auto decisions = world.commands<engine::Decide>();
        if (c.gate == "feed") CHECK(world.alerts("feed-stale").size() == 1);
        std::size_t refused = 0;
        for (const auto& command : decisions) refused += command.decision.outcome == Outcome::Refused ? 1 : 0;
        CHECK(refused >= 4);
        REQUIRE(world.last_decision());
        CHECK(world.last_decision()->reason == c.gate);
        const auto decision = *world.last_decision();
        const auto* gate = gate_of(decision, c.gate);
        REQUIRE(gate != nullptr);
        CHECK_FALSE(gate->passed);
        CHECK_FALSE(gate->measured.empty());
        CHECK_FALSE(gate->required.empty());
        CHECK(world.alerts(c.alert.empty() ? c.gate : c.alert).size() == 1);
    }
}

TEST_CASE("a dry run decides, simulates and sends nothing") {
    World world;
    world.config.wallets[0].live = false;
    world.start();
    world.run();
    world.set_price(1'500);
    world.mine(4);
    CHECK(world.commands<engine::Simulate>().size() >= 3);
    CHECK(world.commands<engine::Persist>().empty());
    CHECK(world.commands<engine::Sign>().empty());
    const auto decision = *world.last_decision();
    CHECK(decision.outcome == Outcome::DryRun);
    CHECK(std::any_of(decision.gates.begin(), decision.gates.end(),
                      [](const auto& gate) { return gate.name == "mode" && !gate.passed; }));
    CHECK(world.last_decision()->plan.find("repay ") == 0);
    CHECK(world.last_decision()->health_expected >= wad(160));
    CHECK(world.alerts("dry-run").size() == 1);
}

TEST_CASE("a market without its state at the head: the missed blocks are on record") {
    World world;
    world.market_options = [] {
        FakeMarket::Options o;
        o.poll = true;
        return o;
    };
    world.paused = {"main"};
    world.start();
    world.run();
    world.set_price(1'500);
    world.mine(2);
    world.lose = [](const engine::Command& c) { return std::holds_alternative<engine::Read>(c); };
    world.mine(4);
    const auto decision = world.last_decision();
    CHECK(decision->outcome == Outcome::Refused);
    CHECK(decision->reason == "market-sync");
    CHECK(decision->block.number == world.head().number - 1);
    world.give(engine::Tick{});
    world.run();
    world.give(engine::Tick{});
    world.run();
    CHECK(world.alerts("reads-fail").size() == 1);
    world.lose = nullptr;
    world.give(engine::Tick{});
    world.run();
    CHECK(world.last_decision()->reason == "paused");
    CHECK(world.last_decision()->block == world.head());
    CHECK(world.alerts("reads-fail").back().resolved);
}

TEST_CASE("alerts: on change, again after a while, and when it is over") {
    World world;
    world.paused = {"main"};
    world.start();
    world.run();
    world.set_price(1'700);  // 1.36: below 1.40
    world.mine(3);
    CHECK(world.alerts("below-warn").size() == 1);
    CHECK(world.alerts("below-warn").front().level == engine::AlertLevel::Warning);
    world.set_price(1'760);  // 1.408: not yet above 1.40 and a hundredth
    world.mine(2);
    CHECK(world.alerts("below-warn").size() == 1);
    world.set_price(1'780);
    world.mine(2);
    REQUIRE(world.alerts("below-warn").size() == 2);
    CHECK(world.alerts("below-warn").back().resolved);
    world.set_price(1'500);
    world.mine(52);  // more than ten minutes
    CHECK(world.alerts("paused").size() == 2);
    CHECK(world.alerts("below-trigger").size() == 2);
    world.set_price(1'200);
    world.mine(2);
    CHECK(world.alerts("liquidatable").size() == 1);
    CHECK(world.alerts("liquidatable").front().level == engine::AlertLevel::Critical);
    world.set_price(2'000);
    world.mine(1);
    CHECK(world.alerts("liquidatable").back().resolved);
    CHECK(world.alerts("below-trigger").back().resolved);
    CHECK(world.last_decision()->outcome == Outcome::Safe);
}

TEST_CASE("a limit that makes the repayment fall short is named, and the part is repaid") {
    World world;
    world.position().limits.max_value_per_action = BaseValue{units(700, 8)};
    world.start();
    world.run();
    world.set_price(1'500);
    world.mine(3);
    CHECK(world.alerts("short:limit-value-per-action").size() == 1);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.journal.back().outcome == "rescued");  // 12,000 over 9,300 is above the trigger
    CHECK(world.health() > wad(129));
    CHECK(world.health() < wad(130));
}

TEST_CASE("stale feed: nothing is sent, alarms go on, and what is fresh again acts") {
    World world;
    world.start();
    world.run();
    world.give(engine::FeedStale{"no head for 40 s"});
    world.extra_ms = 700'000;
    world.give(engine::Tick{});
    world.run();
    CHECK(world.alerts("feed-stale").size() == 2);
    CHECK(world.alerts("feed-stale").back().text.find("no head for 40 s") != std::string::npos);
    world.extra_ms = 500;
    world.give(engine::FeedLive{});
    world.set_price(1'500);
    world.mine(2);
    CHECK(world.alerts("feed-stale").back().resolved);
    CHECK(world.mined_count(true) == 1);
}

TEST_CASE("N21 an audit that disagrees: alarm, everything anew from the chain, and acting once it agrees") {
    World world;
    world.config.audit_interval = 10;
    world.start();
    world.run();
    world.mine(2);
    // A log was lost: the chain's debt is higher than what was followed.
    world.state().market.accounts[kOwner][1].debt = units(12'000, 6);
    world.mine(30);
    REQUIRE_FALSE(world.alerts("audit-mismatch").empty());
    CHECK(world.alerts("audit-mismatch").back().resolved);
    world.mine(2);
    CHECK(world.commands<engine::Sign>().empty());  // 1.333 is above the trigger
    world.set_price(1'800);                         // 1.2 on the true debt
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(159));
}
