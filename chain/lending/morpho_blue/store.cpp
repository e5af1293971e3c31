// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/store.hpp"

#include <algorithm>

#include "chain/lending/morpho_blue/contracts.hpp"

namespace plimsoll::lending::morpho_blue {

Store::Store(const Address& morpho, const Hash32& id) {
    terms.morpho = morpho;
    terms.id = id;
    rebuild_filter();
}

void Store::mark_borrowers() {
    const auto& entries = accounts.entries();
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
        if (!entries[i].state.borrow_shares.is_zero()) accounts.mark(i);
    }
}

std::vector<Address> Store::take_changed() {
    if (moved_) mark_borrowers();
    return take_marked();
}

std::vector<Address> Store::take_marked() {
    moved_ = false;
    return accounts.take_marked();
}

void Store::rebuild_filter() {
    filter_.addresses = {terms.morpho};
    if (terms.has_rate()) filter_.addresses.push_back(terms.irm);
    if (market.oracle.follows_events()) {
        for (const auto& feed : market.oracle.feeds) {
            const Address& from = feed.source.aggregator;
            auto& all = filter_.addresses;
            if (!from.is_zero() && std::find(all.begin(), all.end(), from) == all.end()) all.push_back(from);
        }
    }
    using namespace event;
    filter_.topics0 = {kAccrueInterest, kSupply,           kWithdraw,           kBorrow,
                       kRepay,          kSupplyCollateral, kWithdrawCollateral, kLiquidate,
                       kSetFee,         kSetFeeRecipient,  kBorrowRateUpdate,   kAnswerUpdated};
}

void Store::begin_block(const BlockRef& next) {
    accounts.begin_block(block, {market, pending});
    block = next;
}

bool Store::rewind(const BlockRef& ancestor) {
    const bool done = accounts.rewind(block, ancestor, [&](auto& frame) {
        Kept& kept = frame.kept;
        for (const auto& saved : frame.accounts) {
            if (!saved.loaded) kept.pending.insert({Read::Kind::Account, saved.index});
        }
        // What was asked for since then and is not answered yet, at whatever block it will be.
        for (const auto& read : pending) {
            if (read.kind == Read::Kind::Account || stage_of(read.kind) >= 4) kept.pending.insert(read);
        }
        if (kept.market.oracle.price != market.oracle.price || kept.market.oracle.priced != market.oracle.priced)
            mark_moved();
        market = kept.market;
        pending = std::move(kept.pending);
    });
    if (done) rebuild_filter();
    return done;
}

void Store::clear() {
    const Terms known = terms;
    terms = {};
    terms.morpho = known.morpho;
    terms.id = known.id;
    market = {};
    pending.clear();
    accounts.clear();
    moved_ = false;
    rebuild_filter();
}

}  // namespace plimsoll::lending::morpho_blue
