// SPDX-License-Identifier: Apache-2.0
// Rescues that were included and did nothing, figures that differed, and powers that are taken away in quiet times.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::AlertLevel;
using engine::Stage;

namespace {

/// Alice and bob under the guardian, with two ways to sell that count as two strategies.
World two_ways() {
    World world = only_guarded({kAlice});
    world.planner = [](const strategies::Situation& situation) {
        auto ladder = sell_or_repay(situation);
        for (auto& plan : ladder.rungs) {
            if (plan.text.find("venue 3") != std::string::npos) plan.strategy = "another";
        }
        return ladder;
    };
    auto& position = world.config.wallets[0].positions[0];
    position.warn = wad(126);
    world.config.failures_max = 100;
    world.start();
    world.run();
    world.mine(12);
    return world;
}

std::vector<std::string> strategies_signed(const World& world) {
    std::vector<std::string> out;
    for (const auto& row : world.journal) {
        if (row.stage == Stage::Signed) out.push_back(row.strategy);
    }
    return out;
}

}  // namespace

TEST_CASE("R14 it passes the simulation and reverts twice: another kind of plan, said aloud; then in the old order") {
    World world = two_ways();
    world.forced_revert = true;
    world.set_price(1'500);
    world.mine(2);
    CHECK(world.alerts("reverts").empty());
    world.mine(5);
    const auto tried = strategies_signed(world);
    REQUIRE(tried.size() >= 4);
    CHECK(tried[0] == "repay-with-collateral");
    CHECK(tried[1] == "repay-with-collateral");
    CHECK(tried[2] == "another");
    CHECK(tried[3] == "another");
    REQUIRE_FALSE(world.alerts("reverts").empty());
    CHECK(world.alerts("reverts")[0].level == AlertLevel::Critical);
    world.forced_revert = false;
    world.mine(4);
    CHECK(world.health_of(kAlice) >= wad(155));
    CHECK(world.alerts("reverts").back().resolved);
    const auto before = strategies_signed(world).size();
    world.config.wallets[0].positions[0].limits.cooldown = std::chrono::seconds{0};
    world.give(engine::SettingsReloaded{world.config});
    world.set_price(1'100);
    world.mine(3);
    REQUIRE(strategies_signed(world).size() > before);
    CHECK(strategies_signed(world)[before] == "repay-with-collateral");
    check_rules(world);
}

TEST_CASE("R02 not needed again and again: longer and longer rests, but none when it is about to be liquidated") {
    World world = running();
    world.config.wallets[0].positions[0].limits.cooldown = std::chrono::seconds{600};
    world.give(engine::SettingsReloaded{world.config});
    const auto flap = [&] {  // below the trigger for a block, above it when the rescue is included
        world.set_price(1'500);
        world.inclusion = false;
        world.mine(1);
        world.inclusion = true;
        world.forced_revert = true;
        world.set_price(2'000);
        world.mine(2);
        world.forced_revert = false;
    };
    for (int i = 0; i < 20; ++i) flap();
    const std::size_t reverted = world.mined_count(false);
    CHECK(reverted >= 2);
    CHECK(reverted <= 6);  // of twenty: rests of 15, 30, 60, ... seconds in 720
    CHECK(world.mined_count(true) == 0);
    CHECK(world.alerts("transaction-failed").empty());
    CHECK(std::count_if(world.journal.begin(), world.journal.end(), [](const auto& row) {
              return row.outcome == "not needed";
          }) == static_cast<std::ptrdiff_t>(reverted));
    world.set_price(1'500);
    world.mine(2);
    CHECK(world.mined_count(true) == 0);
    CHECK(world.last_decision()->reason == "failures");
    world.set_price(1'280);  // 1.024
    world.mine(3);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("R17 simulation and figures differ: alarm, nothing is spent until they agree, and then by the guard alone") {
    auto lies = std::make_shared<bool>(false);
    World world = only_guarded({kAlice});
    world.config.wallets[0].positions[0].warn = wad(126);
    world.planner = own_key_too;
    world.market_options = [lies] {
        FakeMarket::Options options;
        options.lies_while = lies;
        return options;
    };
    world.config.wallets[0].positions[0].limits.allowed_contracts = {kGuard};
    world.start();
    world.run();
    world.mine(12);
    *lies = true;
    world.set_price(1'500);
    world.mine(4);
    REQUIRE_FALSE(world.alerts("audit-mismatch").empty());
    CHECK(world.alerts("audit-mismatch")[0].level == AlertLevel::Critical);
    CHECK(signed_fields(world).empty());
    *lies = false;
    world.mine(4);
    CHECK(world.alerts("audit-mismatch").back().resolved);
    REQUIRE(strategies_signed(world).size() == 1);
    CHECK(strategies_signed(world)[0] == "repay-with-collateral");
    check_rules(world);
}

TEST_CASE("K20 policy, module or owners are changed while all is well: noticed without waiting for danger") {
    const auto quiet = [] {
        World world = only_guarded();
        world.start();
        world.run();
        world.mine(12);
        for (const auto* kind : {"guard-policy", "guard-guardian", "guard-module", "safe-owners"})
            REQUIRE(world.alerts(kind).empty());
        return world;
    };
    World world = quiet();
    world.state().policies.erase(kAlice);
    world.mine(12);
    CHECK(world.alerts("guard-policy").size() == 1);
    CHECK(world.alerts("guard-policy")[0].position == "alice-main");
    world.state().policies[kAlice] = policy_for(kGuardian);
    world.mine(12);
    CHECK(world.alerts("guard-policy").back().resolved);

    world = quiet();
    world.state().policies[kBob] = policy_for(kOwner);
    world.mine(12);
    CHECK(world.alerts("guard-guardian").size() == 1);

    world = quiet();
    world.state().dismissed.insert(kAlice);
    world.mine(12);
    CHECK(world.alerts("guard-module").size() == 1);
    world.state().owner_of[kBob] = kOwner;
    world.mine(12);
    CHECK(world.alerts("safe-owners").size() == 1);
    CHECK(world.alerts("safe-owners")[0].position == "bob-main");
    CHECK(signed_fields(world).empty());
}

TEST_CASE("M34 a key that gets code is noticed with the next head while a position is low, and soon else") {
    World world = running();
    world.delegated = true;
    world.mine(10);
    CHECK(world.alerts("delegated").size() == 1);
    CHECK(world.alerts("delegated")[0].level == engine::AlertLevel::Critical);
    World low = running();
    low.position().warn = wad(140);
    low.give(engine::SettingsReloaded{low.config});
    low.set_price(1'700);
    low.mine(1);
    REQUIRE(low.alerts("delegated").empty());
    low.delegated = true;
    low.mine(1);
    CHECK(low.alerts("delegated").size() == 1);
    low.delegated = false;
    low.mine(1);
    CHECK(low.alerts("delegated").back().resolved);
    check_rules(low);
}

TEST_CASE("K18 the key is used elsewhere while nothing is in flight: alarm, and some blocks of watching") {
    World world;
    world.position().warn = wad(126);
    world.config.watch_first = 4;
    world.first.nonces = {{kOwner, 7}};
    world.start();
    world.run();
    const auto live = [&](int blocks) {
        for (int i = 0; i < blocks; ++i) {
            world.mine(1);
            world.give(engine::Tick());
            world.run();
        }
    };
    live(12);
    REQUIRE(world.alerts("key-elsewhere").empty());
    world.foreign_transaction(7);
    live(12);
    REQUIRE(world.alerts("key-elsewhere").size() == 1);
    CHECK(world.alerts("key-elsewhere")[0].level == AlertLevel::Critical);
    CHECK(world.engine->status().stopped_wallets.empty());
    world.set_price(1'500);
    live(8);
    CHECK(world.mined_count(true) >= 1);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.alerts("key-elsewhere").size() == 1);  // our own nonces are no news
    check_rules(world);
}
