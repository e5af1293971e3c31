// SPDX-License-Identifier: Apache-2.0
// The conditions of acting, and what is recorded of them.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

using strategies::Plan;

Gate gate(std::string name, bool passed, std::string measured, std::string required) {
    return {std::move(name), passed, std::move(measured), std::move(required)};
}

/// Gates that fail because an answer is still on its way: no reason to alarm at once.
bool is_passing(const std::string& name) {
    return name == "market-sync" || name == "audit" || name == "funds" || name == "lane" || name == "nonce" ||
           name == "simulation-request" || name == "fees" || name == "guard-read" || name == "strategy:funds-unknown" ||
           name == "second-node";
}

}  // namespace

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
    if (position.health_public)
        out_decision.gates.push_back(gate("public-feed", true, "health factor " + health_text(*position.health_public),
                                          "told: the protocol reads it next"));
    if (const Timestamp until = sheltered_until(i); until != 0)
        out_decision.gates.push_back(gate("grace-period", true, "not liquidated until second " + std::to_string(until),
                                          "told: whoever is not in one goes first"));
    if (position.health_pending)
        out_decision.gates.push_back(gate("pending-price", true,
                                          "health factor " + health_text(*position.health_pending),
                                          "told: a pending transaction brings it"));
    return out_decision;
}

/// Three blocks, or a few seconds where those are more of them.
BlockNumber Core::blocks_of_patience() const {
    constexpr BlockNumber kBlocks = 3;
    constexpr std::int64_t kMs = 4'000;
    return std::max(kBlocks, static_cast<BlockNumber>(kMs / std::max<std::int64_t>(config.block_time_ms, 1)));
}

/// What is known is of the newest block. Where blocks come faster than answers that is never so: after some blocks of
/// waiting one a little behind will do, as long as it is in the chain.
bool Core::near_head(const PositionState& position, const BlockRef& at) const {
    constexpr BlockNumber kBehind = 3;
    if (canon.empty() || follower.head_empty()) return false;
    if (canon.head().hash == at.hash) return true;
    const bool waited = position.unready_since && follower.at().number >= *position.unready_since + kBehind;
    return waited && canon.head().number <= at.number + blocks_of_patience() &&
           canon.standing(at.number, at.hash) == Canon::Standing::Canonical;
}

std::vector<Gate> Core::standing_gates(std::size_t i, bool replaces) const {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const SenderState& sender = senders[wallet.sender];
    const auto& market = market_at(position.market);
    std::vector<Gate> gates;
    gates.push_back(gate("mode", wallet.live, wallet.live ? "live" : "dry-run", "live"));
    const std::string held = paused(i);
    gates.push_back(gate("paused", held.empty(), held.empty() ? "not paused" : held, "not paused"));
    gates.push_back(gate("feed", feed_live, feed_live ? "live" : feed_reason, "live"));
    const std::int64_t age = head_age_ms(follower.at());
    gates.push_back(gate("head-age", age <= config.head_age_max_ms, std::to_string(age) + " ms",
                         "at most " + std::to_string(config.head_age_max_ms) + " ms"));
    gates.push_back(gate("market-sync", near_head(position, follower.at()) && follower.in_sync(position.market),
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
    gates.push_back(gate("safe-mode", !safe_mode(),
                         safe_mode() ? "crashed repeatedly, until " + std::to_string(safe_until_ms_) : "off", "off"));
    if (!replaces) {
        gates.push_back(second_node_gate(i));
        gates.push_back(majority_gate(i));
        gates.push_back(finality_gate());
        gates.push_back(history_gate(sender));
        gates.push_back(lane_gate(i));
        const auto rests = resting_until(i);
        gates.push_back(
            gate("failures", !rests, rests ? "rests until " + std::to_string(*rests) : "none open", "none open"));
    }
    return gates;
}

std::optional<BaseValue> Core::value_limit(std::size_t i, const std::optional<BaseValue>& given) const {
    if (!given) return std::nullopt;
    return strategies::in_base(*given, market_at(positions[i].market).base_unit());
}

std::vector<Gate> Core::plan_gates(std::size_t i, const Plan& plan, bool replaces) const {
    const PositionState& position = positions[i];
    const auto& limits = position.config.limits;
    std::vector<Gate> gates;
    if (!replaces) {
        const auto cooldown = std::chrono::duration_cast<std::chrono::milliseconds>(limits.cooldown).count();
        Gate check = strategies::check_cooldown(cooldown, budget_.last_action(position.config.name), now);
        const bool other = position.incident && position.incident->partial && *position.incident->partial != plan.asset;
        if (other || (position.incident && position.incident->split)) {  // the rescue goes on
            check.passed = true;
            check.measured += other ? ", going on with another debt" : ", going on with the rest";
        }
        gates.push_back(std::move(check));
    }
    gates.push_back(strategies::check_value_per_action(value_limit(i, limits.max_value_per_action), plan.value));
    gates.push_back(strategies::check_value_per_day(value_limit(i, limits.max_value_per_day),
                                                    budget_.value(position.config.name, now), plan.value));
    std::vector<Address> allowed;
    if (plan.from_guardian) {
        allowed.push_back(seat_address(wallets[position.wallet]));
    } else {
        allowed = market_at(position.market).contracts();
        allowed.insert(allowed.end(), limits.allowed_contracts.begin(), limits.allowed_contracts.end());
    }
    gates.push_back(strategies::check_contracts(plan.calls, allowed));
    return gates;
}

void Core::refuse(std::size_t i, Decision decision, const Gate& failed) {
    PositionState& position = positions[i];
    const std::string& name = position.config.name;
    const bool waits = is_passing(failed.name);
    if (!position.unready_since) position.unready_since = follower.at().number;
    const bool quiet = waits && follower.at().number < *position.unready_since + blocks_of_patience();
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
        const bool same = position.last->outcome == decision.outcome && position.last->reason == decision.reason &&
                          position.last->plan == decision.plan;
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
