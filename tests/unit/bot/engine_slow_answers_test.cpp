// SPDX-License-Identifier: Apache-2.0
// Nodes whose answers take long beside the blocks of their chain.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Stage;

namespace {

/// Each block has something to be read, as where some price follows no event.
void polls(World& world) {
    world.market_options = [] {
        FakeMarket::Options options;
        options.poll = true;
        return options;
    };
}

}  // namespace

TEST_CASE("simulations that take longer than blocks: after some blocks one a little behind the head will do") {
    for (const int blocks : {1, 2}) {
        CAPTURE(blocks);
        World world = running();
        world.set_price(1'500);
        world.delay = [](const engine::Command& command) { return std::holds_alternative<engine::Simulate>(command); };
        for (int i = 0; i < 12 && signed_fields(world).empty(); i += blocks) {
            world.mine(blocks);
            world.release();  // each answer comes with the head gone on
        }
        REQUIRE(signed_fields(world).size() == 1);
        world.delay = nullptr;
        world.mine(4);
        CHECK(world.journal.back().outcome == "rescued");
        check_rules(world);
    }
}

TEST_CASE("answers that come while the next block is being read wait for it, and will do after some blocks") {
    World world;
    polls(world);
    world.start();
    world.run();
    world.mine(1);
    world.set_price(1'500);
    world.delay = [](const engine::Command& command) { return std::holds_alternative<engine::Simulate>(command); };
    for (int i = 0; i < 12 && signed_fields(world).empty(); ++i) {
        world.build();
        world.give(engine::BlockAdded{world.head(), world.chain.back().logs, 1});
        world.release();  // of the block before; then what this one is read for
    }
    REQUIRE(signed_fields(world).size() == 1);
    world.delay = nullptr;
    world.mine(4);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("every answer takes longer than a block: a position is read, rescued and proved safe all the same") {
    for (const BlockNumber blocks : {1U, 2U, 3U}) {
        CAPTURE(blocks);
        World world;
        polls(world);
        world.interval_ms = 250;
        world.config.block_time_ms = 250;
        world.start();
        world.run();
        world.mine(1);
        world.delay = is_asked;
        const auto pass = [&](int count) {
            for (int i = 0; i < count; ++i) {
                world.mine();
                world.release(blocks);
            }
        };
        pass(20);
        CHECK(world.last_decision() == std::nullopt);
        world.set_price(1'500);
        pass(90);
        REQUIRE(signed_fields(world).size() == 1);
        CHECK(world.mined_count(true) == 1);
        CHECK(world.health() >= wad(159));
        REQUIRE(world.journal.back().stage == Stage::Settled);
        CHECK(world.journal.back().outcome == "rescued");
        check_rules(world);
    }
}
