// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bot/console/board.hpp"
#include "bot/console/what_if.hpp"

/// What the page gets, on top of bot/view. Integers are decimal strings, scaled as there; parts are bps.
namespace plimsoll::console {

/// "liquidatable", "rescuing", "below-trigger", "warned", "safe" or "no-debt": the first that holds.
std::string_view state_of(const PositionCard& card);
std::string_view state_of(const Wad& health, const bot::PositionView& levels);

/// The position's assets by name: plans speak of addresses.
nlohmann::json names_json(const PositionCard& card);

/// A row of the overview. `trail` is thinned to what a small chart shows.
nlohmann::json row_json(const PositionCard& card, const std::optional<DecisionNote>& decision,
                        const std::vector<TrailPoint>& trail);
/// The position's page: the view of `positions --json`, and what the daemon adds.
nlohmann::json page_json(const PositionCard& card, const std::optional<DecisionNote>& decision,
                         const std::vector<TrailPoint>& trail);
nlohmann::json what_if_json(const WhatIf& answer, const PositionCard& card);
nlohmann::json chain_json(const ChainCard& chain);
/// [[unix ms, billionths], ...]
nlohmann::json trail_json(const std::vector<TrailPoint>& trail, std::size_t most);

}  // namespace plimsoll::console
