// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "bot/engine/command.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/tx_pool.hpp"

namespace plimsoll::sim {

/// What ails a node. All zero: an honest, quick one.
struct Ailments {
    bool down{};               // refuses connections
    bool mute{};               // takes requests and never answers, announces nothing
    bool stuck{};              // answers, but its head does not move
    bool blind{};              // has no receipts: its index lags
    bool stale{};              // has the block asked for, and answers with the state of an older one
    bool forgets{};            // says yes to a transaction and drops it
    bool alone{};              // has no peers: nothing is passed on
    Ms latency = 40;           // there and back
    Ms head_lag = 200;         // until it knows of a new block
    std::uint64_t errors = 0;  // percent of requests that fail
    std::uint64_t lies = 0;    // percent of answers to a sent transaction that are another one's
    std::uint64_t dearer = 0;  // percent that its view of fees is off, upwards
};

/// One node of the network: its view of the head, its pool, and what it answers. It knows every block that it was shown
/// and their ancestors.
class Node {
  public:
    Node(std::string name, Chain& chain, Random random);

    const std::string& name() const { return name_; }
    const Block& head() const { return *head_; }
    Ailments ails;
    TxPool pool;

    /// A new canonical head. What leaves the chain by it goes back to the pool; the part of it that `lost` says does
    /// not.
    void see(const Block& head, std::uint64_t lost_percent);
    bool knows(const Block* block) const;
    /// nullptr where this node does not know it.
    const Block* block(const Hash32& hash) const {
        const Block* found = chain_.find(hash);
        return knows(found) ? found : nullptr;
    }
    const Block* any_block(const Hash32& hash) const { return chain_.find(hash); }
    bool fails_now() { return random_.chance(ails.errors); }

    // ---- answers; an error's text is set where there is none
    engine::ReadDone read(const engine::Read& command);
    engine::FeesDone fees(const engine::FetchFees& command);
    engine::AccountDone account(const engine::FetchAccount& command);
    engine::SimulationDone simulate(const engine::Simulate& command);
    engine::GasDone estimate(const engine::EstimateGas& command);
    engine::ReceiptDone receipt(const engine::FetchReceipt& command) const;
    /// The words of eth_sendRawTransaction, empty for a yes.
    std::string send(const std::shared_ptr<const tx::SignedTransaction>& transaction);

  private:
    /// The block whose state is answered with.
    const Block* state_of(const Hash32& hash) const;
    const Block* older(const Block* block, BlockNumber by) const;

    std::string name_;
    Chain& chain_;
    Random random_;
    const Block* head_;
    std::deque<Hash32> seen_;
};

}  // namespace plimsoll::sim
