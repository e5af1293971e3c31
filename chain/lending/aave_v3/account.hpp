// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "chain/lending/aave_v3/view.hpp"
#include "chain/lending/position.hpp"

namespace plimsoll::lending::aave_v3 {

/// Sums over an account. GenericLogic.calculateUserAccountData before the averages.
struct AccountTotals {
    U256 collateral;     // base currency
    U256 debt;           // base currency
    U256 ltv_sum;        // base currency * bps
    U256 threshold_sum;  // base currency * bps
    bool zero_ltv{};     // some collateral gives no borrowing power
};

/// Errc::Math where the contract reverts; Errc::NotFound when the oracle gives no price for a reserve in use.
Math<AccountTotals> account_totals(const View& view, const AccountState& account);

/// Averages, available borrow and health factor of the sums.
Math<AccountSummary> summarize(const Profile& profile, const AccountTotals& totals);

/// Health factor alone; kU256Max without debt.
Math<U256> health_factor(const Profile& profile, const AccountTotals& totals);

/// Pool.getUserAccountData at the view's second, to the last unit.
Math<AccountSummary> account_summary(const View& view, const AccountState& account);

/// The same counted with 256 bits throughout, for what does not fit the fast way; and to check the latter.
Math<AccountSummary> wide_summary(const View& view, const AccountState& account);

/// Interest counted, per asset; `owner` is copied into the result.
Result<Position> account_position(const View& view, const Address& owner, const AccountState& account);

/// Every reserve on the terms in force for this account, held or not. Without those that the oracle gives no price for:
/// an account that used one could do nothing at all.
Result<std::vector<AssetPosition>> offered_assets(const View& view, const AccountState& account);

/// The account as these changes, in order, would leave it at the view's second. Errc::Refused where the pool would not
/// let it (more than is there); checks of the health factor and of caps are not made.
Result<AccountState> with_changes(const View& view, const AccountState& account, std::span<const Change> changes);

/// The first reserve in use that has no price; null when all have one.
const Reserve* unpriced(const MarketState& state, const AccountState& account);
std::string no_price_text(const Reserve& reserve);

}  // namespace plimsoll::lending::aave_v3
