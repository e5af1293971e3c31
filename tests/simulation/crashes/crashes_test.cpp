// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/simulation/world.hpp"

using namespace plimsoll::sim;

namespace {

/// One fall of prices in fair weather, and the process dies before its so-manyth command; zero: never.
Report play(std::uint64_t seed, std::uint64_t crash_at) {
    Options options;
    options.seed = seed;
    options.hours = 0.25;
    options.calm = true;
    options.crash_at = crash_at;
    return World(std::move(options)).run();
}

}  // namespace

TEST_CASE("D08 killed before each of a thousand commands: the chain sees what it would have seen") {
    std::size_t crashes = 0;
    std::size_t rescues = 0;
    for (std::uint64_t seed = 1; crashes < 1'000; ++seed) {
        CAPTURE(seed);
        const Report whole = play(seed, 0);
        REQUIRE(whole.violations.empty());
        rescues += whole.judged.rescues;
        for (std::uint64_t at = 1; at <= whole.judged.commands; ++at) {
            CAPTURE(at);
            const Report cut = play(seed, at);
            for (const auto& violation : cut.violations) FAIL_CHECK(violation);
            crashes += cut.crashes;
            CHECK(cut.judged.rescues == whole.judged.rescues);
            CHECK(cut.saved == whole.saved);
            CHECK(cut.hopeless == whole.hopeless);
        }
    }
    CHECK(rescues > 0);
    MESSAGE(crashes, " crashes, ", rescues, " rescues in the runs without");
}
