// SPDX-License-Identifier: Apache-2.0
// What is handed to relays and what they make of it, after bot/shell/chain_send.cpp.
#include "bot/engine/send_outcome.hpp"
#include "chain/rpc/relay_messages.hpp"
#include "tests/simulation/shell_asking.hpp"

namespace plimsoll::sim {

namespace {

constexpr Ms kRelayDeadline = 2'000;

engine::SendOutcome outcome_of(const std::string& words) {
    return words.empty() ? engine::SendOutcome::Accepted : engine::send_outcome(tx::classify_send_error(words));
}

/// A yes, in the light of what it says of the transaction later.
void weigh(engine::Sent& sent, const std::string& body) {
    const auto status = rpc::read_status({200, body, {}}, sent.hash);
    if (!status) return;
    if (status->fee_too_low)
        sent.outcome = engine::SendOutcome::Underpriced;
    else if (status->state == rpc::RelayStatus::State::Lost)
        sent.outcome = engine::SendOutcome::Unknown;
    sent.text = status->text;
}

}  // namespace

void Shell::hand_to_relays(const engine::Broadcast& command,
                           const std::shared_ptr<const tx::SignedTransaction>& transaction) {
    for (std::size_t i = 0; i < relays_.size(); ++i) {
        Relay* relay = relays_[i].get();
        const auto answer = [this, life = life_](engine::Sent sent) {
            if (life == life_) deliver(std::move(sent));
        };
        engine::Sent sent{command.hash, "relay " + relay->name(), {}, {}, true};
        if (relay->ails.down) {
            sent.outcome = engine::SendOutcome::Unknown;
            sent.text = "connection refused";
            agenda_.after(1, [answer, sent] { answer(sent); });
            continue;
        }
        const bool again = relay_had_[i] == command.hash;
        const Ms there = relay->ails.latency / 2;
        agenda_.after(there, [this, i, relay, answer, sent, transaction, there, again, head = command.head,
                              first = command.first, life = life_]() mutable {
            const std::string words = transaction ? relay->take(transaction, head, first) : "rlp: expected input list";
            if (relay->ails.mute) {
                sent.outcome = engine::SendOutcome::Unknown;
                sent.text = "timeout";
                agenda_.after(kRelayDeadline, [answer, sent] { answer(sent); });
                return;
            }
            sent.outcome = outcome_of(words);
            sent.text = words;
            agenda_.after(there, [this, i, relay, answer, sent, again, life]() mutable {
                if (life != life_) return;
                const bool taken = sent.outcome == engine::SendOutcome::Accepted;
                if (taken) relay_had_[i] = sent.hash;
                if (!taken || !again || !relay->tells) return answer(sent);
                agenda_.after(relay->ails.latency, [relay, answer, sent]() mutable {
                    if (!relay->ails.down && !relay->ails.mute) weigh(sent, relay->status(sent.hash));
                    answer(sent);
                });
            });
        });
    }
}

}  // namespace plimsoll::sim
