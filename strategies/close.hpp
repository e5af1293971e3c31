// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "strategies/situation.hpp"

/// Strategy: all debts repaid by selling collateral. What is left of the collateral stays supplied, where nothing can
/// seize it any more.
namespace plimsoll::strategies {

inline constexpr std::string_view kClose = "close";

/// True when the owner has asked for it: Allowed::close_below or close_at_price.
bool close_asked(const Situation& situation);

/// With up to two loans and without. A plan that does not close every debt says so in its shortfall.
std::vector<Proposal> close(const Situation& situation);

}  // namespace plimsoll::strategies
