// SPDX-License-Identifier: Apache-2.0
// Blocks that nodes call final: how long what was included is watched, and what happens when they are replaced.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

namespace {

void final_at(World& world, BlockNumber number) {
    for (const auto& block : world.chain) {
        if (block.ref.number == number) world.give(engine::FinalityTold{number, block.ref.hash, true, {}});
    }
    world.run();
}

World rescued() {
    World world = running();
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(count(world, Stage::Settled) == 1);
    return world;
}

/// Whether the bytes go out again when the block that held them is replaced now.
bool sent_again(World& world, std::size_t depth) {
    const auto before = world.commands<engine::Broadcast>().size();
    world.reorg(depth, false);
    world.run();
    check_rules(world);
    return world.commands<engine::Broadcast>().size() > before;
}

bool finality_stops(const World& world) {
    const auto decision = world.last_decision();
    return decision && decision->outcome == engine::Outcome::Refused && decision->reason == "finality";
}

}  // namespace

TEST_CASE("N43 nodes that name no final blocks: said once, and the configured depth counts") {
    for (const int blocks : {5, 12}) {
        World world = running();
        world.config.finality = 10;
        world.give(engine::SettingsReloaded{world.config});
        world.give(engine::FinalityTold{});
        world.give(engine::FinalityTold{});
        world.run();
        REQUIRE(world.alerts("final-unknown").size() == 1);
        CHECK(world.alerts("final-unknown")[0].level == engine::AlertLevel::Info);
        CHECK(world.alerts("final-unknown")[0].text.find("10 blocks") != std::string::npos);
        world.set_price(1'500);
        world.mine(3);
        REQUIRE(count(world, Stage::Settled) == 1);
        world.mine(blocks);
        CHECK(sent_again(world, static_cast<std::size_t>(blocks) + 3) == (blocks == 5));
    }
}

TEST_CASE("N43 nodes that name final blocks: what was included is watched until then, however many blocks that takes") {
    World world = rescued();
    final_at(world, world.chain.front().ref.number + 1);
    CHECK(world.alerts("final-unknown").empty());
    world.mine(90);
    CHECK(sent_again(world, 92));
}

TEST_CASE("N15 N37 blocks called final are replaced: alarm, and nothing new is spent on that branch") {
    World world = running();
    world.mine(3);
    final_at(world, world.head().number - 1);
    world.mine(1);
    CHECK(world.alerts("finality-violated").empty());
    world.reorg(4, false);
    world.run();
    REQUIRE(world.alerts("finality-violated").size() == 1);
    CHECK(world.alerts("finality-violated")[0].level == engine::AlertLevel::Critical);
    world.set_price(1'500);
    world.mine(6);
    CHECK(world.commands<engine::Sign>().empty());
    CHECK(finality_stops(world));
    SUBCASE("two nodes agree on what is there now") {
        final_at(world, world.head().number - 5);
        CHECK(world.alerts("finality-violated").back().resolved);
        world.mine(4);
        CHECK(world.journal.back().outcome == "rescued");
    }
    SUBCASE("the final block stays what it was for the others") {
        final_at(world, 0);
        world.mine(1);
        CHECK(finality_stops(world));
    }
    check_rules(world);
}

TEST_CASE("N15 a reorganisation above what is final is none of its business") {
    World world = running();
    world.mine(5);
    final_at(world, world.head().number - 3);
    world.reorg(3, false);
    world.run();
    world.set_price(1'500);
    world.mine(4);
    CHECK(world.alerts("finality-violated").empty());
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("N15 what is in flight is sent on while nothing new is spent") {
    World world = running();
    world.mine(3);
    final_at(world, world.head().number);
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(world.commands<engine::Sign>().size() == 1);
    world.give(engine::FinalityTold{world.head().number, world.head().hash, true, "block 3 was final"});
    world.run();
    CHECK(world.alerts("finality-violated").size() == 1);
    world.inclusion = true;
    world.mine(3);
    CHECK(world.journal.back().outcome == "rescued");
    world.set_price(1'000);
    world.mine(3);
    CHECK(finality_stops(world));
    world.give(engine::FinalityTold{world.head().number, world.head().hash, true, {}});
    world.run();
    CHECK(world.alerts("finality-violated").back().resolved);
    check_rules(world);
}

TEST_CASE(
    "N15 nodes name no final blocks: a feed that begins anew far below is not spent on until it is as high again") {
    World world;
    world.position().warn = wad(126);
    world.config.finality = 10;
    world.start();
    world.run();
    world.mine(30);
    const auto far_below = world.chain[world.chain.size() - 16].ref;
    const auto top = world.head().number;
    world.give(engine::Restarted{far_below});
    world.run();
    REQUIRE(world.alerts("finality-violated").size() == 1);
    CHECK_FALSE(world.alerts("finality-violated").back().resolved);
    world.give(engine::Restarted{world.head()});
    world.run();
    world.set_price(1'500);
    world.mine(1);
    CHECK(world.head().number == top + 1);
    CHECK(world.alerts("finality-violated").back().resolved);
    world.mine(2);
    CHECK(count(world, Stage::Settled) == 1);
    check_rules(world);
}
