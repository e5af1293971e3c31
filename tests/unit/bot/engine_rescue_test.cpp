// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;
using engine::Purpose;
using engine::Stage;

TEST_CASE("a price falls below the trigger: repaid, proved and closed") {
    World world;
    world.start();
    world.run();
    world.mine(2);
    CHECK(world.commands<engine::Simulate>().empty());
    CHECK(world.commands<engine::Decide>().empty());

    world.set_price(1'500);  // 12,000 over 10,000: 1.2
    world.mine();
    REQUIRE(world.pool.size() == 1);
    const auto decision = world.last_decision();
    CHECK(decision->outcome == Outcome::Acting);
    for (const auto& gate : decision->gates) CHECK_MESSAGE(gate.passed, gate.name);
    CHECK(world.alerts("below-trigger").size() == 1);
    CHECK(world.stages() == std::vector{Stage::Intent, Stage::Reserved, Stage::Signed, Stage::Sent});
    CHECK(world.journal[0].nonce == std::nullopt);
    CHECK(world.journal[1].nonce == 7);
    CHECK_FALSE(world.journal[2].raw.empty());

    world.mine();
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(160));
    CHECK(world.health() < wad(161));
    CHECK(world.stages() ==
          std::vector{Stage::Intent, Stage::Reserved, Stage::Signed, Stage::Sent, Stage::Seen, Stage::Settled});
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.journal.back().succeeded);
    CHECK_FALSE(world.journal.back().gas_spent.is_zero());
    CHECK(world.alerts("rescued").size() == 1);
    world.mine(5);
    CHECK(world.commands<engine::Sign>().size() == 1);
    CHECK(world.journal.size() == 6);
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
    CHECK(world.engine->status().positions.at(0).incident.empty());
}
