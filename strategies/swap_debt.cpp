// SPDX-License-Identifier: Apache-2.0
#include "strategies/swap_debt.hpp"

#include <algorithm>

#include "strategies/deal.hpp"
#include "strategies/reconfigure.hpp"

namespace plimsoll::strategies {

namespace {

std::vector<const AssetPosition*> targets(const Situation& s) {
    std::vector<const AssetPosition*> out;
    const auto consider = [&](const AssetPosition* asset) {
        if (asset == nullptr || asset->price.is_zero() || asset->paused || asset->frozen || !asset->active) return;
        if (debt_allowed(s, asset->asset)) out.push_back(asset);
    };
    for (const auto& asset : s.allowed.swap_into) consider(offered(s, asset));
    if (s.allowed.swap_into.empty()) {
        for (const auto& row : s.now.assets) {
            if (!row.debt.is_zero()) consider(&row);
        }
    }
    return out;
}

}  // namespace

std::vector<Proposal> swap_debt(const Situation& situation) {
    if (auto refused = guard_refuses(situation)) return {*std::move(refused)};
    if (situation.now.summary.health_factor >= situation.target)
        return {NoPlan{"not-needed", "the health factor is at its target"}};
    if (!acts_as_account(situation))
        return {NoPlan{"guard-access", "a debt swap helps only with a change that an allowance does not cover"}};
    const auto debts = repayable(situation);
    if (debts.assets.empty()) return {debts.reason};
    const auto moves = situation.market.free_moves(situation.now.account);
    VenueMemory memory;
    std::vector<Proposal> out;
    for (const auto* old : debts.assets) {
        for (const auto* fresh : targets(situation)) {
            if (fresh->asset == old->asset) continue;
            for (const auto& move : moves) {
                if (out.size() >= kDebtSwaps) break;
                Terms terms;
                terms.strategy = kSwapDebt;
                terms.borrows = true;
                terms.closes_position = true;
                terms.memory = &memory;
                terms.funding = fundings_for(situation, *fresh, *old, false).front();
                terms.after = around(move);
                out.push_back(deal(situation, terms, {fresh}, {old}));
            }
        }
    }
    if (out.empty()) out.push_back(NoPlan{"no-effect", "no other debt would open a better configuration"});
    return out;
}

}  // namespace plimsoll::strategies
