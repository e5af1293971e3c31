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
    return Purpose::Repay;
}

/// What a step may use when the node cannot estimate it although the simulation succeeds.
Gas usual_gas(Purpose purpose) {
    switch (purpose) {
        case Purpose::ResetApproval:
        case Purpose::Approve:
        case Purpose::Prepare:
            return 120'000;
        case Purpose::Repay:
            return 900'000;
    }
    return 900'000;
}

Wei times(const Wei& fee, Gas gas) {
    return Wei{checked_mul(fee.value, U256{gas}).value_or(kU256Max)};
}

std::string revert_text(const CallResult& result) {
    constexpr std::size_t kShown = 100;
    const ByteView data = result.data;
    return data.empty() ? "no reason given" : to_hex(data.first(std::min(data.size(), kShown)));
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

void Core::ask_account(std::size_t w) {
    WalletState& wallet = wallets[w];
    if (wallet.asked != 0 && wallet.asked_at.hash == follower.at().hash) return;
    wallet.asked = request(Route::What::Account, w);
    wallet.asked_at = follower.at();
    out.put(FetchAccount{wallet.asked, wallet.address, follower.at()});
}

void Core::start_check(std::size_t i, Decision decision, strategies::Plan plan, bool replaces) {
    PositionState& position = positions[i];
    WalletState& wallet = wallets[position.wallet];
    Incident& incident = open_incident(i, false);
    Checkup check;
    check.purpose = purpose_of(plan, incident.prepares);
    check.at = follower.at();
    check.replaces = replaces;
    check.simulate = request(Route::What::Simulate, i);
    check.gas = request(Route::What::Gas, i);
    const auto audit = follower.market(position.market).audit_call(wallet.address);
    out.put(Simulate{check.simulate, wallet.address, check.at, {audit}, plan.calls, {audit}});
    out.put(EstimateGas{check.gas, wallet.address, plan.calls.front()});
    check.account_known = wallet.known_at && wallet.known_at->hash == check.at.hash;
    if (!check.account_known) ask_account(position.wallet);
    if (const auto age = fees_.age(follower.at()); !age || *age > 0) ask_fees();
    check.plan = std::move(plan);
    check.draft = std::move(decision);
    incident.check = std::move(check);
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
    const auto i = take_route(event.id, Route::What::Simulate);
    if (!i || !positions[*i].incident || !positions[*i].incident->check) return;
    Checkup& check = *positions[*i].incident->check;
    if (check.simulate != event.id) return;
    check.simulated = event;
    finish_check(*i);
}

void Core::on(const GasDone& event) {
    const auto i = take_route(event.id, Route::What::Gas);
    if (!i || !positions[*i].incident || !positions[*i].incident->check) return;
    Checkup& check = *positions[*i].incident->check;
    if (check.gas != event.id) return;
    check.estimated = event;
    finish_check(*i);
}

void Core::on(const AccountDone& event) {
    const auto w = take_route(event.id, Route::What::Account);
    if (!w || wallets[*w].asked != event.id) return;
    WalletState& wallet = wallets[*w];
    wallet.asked = 0;
    const bool canonical = canon.standing(wallet.asked_at.number, wallet.asked_at.hash) == Canon::Standing::Canonical;
    if (event.error.empty() && canonical) {
        wallet.known_at = wallet.asked_at;
        wallet.native = event.native;
        wallet.latest = event.nonce_latest;
        wallet.pending = event.nonce_pending;
        if (event.has_code)
            alerts_.raise(out, now, AlertLevel::Critical, "delegated", wallet.name,
                          "the wallet's account has code: it should be a plain key");
        hear(*w, wallet.lane.account(out, wallet.latest, wallet.asked_at, now));
        const Lane::Step* step = wallet.lane.step();
        const bool gap = step != nullptr && step->base.nonce && !step->seen && wallet.latest < *step->base.nonce &&
                         !wallet.lane.wants(wallet.latest);
        if (gap)
            alerts_.raise(out, now, AlertLevel::Critical, "nonce-gap", wallet.name,
                          "nonce " + wallet.lane.nonce_text() + " waits for nonce " + std::to_string(wallet.latest) +
                              ", of which the journal holds no transaction: send one with it by hand");
        else
            alerts_.clear(out, "nonce-gap", wallet.name, "no nonce is missing");
    }
    for (const auto i : wallet.positions) {
        PositionState& position = positions[i];
        if (!position.incident || !position.incident->check) continue;
        position.incident->check->account_known = true;
        finish_check(i);
    }
}

void Core::finish_check(std::size_t i) {
    PositionState& position = positions[i];
    WalletState& wallet = wallets[position.wallet];
    if (!position.incident->check->complete()) return;
    Checkup check = std::move(*position.incident->check);
    position.incident->check.reset();
    if (check.at.hash != follower.at().hash || !follower.in_sync(position.market)) {
        if (follower.at().hash == evaluated_) decide_all();  // the head moved on: anew on the newest
        return;
    }
    Decision decision = std::move(check.draft);
    Gate failed;
    const auto give_up = [&] {
        decision.gates.push_back(failed);
        if (check.replaces || position.incident->prepares) {  // what is in flight stays so
            if (!check.replaces) position.incident.reset();
            decision.outcome = Outcome::Waiting;
            decision.reason = "not replaced: " + failed.name;
            if (check.replaces) record(i, std::move(decision));
            return;
        }
        refuse(i, std::move(decision), failed);
    };
    for (auto& gate : standing_gates(i, check.replaces)) {  // what changed while the answers were on their way
        if (gate.passed || gate.name == "mode") continue;
        failed = std::move(gate);
        give_up();
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
        give_up();
        return;
    }
    decision.gates.push_back(failed);
    if (!judge_account(wallet, failed)) {
        give_up();
        return;
    }
    decision.gates.push_back(failed);
    const auto tx = price(i, check, decision, failed);
    if (!tx) {
        give_up();
        return;
    }
    act(i, check, std::move(decision), *tx);
}

/// Same block, same call: the contract's view before, every call, the contract's view after.
bool Core::judge_simulation(std::size_t i, Checkup& check, Gate& result) {
    const PositionState& position = positions[i];
    const auto& market = follower.market(position.market);
    const Address& account = wallets[position.wallet].address;
    const SimulationDone& done = *check.simulated;
    result = {"simulation-request", false, done.error, "an answer"};
    if (!done.error.empty()) return false;
    result = {"simulation", false, "an answer of another form", "one result per call"};
    if (done.before.size() != 1 || done.after.size() != 1 || done.calls.size() != check.plan.calls.size()) return false;
    for (std::size_t n = 0; n < done.calls.size(); ++n) {
        if (done.calls[n].success) continue;
        result.measured = "call " + std::to_string(n + 1) + " fails: " + revert_text(done.calls[n]);
        result.required = "every call succeeds";
        return false;
    }
    const auto before = market.audit(account, check.at, done.before.front());
    const auto after = market.audit(account, check.at, done.after.front());
    audited(i, before);
    if (!before || !after) {
        result.measured = before ? after.error().message : before.error().message;
        return false;
    }
    if (!before->agrees) {
        result = {"audit-agrees", false, "the contract's view differs", "the audit before acting agrees"};
        return false;
    }
    const Wad from = before->theirs.health_factor;
    const Wad to = after->theirs.health_factor;
    const bool enough = check.plan.shortfall.empty() ? to >= position.config.trigger : true;
    const bool prepares = position.incident->prepares;
    result = {"simulation", prepares || (to > from && enough), health_text(from) + " to " + health_text(to),
              prepares ? "every call succeeds" : "rises to the trigger"};
    return result.passed;
}

bool Core::judge_account(WalletState& wallet, Gate& result) {
    result = {"nonce", false, "unknown", "known at the head"};
    if (!wallet.known_at || wallet.known_at->hash != follower.at().hash) return false;
    if (wallet.lane.busy()) {
        result = {"nonce", true, "held: " + wallet.lane.nonce_text(), "one at a time"};
        return true;
    }
    if (wallet.lane.wants(wallet.latest)) {
        result = {"nonce", false, "an ended transaction with nonce " + std::to_string(wallet.latest) + " is sent again",
                  "free"};
        return false;
    }
    const auto& last = wallet.lane.last();
    if (last.base.nonce && last.seen && wallet.latest <= *last.base.nonce) {
        result = {"nonce", false, std::to_string(wallet.latest),
                  "above " + std::to_string(*last.base.nonce) + ", which is used"};
        return false;
    }
    constexpr BlockNumber kQuarantine = 3;
    if (wallet.pending > wallet.latest) {
        if (!wallet.foreign_since) wallet.foreign_since = follower.at().number;
        alerts_.raise(out, now, AlertLevel::Critical, "foreign-pending", wallet.name,
                      "nonce " + std::to_string(wallet.latest) +
                          " is held by a pending transaction that is not ours: is the key in use elsewhere?");
        result = {"nonce", follower.at().number >= *wallet.foreign_since + kQuarantine,
                  "a foreign transaction is pending at " + std::to_string(wallet.latest),
                  "none, or " + std::to_string(kQuarantine) + " blocks of waiting"};
        return result.passed;
    }
    wallet.foreign_since.reset();
    alerts_.clear(out, "foreign-pending", wallet.name, "no foreign transaction is pending");
    result = {"nonce", true, std::to_string(wallet.latest), "nothing pending"};
    return true;
}

/// Gas and fees. The bid comes down to what limits and balance allow, as long as the next block can take it.
std::optional<TxFields> Core::price(std::size_t i, const Checkup& check, Decision& decision, Gate& failed) {
    const PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const auto& limits = position.config.limits;
    const bool estimated = check.estimated->error.empty() && check.estimated->gas > 0;
    const Gas needed = estimated ? check.estimated->gas : usual_gas(check.purpose);
    TxFields fields;
    fields.gas_limit = needed > config.gas_limit_max ? needed : std::min(needed + needed / 4, config.gas_limit_max);
    const Lane::Attempt* old = check.replaces && wallet.lane.busy() && !wallet.lane.step()->attempts.empty()
                                   ? &wallet.lane.step()->attempts.back()
                                   : nullptr;
    if (old != nullptr) fields.gas_limit = std::max(fields.gas_limit, old->tx.gas_limit);
    failed = {"gas-limit", fields.gas_limit <= config.gas_limit_max, std::to_string(fields.gas_limit),
              "at most " + std::to_string(config.gas_limit_max)};
    if (!failed.passed) return std::nullopt;
    decision.gates.push_back(failed);

    const Wei base = fees_.next_base_fee(follower.at());
    const Wei least = times(base, fields.gas_limit);
    const Wei spent = budget_.gas(position.config.name, now);
    failed = strategies::check_gas_per_day(limits.max_gas_per_day, spent, least);
    if (!failed.passed) return std::nullopt;
    decision.gates.push_back(failed);
    failed = strategies::check_native_balance(wallet.native, least);
    if (!failed.passed) return std::nullopt;
    decision.gates.push_back(failed);

    const U256 day = saturating_sub(limits.max_gas_per_day.value, spent.value);
    const Wei by_day{div_down(day, U256{fields.gas_limit}).value_or(U256{})};
    const Wei by_balance{div_down(wallet.native.value, U256{fields.gas_limit}).value_or(U256{})};
    const Wei ceiling = std::min({limits.max_fee_per_gas, by_day, by_balance});
    Gate fee = strategies::check_fee_ceiling(limits.max_fee_per_gas, base);
    if (!fee.passed) {  // a low bid is still sent: it waits for the base fee to fall, and is sent again each block
        alerts_.raise(out, now, AlertLevel::Critical, "limit-fee-per-gas", position.config.name,
                      "the next base fee " + to_string(base) + " is above the limit " +
                          to_string(limits.max_fee_per_gas) + ": the bid is lowered to it and will wait");
        fee.measured += ", the bid is lowered";
        fee.passed = true;
    } else if (old == nullptr) {
        alerts_.clear(out, "limit-fee-per-gas", position.config.name, "the base fee is below the limit again");
    }
    decision.gates.push_back(std::move(fee));

    const bool urgent = position.health() < Wad{*mul_div_up(kWad, U256{105}, U256{100})};
    tx::Bid bid = fees_.bid(follower.at(), urgent ? tx::Urgency::Urgent : tx::Urgency::Normal, ceiling);
    if (old != nullptr) {
        const auto higher = tx::replacement({old->tx.max_fee, old->tx.max_priority_fee}, bid, ceiling);
        failed = {"limit-fee-per-gas", higher.has_value(), to_string(old->tx.max_fee) + " and an eighth",
                  "at most " + to_string(ceiling)};
        if (!higher) {
            alerts_.raise(out, now, AlertLevel::Critical, "limit-fee-per-gas", position.config.name,
                          "the limits allow no higher bid than " + to_string(old->tx.max_fee) +
                              ": the same transaction is sent again each block");
            return std::nullopt;
        }
        bid = *higher;
    }
    fields.chain_id = config.chain_id;
    fields.nonce = wallet.lane.busy() ? *wallet.lane.step()->base.nonce : wallet.latest;
    fields.max_fee = bid.max_fee;
    fields.max_priority_fee = bid.max_priority_fee;
    fields.to = check.plan.calls.front().to;
    fields.data = check.plan.calls.front().data;
    return fields;
}

void Core::act(std::size_t i, const Checkup& check, Decision decision, const TxFields& tx) {
    PositionState& position = positions[i];
    WalletState& wallet = wallets[position.wallet];
    Incident& incident = *position.incident;
    const std::string& name = position.config.name;
    if (!wallet.live) {
        decision.outcome = Outcome::DryRun;
        decision.reason = "dry-run";
        alerts_.raise(out, now, AlertLevel::Warning, "dry-run", name, "dry run: would " + decision.plan);
        record(i, std::move(decision));
        position.incident.reset();
        return;
    }
    if (wallet.lane.busy() && wallet.owner != i) {  // another position was faster
        refuse(i, std::move(decision), {"lane", false, "in use", "free"});
        return;
    }
    if (!position.blocked_by.empty()) {
        alerts_.clear(out, position.blocked_by, name, "acting now");
        position.blocked_by.clear();
    }
    position.unready_since.reset();
    const strategies::Plan& plan = check.plan;
    if (!plan.shortfall.empty())
        alerts_.raise(out, now, AlertLevel::Critical, "short:" + plan.shortfall, name,
                      plan.shortfall + " keeps the repayment below the target: health factor " +
                          health_text(plan.after.health_factor) + " expected");
    JournalRecord row;
    row.incident = incident.id;
    row.step = incident.steps;
    row.purpose = check.purpose;
    row.position = name;
    row.wallet = wallet.name;
    row.address = wallet.address;
    row.chain_id = config.chain_id;
    row.time_ms = now;
    row.trigger_number = incident.trigger.number;
    row.trigger_hash = incident.trigger.hash;
    row.asset = plan.asset;
    row.amount = plan.amount;
    if (check.purpose == Purpose::Repay) row.value = plan.value;
    row.health_before = plan.before.health_factor;
    row.health_expected = plan.after.health_factor;
    row.tx = tx;
    decision.outcome = Outcome::Acting;
    decision.reason = std::string(to_string(check.purpose));
    if (!incident.prepares) record(i, std::move(decision));
    incident.partial.reset();
    if (check.purpose == Purpose::Repay && (plan.shortfall == "balance" || plan.shortfall == "other-debts"))
        incident.partial = plan.asset;
    lanes_.insert(position.wallet);
    if (wallet.lane.busy()) {
        wallet.lane.replace(out, std::move(row));
        return;
    }
    ++incident.steps;
    wallet.owner = i;
    wallet.lane.begin(out, std::move(row));
}

}  // namespace plimsoll::engine
