// SPDX-License-Identifier: Apache-2.0
#include "strategies/draft.hpp"

#include <algorithm>

#include "strategies/gas.hpp"

namespace plimsoll::strategies {

namespace {

std::optional<NoPlan> limit_refuses(const Situation& s, const BaseValue& moved) {
    const auto& allowed = s.allowed;
    if (allowed.value_per_action && moved > *allowed.value_per_action)
        return NoPlan{"limit-value-per-action", "the plan would move more than one action may"};
    if (allowed.value_left_today && moved > *allowed.value_left_today)
        return NoPlan{"limit-value-per-day", "the plan would move more than is left of the day"};
    return std::nullopt;
}

/// Why the protocol would not let this happen; nullopt when it would.
Result<std::optional<NoPlan>> protocol_refuses(const Situation& s, const std::vector<Change>& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto kind = changes[i].kind;
        if (kind != Change::Kind::Withdraw && kind != Change::Kind::Borrow) continue;
        TRY(const auto between, s.market.after(s.now.account, std::span(changes).first(i + 1), s.as_of));
        if (between.health_factor.value < kWad)
            return std::optional<NoPlan>{
                NoPlan{"health", "the position would be liquidatable when something is taken from it"}};
    }
    if (!s.conditions) return std::optional<NoPlan>{};
    const auto verdict = s.market.allowed(s.now.account, changes, *s.conditions, s.as_of);
    if (!verdict) return std::optional<NoPlan>{no_plan(verdict.error())};
    return std::optional<NoPlan>{};
}

/// Half of the way up is still a rescue; less is not worth its price.
Wad least_health(const Situation& s, const Plan& plan) {
    const Wad& policy = s.seat->standing.policy.floor;
    if (plan.after.health_factor.value == kU256Max) return policy;
    const U256 rise = saturating_sub(plan.after.health_factor.value, plan.before.health_factor.value);
    const U256 half = checked_add(plan.before.health_factor.value, shift_right(rise, 1)).value_or(kU256Max);
    return std::max(policy, Wad{half});
}

Result<std::optional<NoPlan>> count(const Situation& s, Plan& plan) {
    plan.before = s.now.summary;
    TRY(plan.after, s.market.after(s.now.account, plan.changes, s.as_of));
    count_sending(s, plan);
    if (plan.after.health_factor <= plan.before.health_factor)
        return std::optional<NoPlan>{NoPlan{"no-effect", "the plan would not raise the health factor"}};
    if (plan.shortfall.empty() && plan.after.health_factor < s.target) plan.shortfall = "smallest-unit";
    if (auto limit = limit_refuses(s, plan.value)) return limit;
    return protocol_refuses(s, plan.changes);
}

}  // namespace

Result<Proposal> finish(const Situation& situation, Draft draft) {
    if (auto refused = guard_refuses(situation)) return Proposal{*std::move(refused)};
    Plan& plan = draft.plan;
    plan.from_guardian = true;
    plan.value = draft.moved;
    plan.cost = draft.lost;
    plan.gas = gas_of(situation, draft.loan, draft.steps) + draft.swap_gas;
    TRY(auto refused, count(situation, plan));
    if (refused) return Proposal{*std::move(refused)};
    guard::Plan whole{situation.now.account,
                      situation.market.guard_market(),
                      situation.deadline,
                      least_health(situation, plan),
                      draft.loan,
                      std::move(draft.steps)};
    if (auto no = plan_refused(situation, whole, plan.after, draft.moved, draft.lost)) return Proposal{*std::move(no)};
    plan.calls.push_back(guard::execute(situation.seat->guard, whole));
    count_sending(situation, plan);
    plan.guard_plan = std::move(whole);
    return Proposal{std::move(plan)};
}

Result<Proposal> finish_by_wallet(const Situation& situation, Plan plan) {
    TRY(auto refused, count(situation, plan));
    if (refused) return Proposal{*std::move(refused)};
    return Proposal{std::move(plan)};
}

NoPlan no_plan(const Error& error) {
    if (error.code != Errc::Refused) return {"accounting", error.message};
    const auto colon = error.message.find(':');
    if (colon == std::string::npos || error.message.find(' ') < colon) return {"protocol", error.message};
    return {error.message.substr(0, colon), error.message};
}

Proposal settled(Result<Proposal> result) {
    if (!result) return no_plan(result.error());
    return *std::move(result);
}

}  // namespace plimsoll::strategies
