// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/notice_effects.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/account.hpp"

namespace plimsoll::lending::aave_v3 {

Healths healths_of(const Store& store, const MarketState& market) {
    const View view(market, market.block.timestamp);
    Healths out(store.accounts().size());
    for (std::uint32_t i = 0; i < out.size(); ++i) {
        const AccountEntry& entry = store.account(i);
        if (!entry.loaded || unpriced(market, entry.state) != nullptr) continue;
        if (const auto summary = account_summary(view, entry.state)) out[i] = summary->health_factor;
    }
    return out;
}

void add_effects(ParameterChange& change, const Store& store, const Healths& before, const Healths& after) {
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
        if (!before[i] || !after[i] || *before[i] == *after[i]) continue;
        change.effects.push_back({store.accounts()[i], *before[i], *after[i]});
    }
    std::stable_sort(change.effects.begin(), change.effects.end(),
                     [](const auto& a, const auto& b) { return a.after < b.after; });
    if (change.effects.size() <= ParameterChange::kEffects) return;
    change.more = change.effects.size() - ParameterChange::kEffects;
    change.effects.resize(ParameterChange::kEffects);
}

}  // namespace plimsoll::lending::aave_v3
