// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/dex/pool_book.hpp"
#include "tests/unit/dex/pools.hpp"

namespace plimsoll::dex::made {

/// Pools of a chain that exists only here: it answers what a book reads and writes the events of what happens.
class BookWorld {
  public:
    /// A V3 pool whose ticks are all known, or a V2 pair; its address is that of the pool.
    std::size_t add(Pool pool);

    const Pool& pool(std::size_t index) const { return pools_[index]; }
    Pool& pool(std::size_t index) { return pools_[index]; }
    std::vector<PoolSpec> specs() const;
    const BlockRef& head() const { return head_; }

    /// The events of these, collected for the next block.
    void swap(std::size_t index, bool zero_for_one, std::uint64_t amount);
    void position(std::size_t index, Tick lower, Tick upper, std::uint64_t liquidity, bool mint);
    void initialize(std::size_t index, Tick tick);
    std::vector<Log>& logs() { return logs_; }

    /// The next block; what was collected is its logs.
    void advance(std::uint8_t branch = 0);
    Result<void> apply_to(PoolBook& book) const { return book.apply(head_, block_logs_); }

    /// One round: what the book reads, answered. The number of calls.
    std::size_t round(PoolBook& book);
    /// Rounds until it wants no more.
    std::size_t sync(PoolBook& book);

    CallResult answer(const Call& call) const;

    /// The chain as it is, to go back to.
    BookWorld save() const { return *this; }

  private:
    Log log(std::size_t index, const Hash32& topic) const;

    std::vector<Pool> pools_;
    BlockRef head_;
    std::vector<Log> logs_;
    std::vector<Log> block_logs_;
};

/// Whether the book has the world's pool, as far as it knows the ticks.
bool same(const PoolBook& book, const BookWorld& world, std::size_t index);

}  // namespace plimsoll::dex::made
