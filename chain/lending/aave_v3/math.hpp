// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "chain/lending/aave_v3/divisor.hpp"
#include "chain/types/quantity.hpp"
#include "chain/types/u256.hpp"

/// Integer primitives of Aave V3, with the conditions under which the contracts revert: a product (or product plus
/// half) above 2^256 - 1 is Overflow, there is no 512-bit intermediate; a zero divisor is DivisionByZero.
namespace plimsoll::lending::aave_v3 {

enum class Rounding : std::uint8_t { HalfUp, Down, Up };

inline constexpr std::uint64_t kSecondsPerYear = 31'536'000;
inline constexpr U256 kHalfRay = U256::literal("500'000'000'000'000'000'000'000'000");

inline Math<U256> product(const U256& a, const U256& b) {
    if (a.fits_u128() && b.fits_u128()) [[likely]]
        return mul_u128(a.low_u128(), b.low_u128());
    return checked_mul(a, b);
}

inline Math<U256> rounded_up(const Quotient& q) {
    if (q.exact) return q.value;
    return checked_add(q.value, U256{1});
}

/// numerator / denominator; HalfUp adds half of the denominator first.
Math<U256> divide_rounded(const U256& numerator, const U256& denominator, Rounding rounding);

/// a * b / RAY. WadRayMath.rayMul, rayMulFloor, rayMulCeil.
inline Math<U256> ray_mul(const U256& a, const U256& b, Rounding rounding) {
    TRY(auto n, product(a, b));
    switch (rounding) {
        case Rounding::HalfUp: {
            TRY(const auto half, checked_add(n, kHalfRay));
            return kByRay.divide(half).value;
        }
        case Rounding::Down:
            return kByRay.divide(n).value;
        case Rounding::Up:
            return rounded_up(kByRay.divide(n));
    }
    return tl::unexpected(MathError::Overflow);
}

/// a * RAY / b. WadRayMath.rayDiv, rayDivFloor, rayDivCeil.
Math<U256> ray_div(const U256& a, const U256& b, Rounding rounding);

/// (a * WAD + b / 2) / b. WadRayMath.wadDiv.
Math<U256> wad_div(const U256& a, const U256& b);

/// a * bps / 10000. PercentageMath.percentMul, percentMulFloor, percentMulCeil.
inline Math<U256> percent_mul(const U256& a, const U256& bps, Rounding rounding) {
    TRY(auto n, product(a, bps));
    switch (rounding) {
        case Rounding::HalfUp: {
            TRY(const auto half, checked_add(n, U256{5'000}));
            return kByBps.divide(half).value;
        }
        case Rounding::Down:
            return kByBps.divide(n).value;
        case Rounding::Up:
            return rounded_up(kByBps.divide(n));
    }
    return tl::unexpected(MathError::Overflow);
}

/// a * 10000 / bps. PercentageMath.percentDiv, percentDivFloor, percentDivCeil.
Math<U256> percent_div(const U256& a, const U256& bps, Rounding rounding);

/// One whole token in its smallest unit, ready to divide by.
class Unit {
  public:
    /// 10^decimals; Overflow above 77 decimals, as the contract's exponentiation would.
    static Math<Unit> of(unsigned decimals);
    Unit() = default;

    const U256& value() const { return value_; }
    /// Up to InvariantDivisor::kMaxExponent decimals there is a divisor by shifts and multiplications.
    bool fast() const { return fast_; }
    const InvariantDivisor& divisor() const { return divisor_; }
    Math<Quotient> divide(const U256& n) const {
        if (fast_) [[likely]]
            return divisor_.divide(n);
        return divide_slowly(n);
    }

  private:
    Math<Quotient> divide_slowly(const U256& n) const;

    U256 value_{1};
    InvariantDivisor divisor_;
    bool fast_{true};
};

/// balance * price / unit in base currency. GenericLogic._getUserBalanceInBaseCurrency, _getUserDebtInBaseCurrency.
inline Math<U256> value_of(const U256& balance, const U256& price, const Unit& unit, Rounding rounding) {
    TRY(const auto n, product(balance, price));
    TRY(const auto q, unit.divide(n));
    if (rounding == Rounding::Up) return rounded_up(q);
    return q.value;
}

/// Interest factors over `seconds` at the annual `rate` (ray), scaled 1e27.
/// MathUtils.calculateLinearInterest.
Math<U256> linear_factor(const U256& rate, std::uint64_t seconds);
/// MathUtils.calculateCompoundedInterest, 3.0 to 3.3.
Math<U256> binomial_factor(const U256& rate, std::uint64_t seconds);
/// MathUtils.calculateCompoundedInterest, from 3.4.
Math<U256> taylor_factor(const U256& rate, std::uint64_t seconds);

}  // namespace plimsoll::lending::aave_v3
