// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/node.hpp"

#include <algorithm>

namespace plimsoll::sim {

namespace {

constexpr std::size_t kSeen = 64;
const std::string kNoHeader = "header not found";

U256 coin_of(const Ledger& state, const Address& owner) {
    const auto found = state.native.find(owner);
    return found == state.native.end() ? U256{} : found->second;
}

}  // namespace

Node::Node(std::string name, Chain& chain, Random random)
    : name_(std::move(name)), chain_(chain), random_(random), head_(&chain.head()) {}

void Node::see(const Block& head, std::uint64_t lost_percent) {
    const Block* gone = head_;
    head_ = &head;
    seen_.push_back(head.ref.hash);
    if (seen_.size() > kSeen) seen_.pop_front();
    pool.reset(*head.after);
    for (; gone != nullptr && !Chain::is_ancestor(gone, head_); gone = gone->parent) {
        for (const auto& mined : gone->mined) {
            if (!random_.chance(lost_percent)) pool.add(mined.tx, *head.after);
        }
    }
}

bool Node::knows(const Block* block) const {
    if (block == nullptr) return false;
    return Chain::is_ancestor(block, head_) || std::find(seen_.begin(), seen_.end(), block->ref.hash) != seen_.end();
}

const Block* Node::older(const Block* block, BlockNumber by) const {
    while (by-- > 0 && block->parent != nullptr) block = block->parent;
    return block;
}

const Block* Node::state_of(const Hash32& hash) const {
    const Block* block = chain_.find(hash);
    if (!knows(block)) return nullptr;
    return ails.stale ? older(block, 3) : block;
}

/// The shell asks in the same call which block's parent is seen, so that a lie about the state is an error.
engine::ReadDone Node::read(const engine::Read& command) {
    engine::ReadDone done;
    const Block* block = state_of(command.at.hash);
    if (block == nullptr || block->ref.hash != command.at.hash) {
        done.error = block == nullptr ? kNoHeader : "the node answers with the state of another block than asked";
        return done;
    }
    for (const auto& call : command.calls) done.results.push_back(block->after->view(call));
    return done;
}

engine::FeesDone Node::fees(const engine::FetchFees& command) {
    engine::FeesDone done;
    done.newest_block = head_->ref.number;
    done.next_base_fee = Chain::next_base_fee(*head_);
    if (ails.dearer > 0)
        done.next_base_fee = Wei{*mul_div_down(done.next_base_fee.value, U256{100 + ails.dearer}, U256{100})};
    const Block* block = head_;
    for (std::uint32_t i = 0; i < command.blocks && block != nullptr; ++i, block = block->parent)
        done.priorities.insert(done.priorities.begin(), block->tip);
    return done;
}

engine::AccountDone Node::account(const engine::FetchAccount& command) {
    engine::AccountDone done;
    const Block* block = state_of(command.at.hash);
    if (block == nullptr) {
        done.error = kNoHeader;
        return done;
    }
    done.native = Wei{coin_of(*block->after, command.address)};
    const auto found = block->after->nonces.find(command.address);
    done.nonce_latest = found == block->after->nonces.end() ? 0 : found->second;
    done.nonce_pending = pool.pending_nonce(command.address, *head_->after);
    return done;
}

engine::SimulationDone Node::simulate(const engine::Simulate& command) {
    engine::SimulationDone done;
    const Block* block = state_of(command.at.hash);
    if (block == nullptr) {
        done.error = kNoHeader;
        return done;
    }
    Ledger copy = *block->after;
    std::vector<Log> logs;
    for (const auto& call : command.before) done.before.push_back(copy.view(call));
    for (const auto& call : command.calls)
        done.calls.push_back({copy.execute(command.from, call.to, call.data, logs), {}});
    for (const auto& call : command.after) done.after.push_back(copy.view(call));
    return done;
}

engine::GasDone Node::estimate(const engine::EstimateGas& command) {
    engine::GasDone done;
    Ledger copy = *head_->after;
    std::vector<Log> logs;
    if (!copy.execute(command.from, command.call.to, command.call.data, logs))
        done.error = "execution reverted";
    else
        done.gas = command.call.data.size() > 68 ? 205'000 : 48'000;
    return done;
}

engine::ReceiptDone Node::receipt(const engine::FetchReceipt& command) const {
    engine::ReceiptDone done;
    done.hash = command.hash;
    if (ails.blind) return done;
    for (const Block* block : chain_.holders(command.hash)) {
        if (!Chain::is_ancestor(block, head_)) continue;
        for (const auto& mined : block->mined) {
            if (mined.tx->hash != command.hash) continue;
            done.receipt =
                engine::ReceiptInfo{block->ref.number, block->ref.hash, mined.succeeded, mined.gas, mined.price};
        }
    }
    return done;
}

std::string Node::send(const std::shared_ptr<const tx::SignedTransaction>& transaction) {
    static const std::string kLies[] = {
        "already known",        "nonce too low: next nonce 9, tx nonce 8",    "replacement transaction underpriced",
        "txpool is full",       "insufficient funds for gas * price + value", "internal error",
        "intrinsic gas too low"};
    if (random_.chance(ails.lies)) return kLies[random_.pick(0, std::size(kLies) - 1)];
    if (ails.forgets) return {};
    return pool.send(transaction, *head_->after);
}

}  // namespace plimsoll::sim
