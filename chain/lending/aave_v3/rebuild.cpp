// SPDX-License-Identifier: Apache-2.0
// From the amounts that token events carry to scaled balances.
#include "chain/lending/aave_v3/events.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

Math<u128> narrow(const U256& value) {
    if (!value.fits_u128()) return tl::unexpected(MathError::Overflow);
    return value.low_u128();
}

/// ScaledBalanceTokenBase to 3.4: the event's amount is the action's amount plus (mint) or minus (burn) the interest
/// that accrued, so the interest is taken out and the rest scaled as the contract scaled it. A burn smaller than the
/// interest is emitted as a Mint: the amount is then negative.
Math<u128> by_delta(bool mint, u128 before, const U256& value, const U256& interest, const U256& index) {
    bool grows = mint;
    U256 amount;
    if (mint) {
        grows = value >= interest;
        TRY(amount, grows ? checked_sub(value, interest) : checked_sub(interest, value));
    } else {
        TRY(amount, checked_add(value, interest));
    }
    TRY(const auto scaled, ray_div(amount, index, Rounding::HalfUp));
    TRY(const auto after,
        grows ? checked_add(U256::from_u128(before), scaled) : checked_sub(U256::from_u128(before), scaled));
    return narrow(after);
}

/// From 3.5 the event carries differences of the rounded balances: balance before, without the interest, plus or minus
/// the value is the balance after; the inverse of its rounding is exact because the index is at least one ray.
Math<u128> by_inverse(bool debt, bool mint, u128 before, const U256& value, const U256& interest, const U256& index) {
    TRY(const auto balance, ray_mul(U256::from_u128(before), index, debt ? Rounding::Up : Rounding::Down));
    TRY(const auto previous, checked_sub(balance, interest));
    TRY(const auto next, mint ? checked_add(previous, value) : checked_sub(previous, value));
    TRY(const auto scaled, ray_div(next, index, debt ? Rounding::Down : Rounding::Up));
    return narrow(scaled);
}

}  // namespace

Math<u128> rebuilt(Profile::Rebuild rule, bool debt, bool mint, u128 before, const U256& value, const U256& interest,
                   const U256& index) {
    switch (rule) {
        case Profile::Rebuild::Delta:
            return by_delta(mint, before, value, interest, index);
        case Profile::Rebuild::Inverse:
            return by_inverse(debt, mint, before, value, interest, index);
        case Profile::Rebuild::Reread:
            break;
    }
    return before;
}

}  // namespace plimsoll::lending::aave_v3
