// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "strategies/situation.hpp"

/// Strategy: debt repaid with what is supplied of the same asset (same-asset loops). Nothing is sold, so nothing is
/// lost: with T the asset's threshold (zero where the supply is no collateral), f = (H D - S) / (H - T).
namespace plimsoll::strategies {

inline constexpr std::string_view kRepayWithSupplied = "repay-with-supplied";

/// One proposal per asset that is both supplied and owed. By the wallet itself or as the account (Aave:
/// repayWithATokens); by allowance the guard withdraws and repays, with a loan of the asset or in safe steps.
std::vector<Proposal> repay_with_supplied(const Situation& situation);

}  // namespace plimsoll::strategies
