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
/// loss, fees, premium, gas), drops what exceeds what this urgency may spend, and orders the rest.
///
/// The owner's list says which strategies may be used, not which is used first: what reaches the target at the lowest
/// price comes first, and the list decides between equal prices. Behind the plans that reach the target come those that
/// do not (the highest health factor first), then half, then a tenth of the way, then closing the position. A close
/// that the owner has asked for (close_below, close_at_price) comes before everything.
///
/// While the protocol's price and the reference disagree, plans that sell are left out as long as there is another
/// (past watching: another that reaches the target); `refused` then says "reference-disagrees", in either case.
Ladder plan_ladder(const Situation& situation);

}  // namespace plimsoll::strategies
