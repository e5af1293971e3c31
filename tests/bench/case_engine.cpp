// SPDX-License-Identifier: Apache-2.0
#include "chain/types/check.hpp"
#include "tests/bench/cases.hpp"
#include "tests/bench/engine_loop.hpp"

namespace plimsoll::bench {

namespace {

/// One rescue or ten, from the fall of a price to all being as it was.
EngineLoop::Timing cycle(World& world, EngineLoop& loop, std::uint8_t reserve) {
    world.fall(reserve);
    loop.follow();
    const auto timing = loop.timing();
    world.include();
    loop.follow();
    world.recover(reserve);
    loop.follow();
    world.mine();
    loop.follow();
    return timing;
}

void cycles(const Scale& scale, World& world, EngineLoop& loop, std::uint8_t reserve, const std::string& prefix) {
    const std::size_t expected = reserve == 0 ? World::kAlone : World::kTogether;
    Samples plan;
    Samples first;
    Samples last;
    for (std::size_t i = 0; i < scale.repeats; ++i) {
        const auto timing = cycle(world, loop, reserve);
        CHECK_INVARIANT(timing.sent == expected);
        plan.add(timing.plan_ns);
        first.add(timing.first_sent_ns);
        last.add(timing.last_sent_ns);
    }
    report(prefix + "-plan", "ns", plan);
    report(prefix + "-first-signed", "ns", first);
    report(prefix + "-last-signed", "ns", last);
}

}  // namespace

void engine_cases(const Scale& scale) {
    World world(scale.accounts);
    EngineLoop loop(world);
    loop.start();
    for (int i = 0; i < 6; ++i) {  // prices prove themselves
        world.stir();
        loop.follow();
    }
    Samples quiet;
    for (std::size_t i = 0; i < scale.repeats; ++i) {
        world.mine();
        loop.follow();
        quiet.add(loop.cost_ns());
    }
    report("engine-empty-block", "ns", quiet);
    for (int i = 0; i < 3; ++i) cycle(world, loop, 0);
    cycles(scale, world, loop, 0, "engine-one");
    cycle(world, loop, 1);
    cycles(scale, world, loop, 1, "engine-ten");
}

}  // namespace plimsoll::bench
