// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "chain/oracle/price_source.hpp"

namespace plimsoll::lending::morpho_blue {

/// The market's oracle: price() is what one smallest unit of collateral is worth in smallest units of the loan token,
/// 1e36.
///
/// A MorphoChainlinkOracleV2 without vaults is its feeds and a factor; when every feed is a plain Chainlink proxy (see
/// oracle::PriceSource), the price follows their aggregators' events. Of any other oracle price() is read at every
/// block.
struct Oracle {
    static constexpr std::size_t kFeeds = 4;  // base 1, base 2, quote 1, quote 2

    struct Feed {
        oracle::PriceSource source;
        U256 answer{1};  // latestRoundData's; 1 without a feed
        bool operator==(const Feed&) const = default;
    };

    bool decomposed{};  // scale and feeds are all there is to it
    U256 scale;         // SCALE_FACTOR
    std::array<Feed, kFeeds> feeds;
    U256 price;
    bool priced{};  // false: price() reverts, and so does whatever asks for it

    /// MorphoChainlinkOracleV2.price from the feeds' answers.
    Math<U256> computed() const;
    /// Some feed, or the whole, is not known to announce its changes.
    bool must_read() const;
    bool follows_events() const;
    /// An AnswerUpdated of an aggregator. False when the price must be read at this block.
    bool answered(const Address& aggregator, const I256& answer);
    /// price() as read at a block up to which all events were applied; nullopt: it reverts.
    void compared(const std::optional<U256>& read);

    bool operator==(const Oracle&) const = default;
};

}  // namespace plimsoll::lending::morpho_blue
