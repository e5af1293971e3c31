// SPDX-License-Identifier: Apache-2.0
// The divisor by shifts and reciprocals against plain 256-bit division; where the contracts revert.
#include "chain/lending/aave_v3/math.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;

namespace {

U256 random_u256(std::mt19937_64& rng) {
    return shift_right(U256{rng(), rng(), rng(), rng()}, static_cast<unsigned>(rng() % 256));
}

void check_divisor(const InvariantDivisor& divisor, const U256& d, const U256& n) {
    const auto plain = divide(n, d).value();
    const auto fast = divisor.divide(n);
    REQUIRE_EQ(to_string(fast.value), to_string(plain.quotient));
    REQUIRE_EQ(fast.exact, plain.remainder.is_zero());
    if (n.limbs[3] != 0) return;
    u128 quotient = 0;
    bool exact = false;
    if (divisor.divide(U192{{n.limbs[0], n.limbs[1], n.limbs[2]}}, quotient, exact)) {
        REQUIRE_EQ(to_string(U256::from_u128(quotient)), to_string(plain.quotient));
        REQUIRE_EQ(exact, plain.remainder.is_zero());
    } else {
        REQUIRE(n.bit_width() > 120);  // only large numerators may be refused
    }
}

}  // namespace

TEST_CASE("division by every power of ten equals the plain one") {
    std::mt19937_64 rng(20'250'101);
    for (unsigned exponent = 0; exponent <= InvariantDivisor::kMaxExponent; ++exponent) {
        const auto divisor = InvariantDivisor::power_of_ten(exponent);
        const U256 d = pow10(exponent).value();
        for (int i = 0; i < 2'000; ++i) check_divisor(divisor, d, random_u256(rng));
        for (const auto& n : {U256{}, U256{1}, kU256Max, d}) check_divisor(divisor, d, n);
        // Around multiples, where a quotient that is one off would show.
        for (int i = 0; i < 500; ++i) {
            const auto multiple = checked_mul(d, shift_right(random_u256(rng), 100));
            if (!multiple || multiple->is_zero()) continue;
            check_divisor(divisor, d, *multiple);
            check_divisor(divisor, d, checked_sub(*multiple, U256{1}).value());
        }
    }
}

TEST_CASE("division by a year") {
    std::mt19937_64 rng(7);
    for (int i = 0; i < 5'000; ++i) check_divisor(kByYear, U256{kSecondsPerYear}, random_u256(rng));
}

TEST_CASE("products of two 128-bit numbers") {
    std::mt19937_64 rng(8);
    for (int i = 0; i < 5'000; ++i) {
        const U256 a = shift_right(random_u256(rng), 128);
        const U256 b = shift_right(random_u256(rng), 128);
        REQUIRE_EQ(mul_u128(a.low_u128(), b.low_u128()), checked_mul(a, b).value());
    }
    CHECK_EQ(mul_u128(~u128{0}, ~u128{0}), checked_mul(U256::from_u128(~u128{0}), U256::from_u128(~u128{0})).value());
}

TEST_CASE("R12 primitives revert where the contracts do") {
    const U256 half_max = shift_right(kU256Max, 1);
    struct Case {
        const char* what;
        Math<U256> result;
        MathError error;
    };
    const Case cases[] = {
        {"rayMul product", ray_mul(half_max, U256{3}, Rounding::HalfUp), MathError::Overflow},
        {"rayMul product plus half", ray_mul(kU256Max, U256{1}, Rounding::HalfUp), MathError::Overflow},
        {"rayMulFloor product", ray_mul(half_max, U256{3}, Rounding::Down), MathError::Overflow},
        {"rayDiv product", ray_div(kU256Max, U256{1}, Rounding::Down), MathError::Overflow},
        {"rayDiv by zero", ray_div(U256{1}, U256{}, Rounding::HalfUp), MathError::DivisionByZero},
        {"wadDiv by zero", wad_div(U256{1}, U256{}), MathError::DivisionByZero},
        {"wadDiv product", wad_div(kU256Max, U256{1}), MathError::Overflow},
        {"percentMul plus half", percent_mul(kU256Max, U256{1}, Rounding::HalfUp), MathError::Overflow},
        {"percentDiv by zero", percent_div(U256{1}, U256{}, Rounding::Up), MathError::DivisionByZero},
        {"rate too high", linear_factor(kU256Max, 2), MathError::Overflow},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        REQUIRE_FALSE(c.result.has_value());
        CHECK_EQ(c.result.error(), c.error);
    }
    // The floor of the same largest number is defined: there is no half to add.
    CHECK_EQ(ray_mul(kU256Max, U256{1}, Rounding::Down).value(), div_down(kU256Max, kRay).value());
    CHECK_EQ(ray_mul(U256{}, kU256Max, Rounding::HalfUp).value(), U256{});
}

TEST_CASE("roundings around one half") {
    const U256 half = kHalfRay;
    const U256 below = checked_sub(half, U256{1}).value();
    CHECK_EQ(ray_mul(half, U256{1}, Rounding::HalfUp).value(), U256{1});
    CHECK_EQ(ray_mul(below, U256{1}, Rounding::HalfUp).value(), U256{0});
    CHECK_EQ(ray_mul(below, U256{1}, Rounding::Up).value(), U256{1});
    CHECK_EQ(ray_mul(kRay, U256{5}, Rounding::Up).value(), U256{5});
    CHECK_EQ(percent_mul(U256{1}, U256{5'000}, Rounding::HalfUp).value(), U256{1});
    CHECK_EQ(percent_mul(U256{1}, U256{4'999}, Rounding::HalfUp).value(), U256{0});
}

TEST_CASE("a token of any decimals") {
    CHECK(Unit::of(27).value().fast());
    CHECK_FALSE(Unit::of(28).value().fast());
    CHECK_EQ(Unit::of(78).error(), MathError::Overflow);
    for (const unsigned decimals : {0U, 6U, 18U, 27U, 28U, 40U, 60U}) {
        const auto unit = Unit::of(decimals).value();
        const U256 whole = pow10(decimals).value();
        CHECK_EQ(unit.value(), whole);
        CHECK_EQ(value_of(whole, U256{7}, unit, Rounding::Up).value(), U256{7});
        const U256 more = checked_add(whole, U256{1}).value();
        const U256 up = decimals == 0 ? U256{14} : U256{8};
        const U256 down = decimals == 0 ? U256{14} : U256{7};
        CHECK_EQ(value_of(more, U256{7}, unit, Rounding::Up).value(), up);
        CHECK_EQ(value_of(more, U256{7}, unit, Rounding::Down).value(), down);
    }
}

TEST_CASE("no time, no interest") {
    const U256 rate = U256::literal("50'000'000'000'000'000'000'000'000");
    CHECK_EQ(linear_factor(rate, 0).value(), kRay);
    CHECK_EQ(binomial_factor(rate, 0).value(), kRay);
    CHECK_EQ(taylor_factor(rate, 0).value(), kRay);
    CHECK(binomial_factor(rate, 1).value() > kRay);
}
