// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/close.hpp"
#include "strategies/combined.hpp"
#include "strategies/reconfigure.hpp"
#include "strategies/repay_from_wallet.hpp"
#include "strategies/repay_with_collateral.hpp"
#include "strategies/repay_with_supplied.hpp"
#include "strategies/swap_collateral.hpp"
#include "strategies/swap_debt.hpp"
#include "strategies/top_up_from_wallet.hpp"

namespace plimsoll::strategies {

/// What the strategy of this name proposes; NoPlan "no-strategy" for a name that is none.
std::vector<Proposal> propose(std::string_view name, const Situation& situation);

/// All names that may be configured.
std::vector<std::string_view> strategy_names();

}  // namespace plimsoll::strategies
