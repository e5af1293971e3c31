// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/drift.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::lending::aave_v3 {

namespace {

constexpr std::size_t kFew = 32;  // one holder in so many accounts, or fewer
constexpr std::uint64_t kFarPercent = 2;

/// new / old * 1e18 where it lowers or raises, 1e18 where it does not.
Math<U256> fallen(const U256& from, const U256& to) {
    if (to >= from) return kWad;
    return mul_div_down(to, kWad, from);
}
Math<U256> risen(const U256& from, const U256& to) {
    if (to <= from) return kWad;
    return mul_div_up(to, kWad, from);
}

}  // namespace

bool DriftMeter::moved_far(const U256& from, const U256& to) {
    const auto band = mul_div_down(from, U256{kFarPercent}, U256{100});
    const U256 difference = to > from ? saturating_sub(to, from) : saturating_sub(from, to);
    return !band || difference > *band;
}

Math<void> DriftMeter::widen(Bounds& bounds, const Mark& from, const Mark& to) {
    // Ratios of price and index are bounded by one each: their product bounds every mix of the two.
    TRY(const auto price_low, fallen(from.price, to.price));
    TRY(const auto income_low, fallen(from.income, to.income));
    TRY(const auto low, mul_div_down(price_low, income_low, kWad));
    TRY(const auto price_high, risen(from.price, to.price));
    TRY(const auto index_high, risen(from.debt_index, to.debt_index));
    TRY(const auto high, mul_div_up(price_high, index_high, kWad));
    bounds.low = std::min(bounds.low, low);
    bounds.high = std::max(bounds.high, high);
    return {};
}

std::optional<Wad> DriftMeter::take(const View& view, Store& store) {
    const auto& reserves = view.state().reserves;
    const bool comparable = !before_.empty() && profile_ == view.profile();
    profile_ = view.profile();
    const auto before = std::exchange(before_, {});
    before_.resize(reserves.size());
    Bounds bounds;
    bool bounded = comparable;
    for (std::size_t i = 0; i < reserves.size(); ++i) {
        const auto id = static_cast<ReserveId>(i);
        const std::size_t holders = store.holders(id);
        if (holders == 0) continue;  // whoever becomes one is marked for it
        const auto now = view.reserve(id);
        if (!now) {
            bounded = false;
            continue;
        }
        Mark& mark = before_[i];
        mark = {reserves[i].asset, (*now)->price, (*now)->income, (*now)->debt_index, reserves[i].state.priced};
        if (!bounded) continue;
        const Mark none;
        const Mark& last = i < before.size() ? before[i] : none;
        const bool same = last.asset == mark.asset && last.priced && mark.priced && !last.price.is_zero();
        const bool rare = holders * kFew <= store.accounts().size() && moved_far(last.price, mark.price);
        if (!same || rare)
            store.mark_holders(id);
        else if (!widen(bounds, last, mark))
            bounded = false;
    }
    if (view.profile().emode == Profile::EMode::Category) store.mark_stable_debtors();
    if (!bounded) return std::nullopt;
    const auto factor = mul_div_down(bounds.low, kWad, bounds.high);
    if (!factor) return std::nullopt;
    return Wad{*factor};
}

}  // namespace plimsoll::lending::aave_v3
