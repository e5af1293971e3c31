// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

void Core::lanes_at_block() {
    if (canon.empty()) return;
    bool busy = false;
    for (auto it = lanes_.begin(); it != lanes_.end();) {
        const std::size_t w = *it;
        Lane& lane = wallets[w].lane;
        lane.block(out, canon.head());
        it = lane.at_rest() ? lanes_.erase(it) : std::next(it);
        if (!lane.busy() && !lane.watches()) continue;
        busy = true;
        if (!follower.head_empty() && follower.at().hash == canon.head().hash) ask_account(w);
        settle_if_due(w);
    }
    if (!any_live_ || follower.head_empty()) return;
    const auto age = fees_.age(canon.head());
    if (!age || *age >= config.refresh_blocks || busy || !at_risk_.empty()) ask_fees();
}

void Core::on(const Persisted& event) {
    bool taken = false;
    for (const auto w : lanes_) {
        if (!wallets[w].lane.waits_for(event.id)) continue;
        taken = true;
        hear(w, wallets[w].lane.persisted(out, event, now, canon.empty() ? 0 : canon.head().number));
        break;
    }
    if (event.error.empty())
        alerts_.clear(out, "journal", "", "the journal takes records again");
    else if (!taken)
        alerts_.raise(out, now, AlertLevel::Critical, "journal", "", "the journal cannot be written: " + event.error);
}

void Core::on(const Signed& event) {
    for (const auto w : lanes_) {
        if (!wallets[w].lane.waits_for(event.id)) continue;
        hear(w, wallets[w].lane.signed_(out, event, now));
        return;
    }
}

void Core::on(const Sent& event) {
    for (const auto w : lanes_) {
        WalletState& wallet = wallets[w];
        const Lane::Step* step = wallet.lane.step();
        if (step == nullptr) continue;
        const bool ours = std::any_of(step->attempts.begin(), step->attempts.end(),
                                      [&](const Lane::Attempt& a) { return a.hash == event.hash; });
        if (!ours) continue;
        wallet.lane.sent(out, event, now);
        const std::string place = event.endpoint + ": " + event.text;
        if (event.outcome == SendOutcome::InsufficientFunds)
            alerts_.raise(out, now, AlertLevel::Critical, "insufficient-funds", wallet.name, place);
        if (event.outcome == SendOutcome::FeeCapExceeded || event.outcome == SendOutcome::AccountLimit ||
            event.outcome == SendOutcome::Invalid || event.outcome == SendOutcome::NonceTooHigh)
            alerts_.raise(out, now, AlertLevel::Warning, "send-refused", wallet.name, place);
        const bool doubted = wallet.lane.busy() && wallet.lane.step()->attempts.back().doubted;
        if (event.outcome == SendOutcome::ReplacementUnderpriced && step->attempts.size() == 1)
            alerts_.raise(out, now, AlertLevel::Critical, "foreign-pending", wallet.name,
                          "nonce " + wallet.lane.nonce_text() + " is held by a transaction that is not ours");
        if (doubted && wallet.owner && positions[*wallet.owner].evaluated == follower.at().hash)
            consider_replacement(*wallet.owner);
        return;
    }
}

void Core::on(const ReceiptDone& event) {
    for (const auto w : lanes_) {
        hear(w, wallets[w].lane.receipt(out, event, canon, now));
        settle_if_due(w);
    }
}

void Core::hear(std::size_t w, Lane::News news) {
    WalletState& wallet = wallets[w];
    switch (news) {
        case Lane::News::None:
        case Lane::News::Sent:
            return;
        case Lane::News::Failed:
            transaction_failed(w, wallet.lane.reason());
            return;
        case Lane::News::Stuck:
            alerts_.raise(out, now, AlertLevel::Critical, "outbox", wallet.name, wallet.lane.reason());
            return;
        case Lane::News::Seen:
            if (wallet.owner && !follower.head_empty()) pump();  // the proof of safety is asked for at once
            return;
        case Lane::News::Settled:
            settled(w);
            return;
        case Lane::News::Foreign:
            wallet.stopped = wallet.lane.reason();
            alerts_.raise(out, now, AlertLevel::Critical, "wallet-stopped", wallet.name,
                          wallet.stopped + ": nothing more is sent from this wallet. Is its key in use elsewhere?");
            if (wallet.owner) close_incident(*wallet.owner);
            wallet.owner.reset();
            return;
        case Lane::News::Found: {
            const Lane::Step& step = wallet.lane.last();
            const BaseValue value = step.seen->succeeded ? step.base.value : BaseValue{};
            if (step.uncounted)
                budget_.add({step.base.position, wallet.name, now, step.base.purpose, step.seen->succeeded, value,
                             step.seen->cost});
            if (!wallet.lane.busy() && wallet.owner) {
                close_incident(*wallet.owner);
                wallet.owner.reset();
            }
            wallet.stopped.clear();
            alerts_.clear(out, "wallet-stopped", wallet.name,
                          "the transaction was ours after all: its receipt came late");
            return;
        }
    }
}

void Core::close_incident(std::size_t i) {
    positions[i].incident.reset();
}

/// Success is the receipt's status and the position read back, agreeing with the contract, at or after that block.
void Core::settle_if_due(std::size_t w) {
    WalletState& wallet = wallets[w];
    const Lane::Step* step = wallet.lane.step();
    if (step == nullptr || !step->seen || wallet.lane.settling() || wallet.lane.reopened()) return;
    const auto standing = canon.standing(step->seen->number, step->seen->hash);
    if (standing == Canon::Standing::Removed || standing == Canon::Standing::Ahead) return;
    if (canon.head().number + 1 < step->seen->number + std::max(config.confirmations, 1U)) return;
    if (!step->seen->succeeded) {
        wallet.lane.settle(out, "reverted", now);
        return;
    }
    if (step->base.purpose != Purpose::Repay) {
        wallet.lane.settle(out, "approved", now);
        return;
    }
    if (!wallet.owner) {
        wallet.lane.settle(out, "included", now);
        return;
    }
    const PositionState& position = positions[*wallet.owner];
    const bool proved = position.agreed_at && *position.agreed_at >= step->seen->number &&
                        position.evaluated == follower.at().hash && *position.agreed_at == follower.at().number;
    if (!proved) return;
    wallet.lane.settle(out, position.health_now >= position.config.trigger ? "rescued" : "below-trigger", now);
}

void Core::settled(std::size_t w) {
    WalletState& wallet = wallets[w];
    const Lane::Step& step = wallet.lane.last();
    const auto& seen = *step.seen;
    const BaseValue value = seen.succeeded ? step.base.value : BaseValue{};
    budget_.add({step.base.position, wallet.name, now, step.base.purpose, seen.succeeded, value, seen.cost});
    wallet.known_at.reset();
    wallet.tokens.clear();
    const auto owner = std::exchange(wallet.owner, std::nullopt);
    for (const auto i : wallet.positions) positions[i].tokens_asked = 0;
    if (!seen.succeeded) {
        wallet.owner = owner;
        transaction_failed(w, std::string(to_string(step.base.purpose)) + " transaction " +
                                  to_string(step.attempts[seen.attempt].hash) + " was included and reverted");
        pump();
        return;
    }
    if (!owner) return;
    PositionState& position = positions[*owner];
    const std::string& name = position.config.name;
    if (step.base.purpose == Purpose::Repay) {
        const bool rescued = position.health_now >= position.config.trigger;
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

void Core::transaction_failed(std::size_t w, const std::string& why) {
    WalletState& wallet = wallets[w];
    const auto owner = std::exchange(wallet.owner, std::nullopt);
    const std::string subject = owner ? positions[*owner].config.name : wallet.name;
    AlertBook::tell(out, AlertLevel::Critical, "transaction-failed", subject, why);
    if (!owner) return;
    PositionState& position = positions[*owner];
    if (!position.incident) return;
    if (position.incident->prepares) {
        position.incident.reset();
        return;
    }
    if (++position.incident->failures < config.failures_max) return;
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(position.config.limits.cooldown).count();
    position.rests_until = now + rest;
    position.incident.reset();
}

}  // namespace plimsoll::engine
