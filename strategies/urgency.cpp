// SPDX-License-Identifier: Apache-2.0
#include "strategies/urgency.hpp"

#include <algorithm>

namespace plimsoll::strategies {

std::uint32_t distance_bps(const lending::Position& now, std::span<const lending::LiquidationPrice> prices) {
    if (now.summary.health_factor.value < kWad) return 0;
    std::uint32_t out = 10'000;
    for (const auto& at : prices) {
        const auto asset = std::find_if(now.assets.begin(), now.assets.end(),
                                        [&](const lending::AssetPosition& row) { return row.asset == at.asset; });
        if (asset == now.assets.end() || asset->price.is_zero() || at.price.is_zero()) continue;
        const U256 gap = at.rises ? saturating_sub(at.price.value, asset->price.value)
                                  : saturating_sub(asset->price.value, at.price.value);
        const auto bps = mul_div_down(gap, kBps, asset->price.value);
        if (bps && *bps < U256{out}) out = static_cast<std::uint32_t>(bps->low_u64());
    }
    return out;
}

Urgency urgency_of(const lending::Position& now, std::span<const lending::LiquidationPrice> prices,
                   const std::optional<std::uint64_t>& seconds) {
    const std::uint32_t distance = distance_bps(now, prices);
    if (distance < kEmergencyBps || (seconds && *seconds < kEmergencySeconds)) return Urgency::Emergency;
    if (distance < kActBps || (seconds && *seconds < kActSeconds)) return Urgency::Act;
    return Urgency::Watch;
}

Result<Urgency> urgency_of(const lending::Market& market, const lending::Position& now) {
    TRY(const auto prices, market.liquidation_prices(now.account, now.as_of));
    TRY(const auto seconds, market.time_to_liquidation(now.account, now.as_of));
    return urgency_of(now, prices, seconds);
}

Urgency more_urgent(Urgency urgency) {
    return urgency == Urgency::Watch ? Urgency::Act : Urgency::Emergency;
}

std::optional<BaseValue> spending_bound(Urgency urgency, const std::optional<lending::LiquidationCost>& liquidation,
                                        const std::optional<BaseValue>& owners_cap) {
    std::optional<BaseValue> out = owners_cap;
    if (!liquidation) return out;
    U256 loss = liquidation->loss.value;
    switch (urgency) {
        case Urgency::Watch:
            loss = shift_right(loss, 2);
            break;
        case Urgency::Act:
            loss = shift_right(loss, 1);
            break;
        case Urgency::Emergency:
            break;
    }
    if (!out || BaseValue{loss} < *out) out = BaseValue{loss};
    return out;
}

}  // namespace plimsoll::strategies
