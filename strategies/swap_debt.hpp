// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "strategies/situation.hpp"

/// Strategy: a debt swapped into another asset. That alone raises no health factor (a debt's value counts in full,
/// whatever its asset); it is proposed where it opens a change of configuration that does: an efficiency mode which the
/// old debt kept closed.
namespace plimsoll::strategies {

inline constexpr std::string_view kSwapDebt = "swap-debt";

/// Whole debts, one at a time, into an asset of Allowed::swap_into or one that is owed already, each with every free
/// move behind it; at most kDebtSwaps tried. The change of configuration needs a guard that acts as the account.
std::vector<Proposal> swap_debt(const Situation& situation);
inline constexpr std::size_t kDebtSwaps = 8;

}  // namespace plimsoll::strategies
