// SPDX-License-Identifier: Apache-2.0
#include "strategies/close.hpp"

#include <algorithm>

#include "strategies/deal.hpp"

namespace plimsoll::strategies {

bool close_asked(const Situation& situation) {
    const auto& allowed = situation.allowed;
    if (allowed.close_below && situation.now.summary.health_factor <= *allowed.close_below) return true;
    return std::any_of(allowed.close_at_price.begin(), allowed.close_at_price.end(), [&](const auto& at) {
        const auto* asset = offered(situation, at.first);
        return asset != nullptr && !asset->price.is_zero() && asset->price <= at.second;
    });
}

std::vector<Proposal> close(const Situation& situation) {
    if (auto refused = guard_refuses(situation)) return {*std::move(refused)};
    if (!situation.seat->standing.policy.may_close)
        return {NoPlan{"guard-may-close", "the policy does not let a plan end without debt"}};
    const auto debts = repayable(situation);
    if (debts.assets.empty()) return {debts.reason};
    const auto collaterals = sellable(situation);
    if (collaterals.assets.empty()) return {collaterals.reason};
    VenueMemory memory;
    std::vector<Proposal> out;
    std::size_t loans = 0;
    for (const auto& funding : fundings_for(situation, *collaterals.assets[0], *debts.assets[0], false)) {
        if (funding.kind != Funding::Kind::Steps && ++loans > 2) continue;
        Terms terms;
        terms.strategy = kClose;
        terms.closes_position = true;
        terms.funding = funding;
        terms.memory = &memory;
        auto proposal = deal(situation, terms, collaterals.assets, debts.assets);
        auto* plan = std::get_if<Plan>(&proposal);
        const bool some_left = plan != nullptr && !plan->after.debt.is_zero();
        if (some_left && (plan->shortfall.empty() || plan->shortfall == "smallest-unit"))
            plan->shortfall = "other-debts";
        out.push_back(std::move(proposal));
    }
    return out;
}

}  // namespace plimsoll::strategies
