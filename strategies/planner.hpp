// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "strategies/situation.hpp"

namespace plimsoll::strategies {

/// The plans there are for one position at one block, the one to try first at the front. When one fails in simulation
/// the next is tried in the same block.
struct Ladder {
    std::vector<Plan> rungs;          // at most kRungs
    std::vector<NoPlan> refused;      // one per strategy, venue or size that has no plan, in the order tried
    std::vector<OfferWanted> wanted;  // sales for which an aggregator should be asked before the next block
};

inline constexpr std::size_t kRungs = 12;

/// Enumerates the allowed strategies with their venues and sizes, prices each plan in the market's base currency (swap
/// loss, fees, premium, gas), drops what exceeds what this urgency may spend, and orders the rest: plans that reach the
/// target before those that do not, the cheapest first; behind them other venues, half, a tenth, without a loan, and
/// closing, as far as they differ.
Ladder plan_ladder(const Situation& situation);

}  // namespace plimsoll::strategies
