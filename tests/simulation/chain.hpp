// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "chain/tx/transaction.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/pace.hpp"
#include "tests/simulation/random.hpp"

namespace plimsoll::sim {

/// A transaction in a block.
struct Mined {
    std::shared_ptr<const tx::SignedTransaction> tx;
    bool succeeded{};
    Gas gas{};
    Wei price;  // effective, per gas
};

struct Block {
    BlockRef ref;
    const Block* parent = nullptr;
    std::shared_ptr<Ledger> after;
    std::vector<Mined> mined;  // ours; the rest is in gas_used only
    std::vector<Log> logs;
    Gas gas_used{};
    Wei tip;  // median priority fee
    std::uint64_t fee_parts = 8;
};

inline constexpr Gas kGasLimit = 36'000'000;

/// What others want of the next blocks.
struct Demand {
    std::uint64_t gwei = 10;       // base fee at which blocks are half full
    std::uint64_t tip_gwei = 1;    // paid by most
    std::uint64_t censored = 0;    // percent of blocks whose builder takes none of ours
    std::uint64_t deaf = 0;        // percent of blocks whose builder hears no relay
    std::uint64_t aloof = 0;       // percent of blocks whose builder takes nothing but what relays hand it
    std::uint64_t missed = 0;      // percent of slots without a block
    std::uint64_t liquidates = 0;  // percent of blocks in which liquidators look
};

/// A transaction that a builder may take, with what it pays.
using Candidates = std::vector<std::shared_ptr<const tx::SignedTransaction>>;
/// What happens on chain besides our transactions, before (liquidators: behind) them in the block.
using Change = std::function<void(Ledger&, std::vector<Log>&)>;

/// The one truth: all blocks of all branches, each with its state. EIP-1559 and the inclusion of transactions are here.
class Chain {
  public:
    Chain(Ledger genesis, Timestamp start, const Pace& pace, Random random);

    const Block& head() const { return *head_; }
    /// nullptr for what never was or is forgotten.
    const Block* find(const Hash32& hash) const;
    /// Whether `block` is `tip` or one of its ancestors.
    static bool is_ancestor(const Block* block, const Block* tip);
    /// Blocks that hold this transaction, on any branch.
    const std::vector<const Block*>& holders(const Hash32& transaction) const;

    /// A block on `parent`; it is canonical only when adopted. `shielded` is left out rather than included and
    /// reverted.
    const Block& build(const Block& parent, Timestamp at, const Candidates& candidates, const Candidates& shielded,
                       const std::vector<Change>& first, const std::vector<Change>& last, const Demand& demand);
    void adopt(const Block& tip) { head_ = &tip; }
    void forget_old();

    static Wei next_base_fee(const Block& block);

  private:
    struct Bid {
        std::shared_ptr<const tx::SignedTransaction> tx;
        bool shielded{};
    };
    void include(Block& block, std::vector<Bid> bids, Gas others);
    void run(Block& block, const Bid& bid);

    std::uint64_t kept_;  // blocks
    Random random_;
    Random gas_;  // used by ours: what others do does not depend on it
    std::unordered_map<Hash32, std::unique_ptr<Block>> blocks_;
    std::map<BlockNumber, std::vector<Hash32>> by_number_;
    std::map<Hash32, std::vector<const Block*>> holders_;
    const Block* head_ = nullptr;
    std::uint64_t salt_ = 0;
};

/// Fee fields of a transaction of type 2, the only one here.
inline const tx::Eip1559& fields(const tx::SignedTransaction& transaction) {
    return std::get<tx::Eip1559>(transaction.transaction);
}

}  // namespace plimsoll::sim
