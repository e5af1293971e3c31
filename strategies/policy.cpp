// SPDX-License-Identifier: Apache-2.0
#include "strategies/policy.hpp"

#include <algorithm>

namespace plimsoll::strategies {

namespace {

bool holds(const std::vector<Address>& list, const Address& address) {
    return std::find(list.begin(), list.end(), address) != list.end();
}

NoPlan refused(std::string gate, std::string text) {
    return {std::move(gate), std::move(text)};
}

std::optional<NoPlan> step_refused(const Situation& s, const guard::Step& step) {
    const auto not_collateral = [&](const Address& asset) -> std::optional<NoPlan> {
        if (collateral_allowed(s, asset)) return std::nullopt;
        return refused("guard-collaterals", to_string(asset) + " is not among the policy's collaterals");
    };
    const auto not_debt = [&](const Address& asset) -> std::optional<NoPlan> {
        if (debt_allowed(s, asset)) return std::nullopt;
        return refused("guard-debts", to_string(asset) + " is not among the policy's debts");
    };
    switch (step.action) {
        case guard::Action::Withdraw:
        case guard::Action::Supply:
            return not_collateral(step.asset);
        case guard::Action::Repay:
        case guard::Action::Borrow:
            return not_debt(step.asset);
        case guard::Action::Pull:
            return collateral_allowed(s, step.asset) ? std::nullopt : not_debt(step.asset);
        case guard::Action::Swap:
            if (venue_allowed(s, step.target)) return std::nullopt;
            return refused("guard-venues", to_string(step.target) + " is not among the policy's venues");
        case guard::Action::RepayWithATokens:
            if (auto debt = not_debt(step.asset)) return debt;
            [[fallthrough]];
        case guard::Action::SetEMode:
        case guard::Action::UseAsCollateral:
            if (acts_as_account(s)) return std::nullopt;
            return refused("guard-access", "with an allowance alone the guard cannot do this for the account");
    }
    return std::nullopt;
}

std::optional<NoPlan> health_refused(const Situation& s, const guard::Plan& plan, const AccountSummary& after) {
    const auto& policy = s.seat->standing.policy;
    if (after.health_factor.value == kU256Max) {
        if (policy.may_close) return std::nullopt;
        return refused("guard-may-close", "the policy does not let a plan end without debt");
    }
    if (after.health_factor < std::max(policy.floor, plan.floor))
        return refused("guard-floor", "the health factor would be below the policy's floor");
    if (after.health_factor > policy.ceiling)
        return refused("guard-ceiling", "the health factor would be above the policy's ceiling");
    return std::nullopt;
}

}  // namespace

std::optional<NoPlan> guard_refuses(const Situation& situation) {
    if (!situation.seat) return refused("no-guard", "no guard is set up for this account");
    const auto& standing = situation.seat->standing;
    const auto& policy = standing.policy;
    if (policy.guardian == Address{}) return refused("guard-policy", "the account has no policy for this market");
    if (situation.as_of >= policy.expiry) return refused("guard-expiry", "the policy has expired");
    if (standing.last_plan != 0 && situation.as_of < standing.last_plan + policy.cooldown)
        return refused("guard-cooldown", "the policy's time between plans has not passed");
    if (situation.now.summary.health_factor >= policy.trigger)
        return refused("guard-trigger", "the health factor is not below the policy's trigger");
    if (guard_budget(situation).is_zero()) return refused("guard-value-per-day", "the policy's budget is spent");
    return std::nullopt;
}

bool collateral_allowed(const Situation& situation, const Address& asset) {
    return situation.seat && holds(situation.seat->standing.policy.collaterals, asset);
}

bool debt_allowed(const Situation& situation, const Address& asset) {
    return situation.seat && holds(situation.seat->standing.policy.debts, asset);
}

bool venue_allowed(const Situation& situation, const Address& venue) {
    return situation.seat && holds(situation.seat->standing.policy.venues, venue);
}

bool acts_as_account(const Situation& situation) {
    return situation.seat && situation.seat->standing.policy.access != guard::Access::Allowance;
}

TokenAmount withdrawable(const Situation& situation, const Address& asset) {
    if (!situation.seat) return {};
    if (acts_as_account(situation)) return TokenAmount{kU256Max};
    if (situation.market.receipt_token(asset) == Address{})
        return situation.seat->authorised ? TokenAmount{kU256Max} : TokenAmount{};
    for (std::size_t i = 0; i < situation.offered.size(); ++i) {
        if (situation.offered[i].asset != asset) continue;
        return i < situation.seat->allowances.size() ? situation.seat->allowances[i] : TokenAmount{};
    }
    return {};
}

BaseValue guard_budget(const Situation& situation) {
    if (!situation.seat) return {};
    const auto& standing = situation.seat->standing;
    const U256 spent = checked_add(standing.spent_current, standing.spent_previous).value_or(kU256Max);
    return BaseValue{saturating_sub(standing.policy.value_per_day, spent)};
}

std::optional<NoPlan> plan_refused(const Situation& situation, const guard::Plan& plan, const AccountSummary& after,
                                   const BaseValue& moved, const BaseValue& lost) {
    if (auto general = guard_refuses(situation)) return general;
    const auto& policy = situation.seat->standing.policy;
    for (const auto& step : plan.steps) {
        if (auto one = step_refused(situation, step)) return one;
    }
    if (plan.loan.lender != guard::Lender::None && !venue_allowed(situation, plan.loan.source)) {
        const auto own = situation.market.contracts();
        if (!holds(own, plan.loan.source))
            return refused("guard-venues",
                           "the lender " + to_string(plan.loan.source) + " is not among the policy's venues");
    }
    if (auto health = health_refused(situation, plan, after)) return health;
    if (moved > guard_budget(situation))
        return refused("guard-value-per-day", "the policy's budget of the day does not reach");
    const auto scaled = checked_mul(lost.value, kBps);
    const auto most = checked_mul(moved.value, U256{policy.max_loss_bps});
    if (!scaled || !most || *scaled > *most)
        return refused("guard-max-loss-bps", "the plan would lose more of what it moves than the policy allows");
    return std::nullopt;
}

}  // namespace plimsoll::strategies
