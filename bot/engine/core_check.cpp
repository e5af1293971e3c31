// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

Purpose purpose_of(const strategies::Plan& plan, bool prepares) {
    if (plan.needs_approval) {
        const bool resets = plan.calls.size() == (prepares ? 2U : 3U);
        return resets ? Purpose::ResetApproval : prepares ? Purpose::Prepare : Purpose::Approve;
    }
    return Purpose::Rescue;
}

/// Gates that another plan may pass.
bool is_of_plan(const std::string& name) {
    return name == "simulation" || name == "simulation-request" || name == "gas-limit" || name == "native-balance" ||
           name == "limit-gas-per-day";
}

}  // namespace

void Core::ask_fees() {
    if (fees_asked_ || fees_asked_at_ == follower.at().number) return;
    fees_asked_ = true;
    fees_asked_at_ = follower.at().number;
    FetchFees fetch;
    fetch.id = request(Route::What::Fees, 0);
    out.put(fetch);
}

void Core::ask_account(std::size_t s) {
    SenderState& sender = senders[s];
    const auto under_way = routes_.find(sender.asked);
    if (under_way != routes_.end() && under_way->second.at.hash == follower.at().hash) return;
    sender.asked = request(Route::What::Account, s);
    out.put(FetchAccount{sender.asked, sender.address, follower.at()});
}

/// Without our key at hand, a plan of the guard is looked at as its guardian.
Address Core::from_of(std::size_t i, const strategies::Plan& plan) const {
    const PositionState& position = positions[i];
    const bool as_guardian = plan.from_guardian && !wallets[position.wallet].live && position.seat.standing;
    return as_guardian ? position.seat.standing->policy.guardian : sender_of(i).address;
}

void Core::start_check(std::size_t i, Decision decision, strategies::Plan plan, Climb climb) {
    PositionState& position = positions[i];
    SenderState& sender = sender_of(i);
    Incident& incident = open_incident(i, false);
    Checkup check;
    check.purpose = purpose_of(plan, incident.prepares);
    check.at = follower.at();
    check.climb = std::move(climb);
    check.simulate = request(Route::What::Simulate, i);
    check.gas = request(Route::What::Gas, i);
    const auto audit = market_at(position.market).audit_call(account_of(i));
    const Address from = from_of(i, plan);
    Simulate simulate{check.simulate, from, check.at, {audit}, plan.calls, {audit}};
    if (config.rollup == tx::Rollup::OpStack) {
        simulate.before.push_back(tx::data_fee_call(config.chain_id, plan.calls.front().to, plan.calls.front().data));
        for (auto& call : tx::operator_fee_calls()) simulate.before.push_back(std::move(call));
    }
    out.put(std::move(simulate));
    out.put(EstimateGas{check.gas, from, plan.calls.front()});
    check.account_known = sender.known_at && sender.known_at->hash == check.at.hash;
    if (!check.account_known) ask_account(wallets[position.wallet].sender);
    if (const auto age = fees_.age(follower.at()); !age || *age > 0) ask_fees();
    check.plan = std::move(plan);
    check.draft = std::move(decision);
    incident.check = std::move(check);
    checking_.insert(i);
}

void Core::on(const FeesDone& event) {
    if (!take_route(event.id, Route::What::Fees)) return;
    fees_asked_ = false;
    if (!event.error.empty()) {
        alerts_.raise(out, now, AlertLevel::Warning, "fees", "", "fees cannot be read: " + event.error);
        return;
    }
    alerts_.clear(out, "fees", "", "fees can be read again");
    fees_.update(event);
}

void Core::on(const SimulationDone& event) {
    if (tried_pending(event) || tried_payload(event)) return;
    const auto route = take_route(event.id, Route::What::Simulate);
    if (!route || !positions[route->index].incident || !positions[route->index].incident->check) return;
    Checkup& check = *positions[route->index].incident->check;
    if (check.simulate != event.id) return;
    check.simulated = event;
    finish_check(route->index);
}

void Core::on(const GasDone& event) {
    const auto route = take_route(event.id, Route::What::Gas);
    if (!route || !positions[route->index].incident || !positions[route->index].incident->check) return;
    Checkup& check = *positions[route->index].incident->check;
    if (check.gas != event.id) return;
    check.estimated = event;
    finish_check(route->index);
}

void Core::on(const AccountDone& event) {
    const auto route = take_route(event.id, Route::What::Account);
    if (!route) return;
    const std::size_t s = route->index;
    const BlockRef& at = route->at;
    SenderState& sender = senders[s];
    if (sender.asked == event.id) sender.asked = 0;
    const bool newest = !sender.known_at || sender.known_at->number <= at.number;
    if (event.error.empty() && newest && canon.standing(at.number, at.hash) == Canon::Standing::Canonical) {
        sender.known_at = at;
        sender.native = event.native;
        sender.latest = event.nonce_latest;
        sender.pending = event.nonce_pending;
        if (event.has_code)
            alerts_.raise(out, now, AlertLevel::Critical, "delegated", sender.name,
                          "the account " + to_string(sender.address) + " has code: what sends should be a plain key");
        else
            alerts_.clear(out, "delegated", sender.name, "what sends is a plain key again");
        judge_history(sender);
        judge_use(sender);
        judge_gas_money(s);
        hear(s, sender.lane.account(out, sender.latest, at, now));
        const Lane::Step* step = sender.lane.step();
        const bool gap = step != nullptr && step->base.nonce && !step->seen && sender.latest < *step->base.nonce &&
                         !sender.lane.wants(sender.latest);
        if (gap)
            alerts_.raise(out, now, AlertLevel::Critical, "nonce-gap", sender.name,
                          "nonce " + sender.lane.nonce_text() + " waits for nonce " + std::to_string(sender.latest) +
                              ", of which the journal holds no transaction: send one with it by hand");
        else
            alerts_.clear(out, "nonce-gap", sender.name, "no nonce is missing");
    }
    const std::vector<std::size_t> checked(checking_.begin(), checking_.end());
    for (const auto i : checked) {
        PositionState& position = positions[i];
        if (!position.incident || !position.incident->check) {
            checking_.erase(i);
            continue;
        }
        if (wallets[position.wallet].sender != s || position.incident->check->at.number > at.number) continue;
        position.incident->check->account_known = true;
        finish_check(i);
    }
}

/// Of the head; or near it, where simulations take longer than blocks and a newer one would come as late.
bool Core::usable(std::size_t i, const Checkup& check) {
    PositionState& position = positions[i];
    if (!follower.in_sync(position.market)) return false;
    if (check.at.hash == follower.at().hash) return true;
    if (position.level != Level::AtRisk || position.incident->prepares) return false;
    if (!position.unready_since) position.unready_since = check.at.number;
    return position.evaluated == follower.at().hash && audited_since(position, check.at) &&
           near_head(position, check.at);
}

void Core::finish_check(std::size_t i) {
    const Incident& incident = *positions[i].incident;
    if (!incident.check->complete()) return;
    const bool being_read = incident.check->at.hash != follower.at().hash && follower.at().hash != evaluated_;
    if (being_read && !incident.prepares) return;  // what the answers are still worth is known when it is: decide()
    Checkup check = take_check(i);
    if (usable(i, check))
        conclude(i, std::move(check));
    else if (follower.at().hash == evaluated_)
        decide_all();  // the head moved on: anew on the newest
}

Checkup Core::take_check(std::size_t i) {
    auto& held = positions[i].incident->check;
    Checkup check = std::move(*held);
    held.reset();
    checking_.erase(i);
    return check;
}

/// All answers are there, and of a block that may be acted on.
void Core::conclude(std::size_t i, Checkup check) {
    PositionState& position = positions[i];
    SenderState& sender = sender_of(i);
    Decision decision = std::move(check.draft);
    Gate failed;
    // What changed while the answers were on their way; a rescue may have come back into a block.
    auto gates = standing_gates(i, check.climb.replaces);
    if (!position.incident->prepares) {
        for (auto& gate : plan_gates(i, check.plan, check.climb.replaces)) gates.push_back(std::move(gate));
    }
    for (const auto& gate : gates) {
        if (gate.passed || gate.name == "mode") continue;
        give_up(i, std::move(check), std::move(decision), gate);
        return;
    }
    if (!judge_simulation(i, check, failed)) {
        const bool refused =
            failed.name == "simulation" && !check.simulated->calls.empty() && !check.simulated->calls.front().success;
        const bool approving = check.purpose == Purpose::Approve || check.purpose == Purpose::Prepare;
        if (refused && approving && !position.incident->reset_approval) {
            position.incident->reset_approval = true;
            if (position.incident->prepares)
                prepare(i);
            else
                decide(i);
            return;
        }
        give_up(i, std::move(check), std::move(decision), failed);
        return;
    }
    decision.gates.push_back(failed);
    if (!judge_account(sender, check.at, failed)) {
        give_up(i, std::move(check), std::move(decision), failed);
        return;
    }
    decision.gates.push_back(failed);
    const auto tx = price(i, check, decision, failed);
    if (!tx) {
        give_up(i, std::move(check), std::move(decision), failed);
        return;
    }
    act(i, check, std::move(decision), *tx);
    next_in_line(wallets[position.wallet].sender);
}

/// The check has failed. What only this plan could not do may be possible for the next one, in the same block.
void Core::give_up(std::size_t i, Checkup check, Decision decision, const Gate& reason) {
    PositionState& position = positions[i];
    Gate failed = reason;
    Climb& climb = check.climb;
    const bool replaces = climb.replaces;
    const std::uint64_t offers = climb.offers;
    decision.gates.push_back(failed);
    const bool silent = failed.name == "simulation-request" && ++climb.unanswered > 1;  // it is the node, not the plan
    if (!climb.rungs.empty() && !silent && is_of_plan(failed.name)) {
        pass_over(climb, failed);
        if (check.at.hash != follower.at().hash) climb_on(i, decision, climb);
        decision.ladder = climb.told;
        if (climb.next < climb.rungs.size() && try_next(i, decision, std::move(climb), failed)) return;
        if (!replaces && offers != position.offers_come) return decide(i);  // they came meanwhile: with them anew
    }
    if (replaces || position.incident->prepares) {  // what is in flight stays so
        if (!replaces) position.incident.reset();
        decision.outcome = Outcome::Waiting;
        decision.reason = "not replaced: " + failed.name;
        if (replaces) return record(i, std::move(decision));
    } else {
        refuse(i, std::move(decision), failed);
    }
    next_in_line(wallets[position.wallet].sender);
}

}  // namespace plimsoll::engine
