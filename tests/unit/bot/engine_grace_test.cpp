// SPDX-License-Identifier: Apache-2.0
// Reserves against which nobody is liquidated for a while.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

namespace {

std::vector<engine::Decision> decisions_of(const World& world, const std::string& position) {
    std::vector<engine::Decision> out;
    for (const auto& command : world.commands<engine::Decide>()) {
        if (command.decision.position == position) out.push_back(command.decision);
    }
    return out;
}

}  // namespace

TEST_CASE("O17 a grace period of a reserve: who cannot be liquidated yet goes second, and is rescued all the same") {
    for (const bool graced : {false, true}) {
        World world = only_guarded();
        for (auto& wallet : world.config.wallets) wallet.positions[0].warn = wad(145);
        world.market_options = [] {
            FakeMarket::Options options;
            options.graces = true;
            return options;
        };
        // All of Bob's collateral is in its grace; of Alice's some dollars are not, so that she can be liquidated.
        auto& state = world.state();
        state.market.accounts[kBob][1].debt = units(10'200, 6);
        state.market.accounts[kAlice][1].supply = units(10, 6);
        if (graced) state.grace[kEth] = world.head().timestamp + 100'000;
        world.start();
        world.run();
        world.mine(3);
        world.set_price(1'500);
        world.mine(2);
        std::vector<std::string> order;
        for (const auto& row : world.journal) {
            if (row.stage == engine::Stage::Signed) order.push_back(row.position);
        }
        REQUIRE_FALSE(order.empty());
        CHECK(order.front() == (graced ? "alice-main" : "bob-main"));
        const auto bobs = decisions_of(world, "bob-main");
        REQUIRE_FALSE(bobs.empty());
        const auto told = std::any_of(bobs.begin(), bobs.end(), [](const auto& decision) {
            return std::any_of(decision.gates.begin(), decision.gates.end(),
                               [](const auto& gate) { return gate.name == "grace-period" && gate.passed; });
        });
        CHECK(told == graced);
        world.mine(8);
        CHECK(world.mined_count(true) == 2);
        CHECK(world.health_of(kAlice) >= wad(159));
        CHECK(world.health_of(kBob) >= wad(159));
        check_rules(world);
    }
}
