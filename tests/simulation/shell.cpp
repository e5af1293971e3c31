// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/shell.hpp"

#include "bot/engine/send_outcome.hpp"
#include "bot/shell/make_engine.hpp"
#include "bot/shell/sign.hpp"
#include "tests/simulation/shell_asking.hpp"

namespace plimsoll::sim {

Shell::Shell(Agenda& agenda, engine::EngineConfig config, std::vector<std::unique_ptr<Node>>& nodes,
             std::vector<std::unique_ptr<Relay>>& relays, Disk& disk, Witness& witness)
    : agenda_(agenda), config_(std::move(config)), nodes_(nodes), relays_(relays), disk_(disk), witness_(witness) {}

void Shell::add_key(const std::string& wallet, keys::PrivateKey key) {
    signers_[wallet] = std::make_unique<keys::LocalSigner>(std::move(key));
}

void Shell::start() {
    engine_ = bot::make_engine(config_).value();
    ++life_;
    clock_ = std::make_unique<bot::OwnClock>([this] { return agenda_.now(); }, [this] { return host(); });
    rpc::ElectionRules rules;
    rules.silence = std::chrono::milliseconds(config_.block_time_ms * 5 / 4 + 1'000);
    election_ = std::make_unique<rpc::Election>(nodes_.size(), rules, steady());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i]->ails.down)
            election_->down(i, steady());
        else if (!nodes_[i]->ails.mute)
            election_->up(i);
    }
    relay_had_.assign(relays_.size(), {});
    tracker_ = feed::HeadTracker(feed::limits_for(std::chrono::milliseconds(config_.block_time_ms)));
    filter_ = {};
    revision_ = 0;
    busy_ = told_ = live_ = false;
    heard_.clear();
    heard_at_ = agenda_.now();
    retry_at_ = pause_ = 0;
    witness_.started(*engine_);
    deliver(disk_.begin_life(wall()));
    want_look_ = true;
    rest();
}

void Shell::crash() {
    engine_.reset();
    ++life_;
    inbox_.clear();
    stepping_ = false;
    disk_.crash();
}

void Shell::deliver(engine::EventBody body) {
    if (!engine_) return;
    inbox_.push_back(engine::Event{wall(), std::move(body)});
    if (stepping_) return;  // an answer that came at once
    stepping_ = true;
    while (!inbox_.empty()) {
        const engine::Event event = std::move(inbox_.front());
        inbox_.pop_front();
        witness_.given(event);
        const auto commands = engine_->step(event);
        for (const auto& command : commands) witness_.wanted(command);
        witness_.stepped(*engine_);
        for (const auto& command : commands) {
            if (dies && dies()) return crash();
            obey(command);
            if (!engine_) return;
        }
    }
    stepping_ = false;
}

void Shell::tick() {
    if (!engine_) return;
    const Ms before = wall();
    if (clock_->look().adopted && wall() < before) disk_.clock_went_back(before - wall());
    judge_endpoints();
    judge_age();
    deliver(engine::Tick{});
}

void Shell::obey(const engine::Command& command) {
    std::visit([this](const auto& it) { on(it); }, command);
}

template <class Done, class Wanted>
void Shell::request(const Wanted& wanted, Done (Node::*method)(const Wanted&)) {
    ask<Done>([wanted, method](Node& node) { return (node.*method)(wanted); },
              [this, id = wanted.id](Done done) {
                  done.id = id;
                  deliver(std::move(done));
              });
}

void Shell::on(const engine::Read& command) {
    request<engine::ReadDone>(command, &Node::read);
}
void Shell::on(const engine::FetchFees& command) {
    request<engine::FeesDone>(command, &Node::fees);
}
void Shell::on(const engine::FetchAccount& command) {
    request<engine::AccountDone>(command, &Node::account);
}
void Shell::on(const engine::Simulate& command) {
    request<engine::SimulationDone>(command, &Node::simulate);
}
void Shell::on(const engine::EstimateGas& command) {
    request<engine::GasDone>(command, &Node::estimate);
}

void Shell::on(const engine::FetchReceipt& command) {
    static const std::string kNone = "no receipt";  // one node without it proves nothing: the others are asked too
    ask<engine::ReceiptDone>(
        [command](Node& node) {
            auto done = node.receipt(command);
            if (!done.receipt) done.error = kNone;
            return done;
        },
        [this, hash = command.hash](engine::ReceiptDone done) {
            if (done.error == kNone) done.error.clear();
            done.hash = hash;
            deliver(std::move(done));
        });
}

void Shell::on(const engine::FetchOffers& command) {
    deliver(engine::OffersDone{command.id, "no aggregator", {}});
}

void Shell::on(const engine::SetLogFilter& command) {
    filter_ = command.filter;
    revision_ = command.revision;
}

void Shell::on(const engine::Persist& command) {
    disk_.write(command.records, [this, life = life_, id = command.id](const std::string& error) {
        if (life == life_) deliver(engine::Persisted{id, error});
    });
}

void Shell::on(const engine::Sign& command) {
    engine::Signed done;
    done.id = command.id;
    const auto signer = signers_.find(command.wallet);
    auto transaction = bot::transaction_of(command.tx);
    if (signer_down || signer == signers_.end()) {
        done.error = "no signer for wallet " + command.wallet;
    } else if (!transaction) {
        done.error = transaction.error().message;
    } else if (auto sealed = tx::sign(*std::move(transaction), *signer->second); !sealed) {
        done.error = sealed.error().message;
    } else {
        done.raw = std::move(sealed->raw);
        done.hash = sealed->hash;
    }
    deliver(std::move(done));
}

/// To relays, and unless it is hidden to every endpoint, at once; what has left stays on its way even if the process
/// dies.
void Shell::on(const engine::Broadcast& command) {
    auto decoded = tx::decode_signed(command.raw);
    const auto transaction = decoded ? std::make_shared<const tx::SignedTransaction>(*std::move(decoded)) : nullptr;
    hand_to_relays(command, transaction);
    if (command.hidden) return;
    for (const auto& held : nodes_) {
        Node* node = held.get();
        const auto answer = [this, life = life_, hash = command.hash, node](engine::SendOutcome outcome,
                                                                            std::string text) {
            if (life == life_) deliver(engine::Sent{hash, node->name(), outcome, std::move(text)});
        };
        if (node->ails.down) {
            agenda_.after(1, [answer] { answer(engine::SendOutcome::Unknown, "connection refused"); });
            continue;
        }
        const Ms there = node->ails.latency / 2;
        agenda_.after(there, [this, node, answer, transaction, there] {
            const std::string words = transaction ? node->send(transaction) : std::string("rlp: expected input list");
            if (node->ails.mute) {
                agenda_.after(kDeadline, [answer] { answer(engine::SendOutcome::Unknown, "timeout"); });
                return;
            }
            const auto outcome =
                words.empty() ? engine::SendOutcome::Accepted : engine::send_outcome(tx::classify_send_error(words));
            agenda_.after(there, [answer, outcome, words] { answer(outcome, words); });
        });
    }
}

}  // namespace plimsoll::sim
