// SPDX-License-Identifier: Apache-2.0
#include "strategies/repay_with_supplied.hpp"

#include <algorithm>

#include "strategies/cap.hpp"
#include "strategies/deal.hpp"
#include "strategies/draft.hpp"
#include "strategies/gas.hpp"

namespace plimsoll::strategies {

namespace {

Result<Proposal> directly(const Situation& s, const AssetPosition& asset) {
    Cap cap{std::min(asset.supplied.value, asset.debt.value), "balance"};
    cap.keep_to_limits(s, asset);
    if (cap.amount.is_zero())
        return Proposal{NoPlan{cap.gate, "nothing of " + name_of(asset) + " can be repaid: " + cap.gate}};
    const auto change = [&](const U256& amount) {
        return Change{Change::Kind::RepayWithSupply, asset.asset, TokenAmount{amount}};
    };
    const HealthAt health = [&](const U256& amount) -> Result<std::optional<Wad>> {
        const Change one = change(amount);
        TRY(const auto after, s.market.after(s.now.account, {&one, 1}, s.as_of));
        return std::optional<Wad>{after.health_factor};
    };
    const Effect effect{kWad, kWad, false, false, asset.collateral ? asset.threshold_bps : 0, 0};
    const auto value = closed_form(s.now.summary, s.target, effect);
    TRY(const Fit fitted, fit(s.target, s.now.summary.health_factor, value ? amount_worth(asset, *value) : cap.amount,
                              cap.amount, health));
    if (fitted.amount.is_zero())
        return Proposal{
            NoPlan{"no-effect", "repaying " + name_of(asset) + " with its supply does not raise the health factor"}};
    Plan plan;
    plan.strategy = kRepayWithSupplied;
    plan.asset = asset.asset;
    plan.amount = TokenAmount{fitted.amount};
    plan.closes_debt = fitted.amount >= asset.debt.value;
    TRY(plan.value.value, value_up(asset, fitted.amount));
    plan.text = "repay " + in_words(asset, fitted.amount) + " with the supply of the same";
    plan.changes = {change(fitted.amount)};
    if (!fitted.reached) plan.shortfall = fitted.amount >= asset.debt.value ? "other-debts" : cap.gate;
    if (fitted.reached && !fitted.exact) plan.excess = "smallest-unit";
    if (s.wallet_signs) {
        TRY(auto call, s.market.call(s.now.account, plan.changes[0]));
        plan.calls = {std::move(call)};
        plan.gas = kGas.wallet_call;
        return finish_by_wallet(s, std::move(plan));
    }
    Draft draft;
    draft.moved = plan.value;
    guard::Step step;
    step.action = guard::Action::RepayWithATokens;
    step.asset = asset.asset;
    step.amount = plan.amount;
    draft.steps = {std::move(step)};
    draft.plan = std::move(plan);
    return finish(s, std::move(draft));
}

}  // namespace

std::vector<Proposal> repay_with_supplied(const Situation& situation) {
    if (situation.now.summary.health_factor >= situation.target)
        return {NoPlan{"not-needed", "the health factor is at its target"}};
    std::vector<Proposal> out;
    for (const auto& asset : situation.now.assets) {
        if (asset.supplied.is_zero() || asset.debt.is_zero()) continue;
        if (asset.paused || !asset.active || asset.price.is_zero()) {
            out.push_back(NoPlan{"reserve-paused", "the protocol has paused " + name_of(asset)});
            continue;
        }
        if (situation.wallet_signs || acts_as_account(situation)) {
            out.push_back(settled(directly(situation, asset)));
            continue;
        }
        for (const auto& funding : fundings_for(situation, asset, asset, false)) {
            Terms terms;
            terms.strategy = kRepayWithSupplied;
            terms.funding = funding;
            if (!collateral_allowed(situation, asset.asset) || !debt_allowed(situation, asset.asset)) {
                out.push_back(NoPlan{"guard-collaterals", name_of(asset) + " is not among the policy's assets"});
                break;
            }
            out.push_back(deal(situation, terms, {&asset}, {&asset}));
            if (out.size() > 4) break;
        }
    }
    if (out.empty()) out.push_back(NoPlan{"no-balance", "no asset is both supplied and owed"});
    return out;
}

}  // namespace plimsoll::strategies
