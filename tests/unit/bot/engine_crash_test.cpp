// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <set>

#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Purpose;
using engine::Stage;

namespace {

enum class Crash { BeforeCommand, BeforeAnswer };

struct Scenario {
    std::string name;
    bool approval = false;
    bool stubborn = false;  // a small allowance that the token refuses to change
    bool slow = false;      // blocks without inclusion: the transaction is replaced
};

World prepared(const Scenario& scenario) {
    World world;
    if (scenario.approval) world.state().tokens[kUsd].allowance[kOwner] = U256{};
    if (scenario.stubborn) {
        world.state().tokens[kUsd].allowance[kOwner] = units(10, 6);
        world.state().tokens[kUsd].stubborn = true;
    }
    world.config.wallets[0].positions[0].warn = wad(126);  // no preparation on the way down
    return world;
}

/// Runs the scenario and crashes at the `at`-th command. False when there are not so many.
bool play(World& world, const Scenario& scenario, std::size_t at, Crash kind, bool mined_while_down) {
    std::size_t count = 0;
    bool crashed = false;
    bool swallow = false;
    world.before = [&](const engine::Command&) {
        if (!crashed && ++count == at) {
            crashed = true;
            if (kind == Crash::BeforeAnswer)
                swallow = true;
            else
                throw 0;
        }
    };
    const auto step = [&](auto work) {
        try {
            work();
        } catch (int) {
            if (mined_while_down) world.mine(false);
            world.start();
            world.run();
        }
    };
    world.after_command = [&] {
        if (swallow) {
            swallow = false;
            throw 0;
        }
    };
    step([&] {
        world.start();
        world.run();
    });
    step([&] { world.mine(); });
    world.set_price(1'500);
    world.inclusion = !scenario.slow;
    for (int i = 0; i < 4; ++i) step([&] { world.mine(); });
    world.inclusion = true;
    for (int i = 0; i < 12; ++i) step([&] { world.mine(); });
    return crashed;
}

void check_ends_well(const World& world, const Scenario& scenario) {
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
    std::size_t repays = 0;
    std::set<Nonce> nonces;
    for (const auto& block : world.chain) {
        for (std::size_t i = 0; i < block.included.size(); ++i) {
            if (block.included[i].tx.to == kMarket && block.status[i]) ++repays;
            CHECK(block.status[i]);
            nonces.insert(block.included[i].tx.nonce);
        }
    }
    CHECK(repays == 1);
    const std::size_t expected = 1 + (scenario.approval ? 1U : 0U) + (scenario.stubborn ? 2U : 0U);
    CHECK(nonces.size() == expected);
    CHECK(world.pool.empty());
    const Wad health = world.chain.back().after.market.summary(kOwner, world.head().timestamp).health_factor;
    CHECK(health >= wad(159));  // interest goes on after the rescue
    CHECK(health < wad(161));
    std::set<std::pair<Nonce, std::string>> holders;
    for (const auto& record : world.journal) {
        if (record.stage == Stage::Signed)
            holders.insert({*record.nonce, record.incident + "#" + std::to_string(record.step)});
    }
    CHECK(holders.size() == expected);  // each nonce was signed for one step only
    for (const auto& record : world.journal) CHECK(world.ended(record.incident, record.step));
}

}  // namespace

TEST_CASE("D01 D02 D03 D04 D05 D06 D07 D20 a crash at any command loses nothing and repeats nothing") {
    const std::vector<Scenario> scenarios = {{"plain"},
                                             {"approval", true},
                                             {"stubborn token", false, true},
                                             {"slow", false, false, true},
                                             {"slow approval", true, false, true}};
    for (const auto& scenario : scenarios) {
        for (const auto kind : {Crash::BeforeCommand, Crash::BeforeAnswer}) {
            for (const bool mined : {false, true}) {
                std::size_t runs = 0;
                for (std::size_t at = 1;; ++at) {
                    World world = prepared(scenario);
                    CAPTURE(scenario.name);
                    CAPTURE(static_cast<int>(kind));
                    CAPTURE(mined);
                    CAPTURE(at);
                    if (!play(world, scenario, at, kind, mined)) break;
                    check_ends_well(world, scenario);
                    ++runs;
                }
                CHECK(runs >= 30);
            }
        }
    }
}
