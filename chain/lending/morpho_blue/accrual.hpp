// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/types/quantity.hpp"

/// Integer rules of Morpho Blue: MathLib, SharesMathLib and Morpho._accrueInterest. Products are of 256 bits: one that
/// does not fit is Overflow, where the contract reverts.
namespace plimsoll::lending::morpho_blue {

/// Morpho.market(id). Assets in the loan token's smallest unit.
struct Totals {
    U256 supply_assets;
    U256 supply_shares;
    U256 borrow_assets;
    U256 borrow_shares;
    Timestamp last_update{};
    U256 fee;  // 1e18, of the interest

    bool operator==(const Totals&) const = default;
};

/// floor(x * y / d) and ceil(x * y / d), as MathLib.mulDivDown and mulDivUp.
Math<U256> ratio_down(const U256& x, const U256& y, const U256& d);
Math<U256> ratio_up(const U256& x, const U256& y, const U256& d);

/// SharesMathLib. `assets` and `shares` are the totals of one side.
Math<U256> to_shares_down(const U256& amount, const U256& assets, const U256& shares);
Math<U256> to_shares_up(const U256& amount, const U256& assets, const U256& shares);
Math<U256> to_assets_down(const U256& amount, const U256& assets, const U256& shares);
Math<U256> to_assets_up(const U256& amount, const U256& assets, const U256& shares);

/// e^(rate * seconds) - 1 by three terms of its series, 1e18. `rate`: 1e18 per second.
Math<U256> compounded(const U256& rate, std::uint64_t seconds);

/// A market at one second: what the next transaction in that second would find after accrual.
struct Accrued {
    Totals totals;        // last_update is that second
    U256 rate_at_target;  // as the rate model would store it
    U256 fee_shares;      // new, of the fee recipient

    bool operator==(const Accrued&) const = default;
};

/// Morpho._accrueInterest with the rate model AdaptiveCurveIrm, or without one (`has_rate` false: no interest).
/// Underflow for a second before the last update.
Math<Accrued> accrue(const Totals& totals, bool has_rate, const U256& rate_at_target, Timestamp at);

/// Morpho.liquidate: the factor by which the seized collateral is worth more than the debt repaid, 1e18.
Math<U256> liquidation_incentive(const U256& lltv);

inline constexpr U256 kPriceScale = U256::literal("1'000'000'000'000'000'000'000'000'000'000'000'000");  // 1e36

}  // namespace plimsoll::lending::morpho_blue
