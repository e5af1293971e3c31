// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "chain/codec/abi_words.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/oracle/feed_node.hpp"
#include "chain/types/block.hpp"

/// What is asked of feeds and adapters. Not for use outside chain/oracle.
namespace plimsoll::oracle::call {

inline constexpr Selector kLatestRoundData = selector("latestRoundData()");
inline constexpr Selector kLatestAnswer = selector("latestAnswer()");
inline constexpr Selector kDecimals = selector("decimals()");
inline constexpr Selector kAggregator = selector("aggregator()");
inline constexpr Selector kMinAnswer = selector("minAnswer()");
inline constexpr Selector kMaxAnswer = selector("maxAnswer()");
inline constexpr Selector kPriceCap = selector("getPriceCap()");
inline constexpr Selector kRatio = selector("getRatio()");
inline constexpr Selector kRatioDecimals = selector("RATIO_DECIMALS()");
inline constexpr Selector kIsCapped = selector("isCapped()");
inline constexpr Selector kSnapshotRatio = selector("getSnapshotRatio()");
inline constexpr Selector kYearlyGrowth = selector("getMaxYearlyGrowthRatePercent()");
static_assert(kLatestRoundData == Selector::literal("0xfeaf968c"));
static_assert(kAggregator == Selector::literal("0x245a7bfc"));

/// Getters that name a leg.
struct LegGetter {
    Selector which;
    bool divides{};
};
inline constexpr std::array<LegGetter, 9> kLegs{{
    {selector("BASE_TO_USD_AGGREGATOR()")},   // PriceCapAdapterBase
    {selector("ASSET_TO_USD_AGGREGATOR()")},  // PriceCapAdapterStable: the first two, in this order, tell caps
    {selector("ASSET_TO_PEG()")},             // synchronicity adapters
    {selector("PEG_TO_BASE()")},
    {selector("BASE_TO_PEG()"), true},
    {selector("BASE_FEED_1()")},  // MorphoChainlinkOracleV2
    {selector("BASE_FEED_2()")},
    {selector("QUOTE_FEED_1()"), true},
    {selector("QUOTE_FEED_2()"), true},
}};
inline constexpr std::size_t kStableLeg = 1;

/// Who reports to an aggregator: of OffchainAggregator and OCR2Aggregator.
inline constexpr std::array<Selector, 2> kTransmitters{selector("transmitters()"), selector("getTransmitters()")};

inline Call ask_for(const Address& of, const Selector& which) {
    return {of, abi::call_data(which)};
}

/// An answer to latestRoundData().
inline std::optional<Round> round_in(const CallResult& result) {
    if (!result.success) return std::nullopt;
    abi::Reader reader(result.data);
    const auto id = reader.uint(80);
    const auto answer = reader.sint();
    const auto started = reader.uint64();
    const auto updated = reader.uint64();
    if (!id || !answer || !started || !updated) return std::nullopt;
    return Round{*id, *answer, *started, *updated};
}

}  // namespace plimsoll::oracle::call
