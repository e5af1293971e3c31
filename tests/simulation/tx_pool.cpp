// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/tx_pool.hpp"

#include <algorithm>

namespace plimsoll::sim {

namespace {

U256 most_cost(const tx::SignedTransaction& transaction) {
    const auto& asked = fields(transaction);
    return checked_add(checked_mul(asked.max_fee.value, U256{asked.message.gas_limit}).value_or(kU256Max),
                       asked.message.value.value)
        .value_or(kU256Max);
}

Nonce nonce_of(const Ledger& head, const Address& sender) {
    const auto found = head.nonces.find(sender);
    return found == head.nonces.end() ? 0 : found->second;
}

U256 coin_of(const Ledger& head, const Address& sender) {
    const auto found = head.native.find(sender);
    return found == head.native.end() ? U256{} : found->second;
}

/// list.Add: both fields strictly above, and at or above 110 % of the old one in integers.
bool replaces(const tx::Eip1559& fresh, const tx::Eip1559& old) {
    const auto enough = [](const Wei& a, const Wei& b) {
        return a > b && a.value >= *mul_div_down(b.value, U256{110}, U256{100});
    };
    return enough(fresh.max_fee, old.max_fee) && enough(fresh.max_priority_fee, old.max_priority_fee);
}

}  // namespace

std::string TxPool::send(const std::shared_ptr<const tx::SignedTransaction>& transaction, const Ledger& head) {
    const auto& asked = fields(*transaction);
    const U256 fee = *checked_mul(asked.max_fee.value, U256{asked.message.gas_limit});
    if (!fee_cap.is_zero() && fee > fee_cap.value)
        return "tx fee (" + to_string(fee) + " wei) exceeds the configured cap (1.00 ether)";
    return add(transaction, head);
}

std::string TxPool::add(const std::shared_ptr<const tx::SignedTransaction>& transaction, const Ledger& head) {
    const auto& asked = fields(*transaction);
    const Nonce nonce = asked.message.nonce;
    const Nonce next = nonce_of(head, transaction->sender);
    if (holds(transaction->hash)) return "already known";
    if (asked.message.gas_limit > kGasLimit) return "exceeds block gas limit";
    if (asked.max_priority_fee > asked.max_fee) return "max priority fee per gas higher than max fee per gas";
    if (asked.max_priority_fee < floor)
        return "transaction underpriced: gas tip cap " + to_string(asked.max_priority_fee) + ", minimum needed " +
               to_string(floor);
    if (nonce < next)
        return "nonce too low: next nonce " + std::to_string(next) + ", tx nonce " + std::to_string(nonce);
    auto& mine = by_sender_[transaction->sender];
    const auto old = mine.find(nonce);
    U256 cost = most_cost(*transaction);
    for (const auto& [other, one] : mine) {
        if (other != nonce) cost = checked_add(cost, most_cost(*one)).value_or(kU256Max);
    }
    if (cost > coin_of(head, transaction->sender))
        return "insufficient funds for gas * price + value: balance " + to_string(coin_of(head, transaction->sender)) +
               ", tx cost " + to_string(cost);
    if (old != mine.end() && !replaces(asked, fields(*old->second))) return "replacement transaction underpriced";
    mine[nonce] = transaction;
    return {};
}

void TxPool::reset(const Ledger& head) {
    for (auto& [sender, mine] : by_sender_) {
        mine.erase(mine.begin(), mine.lower_bound(nonce_of(head, sender)));
        std::erase_if(mine,
                      [&, coin = coin_of(head, sender)](const auto& entry) { return most_cost(*entry.second) > coin; });
    }
    std::erase_if(by_sender_, [](const auto& entry) { return entry.second.empty(); });
}

void TxPool::evict(Random& random, std::uint64_t percent) {
    for (auto& [sender, mine] : by_sender_) std::erase_if(mine, [&](const auto&) { return random.chance(percent); });
    std::erase_if(by_sender_, [](const auto& entry) { return entry.second.empty(); });
}

Candidates TxPool::pending(const Ledger& head) const {
    Candidates out;
    for (const auto& [sender, mine] : by_sender_) {
        Nonce next = nonce_of(head, sender);
        for (auto it = mine.find(next); it != mine.end() && it->first == next; ++it, ++next) out.push_back(it->second);
    }
    return out;
}

Nonce TxPool::pending_nonce(const Address& sender, const Ledger& head) const {
    Nonce next = nonce_of(head, sender);
    const auto found = by_sender_.find(sender);
    if (found == by_sender_.end()) return next;
    while (found->second.contains(next)) ++next;
    return next;
}

bool TxPool::holds(const Hash32& transaction) const {
    return std::any_of(by_sender_.begin(), by_sender_.end(), [&](const auto& entry) {
        return std::any_of(entry.second.begin(), entry.second.end(),
                           [&](const auto& one) { return one.second->hash == transaction; });
    });
}

std::size_t TxPool::size() const {
    std::size_t out = 0;
    for (const auto& [sender, mine] : by_sender_) out += mine.size();
    return out;
}

}  // namespace plimsoll::sim
