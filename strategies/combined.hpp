// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/situation.hpp"

/// Idle funds and a sale in one plan: what the wallet has of the debts is repaid first, and only the rest is sold. Part
/// of "repay-with-collateral" where the owner allows "repay-from-wallet" as well.
namespace plimsoll::strategies {

/// NoPlan "no-balance" where the wallet has nothing for the guard to pull; "not-needed" where it has enough alone.
std::vector<Proposal> repay_combined(const Situation& situation);

}  // namespace plimsoll::strategies
