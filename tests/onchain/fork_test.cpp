// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <doctest/doctest.h>

#include "tests/onchain/run.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

TEST_CASE("on a forked chain every number is the contract's as well") {
    const Devnet base;
    const Devnet fork(&base);
    World world(fork);
    Tally all;
    for (const std::uint64_t seed : {41U, 42U}) {
        RunOptions options;
        options.seed = seed;
        options.blocks = 25;
        const auto report = random_run(world, options);
        for (const auto& trouble : report.trouble) FAIL_CHECK(trouble);
        if (!report.trouble.empty()) MESSAGE(report.story);
        all += report.tally;
    }
    std::printf("fork: %llu comparisons of numbers, of %llu account views\n",
                static_cast<unsigned long long>(all.numbers), static_cast<unsigned long long>(all.accounts));
    CHECK(all.numbers >= 2'000);
}
