// SPDX-License-Identifier: Apache-2.0
// Questions of people: exact, and without a trace in what the engine does.
#include <doctest/doctest.h>

#include "bot/console/what_if.hpp"
#include "bot/view/level_price.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

namespace {

lending::SupposedPrice eth_at(std::uint64_t dollars) {
    return {kEth, Price{units(dollars, 8)}};
}

World watched() {
    World world;
    world.start();
    world.run();
    world.mine(12);
    return world;
}

}  // namespace

TEST_SUITE("suppose") {
    TEST_CASE("a supposed price gives what the chain gives when the price is there, and the plan that is made then") {
        World world = watched();
        const std::string name = world.position().name;
        const auto now = world.engine->suppose(name, {});
        REQUIRE(now);
        CHECK(now->position.summary.health_factor == world.health());
        const std::vector<lending::SupposedPrice> fallen{eth_at(1'500)};
        const auto supposed = world.engine->suppose(name, fallen);
        REQUIRE(supposed);
        REQUIRE_FALSE(supposed->ladder.empty());
        CHECK(world.engine->suppose(name, {})->position.summary.health_factor == world.health());
        world.inclusion = false;
        world.set_price(1'500);
        world.mine(1);
        const auto there = world.engine->suppose(name, {});
        REQUIRE(there);
        const auto decision = world.last_decision();
        REQUIRE(decision);
        REQUIRE_FALSE(decision->ladder.empty());
        CHECK(there->ladder.front().strategy == decision->ladder.front().strategy);
        CHECK(there->ladder.front().text == decision->ladder.front().text);
        CHECK(there->position.summary.health_factor == world.health());
    }

    TEST_CASE("a rescue goes the same way whether or not somebody asks at every step") {
        const auto play = [](bool asks) {
            World world = watched();
            std::vector<engine::Command> seen;
            if (asks) {
                world.before = [&world](const engine::Command&) {
                    const std::vector<lending::SupposedPrice> prices{eth_at(1'000)};
                    static_cast<void>(world.engine->suppose(world.position().name, prices));
                    static_cast<void>(world.engine->usage(world.position().name));
                };
            }
            world.set_price(1'500);
            world.mine(8);
            check_rules(world);
            return world.recording;
        };
        CHECK(play(false) == play(true));
    }

    TEST_CASE("the same for plans that sell through a pool") {
        const auto play = [](bool asks) {
            World world = only_guarded();
            world.start();
            world.run();
            world.mine(12);
            if (asks)
                world.before = [&world](const engine::Command&) {
                    const std::vector<lending::SupposedPrice> prices{eth_at(1'400)};
                    static_cast<void>(world.engine->suppose(world.position().name, prices));
                };
            world.set_price(1'500);
            world.mine(8);
            return world.recording;
        };
        CHECK(play(false) == play(true));
    }

    TEST_CASE("who asks for what is not there is told so") {
        World world = watched();
        CHECK(world.engine->suppose("nobody", {}).error().code == Errc::NotFound);
        World early;
        early.start();
        CHECK(early.engine->suppose(early.position().name, {}).error().code == Errc::NotFound);
    }

    TEST_CASE("the price at a health factor is the last one that reaches it") {
        World world = watched();
        const auto& position = world.position();
        const auto* market = world.engine->market(position.market);
        REQUIRE(market != nullptr);
        const auto view = market->position(kOwner, world.head().timestamp);
        REQUIRE(view);
        const auto found = bot::prices_at_health(*market, *view, position.trigger, {});
        REQUIRE(found);
        const auto health_at = [&](const Address& asset, const U256& price) {
            const std::vector<lending::SupposedPrice> prices{{asset, Price{price}}};
            return world.engine->suppose(position.name, prices)->position.summary.health_factor;
        };
        bool eth = false;
        for (const auto& one : *found) {
            if (one.asset != kEth) continue;
            eth = true;
            CHECK_FALSE(position.trigger < health_at(kEth, one.price.value));
            CHECK(position.trigger < health_at(kEth, *checked_add(one.price.value, U256{1})));
        }
        CHECK(eth);
        const auto reached = bot::prices_at_health(*market, *view, wad(100'000), {});
        REQUIRE(reached);
        CHECK(reached->empty());  // it is there already: no price to wait for
    }

    TEST_CASE("a what-if has the falls of all collateral, each lower than the one before") {
        World world = watched();
        console::Question question;
        question.position = world.position().name;
        const auto answer =
            console::what_if(*world.engine, world.position().market, world.position().trigger, question);
        REQUIRE(answer);
        REQUIRE(answer->falls.size() == 5);
        CHECK(answer->falls.front().health < world.health());
        for (std::size_t i = 1; i < answer->falls.size(); ++i)
            CHECK(answer->falls[i].health < answer->falls[i - 1].health);
        CHECK_FALSE(console::what_if(*world.engine, "nowhere", world.position().trigger, question));
    }
}
