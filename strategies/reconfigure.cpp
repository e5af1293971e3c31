// SPDX-License-Identifier: Apache-2.0
#include "strategies/reconfigure.hpp"

#include <algorithm>

#include "strategies/draft.hpp"
#include "strategies/gas.hpp"

namespace plimsoll::strategies {

namespace {

Result<Proposal> propose(const Situation& s, const std::vector<Change>& move) {
    const Around steps = around(move);
    Plan plan;
    plan.strategy = kReconfigure;
    plan.text = steps.text;
    plan.changes = move;
    for (const auto& change : move) {
        if (change.kind == Change::Kind::UseAsCollateral) plan.asset = change.asset;
    }
    TRY(const auto after, s.market.after(s.now.account, move, s.as_of));
    if (after.health_factor < s.target) plan.shortfall = "configuration";
    if (!s.wallet_signs) {
        Draft draft;
        draft.steps = steps.steps;
        draft.plan = std::move(plan);
        return finish(s, std::move(draft));
    }
    for (const auto& change : move) {
        TRY(auto call, s.market.call(s.now.account, change));
        plan.calls.push_back(std::move(call));
        plan.gas += kGas.wallet_switch;
    }
    return finish_by_wallet(s, std::move(plan));
}

}  // namespace

Around around(const std::vector<Change>& move) {
    Around out;
    out.changes = move;
    for (const auto& change : move) {
        guard::Step step;
        step.asset = change.asset;
        step.amount = change.amount;
        if (!out.text.empty()) out.text += ", ";
        if (change.kind == Change::Kind::SetEMode) {
            step.action = guard::Action::SetEMode;
            step.asset = {};
            out.text += change.amount.is_zero() ? "leave the efficiency mode"
                                                : "enter efficiency mode " + to_string(change.amount);
        } else {
            step.action = guard::Action::UseAsCollateral;
            out.text += (change.amount.is_zero() ? "do not use " : "use ") + to_string(change.asset) + " as collateral";
        }
        out.steps.push_back(std::move(step));
    }
    return out;
}

std::vector<Proposal> reconfigure(const Situation& situation) {
    if (situation.now.summary.health_factor >= situation.target)
        return {NoPlan{"not-needed", "the health factor is at its target"}};
    std::vector<Proposal> out;
    for (const auto& move : situation.market.free_moves(situation.now.account)) {
        out.push_back(settled(propose(situation, move)));
        if (out.size() >= 16) break;
    }
    if (out.empty()) out.push_back(NoPlan{"no-effect", "no other configuration is at hand"});
    std::stable_sort(out.begin(), out.end(), [](const Proposal& a, const Proposal& b) {
        const auto* first = std::get_if<Plan>(&a);
        const auto* second = std::get_if<Plan>(&b);
        if (first == nullptr || second == nullptr) return first != nullptr && second == nullptr;
        return first->after.health_factor > second->after.health_factor;
    });
    return out;
}

}  // namespace plimsoll::strategies
