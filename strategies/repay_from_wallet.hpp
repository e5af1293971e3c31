// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "strategies/situation.hpp"

/// Strategy 1: the wallet repays debt of its own position from tokens it holds.
///
/// With S the collateral weighted by liquidation thresholds and D the debt, both in the base currency, the health
/// factor is S / D, and repaying f makes it S / (D - f). It reaches h at f = (h D - S) / h = D (h - S / D) / h. That
/// gives the first guess; the amount is then moved until the market's own exact accounting (Market::after) at the
/// expected time of inclusion says that the target is reached, and no amount smaller by a unit of the base currency
/// reaches it.
namespace plimsoll::strategies {

inline constexpr std::string_view kRepayFromWallet = "repay-from-wallet";

/// A debt worth less than this many units of the base currency is closed rather than left, where the balance allows.
inline constexpr std::uint64_t kDustUnits = 5;
/// Seconds of interest that balance and allowance must cover to close a debt: the time a transaction may wait.
inline constexpr Timestamp kCloseMargin = 3'600;

struct RepayLimits {
    std::optional<BaseValue> per_action;  // most value to move now
    std::optional<BaseValue> left_today;  // what the day's limit leaves
    bool reset_approval{};                // the token refuses to change a non-zero allowance: approve zero first
};

/// The plan that moves the least value to reach `target`; when no debt alone can, the one that raises the health factor
/// most. `position` gives account and assets; `as_of` is the expected time of inclusion. NoPlan's gates: "no-debt",
/// "not-needed", "funds-unknown", "reserve-paused", "no-balance", "limit-value-per-action", "limit-value-per-day",
/// "no-effect", "accounting".
Proposal propose_repay(const lending::Position& position, const lending::Market& market, const WalletFunds& funds,
                       const RepayLimits& limits, Wad target, Timestamp as_of);

/// The same as one strategy among others: by the wallet's own key; where that is not at hand, pulled and repaid by the
/// guard, one proposal per debt.
std::vector<Proposal> repay_from_wallet(const Situation& situation);

/// The allowance that closing this much debt needs, with room for interest until it is used.
TokenAmount approval_for(TokenAmount debt);

}  // namespace plimsoll::strategies
