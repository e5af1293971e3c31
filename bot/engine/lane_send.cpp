// SPDX-License-Identifier: Apache-2.0
// What a lane sends, to whom, and what is said of it.
#include <algorithm>

#include "bot/engine/lane.hpp"

namespace plimsoll::engine {

Lane::Attempt* Lane::find(Step& step, const Hash32& hash) {
    const auto it = std::find_if(step.attempts.begin(), step.attempts.end(),
                                 [&](const Attempt& attempt) { return attempt.hash == hash; });
    return it == step.attempts.end() ? nullptr : &*it;
}

void Lane::broadcast(Output& out, const Step& step, const Attempt& attempt) const {
    if (!quiet_) out.put(Broadcast{attempt.raw, attempt.hash, step.open_at > head_, head_, step.attempts[0].hash});
}

void Lane::open(Output& out) {
    const bool to_be_hidden = busy() && step_->attempts.empty();
    if (!to_be_hidden && !hidden()) return;
    step_->open_at = 0;
    step_->hiding = {};
    if (!step_->attempts.empty() && !used_ && !step_->seen) broadcast(out, *step_, step_->attempts[step_->to_send()]);
}

void Lane::sent(Output& out, const Sent& event, std::int64_t now) {
    Attempt* attempt = step_ ? find(*step_, event.hash) : nullptr;
    if (attempt == nullptr) return;
    if (event.relay) return relay_said(out, *attempt, event, now);
    switch (event.outcome) {
        case SendOutcome::Accepted:
        case SendOutcome::AlreadyKnown:
            if (attempt->accepted) return;
            attempt->accepted = true;
            attempt->doubted = false;
            note_taken(out, *attempt, event, now);
            return;
        case SendOutcome::ReplacementUnderpriced:
        case SendOutcome::Underpriced:
        case SendOutcome::Invalid:
            if (!attempt->accepted) attempt->doubted = true;  // one endpoint's yes outweighs another's no
            return;
        case SendOutcome::NonceTooLow:
            for (const auto& one : step_->attempts) out.put(FetchReceipt{one.hash});
            return;
        case SendOutcome::NonceTooHigh:
        case SendOutcome::InsufficientFunds:
        case SendOutcome::FeeCapExceeded:
        case SendOutcome::AccountLimit:
        case SendOutcome::Unknown:
            return;  // sent again with the next head
    }
}

void Lane::note_taken(Output& out, const Attempt& attempt, const Sent& event, std::int64_t now) {
    JournalRecord record = row(*step_, Stage::Sent, now);
    fill(record, *step_, static_cast<std::size_t>(&attempt - step_->attempts.data()));
    record.endpoint = event.endpoint;
    out.put(Persist{out.next(), {std::move(record)}});
}

/// A relay never sees other transactions of ours, so it says little; and its yes promises nothing. When none is left
/// that has it, all are shown it.
void Lane::relay_said(Output& out, Attempt& attempt, const Sent& event, std::int64_t now) {
    const bool newest = &attempt == &step_->attempts.back();
    if (event.outcome == SendOutcome::Accepted || event.outcome == SendOutcome::AlreadyKnown) {
        if (newest) step_->unwilling.erase(event.endpoint);
        if (attempt.relayed) return;
        attempt.relayed = true;
        note_taken(out, attempt, event, now);
        return;
    }
    if (!newest) return;
    if (event.outcome == SendOutcome::Underpriced && !attempt.accepted) {
        attempt.doubted = true;
        return;
    }
    step_->unwilling.insert(event.endpoint);
    if (step_->unwilling.size() >= step_->hiding.relays) open(out);
}

}  // namespace plimsoll::engine
