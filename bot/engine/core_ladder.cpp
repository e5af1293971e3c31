// SPDX-License-Identifier: Apache-2.0
// The plans of one position at one block, tried from the first until one can be sent.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"
#include "chain/lending/supposing.hpp"

namespace plimsoll::engine {

namespace {

using strategies::NoPlan;
using strategies::Plan;

std::string plan_text(const Plan& plan) {
    const std::string what = plan.text.empty() ? "repay " + to_string(plan.amount) + " of " + to_string(plan.asset) +
                                                     (plan.closes_debt ? ", closing it" : "")
                                               : plan.text;
    return what + (plan.needs_approval ? ", approval first" : "") +
           (plan.shortfall.empty() ? "" : ", short of the target by " + plan.shortfall);
}

Rung told(const Plan& plan) {
    Rung out;
    out.strategy = plan.strategy;
    out.text = plan_text(plan);
    out.after = plan.after.health_factor;
    out.repaid = BaseValue{saturating_sub(plan.before.debt.value, plan.after.debt.value)};
    out.value = plan.value;
    out.cost = plan.cost;
    out.gas_cost = plan.gas_cost;
    return out;
}

Rung told(const NoPlan& none) {
    Rung out;
    out.refused = none.gate;
    out.why = none.text;
    return out;
}

const std::string kDoubt = "reference-disagrees";
constexpr std::size_t kRefusedTold = 24;

}  // namespace

std::vector<Rung> told(const strategies::Ladder& ladder) {
    std::vector<Rung> out;
    for (const auto& plan : ladder.rungs) out.push_back(told(plan));
    for (const auto& refused : ladder.refused) {
        if (out.size() == ladder.rungs.size() + kRefusedTold) break;
        out.push_back(told(refused));
    }
    return out;
}

const Gate* first_failure(const std::vector<Gate>& gates) {
    const auto it = std::find_if(gates.begin(), gates.end(), stops);
    return it == gates.end() ? nullptr : &*it;
}

Climb Core::climb(std::size_t i, Decision& decision, bool replaces) {
    Climb plans;
    plans.replaces = replaces;
    plans.offers = positions[i].offers_come;
    plans.gates = decision.gates;
    const lending::Supposing as_if(market_at(positions[i].market), positions[i].ahead);  // sized for what is to come
    const auto situation = situation_of(i);
    strategies::Ladder ladder;
    if (situation) {
        plans.urgency = situation->urgency;
        plans.fee_per_gas = situation->fee_per_gas;
        ladder = planner_(*situation);
    } else {
        ladder.refused.push_back({"accounting", situation.error().message});
    }
    if (by_guard_alone(i) && std::erase_if(ladder.rungs, [](const Plan& plan) { return !plan.from_guardian; }) > 0) {
        ladder.refused.push_back({"figures-differed",
                                  "figures and contract differed a short while ago: only the guard, "
                                  "which measures for itself, is trusted"});
    }
    prefer_others(i, ladder.rungs);
    if (ladder.rungs.size() > strategies::kRungs) ladder.rungs.resize(strategies::kRungs);
    plans.told = told(ladder);
    const NoPlan none = ladder.refused.empty() ? NoPlan{"no-plan", "no strategy has a plan"} : ladder.refused.back();
    plans.none = {"strategy:" + none.gate, false, none.text, "a plan"};
    if (ladder.refused.size() > kRefusedTold) ladder.refused.resize(kRefusedTold);
    bool doubted = false;
    for (const auto& refused : ladder.refused) {
        doubted = doubted || refused.gate == kDoubt;
        if (refused.gate == kDoubt)
            alerts_.raise(out, now, AlertLevel::Critical, kDoubt, positions[i].config.name, refused.text);
    }
    if (!doubted) alerts_.clear(out, kDoubt, positions[i].config.name, "protocol and reference agree on the price");
    plans.rungs = std::move(ladder.rungs);
    decision.ladder = plans.told;
    ask_offers(i, ladder.wanted);
    return plans;
}

/// A check that failed was late: what is tried next is of the newest block, its amounts and what it must bring at
/// least.
void Core::climb_on(std::size_t i, Decision& decision, Climb& before) {
    decision = draft(i);
    if (before.replaces)
        decision.gates = standing_gates(i, true);
    else if (auto seat = seat_gate(i))
        decision.gates.push_back(*std::move(seat));
    Climb plans = climb(i, decision, before.replaces);
    plans.unanswered = before.unanswered;
    plans.next = std::min(before.next, plans.rungs.size());
    for (std::size_t n = 0; n < plans.next; ++n) {
        plans.told[n].refused = before.told[n].refused;
        plans.told[n].why = before.told[n].why;
    }
    std::copy_if(before.gates.begin(), before.gates.end(), std::back_inserter(plans.gates),
                 [](const Gate& gate) { return gate.name.starts_with("rung:"); });
    before = std::move(plans);
}

void Core::describe(Decision& decision, const Climb& climb, std::size_t rung) const {
    decision.rung = static_cast<std::uint32_t>(rung + 1);
    decision.plan = climb.told[rung].text;
    decision.health_expected = climb.rungs[rung].after.health_factor;
    decision.ladder = climb.told;
}

/// Begins the check of the first plan that no gate stops. Without one, `failed` is what stopped the last.
bool Core::try_next(std::size_t i, Decision& decision, Climb climb, Gate& failed) {
    if (climb.rungs.empty()) {
        failed = climb.none;
        decision.gates.push_back(failed);
        return false;
    }
    while (climb.next < climb.rungs.size()) {
        const Plan plan = climb.rungs[climb.next++];
        describe(decision, climb, climb.next - 1);
        decision.gates = climb.gates;
        auto more = plan_gates(i, plan, climb.replaces);
        const Gate* stopped = first_failure(more);
        if (stopped != nullptr) failed = *stopped;
        std::move(more.begin(), more.end(), std::back_inserter(decision.gates));
        if (stopped == nullptr) {
            start_check(i, std::move(decision), plan, std::move(climb));
            return true;
        }
        pass_over(climb, failed);
    }
    decision.ladder = climb.told;
    return false;
}

/// The plan last tried cannot be sent: why is kept in the decision that follows.
void Core::pass_over(Climb& climb, const Gate& failed) const {
    const std::size_t n = climb.next - 1;
    climb.told[n].refused = failed.name;
    climb.told[n].why = failed.measured;
    if (climb.next == climb.rungs.size()) return;  // the decision's own reason
    climb.gates.push_back({"rung:" + std::to_string(n + 1), false,
                           climb.rungs[n].strategy + ": " + failed.name + ": " + failed.measured, failed.required});
}

}  // namespace plimsoll::engine
