// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/math.hpp"

#include <algorithm>

namespace plimsoll::lending::aave_v3 {

namespace {

/// The hardware divides 128 by 64 bits; most sums of money fit.
Math<DivResult> divide_any(const U256& n, const U256& d) {
    if (n.fits_u128() && d.fits_u128() && !d.is_zero()) {
        const u128 x = n.low_u128();
        const u128 y = d.low_u128();
        return DivResult{U256::from_u128(x / y), U256::from_u128(x % y)};
    }
    return divide(n, d);
}

}  // namespace

Math<U256> divide_rounded(const U256& numerator, const U256& denominator, Rounding rounding) {
    if (rounding == Rounding::HalfUp) {
        TRY(const auto sum, checked_add(numerator, shift_right(denominator, 1)));
        TRY(const auto out, divide_any(sum, denominator));
        return out.quotient;
    }
    TRY(const auto out, divide_any(numerator, denominator));
    if (rounding == Rounding::Down || out.remainder.is_zero()) return out.quotient;
    return checked_add(out.quotient, U256{1});
}

Math<U256> ray_div(const U256& a, const U256& b, Rounding rounding) {
    TRY(const auto n, product(a, kRay));
    return divide_rounded(n, b, rounding);
}

Math<U256> wad_div(const U256& a, const U256& b) {
    TRY(const auto n, product(a, kWad));
    return divide_rounded(n, b, Rounding::HalfUp);
}

Math<U256> percent_div(const U256& a, const U256& bps, Rounding rounding) {
    TRY(const auto n, product(a, kBps));
    return divide_rounded(n, bps, rounding);
}

Math<Unit> Unit::of(unsigned decimals) {
    Unit out;
    TRY(out.value_, pow10(decimals));
    out.fast_ = decimals <= InvariantDivisor::kMaxExponent;
    if (out.fast_) out.divisor_ = InvariantDivisor::power_of_ten(decimals);
    return out;
}

Math<Quotient> Unit::divide_slowly(const U256& n) const {
    TRY(const auto out, plimsoll::divide(n, value_));
    return Quotient{out.quotient, out.remainder.is_zero()};
}

Math<U256> linear_factor(const U256& rate, std::uint64_t seconds) {
    TRY(const auto n, product(rate, U256{seconds}));
    return checked_add(kByYear.divide(n).value, kRay);
}

Math<U256> binomial_factor(const U256& rate, std::uint64_t seconds) {
    if (seconds == 0) return kRay;
    // The truncations of the contract, in its order: the square from the rate, the cube from the truncated square.
    TRY(const auto square, ray_mul(rate, rate, Rounding::HalfUp));
    const U256 p2 = kByYear.divide(kByYear.divide(square).value).value;
    TRY(const auto cube, ray_mul(p2, rate, Rounding::HalfUp));
    const U256 p3 = kByYear.divide(cube).value;
    TRY(const auto pairs, product(U256{seconds}, U256{seconds - 1}));
    TRY(const auto second_sum, product(pairs, p2));
    TRY(const auto triples, product(pairs, U256{std::max<std::uint64_t>(seconds, 2) - 2}));
    TRY(const auto third_sum, product(triples, p3));
    TRY(const auto third, div_down(third_sum, U256{6}));
    TRY(const auto first_sum, product(rate, U256{seconds}));
    TRY(auto out, checked_add(kRay, kByYear.divide(first_sum).value));
    TRY(out, checked_add(out, shift_right(second_sum, 1)));
    return checked_add(out, third);
}

Math<U256> taylor_factor(const U256& rate, std::uint64_t seconds) {
    TRY(const auto n, product(rate, U256{seconds}));
    const U256 x = kByYear.divide(n).value;
    TRY(const auto sixth, div_down(x, U256{6}));
    TRY(const auto inner, ray_mul(x, sixth, Rounding::HalfUp));
    TRY(const auto sum, checked_add(shift_right(x, 1), inner));
    TRY(const auto outer, ray_mul(x, sum, Rounding::HalfUp));
    TRY(const auto out, checked_add(kRay, x));
    return checked_add(out, outer);
}

}  // namespace plimsoll::lending::aave_v3
