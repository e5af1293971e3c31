// SPDX-License-Identifier: Apache-2.0
#include "strategies/repay_with_collateral.hpp"

#include <algorithm>

#include "strategies/deal.hpp"

namespace plimsoll::strategies {

namespace {

using Assets = std::vector<const AssetPosition*>;

Terms terms_of(VenueMemory& memory, const Funding& funding, std::size_t venue = 0) {
    Terms out;
    out.memory = &memory;
    out.strategy = kRepayWithCollateral;
    out.funding = funding;
    out.venue = venue;
    return out;
}

bool has_plan(const std::vector<Proposal>& proposals) {
    return std::any_of(proposals.begin(), proposals.end(),
                       [](const Proposal& one) { return std::holds_alternative<Plan>(one); });
}

}  // namespace

std::vector<Proposal> repay_with_collateral(const Situation& situation, Breadth breadth) {
    if (auto refused = guard_refuses(situation)) return {*std::move(refused)};
    if (situation.now.summary.health_factor >= situation.target)
        return {NoPlan{"not-needed", "the health factor is at its target"}};
    const auto debts = repayable(situation);
    if (debts.assets.empty()) return {debts.reason};
    auto collaterals = sellable(situation);
    // What is both supplied and owed is repaid with itself, not sold.
    Assets sold = collaterals.assets;
    if (sold.empty()) return {collaterals.reason};
    const auto fundings = fundings_for(situation, *sold[0], *debts.assets[0], false);

    VenueMemory memory;
    std::vector<Proposal> out;
    std::size_t loans = 0;
    for (const auto& funding : fundings) {
        // Two lenders are enough to fall back on; without a loan is always tried when there is no plan yet.
        const bool stepwise = funding.kind == Funding::Kind::Steps;
        if (!stepwise && ++loans > 2) continue;
        if (breadth == Breadth::First && has_plan(out)) break;
        out.push_back(deal(situation, terms_of(memory, funding), sold, debts.assets));
    }
    if (breadth == Breadth::First) return out;
    const Funding& best = fundings.front();
    for (std::size_t venue = 1; venue <= 2; ++venue)
        out.push_back(deal(situation, terms_of(memory, best, venue), sold, debts.assets));
    for (const auto& offer : situation.offers) {
        if (offer.token_in != sold[0]->asset || offer.token_out != debts.assets[0]->asset) continue;
        if (!venue_allowed(situation, offer.target) ||
            offer.expires_ms <= static_cast<std::int64_t>(situation.as_of) * 1'000)
            continue;
        Terms terms = terms_of(memory, best);
        terms.offer = &offer;
        out.push_back(deal(situation, terms, sold, debts.assets));
    }
    const bool bound = sold[0]->collateral && sold[0]->ltv_bps == 0;
    if (sold.size() > 1 && !bound && situation.allowed.collateral_order.empty()) {
        std::rotate(sold.begin(), sold.begin() + 1, sold.end());
        const auto other = fundings_for(situation, *sold[0], *debts.assets[0], false);
        out.push_back(deal(situation, terms_of(memory, other.front()), sold, debts.assets));
    }
    if (debts.assets.size() > 1 && situation.allowed.debt_order.empty()) {
        Assets others = debts.assets;
        std::rotate(others.begin(), others.begin() + 1, others.end());
        const auto other = fundings_for(situation, *collaterals.assets[0], *others[0], false);
        out.push_back(deal(situation, terms_of(memory, other.front()), collaterals.assets, others));
    }
    return out;
}

}  // namespace plimsoll::strategies
