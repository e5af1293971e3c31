// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/dex/pool_book.hpp"
#include "tests/onchain/player.hpp"

namespace plimsoll::onchain {

/// The devnet's exchange and a trader who moves it; its pools followed by a PoolBook as the daemon does.
class Exchange {
  public:
    Exchange(World& world, Dice& dice, const dex::PoolBookLimits& limits = {});

    dex::PoolBook& book() { return book_; }
    const BlockRef& head() const { return head_; }
    World& world() { return world_; }

    /// Reads at the newest block until nothing more is wanted. The number of calls.
    std::size_t sync();
    /// A block of these transactions, followed. Which ones succeeded.
    std::vector<bool> mine(std::span<const Tx> transactions);
    /// Back to an ancestor and its chain.
    void went_back(const BlockRef& ancestor);

    /// A place of the book's pools. `kind`: only of this kind.
    std::size_t any_pool();
    std::size_t any_pool(dex::PoolKind kind);
    /// From some units up to more than the pool has.
    U256 any_amount(std::size_t pool, bool of_token0, unsigned smallest_shift);

    Tx swap(const dex::Route& route, const U256& amount);
    Tx any_swap(std::size_t pool, unsigned smallest_shift);
    Tx any_mint();
    /// Takes out part or all of a position; nothing when the one chosen is empty.
    std::optional<Tx> any_burn();
    /// Mints, burns and swaps in one block.
    std::vector<Tx> any_block();

    dex::Route route_of(std::size_t pool, bool zero_for_one) const;
    /// Every pool's slot0 and liquidity, or reserves, against the book; a sentence for each difference.
    std::vector<std::string> audit();

  private:
    std::vector<dex::PoolSpec> specs() const;

    World& world_;
    Dice& dice_;
    Address trader_;
    dex::PoolBook book_;
    BlockRef head_;
};

}  // namespace plimsoll::onchain
