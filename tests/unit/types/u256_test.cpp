// SPDX-License-Identifier: Apache-2.0
// Compared with Boost.Multiprecision, an independent implementation, over crossed corner values and random numbers.
#include "chain/types/u256.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <doctest/doctest.h>
#include <random>
#include <vector>

using namespace plimsoll;
using Big = boost::multiprecision::cpp_int;

namespace {

Big big(const U256& value) {
    Big out;
    for (std::size_t i = 4; i-- > 0;) out = (out << 64U) | value.limbs[i];
    return out;
}

const Big kLimit = Big(1) << 256U;

std::vector<U256> corners() {
    const std::uint64_t limbs[] = {0, 1, 0x8000000000000000ULL, ~0ULL};
    std::vector<U256> out;
    for (auto a : limbs)
        for (auto b : limbs)
            for (auto c : limbs)
                for (auto d : limbs) out.emplace_back(a, b, c, d);
    return out;
}

U256 random_u256(std::mt19937_64& rng) {
    U256 value{rng(), rng(), rng(), rng()};
    return shift_right(value, static_cast<unsigned>(rng() % 256));
}

void compare(const U256& a, const U256& b) {
    const Big x = big(a);
    const Big y = big(b);
    const auto sum = checked_add(a, b);
    REQUIRE(sum.has_value() == (x + y < kLimit));
    if (sum) REQUIRE(big(*sum) == x + y);
    const auto difference = checked_sub(a, b);
    REQUIRE(difference.has_value() == (x >= y));
    if (difference) REQUIRE(big(*difference) == x - y);
    const auto product = checked_mul(a, b);
    REQUIRE(product.has_value() == (x * y < kLimit));
    if (product) REQUIRE(big(*product) == x * y);
    const auto ratio = divide(a, b);
    REQUIRE(ratio.has_value() == !b.is_zero());
    if (ratio) {
        REQUIRE(big(ratio->quotient) == x / y);
        REQUIRE(big(ratio->remainder) == x % y);
    }
    REQUIRE((a < b) == (x < y));
}

void compare_mul_div(const U256& a, const U256& b, const U256& c) {
    if (c.is_zero()) {
        REQUIRE(mul_div_down(a, b, c).error() == MathError::DivisionByZero);
        return;
    }
    const Big down = big(a) * big(b) / big(c);
    const Big up = (big(a) * big(b) + big(c) - 1) / big(c);
    const auto got_down = mul_div_down(a, b, c);
    const auto got_up = mul_div_up(a, b, c);
    REQUIRE(got_down.has_value() == (down < kLimit));
    REQUIRE(got_up.has_value() == (up < kLimit));
    if (got_down) REQUIRE(big(*got_down) == down);
    if (got_up) REQUIRE(big(*got_up) == up);
}

}  // namespace

TEST_CASE("U256 arithmetic equals Boost.Multiprecision on all pairs of corner values") {
    const auto values = corners();
    for (const auto& a : values)
        for (const auto& b : values) compare(a, b);
}

TEST_CASE("mul_div equals Boost.Multiprecision, 512-bit products included") {
    const auto values = corners();
    for (std::size_t i = 0; i < values.size(); i += 3)
        for (std::size_t j = 0; j < values.size(); j += 5)
            for (std::size_t k = 0; k < values.size(); k += 7) compare_mul_div(values[i], values[j], values[k]);
    std::mt19937_64 rng(1);
    for (int i = 0; i < 50'000; ++i) {
        const U256 a = random_u256(rng);
        const U256 b = random_u256(rng);
        const U256 c = random_u256(rng);
        compare(a, b);
        compare_mul_div(a, b, c);
    }
}

TEST_CASE("text and bytes round-trip") {
    std::mt19937_64 rng(2);
    for (int i = 0; i < 2'000; ++i) {
        const U256 value = random_u256(rng);
        REQUIRE(to_string(value) == big(value).str());
        REQUIRE(*U256::from_decimal(to_string(value)) == value);
        REQUIRE(*U256::from_hex_quantity(to_hex_quantity(value)) == value);
        REQUIRE(U256::from_be_bytes(value.to_be_bytes()) == value);
        const auto shift = static_cast<unsigned>(rng() % 300);
        REQUIRE(big(shift_left(value, shift)) == (big(value) << shift) % kLimit);
        REQUIRE(big(shift_right(value, shift)) == big(value) >> shift);
        const auto from = static_cast<unsigned>(rng() % 256);
        const auto count = static_cast<unsigned>(1 + rng() % 64);
        REQUIRE(Big(value.bits(from, count)) == ((big(value) >> from) & ((Big(1) << count) - 1)));
    }
    CHECK(to_string(kU256Max) == "115792089237316195423570985008687907853269984665640564039457584007913129639935");
    CHECK_FALSE(U256::from_decimal("115792089237316195423570985008687907853269984665640564039457584007913129639936"));
    for (const char* bad : {"", "-1", "1.5", "0x10", " 1", "1e18"}) CHECK_FALSE(U256::from_decimal(bad));
    for (const char* bad :
         {"", "0x", "10", "0xg", "0x10000000000000000000000000000000000000000000000000000000000000000"})
        CHECK_FALSE(U256::from_hex_quantity(bad));
}

TEST_CASE("signed numbers keep to int256") {
    CHECK(to_string(*I256::from_decimal("-5")) == "-5");
    CHECK(I256::from_i64(-5) < I256::from_i64(3));
    CHECK(I256::from_i64(-5) < I256::from_i64(-3));
    CHECK(I256::from_i64(INT64_MIN).magnitude() == U256{1ULL << 63U});
    CHECK(I256::from_decimal("-57896044618658097711785492504343953926634992332820282019728792003956564819968"));
    CHECK_FALSE(I256::from_decimal("57896044618658097711785492504343953926634992332820282019728792003956564819968"));
}
