// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/simulation/chain.hpp"

namespace plimsoll::sim {

/// The pool of pending transactions of one node, after geth's core/txpool/legacypool and internal/ethapi: what it
/// refuses and with which words, replacement, gaps, what a new head does to it.
class TxPool {
  public:
    Wei fee_cap{U256::literal("1'000'000'000'000'000'000")};  // RPCTxFeeCap; zero: none
    Wei floor{U256{1}};                                       // least priority fee; rises when the pool is full

    /// By RPC. Empty: accepted, for now or for later; else the node's words.
    std::string send(const std::shared_ptr<const tx::SignedTransaction>& transaction, const Ledger& head);
    /// From another node: the same without the cap of the RPC.
    std::string add(const std::shared_ptr<const tx::SignedTransaction>& transaction, const Ledger& head);
    /// Drops what a new head has made impossible.
    void reset(const Ledger& head);
    /// Evicted, as if others paid more.
    void evict(Random& random, std::uint64_t percent);
    void clear() { by_sender_.clear(); }

    /// What can be executed now: nonces without a gap from the head's.
    Candidates pending(const Ledger& head) const;
    Nonce pending_nonce(const Address& sender, const Ledger& head) const;
    bool holds(const Hash32& transaction) const;
    std::size_t size() const;

  private:
    std::map<Address, std::map<Nonce, std::shared_ptr<const tx::SignedTransaction>>> by_sender_;
};

}  // namespace plimsoll::sim
