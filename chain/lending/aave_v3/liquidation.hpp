// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "chain/lending/aave_v3/account.hpp"

namespace plimsoll::lending::aave_v3 {

/// One pair of assets as LiquidationLogic.executeLiquidationCall sees it. Prices in base currency per whole token.
struct LiquidationInput {
    U256 health_factor;
    U256 total_debt;  // base currency, of the whole account
    U256 collateral_balance;
    U256 debt_balance;
    U256 collateral_price;
    U256 debt_price;
    U256 collateral_unit;
    U256 debt_unit;
    U256 bonus;         // bps, 10500 = 5 %
    U256 protocol_fee;  // bps of the bonus
    U256 debt_to_cover;
};

struct LiquidationOutcome {
    U256 max_debt;       // close factor
    U256 debt;           // repaid by the liquidator
    U256 to_liquidator;  // collateral
    U256 fee;            // collateral to the treasury
    bool leaves_dust{};  // 3.3 on: the pool reverts (MustNotLeaveDust)
};

/// Sizes of one liquidation, by the rules of 3.0 to 3.2, 3.3 and 3.4, 3.5 and 3.6, or 3.7.
Math<LiquidationOutcome> liquidate(Profile::Liquidation rule, const LiquidationInput& input);

/// Per asset in use, the price at which the account becomes liquidatable, others fixed. With debt only.
///
/// Exact in this sense: at the price given the account is liquidatable by the contract's own integers, one unit nearer
/// to today's price it is not. An account that is liquidatable already gets the last price at which it still is.
Result<std::vector<LiquidationPrice>> liquidation_prices(const View& view, const AccountState& account);

/// First second after the view's at which interest alone makes the account liquidatable; nullopt if not within ten
/// years.
Result<std::optional<std::uint64_t>> time_to_liquidation(const View& view, const AccountState& account);

/// The pair of assets and the amount a liquidator would take to the account's greatest loss; sized as if the account
/// were liquidatable now. nullopt without debt or collateral.
Result<std::optional<LiquidationCost>> liquidation_cost(const View& view, const AccountState& account);

}  // namespace plimsoll::lending::aave_v3
