// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <set>

namespace plimsoll::lending::morpho_blue {

/// One thing to be read at the state's block. The order of the kinds is the order of reading: a stage begins when all
/// before it are answered, because it builds on them. `a` says which; see each kind.
struct Read {
    enum class Kind : std::uint8_t {
        // stage 0: is there such a market
        Params,
        Multicall,  // is Multicall3 here
        // stage 1: all of it
        Symbol,    // a: 0 loan token, 1 collateral token
        Decimals,  // as Symbol
        Market,
        FeeRecipient,
        RateAtTarget,
        ScaleFactor,
        BaseVault,
        QuoteVault,
        FeedAddress,  // a: feed
        Price,
        Account,  // a: account
        // stage 2: the feeds
        Aggregator,  // a: feed
        FeedAnswer,  // a: feed
        // stage 3
        AggregatorAnswer,  // a: feed
        // stage 4: does the contract count as we do
        RateProbe,  // a: which, see kRateProbes
        // stage 5: alone, because it accrues interest in the node's copy of the state
        Accrual,
    };
    Kind kind{};
    std::uint32_t a{};

    auto operator<=>(const Read&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it
};

constexpr int stage_of(Read::Kind kind) {
    if (kind <= Read::Kind::Multicall) return 0;
    if (kind <= Read::Kind::Account) return 1;
    if (kind <= Read::Kind::FeedAnswer) return 2;
    if (kind <= Read::Kind::AggregatorAnswer) return 3;
    return kind == Read::Kind::RateProbe ? 4 : 5;
}

using ReadSet = std::set<Read>;

}  // namespace plimsoll::lending::morpho_blue
