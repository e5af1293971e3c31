// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/aave_v3/account.hpp"

namespace plimsoll::lending::aave_v3 {

/// Which way amounts become scaled units (TokenMath; before 3.5 to the nearest).
struct Directions {
    Rounding less;  // fewer scaled units for the amount
    Rounding more;
};
Directions directions(const Profile& profile);

/// The reserve that confines the account: its only collateral, with a debt ceiling (to 3.6).
/// UserConfiguration.getIsolationModeState.
std::optional<ReserveId> isolating(const View& view, const AccountState& account);

/// Loan-to-value by which the pool decides whether a reserve may be collateral and must leave first: the reserve's own
/// up to 3.5, then the one in force in the account's category. ValidationLogic.getUserReserveLtv.
std::uint16_t deciding_ltv(const View& view, const ReserveView& reserve, ReserveId id, std::uint8_t emode);

/// ValidationLogic.validateUseAsCollateral.
bool may_be_collateral(const View& view, const AccountState& account, const ReserveView& reserve, ReserveId id);

/// What of a repayment is carried out: at most the debt and, from the own supply, for kU256Max at most the supply.
Math<U256> paid_back(const View& view, const Holding& holding, bool from_supply, const U256& asked);

/// Makes one change to the account as the pool and its tokens would, without asking whether they would allow it.
/// Returns the amount of tokens that it moves. Errc::Refused where it is not possible at all.
Result<U256> apply_change(const View& view, AccountState& account, const Change& change);

}  // namespace plimsoll::lending::aave_v3
