// SPDX-License-Identifier: Apache-2.0
#include "strategies/top_up_from_wallet.hpp"

#include <algorithm>

#include "strategies/idle.hpp"

namespace plimsoll::strategies {

std::vector<Proposal> top_up_from_wallet(const Situation& situation) {
    if (situation.now.summary.debt.is_zero()) return {NoPlan{"no-debt", "the position has no debt"}};
    if (situation.now.summary.health_factor >= situation.target)
        return {NoPlan{"not-needed", "the health factor is at its target"}};
    std::vector<std::pair<const AssetPosition*, const WalletFunds::Token*>> usable;
    for (const auto& token : situation.funds.tokens) {
        const auto* asset = offered(situation, token.asset);
        if (asset == nullptr || token.balance.is_zero() || asset->threshold_bps == 0) continue;
        usable.emplace_back(asset, &token);
    }
    if (usable.empty()) return {NoPlan{"no-balance", "the wallet holds nothing that counts as collateral here"}};
    const auto& order = situation.allowed.collateral_order;
    const auto place = [&](const Address& asset) {
        return std::find(order.begin(), order.end(), asset) - order.begin();
    };
    std::stable_sort(usable.begin(), usable.end(), [&](const auto& a, const auto& b) {
        const auto first = place(a.first->asset);
        const auto second = place(b.first->asset);
        return first != second ? first < second : a.first->threshold_bps > b.first->threshold_bps;
    });
    if (usable.size() > kTopUps) usable.resize(kTopUps);
    std::vector<Proposal> out;
    out.reserve(usable.size());
    for (const auto& [asset, token] : usable)
        out.push_back(use_idle(situation, kTopUpFromWallet, Change::Kind::Supply, *asset, *token));
    return out;
}

}  // namespace plimsoll::strategies
