// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

Gas seen_limit(const Lane::Step& step) {
    return step.attempts[step.seen->attempt].tx.gas_limit;
}

/// A call gets at most 63/64 of the gas there is (EIP-150): what fails for want of gas inside leaves the rest.
bool ran_out(const Lane::Step& step) {
    return step.seen->gas_used >= seen_limit(step) - seen_limit(step) / 64;
}

}  // namespace

void Core::lanes_at_block() {
    if (canon.empty()) return;
    bool busy = false;
    for (auto it = lanes_.begin(); it != lanes_.end();) {
        const std::size_t s = *it;
        Lane& lane = senders[s].lane;
        lane.block(out, canon.head());
        it = lane.at_rest() ? lanes_.erase(it) : std::next(it);
        if (!lane.busy() && !lane.watches()) continue;
        busy = true;
    }
    ask_accounts();
    for (const auto s : lanes_) settle_if_due(s);
    if (!any_live_ || follower.head_empty()) return;
    const auto age = fees_.age(canon.head());
    if (!age || *age >= config.refresh_blocks || busy || !at_risk_.empty()) ask_fees();
}

/// Of the keys that something is under way with, and of some others in turn, at the head.
void Core::ask_accounts() {
    if (follower.head_empty() || canon.empty() || follower.at().hash != canon.head().hash) return;
    for (const auto s : lanes_) {
        if (senders[s].lane.busy() || senders[s].lane.watches()) ask_account(s);
    }
    if (any_live_) watch_keys();
}

void Core::on(const Persisted& event) {
    bool taken = false;
    for (const auto s : lanes_) senders[s].lane.noted(event);
    for (const auto s : lanes_) {
        if (!senders[s].lane.waits_for(event.id)) continue;
        taken = true;
        hear(s, senders[s].lane.persisted(out, event, now, canon.empty() ? 0 : canon.head().number));
        break;
    }
    if (event.error.empty())
        alerts_.clear(out, "journal", "", "the journal takes records again");
    else if (!taken)
        alerts_.raise(out, now, AlertLevel::Critical, "journal", "", "the journal cannot be written: " + event.error);
}

void Core::on(const Signed& event) {
    for (const auto s : lanes_) {
        if (!senders[s].lane.waits_for(event.id)) continue;
        hear(s, senders[s].lane.signed_(out, event, now));
        return;
    }
}

void Core::on(const Sent& event) {
    for (const auto s : lanes_) {
        SenderState& sender = senders[s];
        const Lane::Step* step = sender.lane.step();
        if (step == nullptr) continue;
        const bool ours = std::any_of(step->attempts.begin(), step->attempts.end(),
                                      [&](const Lane::Attempt& a) { return a.hash == event.hash; });
        if (!ours) continue;
        sender.lane.sent(out, event, now);
        if (event.relay)
            relay_said(event);
        else
            node_said(sender, event);
        const bool doubted = sender.lane.busy() && sender.lane.step()->attempts.back().doubted;
        if (doubted && sender.owner && positions[*sender.owner].evaluated == follower.at().hash)
            consider_replacement(*sender.owner);
        return;
    }
}

void Core::node_said(const SenderState& sender, const Sent& event) {
    const std::string place = event.endpoint + ": " + event.text;
    if (event.outcome == SendOutcome::InsufficientFunds)
        alerts_.raise(out, now, AlertLevel::Critical, "insufficient-funds", sender.name, place);
    if (event.outcome == SendOutcome::FeeCapExceeded || event.outcome == SendOutcome::AccountLimit ||
        event.outcome == SendOutcome::Invalid || event.outcome == SendOutcome::NonceTooHigh)
        alerts_.raise(out, now, AlertLevel::Warning, "send-refused", sender.name, place);
    if (event.outcome == SendOutcome::ReplacementUnderpriced && sender.lane.busy() &&
        sender.lane.step()->attempts.size() == 1)
        alerts_.raise(out, now, AlertLevel::Critical, "foreign-pending", sender.name,
                      "nonce " + sender.lane.nonce_text() + " is held by a transaction that is not ours");
}

void Core::relay_said(const Sent& event) {
    if (event.outcome == SendOutcome::Accepted || event.outcome == SendOutcome::AlreadyKnown)
        alerts_.clear(out, "relay", event.endpoint, event.endpoint + " takes transactions again");
    else
        alerts_.raise(out, now, AlertLevel::Warning, "relay", event.endpoint, event.text);
}

void Core::on(const ReceiptDone& told) {
    ReceiptDone event = told;
    bill_operator(event);
    for (const auto s : lanes_) {
        hear(s, senders[s].lane.receipt(out, event, canon, now));
        settle_if_due(s);
    }
}

void Core::hear(std::size_t s, Lane::News news) {
    SenderState& sender = senders[s];
    switch (news) {
        case Lane::News::None:
        case Lane::News::Sent:
            return;
        case Lane::News::Failed:
            transaction_failed(s, sender.lane.reason(), Spent::Nothing);
            return;
        case Lane::News::Stuck:
            alerts_.raise(out, now, AlertLevel::Critical, "outbox", sender.name, sender.lane.reason());
            return;
        case Lane::News::Seen:
            if (sender.owner && !follower.head_empty()) pump();  // the proof of safety is asked for at once
            return;
        case Lane::News::Settled:
            settled(s);
            return;
        case Lane::News::Foreign:
            sender.stopped = sender.lane.reason();
            alerts_.raise(out, now, AlertLevel::Critical, "wallet-stopped", sender.name,
                          sender.stopped + ": nothing more is sent from this wallet. Is its key in use elsewhere?");
            if (sender.owner) close_incident(*sender.owner);
            sender.owner.reset();
            return;
        case Lane::News::Found: {
            const Lane::Step& step = *sender.lane.last();
            if (!step.counted)
                budget_.add({step.position(), step.wallet(), now, step.purpose(), step.seen->succeeded, step.moved(),
                             step.seen->cost});
            if (!sender.lane.busy() && sender.owner) {
                close_incident(*sender.owner);
                sender.owner.reset();
            }
            sender.stopped.clear();
            alerts_.clear(out, "wallet-stopped", sender.name,
                          "the transaction was ours after all: its receipt came late");
            return;
        }
    }
}

void Core::close_incident(std::size_t i) {
    positions[i].incident.reset();
}

void Core::forget_funds(std::size_t wallet, BlockNumber since) {
    wallets[wallet].tokens.clear();
    wallets[wallet].changed_in = since;
    for (const auto i : wallets[wallet].positions) {
        positions[i].tokens_asked = 0;
        positions[i].seat.at = 0;  // its budget and its time between plans have changed
    }
}

/// Success is the receipt's status and the position read back, agreeing with the contract, at or after that block.
void Core::settle_if_due(std::size_t s) {
    SenderState& sender = senders[s];
    const Lane::Step* step = sender.lane.step();
    if (step == nullptr || !step->seen || sender.lane.settling() || sender.lane.reopened()) return;
    const auto standing = canon.standing(step->seen->number, step->seen->hash);
    if (standing == Canon::Standing::Removed || standing == Canon::Standing::Ahead) return;
    const bool at_once = keeps_house(sender) && awaited(s);  // its block may be removed all the same: it is watched on
    const BlockNumber blocks = at_once ? 1 : std::max(config.confirmations, 1U);
    if (canon.head().number + 1 < step->seen->number + blocks) return;
    if (!step->seen->succeeded) {
        sender.lane.settle(out, needless(s) ? "not needed" : "reverted", now);
        return;
    }
    if (step->purpose() != Purpose::Rescue) {
        sender.lane.settle(out, "approved", now);
        return;
    }
    if (!sender.owner) {
        sender.lane.settle(out, "included", now);
        return;
    }
    const PositionState& position = positions[*sender.owner];
    const bool proved = position.agreed_at && *position.agreed_at >= step->seen->number &&
                        position.evaluated == follower.at().hash && *position.agreed_at == follower.at().number;
    if (!proved) return;
    sender.lane.settle(out, position.health_now >= position.config.trigger ? "rescued" : "below-trigger", now);
}

/// A rescue whose position is above its trigger without it: the guard refuses one, and nothing went wrong.
bool Core::needless(std::size_t s) const {
    const SenderState& sender = senders[s];
    if (!sender.owner) return false;
    const PositionState& position = positions[*sender.owner];
    return position.incident && !position.incident->prepares && !follower.head_empty() &&
           position.evaluated == follower.at().hash && position.health() >= position.config.trigger;
}

void Core::settled(std::size_t s) {
    SenderState& sender = senders[s];
    const Lane::Step& step = *sender.lane.last();
    const auto& seen = *step.seen;
    budget_.add({step.position(), step.wallet(), now, step.purpose(), seen.succeeded, step.moved(), seen.cost});
    sender.known_at.reset();
    const bool no_failure = !seen.succeeded && needless(s);
    const auto owner = std::exchange(sender.owner, std::nullopt);
    const bool taken_over = owner && positions[*owner].config.name != step.position();  // too late: this was mined
    for (const auto w : sender.wallets) {
        if (!owner || positions[*owner].wallet == w || wallets[w].name == step.wallet()) forget_funds(w, seen.number);
    }
    if (owner && positions[*owner].incident) {  // what was being checked was to replace it, and is not waited for now
        positions[*owner].incident->check.reset();
        positions[*owner].unready_since.reset();
        checking_.erase(*owner);
    }
    quieten(sender);
    if (taken_over) return after_housekeeping(s);
    if (no_failure) {
        constexpr std::int64_t kHourMs = 3'600'000;
        PositionState& spared = positions[*owner];
        spared.needless = spared.needless_ms && now - *spared.needless_ms < kHourMs ? spared.needless + 1 : 1;
        spared.needless_ms = now;
        AlertBook::tell(out, AlertLevel::Info, "not-needed", positions[*owner].config.name,
                        "the position recovered before its rescue was included, which did nothing");
        close_incident(*owner);
        pump();
        return;
    }
    if (!seen.succeeded) {
        sender.owner = owner;
        if (owner) note_revert(*owner, step.attempts[seen.attempt]);
        if (owner && positions[*owner].incident && ran_out(step))
            positions[*owner].incident->gas_least = seen_limit(step) + seen_limit(step) / 2;
        transaction_failed(s,
                           std::string(to_string(step.purpose())) + " transaction " +
                               to_string(step.attempts[seen.attempt].hash) + " was included and reverted",
                           Spent::Gas);
        pump();
        return;
    }
    if (!owner) return;
    PositionState& position = positions[*owner];
    const std::string& name = position.config.name;
    if (step.purpose() == Purpose::Rescue) {
        const bool rescued = position.health_now >= position.config.trigger;
        position.rests = 0;
        position.needless_ms.reset();
        forget_reverts(*owner);
        const std::string text = "health factor " + health_text(step.base.health_before) + " to " +
                                 health_text(position.health_now) + " in block " + std::to_string(seen.number);
        AlertBook::tell(out, rescued ? AlertLevel::Info : AlertLevel::Critical, rescued ? "rescued" : "still-below",
                        name, text);
        if (rescued || !position.incident || !position.incident->partial) position.incident.reset();
    } else if (position.incident && position.incident->prepares) {
        if (step.purpose() == Purpose::ResetApproval) position.prepared_ms.reset();  // now the allowance itself
        position.incident.reset();
    }
    pump();
    if (at_risk_.contains(*owner)) decide(*owner);
    next_in_line(s);
}

/// A rescue that was to take the nonce of another position's housekeeping came too late, and has the next one.
void Core::after_housekeeping(std::size_t s) {
    const Lane::Step& step = *senders[s].lane.last();
    if (!step.seen->succeeded)
        AlertBook::tell(out, AlertLevel::Warning, "transaction-failed", step.position(),
                        std::string(to_string(step.purpose())) + " transaction " +
                            to_string(step.attempts[step.seen->attempt].hash) + " was included and reverted");
    pump();
    if (follower.head_empty() || evaluated_ != follower.at().hash) return;
    for (const auto i : by_risk(at_risk_)) {
        if (wallets[positions[i].wallet].sender == s) decide(i);
    }
}

void Core::transaction_failed(std::size_t s, const std::string& why, Spent spent) {
    SenderState& sender = senders[s];
    const auto owner = std::exchange(sender.owner, std::nullopt);
    const std::string subject = owner ? positions[*owner].config.name : sender.name;
    quieten(sender);
    AlertBook::tell(out, AlertLevel::Critical, "transaction-failed", subject, why);
    if (!owner) return;
    PositionState& position = positions[*owner];
    if (!position.incident) return;
    if (position.incident->prepares) {
        position.incident.reset();
        return;
    }
    if (++position.incident->failures < config.failures_max) return;
    // A rescue that failed of its block's prices may succeed in the next. Where nothing went out rests do not grow: a
    // signer that comes back after an hour is used within seconds.
    position.rests_until = now + rest_ms(*owner, position.rests);
    if (spent == Spent::Gas) ++position.rests;
    position.incident.reset();
}

}  // namespace plimsoll::engine
