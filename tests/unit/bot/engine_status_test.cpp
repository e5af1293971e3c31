// SPDX-License-Identifier: Apache-2.0
// What an engine says of its chain as a whole.
#include <doctest/doctest.h>

#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

TEST_CASE(
    "a chain's status counts the positions that are not in sync, and names the one with the lowest health factor") {
    World world;
    engine::WalletConfig second = world.config.wallets[0];
    second.name = "second";
    second.address = second.sender = address_of(0x7755);
    second.live = false;
    second.positions[0].name = "lower";
    world.config.wallets.push_back(second);
    auto holdings = world.state().market.accounts.at(world.config.wallets[0].address);
    holdings[1].debt = *mul_div_down(holdings[1].debt, U256{101}, U256{100});
    world.state().market.accounts[second.address] = holdings;
    world.state().native[second.address] = units(5, 18);
    world.state().nonces[second.address] = 7;
    world.start();
    CHECK(world.engine->chain().out_of_sync == 2);
    CHECK(world.engine->chain().lowest.empty());
    world.run();
    world.mine(1);
    const auto all = world.engine->status();
    REQUIRE(all.positions.size() == 2);
    CHECK(all.out_of_sync == 0);
    CHECK(all.lowest == "lower");
    CHECK(all.lowest_health == all.positions[1].health);
    CHECK(all.lowest_health < all.positions[0].health);
    CHECK(all.head == world.head());
}
