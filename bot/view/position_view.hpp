// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "chain/lending/market.hpp"
#include "chain/oracle/feed_book.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// All that `positions` shows of one position, computed from one state. `name`, `wallet` and the owner's levels are
/// absent for an address that is not configured.
struct PositionView {
    std::string name;
    std::string wallet;
    std::string market;
    ChainId chain_id{};
    bool live{};
    std::optional<Wad> warn;
    std::optional<Wad> trigger;
    std::optional<Wad> target;
    lending::Position position;
    std::vector<lending::LiquidationPrice> liquidation_prices;
    std::optional<std::uint64_t> seconds_to_liquidation;
    std::optional<lending::LiquidationCost> liquidation_cost;
    /// By asset, the feed behind its price that spoke longest ago; none where no feed tells.
    std::map<Address, oracle::FeedAge> price_ages;
};

/// `at` as in Market: a time at or after the market's block.
Result<PositionView> view_of(const lending::Market& market, const Address& account, Timestamp at);

/// Keys and scales as documented in README ("positions --json"): integers as decimal strings, scaled as the protocol
/// does.
nlohmann::json to_json(const PositionView& view);

/// Fixed-point text: fixed(1234567, 6, 2) is "1.23" (truncated); for people, never for arithmetic.
std::string fixed(const U256& value, unsigned scale, unsigned digits);

}  // namespace plimsoll::bot
