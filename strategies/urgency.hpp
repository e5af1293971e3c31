// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "strategies/situation.hpp"

/// How near liquidation is, and what may be spent to stay away from it.
namespace plimsoll::strategies {

/// Nearest liquidation price of any asset, as a part of its price now, in bps rounded down: 500 when a move of 5 % is
/// enough. Zero when the account can be liquidated already; 10,000 when no single price gets there by less.
std::uint32_t distance_bps(const lending::Position& now, std::span<const lending::LiquidationPrice> prices);

/// Watch until one of these is nearer; then Act, then Emergency.
inline constexpr std::uint32_t kActBps = 700;
inline constexpr std::uint32_t kEmergencyBps = 250;
inline constexpr std::uint64_t kActSeconds = 24 * 3'600;
inline constexpr std::uint64_t kEmergencySeconds = 2 * 3'600;

/// By the nearest price and by the time that interest alone leaves (nullopt: years).
Urgency urgency_of(const lending::Position& now, std::span<const lending::LiquidationPrice> prices,
                   const std::optional<std::uint64_t>& seconds);

/// The same, asked of the market at the position's own second. Errors of the market are passed on.
Result<Urgency> urgency_of(const lending::Market& market, const lending::Position& now);

/// The next higher one.
Urgency more_urgent(Urgency urgency);

/// The most that a plan may cost, gas included: a quarter of what a liquidation would take while watching, half when
/// acting, all of it in an emergency, and never more than the owner's cap. nullopt: nothing bounds it.
std::optional<BaseValue> spending_bound(Urgency urgency, const std::optional<lending::LiquidationCost>& liquidation,
                                        const std::optional<BaseValue>& owners_cap);

}  // namespace plimsoll::strategies
