// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

using strategies::NoPlan;
using strategies::Plan;

Gate gate(std::string name, bool passed, std::string measured, std::string required) {
    return {std::move(name), passed, std::move(measured), std::move(required)};
}

/// Gates that fail because an answer is still on its way: no reason to alarm at once.
bool is_passing(const std::string& name) {
    return name == "market-sync" || name == "audit" || name == "funds" || name == "lane" || name == "nonce" ||
           name == "simulation-request" || name == "fees";
}

std::string plan_text(const Plan& plan) {
    return "repay " + to_string(plan.amount) + " of " + to_string(plan.asset) +
           (plan.closes_debt ? ", closing it" : "") + (plan.needs_approval ? ", approval first" : "") +
           (plan.shortfall.empty() ? "" : ", short of the target by " + plan.shortfall);
}

const Gate* first_failure(const std::vector<Gate>& gates) {
    const auto it =
        std::find_if(gates.begin(), gates.end(), [](const Gate& g) { return !g.passed && g.name != "mode"; });
    return it == gates.end() ? nullptr : &*it;
}

}  // namespace

Timestamp Core::inclusion_time() const {
    return follower.at().timestamp + static_cast<Timestamp>((2 * config.block_time_ms + 999) / 1'000);
}

void Core::decide_all() {
    std::vector<std::size_t> order(at_risk_.begin(), at_risk_.end());
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return positions[a].health() < positions[b].health(); });
    for (const auto i : order) decide(i);
    const std::vector<std::size_t> low(warned_.begin(), warned_.end());
    for (const auto i : low) {
        if (sender_of(i).owner == i && sender_of(i).lane.busy())
            consider_replacement(i);
        else
            prepare(i);
    }
}

void Core::decide(std::size_t i) {
    PositionState& position = positions[i];
    const SenderState& sender = sender_of(i);
    if (position.removed) return;
    if (position.evaluated != follower.at().hash) {
        refuse(i, draft(i), gate("value", false, "the position cannot be valued", "a value at the head"));
        return;
    }
    constexpr BlockNumber kCheckBlocks = 10;
    if (position.incident && position.incident->check) {
        if (position.incident->check->at.number + kCheckBlocks > follower.at().number) return;
        position.incident->check.reset();  // its answers never came
    }
    if (sender.owner == i && sender.lane.busy()) {
        consider_replacement(i);
        return;
    }
    if (position.incident && position.incident->prepares) position.incident.reset();
    Decision decision = draft(i);
    const auto proposal = propose(i);
    if (const auto* none = std::get_if<NoPlan>(&proposal)) {
        decision.gates.push_back(gate("strategy:" + none->gate, false, none->text, "a plan"));
    } else {
        const Plan& plan = std::get<Plan>(proposal);
        decision.plan = plan_text(plan);
        decision.health_expected = plan.after.health_factor;
        auto more = plan_gates(i, plan, false);
        std::move(more.begin(), more.end(), std::back_inserter(decision.gates));
    }
    if (const Gate* failed = first_failure(decision.gates)) {
        const Gate copy = *failed;
        refuse(i, std::move(decision), copy);
        return;
    }
    start_check(i, std::move(decision), std::get<Plan>(proposal), false);
}

void Core::consider_replacement(std::size_t i) {
    PositionState& position = positions[i];
    const SenderState& sender = sender_of(i);
    const Lane::Step& step = *sender.lane.step();
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
    if (position.incident && position.incident->check) return;
    if (step.attempts.empty() || step.seen || sender.lane.building() || sender.lane.settling() ||
        sender.lane.reopened() || sender.lane.held() || position.level != Level::AtRisk) {
        wait();
        return;
    }
    const Lane::Attempt& newest = step.attempts.back();
    const bool urgent = position.health() < Wad{*mul_div_up(kWad, U256{102}, U256{100})};
    const BlockNumber patience = urgent ? 1 : std::max<BlockNumber>(config.replace_after, 1);
    if (!newest.doubted && follower.at().number < newest.since + patience) {
        wait();
        return;
    }
    if (step.attempts.size() >= config.attempts_max) {
        alerts_.raise(out, now, AlertLevel::Critical, "stuck", position.config.name,
                      std::to_string(step.attempts.size()) + " attempts at nonce " + std::to_string(newest.tx.nonce) +
                          " are not included; the last is sent again each block");
        wait();
        return;
    }
    decision.gates = standing_gates(i, true);
    const auto proposal = propose(i);
    if (const auto* none = std::get_if<NoPlan>(&proposal)) {
        decision.gates.push_back(gate("strategy:" + none->gate, false, none->text, "a plan"));
    } else {
        auto more = plan_gates(i, std::get<Plan>(proposal), true);
        std::move(more.begin(), more.end(), std::back_inserter(decision.gates));
    }
    if (const Gate* failed = first_failure(decision.gates)) {
        decision.reason = text + "; not replaced: " + failed->name;
        wait();
        return;
    }
    decision.plan = plan_text(std::get<Plan>(proposal));
    start_check(i, std::move(decision), std::get<Plan>(proposal), true);
}

/// Below the warning and above the trigger: allowances that a rescue would need are given now, so that it takes one
/// transaction and not two.
void Core::prepare(std::size_t i) {
    PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const SenderState& sender = senders[wallet.sender];
    constexpr std::int64_t kEveryMs = 3'600'000;
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
    const auto& market = follower.market(position.market);
    const auto later = market.position(wallet.address, follower.at().timestamp + strategies::kCloseMargin);
    if (!later) return;
    for (const auto& asset : later->assets) {
        if (asset.debt.is_zero()) continue;
        const auto funds = wallet.tokens.find({position.market, asset.asset});
        if (funds == wallet.tokens.end() || !funds->second.balance || !funds->second.allowance) continue;
        if (funds->second.balance->is_zero() || *funds->second.allowance >= asset.debt) continue;
        Plan plan;
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
        start_check(i, std::move(decision), std::move(plan), false);
        return;
    }
}

Decision Core::draft(std::size_t i) const {
    const PositionState& position = positions[i];
    Decision out_decision;
    out_decision.position = position.config.name;
    out_decision.block = follower.at();
    out_decision.health_now = position.health_now;
    out_decision.health_next = position.health_next;
    out_decision.trigger = position.config.trigger;
    out_decision.target = position.config.target;
    out_decision.gates = standing_gates(i, false);
    return out_decision;
}

std::vector<Gate> Core::standing_gates(std::size_t i, bool replaces) const {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const SenderState& sender = senders[wallet.sender];
    const auto& market = follower.market(position.market);
    std::vector<Gate> gates;
    gates.push_back(gate("mode", wallet.live, wallet.live ? "live" : "dry-run", "live"));
    gates.push_back(gate("paused", !position.paused, position.paused ? "paused" : "not paused", "not paused"));
    gates.push_back(gate("feed", feed_live, feed_live ? "live" : feed_reason, "live"));
    const std::int64_t age = now - static_cast<std::int64_t>(follower.at().timestamp) * 1'000;
    gates.push_back(gate("head-age", age <= config.head_age_max_ms, std::to_string(age) + " ms",
                         "at most " + std::to_string(config.head_age_max_ms) + " ms"));
    const bool newest = !canon.empty() && canon.head().hash == follower.at().hash;
    gates.push_back(gate("market-sync", newest && follower.in_sync(position.market),
                         "block " + std::to_string(follower.at().number),
                         "block " + std::to_string(canon.empty() ? 0 : canon.head().number)));
    const std::string unsupported = market.unsupported();
    gates.push_back(gate("supported", unsupported.empty(), unsupported.empty() ? "yes" : unsupported, "yes"));
    const BlockNumber oldest = 2 * static_cast<BlockNumber>(std::max(config.audit_interval, 1U));
    gates.push_back(gate("audit-agrees", !position.mismatch, std::to_string(position.mismatches) + " mismatches",
                         "the newest audit agrees"));
    gates.push_back(gate("audit", position.agreed_at && *position.agreed_at + oldest >= follower.at().number,
                         position.agreed_at ? "block " + std::to_string(*position.agreed_at) : "none yet",
                         "within " + std::to_string(oldest) + " blocks"));
    gates.push_back(
        gate("wallet", sender.stopped.empty(), sender.stopped.empty() ? "in use" : sender.stopped, "in use"));
    if (!replaces) {
        gates.push_back(lane_gate(i));
        const bool rests = position.rests_until && now < *position.rests_until;
        gates.push_back(gate("failures", !rests,
                             rests ? "rests until " + std::to_string(*position.rests_until) : "none open",
                             "none open"));
    }
    return gates;
}

strategies::WalletFunds Core::funds_of(std::size_t i) const {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    strategies::WalletFunds funds;
    funds.native = senders[wallet.sender].native;
    for (const auto& [key, token] : wallet.tokens) {
        if (key.first != position.market || !token.balance || !token.allowance) continue;
        if (token.at + config.refresh_blocks < follower.at().number) continue;
        funds.tokens.push_back({key.second, *token.balance, *token.allowance});
    }
    return funds;
}

strategies::Proposal Core::propose(std::size_t i) const {
    const PositionState& position = positions[i];
    const auto& market = follower.market(position.market);
    const auto view = market.position(wallets[position.wallet].address, follower.at().timestamp);
    if (!view) return NoPlan{"accounting", view.error().message};
    const auto& names = position.config.strategies;
    if (std::find(names.begin(), names.end(), strategies::kRepayFromWallet) == names.end())
        return NoPlan{"no-strategy", "no known strategy is configured"};
    const auto& limits = position.config.limits;
    const BaseValue moved = budget_.value(position.config.name, now);
    const strategies::RepayLimits bounds{limits.max_value_per_action,
                                         strategies::left_of(limits.max_value_per_day, moved),
                                         position.incident && position.incident->reset_approval};
    return strategies::propose_repay(*view, market, funds_of(i), bounds, position.config.target, inclusion_time());
}

std::vector<Gate> Core::plan_gates(std::size_t i, const Plan& plan, bool replaces) const {
    const PositionState& position = positions[i];
    const auto& limits = position.config.limits;
    std::vector<Gate> gates;
    if (!replaces) {
        const auto cooldown = std::chrono::duration_cast<std::chrono::milliseconds>(limits.cooldown).count();
        Gate check = strategies::check_cooldown(cooldown, budget_.last_action(position.config.name), now);
        if (position.incident && position.incident->partial && *position.incident->partial != plan.asset) {
            check.passed = true;  // the rescue goes on with another debt
            check.measured += ", going on with another debt";
        }
        gates.push_back(std::move(check));
    }
    gates.push_back(strategies::check_value_per_action(limits.max_value_per_action, plan.value));
    gates.push_back(strategies::check_value_per_day(limits.max_value_per_day, budget_.value(position.config.name, now),
                                                    plan.value));
    auto allowed = follower.market(position.market).contracts();
    allowed.insert(allowed.end(), limits.allowed_contracts.begin(), limits.allowed_contracts.end());
    gates.push_back(strategies::check_contracts(plan.calls, allowed));
    return gates;
}

void Core::refuse(std::size_t i, Decision decision, const Gate& failed) {
    PositionState& position = positions[i];
    const std::string& name = position.config.name;
    const bool waits = is_passing(failed.name) || failed.name == "strategy:funds-unknown";
    if (!position.unready_since) position.unready_since = follower.at().number;
    constexpr BlockNumber kPatience = 3;
    const bool quiet = waits && follower.at().number < *position.unready_since + kPatience;
    decision.outcome = quiet ? Outcome::Checking : Outcome::Refused;
    decision.reason = failed.name;
    record(i, std::move(decision));
    if (position.incident && position.incident->steps == 0) position.incident.reset();
    if (!quiet) {
        if (position.blocked_by != failed.name && !position.blocked_by.empty())
            alerts_.forget(position.blocked_by, name);
        position.blocked_by = failed.name;
        alerts_.raise(out, now, AlertLevel::Critical, failed.name, name,
                      "below its trigger and not acting: " + failed.name + " is " + failed.measured + ", required " +
                          failed.required);
    }
    if (!waits) position.unready_since.reset();
}

void Core::record(std::size_t i, Decision decision) {
    PositionState& position = positions[i];
    if (decision.position.empty()) {
        const Outcome outcome = decision.outcome;
        const std::string reason = decision.reason;
        decision = draft(i);
        decision.gates.clear();
        decision.outcome = outcome;
        decision.reason = reason;
    }
    if (position.last && position.last->block.hash == decision.block.hash) {
        const bool same = position.last->outcome == decision.outcome && position.last->reason == decision.reason;
        const bool acted = position.last->outcome == Outcome::Acting && decision.outcome == Outcome::Waiting;
        if (same || acted) return;
    }
    position.last = decision;
    out.put(Decide{std::move(decision)});
}

Incident& Core::open_incident(std::size_t i, bool prepares) {
    PositionState& position = positions[i];
    if (position.incident) return *position.incident;
    last_incident_ms_ = std::max(last_incident_ms_ + 1, now);
    Incident incident;
    incident.id = position.config.name + "/" + std::to_string(last_incident_ms_);
    incident.prepares = prepares;
    incident.trigger = follower.at();
    position.incident = std::move(incident);
    return *position.incident;
}

}  // namespace plimsoll::engine
