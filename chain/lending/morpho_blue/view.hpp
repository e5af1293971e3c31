// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chain/lending/morpho_blue/state.hpp"
#include "chain/lending/position.hpp"

namespace plimsoll::lending::morpho_blue {

/// A market at one second, interest counted, shared by all accounts.
struct View {
    const Terms* terms{};
    Totals totals;
    Address fee_recipient;
    U256 fee_shares;            // of the fee recipient since the last accrual
    std::optional<U256> price;  // 1e36; nullopt: the oracle gives none
    U256 rate_at_target;

    static Math<View> of(const Terms& terms, const MarketState& state, Timestamp at);
};

/// Supply and fee shares that accrue to no position but the fee recipient's.
AccountState with_fees(const View& view, const Address& account, AccountState state);

/// What the account owes, rounded up as Morpho._isHealthy does. Loan token.
Math<U256> borrowed(const View& view, const AccountState& account);
/// Worth of so much collateral, and the most that may be owed against it. Loan token. The price must be there.
Math<U256> collateral_value(const View& view, const U256& amount);
Math<U256> max_borrow(const View& view, const U256& collateral);

/// The account's numbers in the words of lending::AccountSummary: the base currency is the loan token. Underflow and
/// Overflow where the contract reverts; without a price only accounts that have neither debt nor collateral have one.
Math<AccountSummary> account_summary(const View& view, const AccountState& account);

/// Both tokens on this market's terms, whatever the account has of them: collateral, then loan.
Result<std::vector<AssetPosition>> account_assets(const View& view, const AccountState& account);

/// Account and totals as these changes, in order, would leave them. Errc::Refused where Morpho would not let it (more
/// than is there); with `strict` also where the health check would not, with the rule before a colon.
struct Changed {
    View view;
    AccountState account;
};
Result<Changed> with_changes(const View& view, const AccountState& account, std::span<const Change> changes,
                             bool strict);

/// The highest price of the collateral at which the account can be liquidated, loan tokens' smallest units per whole
/// collateral token; zero if there is none. By the contract's own integers.
Math<U256> liquidation_price(const View& view, const AccountState& account);

/// What a liquidator would take, as Morpho.liquidate counts: the whole debt, or as much of it as the collateral pays
/// for.
struct Liquidation {
    U256 seized;         // collateral
    U256 repaid_shares;  // of the debt
    U256 repaid;         // loan token
    U256 bad_debt;       // loan token, written off at the suppliers' cost
};
Math<std::optional<Liquidation>> whole_liquidation(const View& view, const AccountState& account);
/// By seized collateral, or by shares of the debt; exactly one is not zero.
Math<Liquidation> liquidation(const View& view, const AccountState& account, const U256& seized,
                              const U256& repaid_shares);

/// First second after `at` at which interest alone makes the account liquidatable; nullopt if not within ten years.
Math<std::optional<std::uint64_t>> time_to_liquidation(const Terms& terms, const MarketState& state,
                                                       const AccountState& account, Timestamp at);

}  // namespace plimsoll::lending::morpho_blue
