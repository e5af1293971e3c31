// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "strategies/situation.hpp"

/// Strategy: collateral moved into an asset with a higher liquidation threshold. The debt stays. Selling a value y with
/// threshold T into r y with threshold G makes the health factor (S + (r G - T) y) / D: y = (H D - S) / (r G - T).
namespace plimsoll::strategies {

inline constexpr std::string_view kSwapCollateral = "swap-collateral";

/// Ends in an asset of Allowed::swap_into, or, where that is empty, in one that is collateral already. At most
/// kSwapTargets of them, each with a loan and without.
std::vector<Proposal> swap_collateral(const Situation& situation);
inline constexpr std::size_t kSwapTargets = 3;

}  // namespace plimsoll::strategies
