// SPDX-License-Identifier: Apache-2.0
#include "strategies/combined.hpp"

#include <algorithm>

#include "strategies/deal.hpp"
#include "strategies/idle.hpp"
#include "strategies/repay_with_collateral.hpp"

namespace plimsoll::strategies {

namespace {

/// Pulls and repays what there is of one debt. A little of it stays, so that the debt is not closed by a hair.
Result<void> add(const Situation& s, const AssetPosition& debt, Around& out, U256& budget) {
    const auto* token = token_of(s, debt.asset);
    if (token == nullptr) return {};
    U256 amount = std::min(pullable(s, *token).value, less_bps(debt.debt.value, 10));
    amount = std::min(amount, amount_worth(debt, budget));
    if (amount.is_zero()) return {};
    guard::Step pull;
    pull.action = guard::Action::Pull;
    pull.asset = debt.asset;
    pull.amount = TokenAmount{amount};
    guard::Step repay = pull;
    repay.action = guard::Action::Repay;
    out.steps.push_back(std::move(pull));
    out.steps.push_back(std::move(repay));
    out.changes.push_back({Change::Kind::Repay, debt.asset, TokenAmount{amount}});
    TRY(const U256 value, value_up(debt, amount));
    budget = saturating_sub(budget, value);
    TRY(out.moved.value, checked_add(out.moved.value, value));
    out.text += (out.text.empty() ? "repay " : " and ") + in_words(debt, amount) + " from the wallet";
    return {};
}

Result<Proposal> propose(const Situation& s, const Candidates& debts, const Candidates& collaterals,
                         const Funding& funding) {
    Terms terms;
    terms.strategy = kRepayWithCollateral;
    terms.funding = funding;
    U256 budget = guard_budget(s).value;
    if (s.allowed.value_per_action) budget = std::min(budget, s.allowed.value_per_action->value);
    if (s.allowed.value_left_today) budget = std::min(budget, s.allowed.value_left_today->value);
    for (const auto* debt : debts.assets) TRY_VOID(add(s, *debt, terms.before, budget));
    if (terms.before.steps.empty())
        return Proposal{NoPlan{"no-balance", "the wallet holds nothing of the debts that the guard may pull"}};
    TRY(const auto after, s.market.after(s.now.account, terms.before.changes, s.as_of));
    if (after.health_factor >= s.target)
        return Proposal{NoPlan{"not-needed", "what the wallet holds is enough without a sale"}};
    return deal(s, terms, collaterals.assets, debts.assets);
}

}  // namespace

std::vector<Proposal> repay_combined(const Situation& situation) {
    if (auto refused = guard_refuses(situation)) return {*std::move(refused)};
    if (situation.now.summary.health_factor >= situation.target)
        return {NoPlan{"not-needed", "the health factor is at its target"}};
    const auto debts = repayable(situation);
    if (debts.assets.empty()) return {debts.reason};
    const auto collaterals = sellable(situation);
    if (collaterals.assets.empty()) return {collaterals.reason};
    const auto funding = fundings_for(situation, *collaterals.assets[0], *debts.assets[0], false).front();
    return {settled(propose(situation, debts, collaterals, funding))};
}

}  // namespace plimsoll::strategies
