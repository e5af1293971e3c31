// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/relay.hpp"

#include <algorithm>

#include "chain/rpc/relay_messages.hpp"

namespace plimsoll::sim {

std::string Relay::take(const std::shared_ptr<const tx::SignedTransaction>& transaction, BlockNumber head,
                        const Hash32& first) {
    if (ails.refuses) return "unable to decode: too many requests";
    const auto& state = *chain_.head().after;
    const auto used = state.nonces.find(transaction->sender);
    if (used != state.nonces.end() && fields(*transaction).message.nonce < used->second) return "nonce too low";
    const bool bundle = kind_ == Kind::Bundle;
    Held held{transaction, bundle ? head + 1 : 0, head + (bundle ? 1 : rpc::kPrivateBlocksMost), ails.drops};
    if (!ails.loses) held_[bundle ? first : transaction->hash] = std::move(held);
    return {};
}

bool Relay::included(const Hash32& hash) const {
    const auto& holders = chain_.holders(hash);
    return std::any_of(holders.begin(), holders.end(),
                       [&](const Block* block) { return Chain::is_ancestor(block, &chain_.head()); });
}

std::string Relay::status(const Hash32& hash) const {
    const auto found = std::find_if(held_.begin(), held_.end(),
                                    [&](const auto& entry) { return entry.second.transaction->hash == hash; });
    std::string state = "UNKNOWN";
    std::string trouble;
    if (found != held_.end()) {
        const Held& held = found->second;
        const bool late = held.last_block <= chain_.head().ref.number;
        state = included(hash) ? "INCLUDED" : late && kind_ == Kind::PrivateTransaction ? "FAILED" : "PENDING";
        const bool low = fields(*held.transaction).max_fee < Chain::next_base_fee(chain_.head());
        if (state == "PENDING" && (low || ails.lies)) trouble = R"(,"simError":"MaxFeePerGasTooLow")";
    }
    return R"({"status":")" + state + R"(","hash":")" + to_hex(hash.view()) + "\"" + trouble + "}";
}

Candidates Relay::handed_on() const {
    const BlockNumber next = chain_.head().ref.number + 1;
    Candidates out;
    for (const auto& [name, held] : held_) {
        if (!held.dropped && held.first_block <= next && next <= held.last_block) out.push_back(held.transaction);
    }
    return out;
}

void Relay::forget_old() {
    std::erase_if(held_, [&](const auto& entry) {
        return entry.second.last_block + rpc::kPrivateBlocksMost < chain_.head().ref.number;
    });
}

}  // namespace plimsoll::sim
