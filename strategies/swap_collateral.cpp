// SPDX-License-Identifier: Apache-2.0
#include "strategies/swap_collateral.hpp"

#include <algorithm>

#include "strategies/deal.hpp"

namespace plimsoll::strategies {

namespace {

using Assets = std::vector<const AssetPosition*>;

/// What may be held instead, highest threshold first.
Assets targets(const Situation& s, NoPlan& reason) {
    Assets out;
    const auto consider = [&](const AssetPosition* asset) {
        if (asset == nullptr || asset->threshold_bps == 0 || asset->price.is_zero()) return;
        const std::string name = name_of(*asset);
        if (asset->paused || asset->frozen || !asset->active)
            reason = {"reserve-frozen", "the protocol takes no more " + name};
        else if (!collateral_allowed(s, asset->asset))
            reason = {"guard-collaterals", name + " is not among the policy's collaterals"};
        else
            out.push_back(asset);
    };
    for (const auto& asset : s.allowed.swap_into) consider(offered(s, asset));
    if (s.allowed.swap_into.empty()) {
        for (const auto& row : s.now.assets) {
            if (row.collateral && !row.supplied.is_zero()) consider(&row);
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const AssetPosition* a, const AssetPosition* b) {
        return a->threshold_bps > b->threshold_bps;
    });
    if (out.size() > kSwapTargets) out.resize(kSwapTargets);
    return out;
}

}  // namespace

std::vector<Proposal> swap_collateral(const Situation& situation) {
    if (auto refused = guard_refuses(situation)) return {*std::move(refused)};
    if (situation.now.summary.debt.is_zero()) return {NoPlan{"no-debt", "the position has no debt"}};
    if (situation.now.summary.health_factor >= situation.target)
        return {NoPlan{"not-needed", "the health factor is at its target"}};
    const auto collaterals = sellable(situation);
    if (collaterals.assets.empty()) return {collaterals.reason};
    NoPlan reason{"no-effect", "nothing may be swapped into that has a higher threshold"};
    VenueMemory memory;
    std::vector<Proposal> out;
    for (const auto* into : targets(situation, reason)) {
        Assets sold = collaterals.assets;
        std::erase_if(sold, [&](const AssetPosition* asset) {
            const std::uint32_t weight = asset->collateral ? asset->threshold_bps : 0;
            return asset->asset == into->asset || weight >= into->threshold_bps;
        });
        if (sold.empty()) continue;
        const auto fundings = fundings_for(situation, *sold[0], *into, true);
        for (std::size_t i = 0; i < fundings.size(); ++i) {
            if (i != 0 && fundings[i].kind != Funding::Kind::Steps) continue;
            Terms terms;
            terms.strategy = kSwapCollateral;
            terms.supplies = true;
            terms.memory = &memory;
            terms.funding = fundings[i];
            out.push_back(deal(situation, terms, sold, {into}));
        }
    }
    if (out.empty()) out.push_back(std::move(reason));
    return out;
}

}  // namespace plimsoll::strategies
