// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/events.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/lending/words.hpp"

namespace plimsoll::lending::morpho_blue {

namespace {

Result<void> shape(const Log& log, std::size_t topics, std::size_t words) {
    if (log.topics.size() == topics && log.data.size() >= 32 * words) return {};
    return fail(Errc::Decode, "log " + std::to_string(log.log_index) + " of " + to_string(log.address) + " has " +
                                  std::to_string(log.topics.size()) + " topics and " + std::to_string(log.data.size()) +
                                  " bytes");
}

/// Totals and accounts change by what the events say; a sum that leaves its range means that one was missed.
class Morpho {
  public:
    Morpho(Store& store, const Log& log) : store_(store), log_(log), words_(log.data) {}

    Result<void> apply() {
        const Hash32& topic = log_.topics[0];
        if (topic == event::kSetFeeRecipient) return set_fee_recipient();
        if (log_.topics.size() < 2 || log_.topics[1] != store_.terms.id) return {};
        if (topic == event::kAccrueInterest) return accrued();
        if (topic == event::kSupply) return supplied();
        if (topic == event::kWithdraw) return withdrawn();
        if (topic == event::kBorrow) return borrowed_more();
        if (topic == event::kRepay) return repaid();
        if (topic == event::kSupplyCollateral) return pledged();
        if (topic == event::kWithdrawCollateral) return released();
        if (topic == event::kLiquidate) return liquidated();
        if (topic == event::kSetFee) return set_fee();
        return {};
    }

  private:
    Totals& totals() { return store_.market.totals; }

    Result<void> set_fee_recipient() {
        TRY_VOID(shape(log_, 2, 0));
        TRY(store_.market.fee_recipient, abi::address_of_topic(log_.topics[1]));
        return {};
    }

    Result<void> set_fee() {
        TRY_VOID(shape(log_, 2, 1));
        TRY(totals().fee, words_.number(0));
        return {};
    }

    Result<void> accrued() {
        TRY_VOID(shape(log_, 2, 3));
        TRY(const auto interest, words_.number(1));
        TRY(const auto fee_shares, words_.number(2));
        TRY_VOID(add(totals().borrow_assets, interest));
        TRY_VOID(add(totals().supply_assets, interest));
        TRY_VOID(add(totals().supply_shares, fee_shares));
        totals().last_update = store_.block.timestamp;
        if (fee_shares.is_zero()) return {};
        AccountState* account = edit(store_.market.fee_recipient);
        return account == nullptr ? Result<void>() : add(account->supply_shares, fee_shares);
    }

    Result<void> supplied() {
        TRY_VOID(shape(log_, 4, 2));
        TRY_VOID(amounts());
        TRY_VOID(add(totals().supply_assets, assets_));
        TRY_VOID(add(totals().supply_shares, shares_));
        TRY(AccountState * account, owner(3));
        return account == nullptr ? Result<void>() : add(account->supply_shares, shares_);
    }

    Result<void> withdrawn() {
        TRY_VOID(shape(log_, 4, 3));
        TRY_VOID(amounts(1));
        TRY_VOID(subtract(totals().supply_assets, assets_));
        TRY_VOID(subtract(totals().supply_shares, shares_));
        TRY(AccountState * account, owner(2));
        return account == nullptr ? Result<void>() : subtract(account->supply_shares, shares_);
    }

    Result<void> borrowed_more() {
        TRY_VOID(shape(log_, 4, 3));
        TRY_VOID(amounts(1));
        TRY_VOID(add(totals().borrow_assets, assets_));
        TRY_VOID(add(totals().borrow_shares, shares_));
        TRY(AccountState * account, owner(2));
        return account == nullptr ? Result<void>() : add(account->borrow_shares, shares_);
    }

    Result<void> repaid() {
        TRY_VOID(shape(log_, 4, 2));
        TRY_VOID(amounts());
        totals().borrow_assets = saturating_sub(totals().borrow_assets, assets_);  // may exceed it by one
        TRY_VOID(subtract(totals().borrow_shares, shares_));
        TRY(AccountState * account, owner(3));
        return account == nullptr ? Result<void>() : subtract(account->borrow_shares, shares_);
    }

    Result<void> pledged() {
        TRY_VOID(shape(log_, 4, 1));
        TRY(const auto assets, words_.number(0));
        TRY(AccountState * account, owner(3));
        return account == nullptr ? Result<void>() : add(account->collateral, assets);
    }

    Result<void> released() {
        TRY_VOID(shape(log_, 4, 2));
        TRY(const auto assets, words_.number(1));
        TRY(AccountState * account, owner(2));
        return account == nullptr ? Result<void>() : subtract(account->collateral, assets);
    }

    /// Repaid, then seized, then what nobody will repay.
    Result<void> liquidated() {
        TRY_VOID(shape(log_, 4, 5));
        TRY_VOID(amounts());
        TRY(const auto seized, words_.number(2));
        TRY(const auto bad_assets, words_.number(3));
        TRY(const auto bad_shares, words_.number(4));
        TRY_VOID(subtract(totals().borrow_shares, shares_));
        totals().borrow_assets = saturating_sub(totals().borrow_assets, assets_);
        TRY_VOID(subtract(totals().borrow_assets, bad_assets));
        TRY_VOID(subtract(totals().supply_assets, bad_assets));
        TRY_VOID(subtract(totals().borrow_shares, bad_shares));
        TRY(AccountState * account, owner(3));
        if (account == nullptr) return {};
        TRY_VOID(subtract(account->borrow_shares, shares_));
        TRY_VOID(subtract(account->borrow_shares, bad_shares));
        return subtract(account->collateral, seized);
    }

    Result<void> amounts(std::size_t first = 0) {
        TRY(assets_, words_.number(first));
        TRY(shares_, words_.number(first + 1));
        return {};
    }

    /// The account that a topic names; nullptr if it is not watched, or is still to be read at this block.
    Result<AccountState*> owner(std::size_t topic) {
        TRY(const auto address, abi::address_of_topic(log_.topics[topic]));
        return edit(address);
    }
    AccountState* edit(const Address& address) {
        const auto index = store_.accounts.index_of(address);
        if (!index) return nullptr;
        store_.accounts.mark(*index);
        return store_.accounts[*index].loaded ? &store_.accounts.edit(*index).state : nullptr;
    }

    Result<void> add(U256& total, const U256& more) {
        const auto sum = checked_add(total, more);
        if (!sum) return contradiction();
        total = *sum;
        return {};
    }
    Result<void> subtract(U256& total, const U256& less) {
        const auto rest = checked_sub(total, less);
        if (!rest) return contradiction();
        total = *rest;
        return {};
    }
    Result<void> contradiction() {
        return fail(Errc::Mismatch, "log " + std::to_string(log_.log_index) + " of block " +
                                        std::to_string(store_.block.number) + " takes more than is there");
    }

    Store& store_;
    const Log& log_;
    Words words_;
    U256 assets_;
    U256 shares_;
};

Result<void> rate_updated(Store& store, const Log& log) {
    if (log.topics.size() < 2 || log.topics[1] != store.terms.id) return {};
    TRY_VOID(shape(log, 2, 2));
    TRY(store.market.rate_at_target, Words(log.data).number(1));
    return {};
}

Result<void> price_answered(Store& store, const Log& log) {
    if (!store.market.oracle.follows_events()) return {};
    TRY_VOID(shape(log, 3, 1));
    const U256 before = store.market.oracle.price;
    if (!store.market.oracle.answered(log.address, I256{abi::uint_of_topic(log.topics[1])})) {
        store.want(Read::Kind::Price);
        store.rebuild_filter();
    }
    if (store.market.oracle.price != before) store.mark_moved();
    return {};
}

}  // namespace

Result<void> apply_log(Store& store, const Log& log) {
    if (log.topics.empty()) return {};
    if (log.address == store.terms.morpho) return Morpho(store, log).apply();
    if (log.topics[0] == event::kBorrowRateUpdate && log.address == store.terms.irm) return rate_updated(store, log);
    if (log.topics[0] == event::kAnswerUpdated) return price_answered(store, log);
    return {};
}

}  // namespace plimsoll::lending::morpho_blue
