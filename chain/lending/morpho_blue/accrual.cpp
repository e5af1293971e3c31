// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/accrual.hpp"

#include <algorithm>

#include "chain/lending/morpho_blue/rate.hpp"

namespace plimsoll::lending::morpho_blue {

namespace {

constexpr U256 kVirtualShares{1'000'000};
constexpr U256 kVirtualAssets{1};
constexpr U256 kTwoWad{2'000'000'000'000'000'000ULL};
constexpr U256 kThreeWad{3'000'000'000'000'000'000ULL};
constexpr U256 kCursor{300'000'000'000'000'000ULL};           // LIQUIDATION_CURSOR
constexpr U256 kMostIncentive{1'150'000'000'000'000'000ULL};  // MAX_LIQUIDATION_INCENTIVE_FACTOR

using Ratio = Math<U256> (*)(const U256&, const U256&, const U256&);

Math<U256> shares_of(Ratio ratio, const U256& amount, const U256& assets, const U256& shares) {
    TRY(const auto all_shares, checked_add(shares, kVirtualShares));
    TRY(const auto all_assets, checked_add(assets, kVirtualAssets));
    return ratio(amount, all_shares, all_assets);
}

Math<U256> assets_of(Ratio ratio, const U256& amount, const U256& assets, const U256& shares) {
    TRY(const auto all_shares, checked_add(shares, kVirtualShares));
    TRY(const auto all_assets, checked_add(assets, kVirtualAssets));
    return ratio(amount, all_assets, all_shares);
}

Math<void> add_narrow(U256& total, const U256& more) {
    TRY(total, checked_add(total, more));
    if (!total.fits_u128()) return tl::unexpected(MathError::Overflow);
    return {};
}

}  // namespace

Math<U256> ratio_down(const U256& x, const U256& y, const U256& d) {
    TRY(const auto product, checked_mul(x, y));
    return div_down(product, d);
}

Math<U256> ratio_up(const U256& x, const U256& y, const U256& d) {
    TRY(const auto product, checked_mul(x, y));
    TRY(const auto less, checked_sub(d, U256{1}));
    TRY(const auto sum, checked_add(product, less));
    return div_down(sum, d);
}

Math<U256> to_shares_down(const U256& amount, const U256& assets, const U256& shares) {
    return shares_of(ratio_down, amount, assets, shares);
}
Math<U256> to_shares_up(const U256& amount, const U256& assets, const U256& shares) {
    return shares_of(ratio_up, amount, assets, shares);
}
Math<U256> to_assets_down(const U256& amount, const U256& assets, const U256& shares) {
    return assets_of(ratio_down, amount, assets, shares);
}
Math<U256> to_assets_up(const U256& amount, const U256& assets, const U256& shares) {
    return assets_of(ratio_up, amount, assets, shares);
}

Math<U256> compounded(const U256& rate, std::uint64_t seconds) {
    TRY(const auto first, checked_mul(rate, U256{seconds}));
    TRY(const auto second, ratio_down(first, first, kTwoWad));
    TRY(const auto third, ratio_down(second, first, kThreeWad));
    TRY(const auto sum, checked_add(first, second));
    return checked_add(sum, third);
}

Math<Accrued> accrue(const Totals& totals, bool has_rate, const U256& rate_at_target, Timestamp at) {
    if (at < totals.last_update) return tl::unexpected(MathError::Underflow);
    Accrued out{totals, rate_at_target, {}};
    out.totals.last_update = at;
    const std::uint64_t elapsed = at - totals.last_update;
    if (elapsed == 0 || !has_rate) return out;
    TRY(const auto rate, adaptive_rate(totals.supply_assets, totals.borrow_assets, rate_at_target, elapsed));
    out.rate_at_target = rate.rate_at_target;
    TRY(const auto growth, compounded(rate.average, elapsed));
    TRY(const auto interest, ratio_down(totals.borrow_assets, growth, kWad));
    TRY_VOID(add_narrow(out.totals.borrow_assets, interest));
    TRY_VOID(add_narrow(out.totals.supply_assets, interest));
    if (totals.fee.is_zero()) return out;
    TRY(const auto fee_amount, ratio_down(interest, totals.fee, kWad));
    TRY(const auto without, checked_sub(out.totals.supply_assets, fee_amount));
    TRY(out.fee_shares, to_shares_down(fee_amount, without, totals.supply_shares));
    TRY_VOID(add_narrow(out.totals.supply_shares, out.fee_shares));
    return out;
}

Math<U256> liquidation_incentive(const U256& lltv) {
    TRY(const auto unsafe, checked_sub(kWad, lltv));
    TRY(const auto part, ratio_down(kCursor, unsafe, kWad));
    TRY(const auto rest, checked_sub(kWad, part));
    TRY(const auto factor, ratio_down(kWad, kWad, rest));
    return std::min(factor, kMostIncentive);
}

}  // namespace plimsoll::lending::morpho_blue
