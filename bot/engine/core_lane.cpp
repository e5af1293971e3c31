// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

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
        if (!follower.head_empty() && follower.at().hash == canon.head().hash) ask_account(s);
        settle_if_due(s);
    }
    if (!any_live_ || follower.head_empty()) return;
    const auto age = fees_.age(canon.head());
    if (!age || *age >= config.refresh_blocks || busy || !at_risk_.empty()) ask_fees();
}

void Core::on(const Persisted& event) {
    bool taken = false;
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
        const std::string place = event.endpoint + ": " + event.text;
        if (event.outcome == SendOutcome::InsufficientFunds)
            alerts_.raise(out, now, AlertLevel::Critical, "insufficient-funds", sender.name, place);
        if (event.outcome == SendOutcome::FeeCapExceeded || event.outcome == SendOutcome::AccountLimit ||
            event.outcome == SendOutcome::Invalid || event.outcome == SendOutcome::NonceTooHigh)
            alerts_.raise(out, now, AlertLevel::Warning, "send-refused", sender.name, place);
        const bool doubted = sender.lane.busy() && sender.lane.step()->attempts.back().doubted;
        if (event.outcome == SendOutcome::ReplacementUnderpriced && step->attempts.size() == 1)
            alerts_.raise(out, now, AlertLevel::Critical, "foreign-pending", sender.name,
                          "nonce " + sender.lane.nonce_text() + " is held by a transaction that is not ours");
        if (doubted && sender.owner && positions[*sender.owner].evaluated == follower.at().hash)
            consider_replacement(*sender.owner);
        return;
    }
}

void Core::on(const ReceiptDone& event) {
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
        case Lane::News::Failed: {
            // Nothing went out and nothing was spent: the rests do not grow, so that a signer that comes back after an
            // hour is used within seconds.
            const auto owner = sender.owner;
            const auto rests = owner ? positions[*owner].rests : 0;
            transaction_failed(s, sender.lane.reason());
            if (owner) positions[*owner].rests = rests;
            return;
        }
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
            const Lane::Step& step = sender.lane.last();
            const BaseValue value = step.seen->succeeded ? step.base.value : BaseValue{};
            if (step.uncounted)
                budget_.add({step.base.position, step.base.wallet, now, step.base.purpose, step.seen->succeeded, value,
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
    if (canon.head().number + 1 < step->seen->number + std::max(config.confirmations, 1U)) return;
    if (!step->seen->succeeded) {
        sender.lane.settle(out, needless(s) ? "not needed" : "reverted", now);
        return;
    }
    if (step->base.purpose != Purpose::Rescue) {
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
    const Lane::Step& step = sender.lane.last();
    const auto& seen = *step.seen;
    const BaseValue value = seen.succeeded ? step.base.value : BaseValue{};
    budget_.add({step.base.position, step.base.wallet, now, step.base.purpose, seen.succeeded, value, seen.cost});
    sender.known_at.reset();
    const bool no_failure = !seen.succeeded && needless(s);
    const auto owner = std::exchange(sender.owner, std::nullopt);
    for (const auto w : sender.wallets) {
        if (!owner || positions[*owner].wallet == w) forget_funds(w, seen.number);
    }
    quieten(sender);
    if (no_failure) {
        AlertBook::tell(out, AlertLevel::Info, "not-needed", positions[*owner].config.name,
                        "the position recovered before its rescue was included, which did nothing");
        close_incident(*owner);
        pump();
        return;
    }
    if (!seen.succeeded) {
        sender.owner = owner;
        transaction_failed(s, std::string(to_string(step.base.purpose)) + " transaction " +
                                  to_string(step.attempts[seen.attempt].hash) + " was included and reverted");
        pump();
        return;
    }
    if (!owner) return;
    PositionState& position = positions[*owner];
    const std::string& name = position.config.name;
    if (step.base.purpose == Purpose::Rescue) {
        const bool rescued = position.health_now >= position.config.trigger;
        position.rests = 0;
        const std::string text = "health factor " + health_text(step.base.health_before) + " to " +
                                 health_text(position.health_now) + " in block " + std::to_string(seen.number);
        AlertBook::tell(out, rescued ? AlertLevel::Info : AlertLevel::Critical, rescued ? "rescued" : "still-below",
                        name, text);
        if (rescued || !position.incident || !position.incident->partial) position.incident.reset();
    } else if (position.incident && position.incident->prepares) {
        if (step.base.purpose == Purpose::ResetApproval) position.prepared_ms.reset();  // now the allowance itself
        position.incident.reset();
    }
    pump();
    if (at_risk_.contains(*owner)) decide(*owner);
}

void Core::transaction_failed(std::size_t s, const std::string& why) {
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
    // A rescue that failed of its block's prices may succeed in the next: short rests first, then ever longer ones.
    constexpr std::int64_t kFirstRestMs = 15'000;
    constexpr std::uint32_t kDoublings = 20;
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(position.config.limits.cooldown).count();
    position.rests_until = now + std::min<std::int64_t>(most, kFirstRestMs << std::min(position.rests++, kDoublings));
    position.incident.reset();
}

}  // namespace plimsoll::engine
