// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>

#include "tests/onchain/run.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

// The last: an asset without a price, in an eMode that has one of its own.
constexpr std::uint64_t kFixedSeeds[] = {1, 2, 3, 4, 5, 6, 1'795'371'064'730};
constexpr std::uint64_t kComparisons = 10'000;

}  // namespace

TEST_CASE("R11 random accounts: every number is the contract's at every block") {
    World& world = shared_world();
    Tally all;
    unsigned bounded = 0;
    Moves moves;
    for (const auto seed : seeds(kFixedSeeds)) {
        RunOptions options;
        options.seed = seed;
        options.populated = seed % 2 == 0;
        options.by_drift = seed % 3 == 0;
        const auto report = random_run(world, options);
        std::printf(
            "seed %llu: %llu blocks, %llu account views and %llu numbers equal, %u rewinds, %u resyncs, %u bounds "
            "held\n",
            static_cast<unsigned long long>(seed), static_cast<unsigned long long>(report.tally.blocks),
            static_cast<unsigned long long>(report.tally.accounts),
            static_cast<unsigned long long>(report.tally.numbers), report.rewinds, report.resyncs, report.bounded);
        std::fflush(stdout);
        for (const auto& trouble : report.trouble) FAIL_CHECK(trouble);
        if (!report.trouble.empty()) MESSAGE(report.story);
        all += report.tally;
        bounded += report.bounded;
        moves += report.moves;
    }
    moves.print();
    std::printf("%llu comparisons of numbers, of %llu account views (%llu of them refused by the contract)\n",
                static_cast<unsigned long long>(all.numbers), static_cast<unsigned long long>(all.accounts),
                static_cast<unsigned long long>(all.refusals));
    if (std::getenv("PLIMSOLL_SEED") != nullptr) return;
    CHECK(all.numbers >= kComparisons);
    CHECK(bounded >= 20);
    // A kind of move that never succeeds would be no test at all.
    for (const auto& [kind, count] : moves.kinds) CHECK_MESSAGE(count.first > 0, kind << " never succeeds");
}
