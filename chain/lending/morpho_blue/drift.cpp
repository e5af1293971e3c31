// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/drift.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::lending::morpho_blue {

namespace {

/// What a share of debt is worth, 1e36 scaled up against rounding.
Math<U256> share_value(const Totals& totals, Math<U256> (*divide)(const U256&, const U256&, const U256&)) {
    constexpr U256 kScale = U256::literal("1'000'000'000'000'000'000'000'000'000'000'000'000'000'000'000");  // 1e45
    TRY(const auto assets, checked_add(totals.borrow_assets, U256{1}));
    TRY(const auto shares, checked_add(totals.borrow_shares, U256{1'000'000}));
    return divide(assets, kScale, shares);
}

}  // namespace

std::optional<Wad> DriftMeter::take(const View& view) {
    const auto before = std::exchange(before_, std::nullopt);
    if (!view.price || view.price->is_zero()) return std::nullopt;
    before_ = Mark{*view.price, view.totals};
    if (!before) return std::nullopt;
    const auto bound = [&]() -> Math<U256> {
        TRY(auto price, mul_div_down(*view.price, kWad, before->price));
        price = std::min(price, kWad);
        TRY(const auto earlier, share_value(before->totals, mul_div_down));
        TRY(const auto now, share_value(view.totals, mul_div_up));
        TRY(auto debt, mul_div_up(now, kWad, earlier));
        debt = std::max(debt, kWad);
        return mul_div_down(price, kWad, debt);
    }();
    return bound ? std::optional<Wad>(Wad{*bound}) : std::nullopt;
}

}  // namespace plimsoll::lending::morpho_blue
