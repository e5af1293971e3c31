// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>

#include "tests/onchain_morpho/run.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain::morpho;

namespace {

constexpr std::uint64_t kFixedSeeds[] = {1, 2, 3, 4};
constexpr std::uint64_t kComparisons = 5'000;

}  // namespace

TEST_CASE("random accounts of Morpho Blue: every number is the contract's at every block") {
    World& world = shared_world();
    Tally all;
    unsigned bounded = 0;
    unsigned foretold = 0;
    unsigned bad_debts = 0;
    onchain::Moves moves;
    for (const auto seed : onchain::seeds(kFixedSeeds)) {
        RunOptions options;
        options.seed = seed;
        options.market = seed % 4 == 3 ? "wsteth-weth" : "weth-usdc";
        options.by_drift = seed % 2 == 0;
        const auto report = random_run(world, options);
        std::printf(
            "seed %llu, %s: %llu account views, %llu numbers and %llu audits equal, %u rewinds, %u changes as "
            "foretold, "
            "%u bounds held, %u bad debts\n",
            static_cast<unsigned long long>(seed), options.market.c_str(),
            static_cast<unsigned long long>(report.tally.accounts),
            static_cast<unsigned long long>(report.tally.numbers), static_cast<unsigned long long>(report.tally.audits),
            report.rewinds, report.foretold, report.bounded, report.bad_debts);
        std::fflush(stdout);
        for (const auto& trouble : report.trouble) FAIL_CHECK(trouble);
        if (!report.trouble.empty()) MESSAGE(report.story);
        all += report.tally;
        bounded += report.bounded;
        foretold += report.foretold;
        bad_debts += report.bad_debts;
        moves += report.moves;
    }
    moves.print();
    std::printf("%llu comparisons of numbers, of %llu account views (%llu of them liquidatable)\n",
                static_cast<unsigned long long>(all.numbers), static_cast<unsigned long long>(all.accounts),
                static_cast<unsigned long long>(all.unhealthy));
    if (std::getenv("PLIMSOLL_SEED") != nullptr) return;
    CHECK(all.numbers >= kComparisons);
    CHECK(all.unhealthy >= 20);
    CHECK(bounded >= 20);
    CHECK(foretold >= 10);
    CHECK(bad_debts >= 1);
    // A kind of move that never succeeds would be no test at all.
    for (const auto& [kind, count] : moves.kinds) CHECK_MESSAGE(count.first > 0, kind << " never succeeds");
}

TEST_CASE("N21 an event that never arrives is noticed") {
    World& world = shared_world();
    constexpr Hash32 kLost[] = {topic("AccrueInterest(bytes32,uint256,uint256,uint256)"),
                                topic("Repay(bytes32,address,address,uint256,uint256)"),
                                topic("WithdrawCollateral(bytes32,address,address,address,uint256)"),
                                topic("BorrowRateUpdate(bytes32,uint256,uint256)")};
    for (const auto& lost : kLost) {
        RunOptions options;
        options.seed = 7;
        options.lost = {lost};
        options.blocks = 200;
        CAPTURE(to_string(lost));
        CHECK_FALSE(random_run(world, options).trouble.empty());
    }
}
