// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/morpho_blue/reads.hpp"
#include "chain/lending/morpho_blue/state.hpp"
#include "chain/lending/watched.hpp"

namespace plimsoll::lending::morpho_blue {

struct AccountEntry {
    AccountState state;
    std::uint64_t saved_in{};
    bool loaded{};
    bool changed{};
};

/// What a block changes besides accounts.
struct Kept {
    MarketState market;
    ReadSet pending;
};

/// One market at one block, with a journal that leads back over the last blocks.
class Store {
  public:
    Store(const Address& morpho, const Hash32& id);

    Terms terms;
    MarketState market;
    BlockRef block;
    ReadSet pending;
    Watched<AccountEntry, Kept> accounts;

    void want(Read::Kind kind, std::uint32_t a = 0) { pending.insert({kind, a}); }

    // ---- who is touched
    /// The price moved: whoever owes is marked when the changed are asked for, unless they are bounded otherwise.
    void mark_moved() { moved_ = true; }
    void mark_borrowers();
    /// With the borrowers when the price moved.
    std::vector<Address> take_changed();
    /// Without them.
    std::vector<Address> take_marked();

    /// Recomputes the filter from the terms and the feeds.
    void rebuild_filter();
    const LogFilter& filter() const { return filter_; }

    // ---- journal
    void begin_block(const BlockRef& next);
    bool rewind(const BlockRef& ancestor);
    /// Everything but the accounts' addresses, the contract and the id.
    void clear();

  private:
    LogFilter filter_;
    bool moved_{};
};

}  // namespace plimsoll::lending::morpho_blue
