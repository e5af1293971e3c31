// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/rate.hpp"

#include <algorithm>

namespace plimsoll::lending::morpho_blue {

namespace {

constexpr i128 kOne = 1'000'000'000'000'000'000;
constexpr i128 kLn2 = 693'147'180'559'945'309;
constexpr i128 kLowestExponent = -(41 * kOne + 446'531'673'892'822'312);  // ln(1e-18)
constexpr i128 kHighestExponent = 93 * kOne + 859'467'695'000'404'319;
constexpr U256 kLargestPower = U256::literal("57716089161558943949701069502944508345128422502756744429568");

// ConstantsLib of the model
constexpr i128 kTarget = 9 * kOne / 10;
constexpr i128 kSteepness = 4 * kOne;
constexpr i128 kYear = 31'536'000;
constexpr i128 kSpeed = 50 * kOne / kYear;
constexpr U256 kFirstRate{40'000'000'000'000'000ULL / 31'536'000ULL};
constexpr U256 kLowestRate{1'000'000'000'000'000ULL / 31'536'000ULL};
constexpr U256 kHighestRate{2'000'000'000'000'000'000ULL / 31'536'000ULL};
constexpr U256 kMostUsed{5'000'000'000'000'000'000ULL};  // what 128 bits hold below

Math<U256> adapted(const U256& rate, i128 exponent) {
    TRY(const auto product, checked_mul(rate, exponential(exponent)));
    TRY(const auto moved, div_down(product, kWad));
    return std::clamp(moved, kLowestRate, kHighestRate);
}

/// _curve: from a quarter of the rate when nothing is used to four times the rate when all is.
Math<U256> on_curve(const U256& rate, i128 distance) {
    const i128 slope = distance < 0 ? kOne - kOne * kOne / kSteepness : kSteepness - kOne;
    const i128 factor = slope * distance / kOne + kOne;
    TRY(const auto product, checked_mul(U256::from_u128(static_cast<u128>(factor)), rate));
    return div_down(product, kWad);
}

}  // namespace

U256 exponential(i128 x) {
    if (x < kLowestExponent) return {};
    if (x >= kHighestExponent) return kLargestPower;
    const i128 power = (x + (x < 0 ? -(kLn2 / 2) : kLn2 / 2)) / kLn2;
    const i128 rest = x - power * kLn2;
    const U256 polynomial = U256::from_u128(static_cast<u128>(kOne + rest + rest * rest / kOne / 2));
    return power >= 0 ? shift_left(polynomial, static_cast<unsigned>(power))
                      : shift_right(polynomial, static_cast<unsigned>(-power));
}

Math<BorrowRate> adaptive_rate(const U256& supply_assets, const U256& borrow_assets, const U256& rate_at_target,
                               std::uint64_t elapsed) {
    U256 share;
    if (!supply_assets.is_zero()) {
        TRY(const auto scaled, checked_mul(borrow_assets, kWad));
        TRY(share, div_down(scaled, supply_assets));
    }
    if (share > kMostUsed) return tl::unexpected(MathError::Overflow);
    const auto used = static_cast<i128>(share.low_u128());
    const i128 room = used > kTarget ? kOne - kTarget : kTarget;
    const i128 distance = (used - kTarget) * kOne / room;
    BorrowRate out;
    if (rate_at_target.is_zero()) {
        out.rate_at_target = kFirstRate;
        TRY(out.average, on_curve(kFirstRate, distance));
        return out;
    }
    const i128 exponent = kSpeed * distance / kOne * static_cast<i128>(elapsed);
    if (exponent == 0) {
        out.rate_at_target = rate_at_target;
        TRY(out.average, on_curve(rate_at_target, distance));
        return out;
    }
    TRY(out.rate_at_target, adapted(rate_at_target, exponent));
    TRY(const auto middle, adapted(rate_at_target, exponent / 2));
    // The trapezoidal rule with one point between.
    TRY(auto sum, checked_add(rate_at_target, out.rate_at_target));
    TRY(sum, checked_add(sum, middle));
    TRY(sum, checked_add(sum, middle));
    TRY(out.average, on_curve(shift_right(sum, 2), distance));
    return out;
}

}  // namespace plimsoll::lending::morpho_blue
