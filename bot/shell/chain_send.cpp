// SPDX-License-Identifier: Apache-2.0
// Signed transactions go to nodes and relays, and what each of them says of it.
#include "bot/engine/send_outcome.hpp"
#include "bot/shell/chain_shell.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/tx/send_error.hpp"

namespace plimsoll::bot {

namespace {

/// Who did answer has refused; anything else leaves open whether the bytes arrived.
engine::SendOutcome refusal(const Error& error) {
    return error.code == Errc::Rpc ? engine::send_outcome(tx::classify_send_error(error.message))
                                   : engine::SendOutcome::Unknown;
}

}  // namespace

void ChainShell::on(engine::Broadcast command) {
    crash_point("before broadcast");
    if (keccak256(command.raw) != command.hash) {
        if (services_.alerts != nullptr)
            services_.alerts->raise(chain_.name, engine::AlertLevel::Critical, "damaged", "",
                                    "the bytes of " + to_string(command.hash) +
                                        " are not those that were signed, and are not sent: memory or disk is damaged");
        return;
    }
    for (const auto& relay : services_.relays) {
        ++outstanding_;
        spawn(send_to_relay(relay, command));
    }
    if (command.hidden) return;
    for (const auto& endpoint : eth_->senders()) {
        ++outstanding_;
        spawn(send_to(endpoint, command));
    }
}

Task<void> ChainShell::send_to(std::shared_ptr<rpc::EthClient> endpoint, engine::Broadcast command) {
    auto answer = co_await endpoint->send_raw_transaction(std::move(command.raw));
    engine::Sent sent;
    sent.hash = command.hash;
    sent.endpoint = endpoint->endpoint().stats().url;
    if (answer && *answer == command.hash) {
        sent.outcome = engine::SendOutcome::Accepted;
    } else if (answer) {
        sent.outcome = engine::SendOutcome::Unknown;
        sent.text = "it says that it took " + to_string(*answer) + " when given " + to_string(command.hash);
    } else {
        sent.outcome = refusal(answer.error());
        sent.text = answer.error().message;
    }
    crash_point("after broadcast");
    answered(std::move(sent));
}

/// A relay's yes is followed by the question what it has made of it: once it has had it for a block.
Task<void> ChainShell::send_to_relay(std::shared_ptr<rpc::Relay> relay, engine::Broadcast command) {
    rpc::Submission submission;
    submission.raw = std::move(command.raw);
    submission.hash = command.hash;
    submission.head = command.head;
    submission.first = command.first;
    const bool again = relay->had(command.hash);
    const auto taken = co_await relay->send(std::move(submission));
    engine::Sent sent;
    sent.hash = command.hash;
    sent.endpoint = "relay " + relay->name();
    sent.relay = true;
    if (!taken) {
        sent.outcome = refusal(taken.error());
        sent.text = taken.error().message;
    }
    crash_point("after broadcast");
    if (taken && again) {
        const auto status = co_await relay->status(command.hash);
        if (status && status->fee_too_low)
            sent.outcome = engine::SendOutcome::Underpriced;
        else if (status && status->state == rpc::RelayStatus::State::Lost)
            sent.outcome = engine::SendOutcome::Unknown;
        if (status) sent.text = sent.endpoint + " says of " + to_string(command.hash) + ": " + status->text;
    }
    answered(std::move(sent));
}

}  // namespace plimsoll::bot
