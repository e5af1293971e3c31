// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;
using engine::Pause;
using engine::SetWalletPaused;

namespace {

constexpr std::int64_t kMinute = 60'000;

std::size_t signatures(const World& world) {
    return world.commands<engine::Sign>().size();
}

std::string measured(const World& world) {
    const auto decision = world.last_decision();
    if (!decision) return "no decision";
    for (const auto& gate : decision->gates) {
        if (gate.name == "paused") return gate.measured;
    }
    return "no gate";
}

}  // namespace

TEST_CASE("a paused wallet signs nothing, says so at every block, and acts at once when it is resumed") {
    World world;
    world.start();
    world.run();
    world.mine(2);
    world.give(SetWalletPaused{{"treasury", engine::kUntilResumed}});
    world.set_price(1'500);
    world.mine(4);
    CHECK(signatures(world) == 0);
    CHECK(world.journal.empty());
    CHECK(world.last_decision()->outcome == Outcome::Refused);
    CHECK(world.last_decision()->reason == "paused");
    CHECK(world.last_decision()->block == world.head());
    CHECK(measured(world) == "paused by the operator");
    CHECK_FALSE(world.last_decision()->plan.empty());  // what it would do is shown all the same
    REQUIRE(world.alerts("paused").size() == 1);
    CHECK(world.alerts("paused").front().level == engine::AlertLevel::Critical);
    CHECK(world.engine->status().positions.front().paused);

    world.give(SetWalletPaused{{"treasury", 0}});
    world.run();
    CHECK(signatures(world) == 1);  // no block has passed
    CHECK_FALSE(world.engine->status().positions.front().paused);
    world.mine(3);
    CHECK(world.health() >= wad(159));
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
}

TEST_CASE("a wallet that is made a dry run tells its plans and signs nothing; made live again it acts at once") {
    World world;
    world.start();
    world.run();
    world.mine(2);
    const auto switch_to = [&](bool live) {
        world.config.wallets[0].live = live;
        world.give(engine::SettingsReloaded{world.config});
    };
    switch_to(false);
    world.set_price(1'500);
    world.mine(4);
    CHECK(signatures(world) == 0);
    CHECK(world.journal.empty());
    CHECK(world.last_decision()->outcome == Outcome::DryRun);
    CHECK_FALSE(world.last_decision()->plan.empty());
    CHECK(world.alerts("dry-run").size() == 1);
    switch_to(true);
    world.mine(4);
    CHECK(signatures(world) == 1);
    CHECK(world.health() >= wad(159));
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
}

TEST_CASE("a wallet that is a dry run from the first block on acts when it is made live") {
    World world;
    world.config.wallets[0].live = false;
    world.start();
    world.run();
    world.mine(2);
    world.set_price(1'500);
    world.mine(2);
    CHECK(signatures(world) == 0);
    world.config.wallets[0].live = true;
    world.give(engine::SettingsReloaded{world.config});
    world.mine(8);
    CHECK(signatures(world) == 1);
    CHECK(world.health() >= wad(159));
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
}

TEST_CASE("a pause ends at its time without another word") {
    World world;
    world.start();
    world.run();
    world.mine(2);
    world.give(SetWalletPaused{{"treasury", world.now() + kMinute}});
    world.set_price(1'500);
    world.mine();
    CHECK(measured(world) == "paused by the operator for 1 min more");
    world.mine(3);
    CHECK(signatures(world) == 0);
    world.mine(3);
    CHECK(signatures(world) >= 1);
}

TEST_CASE("a pause is of its wallet alone, and one that the journal knows holds from the first block") {
    World world;
    world.pauses = {Pause{"somebody-else", engine::kUntilResumed}};
    world.start();
    world.run();
    world.mine(2);
    world.set_price(1'500);
    world.mine(2);
    CHECK(signatures(world) == 1);

    World held;
    held.pauses = {Pause{"treasury", engine::kUntilResumed}};
    held.set_price(1'500);
    held.start();
    held.run();
    held.mine(4);
    CHECK(signatures(held) == 0);
    CHECK(held.last_decision()->reason == "paused");
}

TEST_CASE("what is signed before a pause is followed to its end, and not replaced meanwhile") {
    World world;
    world.start();
    world.run();
    world.mine(2);
    world.inclusion = false;
    world.set_price(1'500);
    world.mine();
    REQUIRE(signatures(world) == 1);
    world.give(SetWalletPaused{{"treasury", engine::kUntilResumed}});
    const auto sent = world.commands<engine::Broadcast>().size();
    world.mine(4);
    CHECK(signatures(world) == 1);
    CHECK(world.commands<engine::Broadcast>().size() > sent);
    world.inclusion = true;
    world.mine(3);
    CHECK(world.stages().back() == engine::Stage::Settled);
    CHECK(world.health() >= wad(159));
}

TEST_CASE("a pause that comes while a plan is being simulated stops it") {
    World world;
    world.start();
    world.run();
    world.mine(2);
    world.set_price(1'500);
    world.lose = [](const engine::Command& c) { return std::holds_alternative<engine::Simulate>(c); };
    world.mine();
    REQUIRE(world.commands<engine::Simulate>().size() >= 1);
    const auto asked = world.commands<engine::Simulate>().back();
    world.give(SetWalletPaused{{"treasury", engine::kUntilResumed}});
    world.give(engine::SimulationDone{asked.id, "", {}, {}, {}});
    world.lose = nullptr;
    world.run();
    world.mine(3);
    CHECK(signatures(world) == 0);
}
