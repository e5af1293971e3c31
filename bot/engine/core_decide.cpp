// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

/// Gates at which making plans would be for nothing: the next block or answer decides. And in safe mode it may be the
/// making of plans that crashes.
bool waits_for_all(const std::string& name) {
    return name == "safe-mode" || name == "lane" || name == "market-sync" || name == "feed" || name == "head-age" ||
           name == "guard-read";
}

}  // namespace

std::vector<std::size_t> Core::by_risk(const std::set<std::size_t>& some) const {
    std::vector<std::size_t> order(some.begin(), some.end());
    sort_by_risk(order);
    return order;
}

void Core::decide_all() {
    for (const auto i : by_risk(at_risk_)) decide(i);
    for (const auto i : armed_) plan_ahead(i);
    const std::vector<std::size_t> low(warned_.begin(), warned_.end());
    for (const auto i : low) {
        warn_of_seat(i);
        if (sender_of(i).owner == i && sender_of(i).lane.busy())
            consider_replacement(i);
        else
            prepare(i);
    }
}

/// An account is told in time that its guard could not act.
void Core::warn_of_seat(std::size_t i) {
    if (!wallets[positions[i].wallet].guard || positions[i].removed) return;
    const auto gate = seat_gate(i);
    if (gate && gate->name == "guard-read") return;
    for (const std::string kind : {"guard", "guard-module", "guard-policy", "guard-guardian"}) {
        if (gate && gate->name == kind)
            alerts_.raise(
                out, now, AlertLevel::Warning, kind, positions[i].config.name,
                "the guard could not act: " + kind + " is " + gate->measured + ", required " + gate->required);
        else
            alerts_.clear(out, kind, positions[i].config.name, "the guard can act");
    }
}

void Core::decide(std::size_t i) {
    PositionState& position = positions[i];
    const SenderState& sender = sender_of(i);
    if (position.removed) return;
    if (position.evaluated != follower.at().hash) {
        if (evaluated_ != follower.at().hash) return;  // this block is being read: whoever is at risk comes with it
        refuse(i, draft(i), {"value", false, "the position cannot be valued", "a value at the head"});
        return;
    }
    constexpr BlockNumber kCheckBlocks = 10;
    if (position.incident && position.incident->check) {
        const Checkup& check = *position.incident->check;
        if (!check.complete() && check.at.number + kCheckBlocks > follower.at().number) return;
        Checkup taken = take_check(i);
        if (taken.complete() && usable(i, taken)) {
            conclude(i, std::move(taken));
            return;
        }
    }
    if (sender.owner == i && sender.lane.busy() && !gives_way(sender)) {
        consider_replacement(i);
        return;
    }
    if (position.incident && position.incident->prepares) position.incident.reset();
    Decision decision = draft(i);
    if (auto seat = seat_gate(i)) decision.gates.push_back(*std::move(seat));
    const Gate* standing = first_failure(decision.gates);
    if (standing != nullptr && waits_for_all(standing->name)) {
        const Gate failed = *standing;
        refuse(i, std::move(decision), failed);
        return;
    }
    Gate failed = standing != nullptr ? *standing : Gate{};
    Climb plans = climb(i, decision, false);
    if (!failed.name.empty()) {  // the plan is shown all the same
        if (!plans.rungs.empty()) describe(decision, plans, 0);
        refuse(i, std::move(decision), failed);
        return;
    }
    if (!try_next(i, decision, std::move(plans), failed)) refuse(i, std::move(decision), failed);
}

void Core::consider_replacement(std::size_t i) {
    PositionState& position = positions[i];
    SenderState& sender = sender_of(i);
    const Lane::Step& step = *sender.lane.step();
    const bool to_be_hidden = step.attempts.empty() && step.hiding.relays > 0;
    if ((sender.lane.hidden() || to_be_hidden) && !has_time(i)) sender.lane.open(out);
    const std::string text = step.attempts.empty() ? "being signed"
                             : step.seen           ? "included in block " + std::to_string(step.seen->number)
                                                   : "in flight as " + to_string(step.attempts.back().hash);
    Decision decision = draft(i);
    decision.outcome = Outcome::Waiting;
    decision.reason = text;
    decision.gates.clear();
    const auto wait = [&] {
        if (position.level == Level::AtRisk) record(i, std::move(decision));
    };
    if (safe_mode()) return wait();
    if (position.incident && position.incident->check && !position.incident->check->complete()) return;
    if (step.attempts.empty() || step.seen || sender.lane.building() || sender.lane.settling() ||
        sender.lane.reopened() || sender.lane.held() || position.level != Level::AtRisk) {
        wait();
        return;
    }
    const Lane::Attempt& newest = step.attempts.back();
    const bool urgent = position.health() < Wad{*mul_div_up(kWad, U256{102}, U256{100})};
    const BlockNumber patience = urgent ? 1 : std::max<BlockNumber>(config.replace_after, 1);
    // A refusal is answered at once, but not for ever: a node that refuses whatever it is sent would take the bid to
    // the ceiling and use up all attempts within one block.
    constexpr auto kAtOnce = 3;
    const auto in_this_block =
        std::count_if(step.attempts.begin(), step.attempts.end(),
                      [&](const Lane::Attempt& attempt) { return attempt.since == follower.at().number; });
    const bool at_once = newest.doubted && in_this_block < kAtOnce;
    if (!at_once && follower.at().number < newest.since + patience) {
        wait();
        return;
    }
    // What cannot be included would hold the nonce for ever: some more are allowed after such a one.
    const std::size_t most = (out_of_reach(sender, newest) ? 2U : 1U) * std::size_t{config.attempts_max};
    if (step.attempts.size() >= most) {
        alerts_.raise(out, now, AlertLevel::Critical, "stuck", position.config.name,
                      std::to_string(step.attempts.size()) + " attempts at nonce " + std::to_string(newest.tx.nonce) +
                          " are not included; the last is sent again each block");
        wait();
        return;
    }
    decision.gates = standing_gates(i, true);
    Gate failed;
    if (const Gate* standing = first_failure(decision.gates))
        failed = *standing;
    else if (try_next(i, decision, climb(i, decision, true), failed))
        return;
    decision.reason = text + "; not replaced: " + failed.name;
    wait();
}

/// Below the warning and above the trigger: allowances that a rescue would need are given now, so that it takes one
/// transaction and not two.
void Core::prepare(std::size_t i) {
    PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const SenderState& sender = senders[wallet.sender];
    constexpr std::int64_t kEveryMs = 3'600'000;
    const auto& names = position.config.strategies;
    const bool repays = std::find(names.begin(), names.end(), strategies::kRepayFromWallet) != names.end();
    if (!repays || sender.address != wallet.address) return;
    if (!wallet.live || sender.lane.busy() || position.evaluated != follower.at().hash) return;
    if (position.incident && (!position.incident->prepares || position.incident->check)) return;
    const bool reset = position.incident && position.incident->reset_approval;
    if (position.prepared_ms && now - *position.prepared_ms < kEveryMs && !reset) return;
    position.incident.reset();
    for (const auto risky : at_risk_) {
        if (wallets[positions[risky].wallet].sender == wallet.sender) return;  // rescues go first
    }
    Decision decision = draft(i);
    if (first_failure(decision.gates) != nullptr) return;
    const auto& market = market_at(position.market);
    const auto later = market.position(wallet.address, follower.at().timestamp + strategies::kCloseMargin);
    if (!later) return;
    for (const auto& asset : later->assets) {
        if (asset.debt.is_zero()) continue;
        const auto funds = wallet.tokens.find({position.market, asset.asset});
        if (funds == wallet.tokens.end() || !funds->second.balance || !funds->second.allowance) continue;
        if (funds->second.balance->is_zero() || *funds->second.allowance >= asset.debt) continue;
        strategies::Plan plan;
        plan.strategy = strategies::kRepayFromWallet;
        plan.asset = asset.asset;
        plan.amount = strategies::approval_for(asset.debt);
        plan.needs_approval = true;
        plan.before = plan.after = later->summary;
        if (reset && !funds->second.allowance->is_zero())
            plan.calls.push_back(erc20::approve(asset.asset, market.spender(), TokenAmount{}));
        plan.calls.push_back(erc20::approve(asset.asset, market.spender(), plan.amount));
        position.prepared_ms = now;
        open_incident(i, true).reset_approval = reset;
        start_check(i, std::move(decision), std::move(plan), {});
        return;
    }
}

}  // namespace plimsoll::engine
