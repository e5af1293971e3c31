// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/types/quantity.hpp"

/// The interest rate model AdaptiveCurveIrm: a curve around the rate at 90 % utilization, which itself moves
/// exponentially in time with the distance of the utilization from those 90 %. Signed integers of 256 bits there,
/// truncated towards zero.
namespace plimsoll::lending::morpho_blue {

__extension__ using i128 = __int128;

/// Rates are 1e18 per second.
struct BorrowRate {
    U256 average;         // over the time elapsed: what interest is counted with
    U256 rate_at_target;  // at its end: what the model stores

    bool operator==(const BorrowRate&) const = default;
};

/// AdaptiveCurveIrm._borrowRate. `rate_at_target`: as stored, zero for a market that never had one. Overflow for a
/// utilization above 5; Morpho keeps it at 1 at most.
Math<BorrowRate> adaptive_rate(const U256& supply_assets, const U256& borrow_assets, const U256& rate_at_target,
                               std::uint64_t elapsed);

/// ExpLib.wExp: e^x of 1e18, by a power of two and a polynomial of second order.
U256 exponential(i128 x);

}  // namespace plimsoll::lending::morpho_blue
