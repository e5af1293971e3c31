// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chain/lending/market.hpp"

namespace plimsoll::bot {

/// The price of one asset, all others as they are, at which the account's health factor reaches `level` (1e18): the
/// highest at which it is not above it while the price falls, or the lowest while it rises. nullopt where it is there
/// already, or no price of this asset gets it there. Exact: searched for with the market's own accounting.
Result<std::optional<Price>> price_at_health(const lending::Market& market, const Address& account, Timestamp at,
                                             const lending::AssetPosition& asset, const Wad& level,
                                             std::span<const lending::SupposedPrice> others);

/// The same for every asset of the position, those without such a price left out.
Result<std::vector<lending::SupposedPrice>> prices_at_health(const lending::Market& market,
                                                             const lending::Position& position, const Wad& level,
                                                             std::span<const lending::SupposedPrice> others);

}  // namespace plimsoll::bot
