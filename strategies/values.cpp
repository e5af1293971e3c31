// SPDX-License-Identifier: Apache-2.0
#include "strategies/values.hpp"

#include <algorithm>

namespace plimsoll::strategies {

Math<U256> value_up(const AssetPosition& asset, const U256& amount) {
    TRY(const U256 unit, pow10(asset.decimals));
    return mul_div_up(amount, asset.price.value, unit);
}

Math<U256> value_down(const AssetPosition& asset, const U256& amount) {
    TRY(const U256 unit, pow10(asset.decimals));
    return mul_div_down(amount, asset.price.value, unit);
}

U256 amount_worth(const AssetPosition& asset, const U256& value) {
    const auto unit = pow10(asset.decimals);
    if (!unit || asset.price.is_zero()) return kU256Max;
    return mul_div_down(value, *unit, asset.price.value).value_or(kU256Max);
}

Math<U256> exchanged_up(const AssetPosition& from, const AssetPosition& to, const U256& amount) {
    TRY(const U256 from_unit, pow10(from.decimals));
    TRY(const U256 to_unit, pow10(to.decimals));
    // One division: prices with few digits would lose the small amounts in between.
    TRY(const U256 numerator, checked_mul(from.price.value, to_unit));
    TRY(const U256 denominator, checked_mul(to.price.value, from_unit));
    return mul_div_up(amount, numerator, denominator);
}

U256 fee_of(const U256& amount, std::uint32_t ppm) {
    return mul_div_up(amount, U256{ppm}, kMillion).value_or(kU256Max);
}

U256 loan_covered_by(const U256& available, std::uint32_t ppm) {
    U256 loan = mul_div_down(available, kMillion, U256{1'000'000ULL + ppm}).value_or(U256{});
    const auto due = checked_add(loan, fee_of(loan, ppm));
    if (!due || *due > available) loan = saturating_sub(loan, U256{1});
    return loan;
}

U256 less_bps(const U256& amount, std::uint32_t bps) {
    return mul_div_up(amount, U256{10'000 - std::min(bps, 10'000U)}, kBps).value_or(amount);
}

}  // namespace plimsoll::strategies
