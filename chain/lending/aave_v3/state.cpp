// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/state.hpp"

#include <algorithm>

namespace plimsoll::lending::aave_v3 {

ReserveConfig ReserveConfig::decode(const U256& word) {
    ReserveConfig out;
    out.ltv = static_cast<std::uint16_t>(word.bits(0, 16));
    out.threshold = static_cast<std::uint16_t>(word.bits(16, 16));
    out.bonus = static_cast<std::uint16_t>(word.bits(32, 16));
    out.decimals = static_cast<std::uint8_t>(word.bits(48, 8));
    out.active = word.bit(56);
    out.frozen = word.bit(57);
    out.borrowing = word.bit(58);
    out.paused = word.bit(60);
    out.protocol_fee = static_cast<std::uint16_t>(word.bits(152, 16));
    out.emode_category = static_cast<std::uint8_t>(word.bits(168, 8));
    out.isolated = word.bits(212, 40) != 0;
    return out;
}

const Holding* AccountState::find(ReserveId id) const {
    for (const auto& holding : holdings) {
        if (holding.reserve == id) return &holding;
    }
    return nullptr;
}

Holding& AccountState::at(ReserveId id) {
    auto place = std::find_if(holdings.begin(), holdings.end(), [&](const Holding& h) { return h.reserve >= id; });
    if (place == holdings.end() || place->reserve != id) {
        Holding fresh;
        fresh.reserve = id;
        place = holdings.insert(place, fresh);
    }
    return *place;
}

void AccountState::tidy() {
    std::erase_if(stable, [](const StableDebt& s) { return s.principal.is_zero(); });
    std::erase_if(holdings, [&](const Holding& h) { return h.empty() && stable_of(h.reserve) == nullptr; });
}

const StableDebt* AccountState::stable_of(ReserveId id) const {
    for (const auto& debt : stable) {
        if (debt.reserve == id) return &debt;
    }
    return nullptr;
}

const EModeCategory& MarketState::emode(std::uint8_t category) const {
    static const EModeCategory kNone;
    return category < emodes.size() ? emodes[category] : kNone;
}

EModeCategory& MarketState::edit_emode(std::uint8_t category) {
    ++emode_version;
    if (category >= emodes.size()) emodes.resize(static_cast<std::size_t>(category) + 1);
    return emodes[category];
}

std::optional<ReserveId> MarketState::id_of(const Address& asset) const {
    for (std::size_t i = 0; i < reserves.size(); ++i) {
        if (reserves[i].asset == asset && !asset.is_zero()) return static_cast<ReserveId>(i);
    }
    return std::nullopt;
}

}  // namespace plimsoll::lending::aave_v3
