// SPDX-License-Identifier: Apache-2.0
// One question to several endpoints, after rpc::EthPool::anywhere. For shell.cpp and shell_feed.cpp.
#pragma once

#include "tests/simulation/shell.hpp"

namespace plimsoll::sim {

inline constexpr Ms kDeadline = 5'000;
inline constexpr Ms kHedge = kDeadline / 4;

/// What an error speaks against: the node, or only its answer.
enum Fault : std::uint8_t { kNone, kAnswer, kNode, kFinal };

inline Fault fault_of(const std::string& error) {
    if (error.empty()) return kNone;
    if (error == "execution reverted") return kFinal;  // the same everywhere
    return error.starts_with("the node answers") ? kNode : kAnswer;
}

template <class Done>
struct Shell::Asking {
    std::function<Done(Node&)> question;
    std::function<void(Done)> then;
    std::vector<std::size_t> order;
    std::size_t asked = 0;
    std::size_t missing = 0;
    bool over = false;
    std::string first_error;
    std::uint64_t life = 0;
};

template <class Done>
void Shell::ask(std::function<Done(Node&)> question, std::function<void(Done)> then) {
    auto asking = std::make_shared<Asking<Done>>();
    asking->question = std::move(question);
    asking->then = std::move(then);
    asking->order = election_->order();
    asking->life = life_;
    ask_next(std::move(asking));
}

template <class Done>
void Shell::ask_next(std::shared_ptr<Asking<Done>> asking) {
    const std::size_t index = asking->order[asking->asked++];
    ++asking->missing;
    Node* node = nodes_[index].get();
    const Ms half = node->ails.latency / 2;
    const auto fails = [this, asking, index](Ms after, const std::string& why) {
        agenda_.after(after, [this, asking, index, why] {
            Done done;
            done.error = why;
            take(asking, index, std::move(done), kNode);
        });
    };
    if (node->ails.down) {
        fails(1, "connection refused");
    } else if (node->ails.mute) {
        fails(kDeadline, "timeout");
    } else if (node->fails_now()) {
        fails(half * 2, "internal error");
    } else {
        agenda_.after(half, [this, asking, index, node, half] {
            if (asking->life != life_) return;
            agenda_.after(half, [this, asking, index, done = asking->question(*node)]() mutable {
                const Fault fault = fault_of(done.error);
                take(asking, index, std::move(done), fault);
            });
        });
    }
    if (asking->asked == asking->order.size()) return;
    agenda_.after(kHedge, [this, asking, before = asking->asked] {
        const bool waits = !asking->over && asking->life == life_ && asking->asked == before;
        if (waits && asking->asked < asking->order.size()) ask_next(asking);
    });
}

template <class Done>
void Shell::take(std::shared_ptr<Asking<Done>> asking, std::size_t index, Done done, int fault) {
    if (asking->life != life_) return;
    --asking->missing;
    if (fault == kNode)
        election_->failed(index);
    else
        election_->succeeded(index);
    if (asking->over) return;
    if (fault == kNone || fault == kFinal) {
        asking->over = true;
        asking->then(std::move(done));
        return;
    }
    if (asking->first_error.empty()) asking->first_error = done.error;
    if (asking->missing > 0) return;
    if (asking->asked < asking->order.size()) {
        ask_next(std::move(asking));
        return;
    }
    asking->over = true;
    done.error = asking->first_error;
    asking->then(std::move(done));
}

}  // namespace plimsoll::sim
