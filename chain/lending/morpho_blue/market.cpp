// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/market.hpp"

#include <array>

#include "chain/lending/morpho_blue/audit.hpp"
#include "chain/lending/morpho_blue/calls.hpp"
#include "chain/lending/morpho_blue/conditions.hpp"
#include "chain/lending/morpho_blue/discovery.hpp"
#include "chain/lending/morpho_blue/drift.hpp"
#include "chain/lending/morpho_blue/events.hpp"
#include "chain/lending/morpho_blue/view.hpp"

namespace plimsoll::lending {

namespace {

using namespace morpho_blue;

class MorphoBlueMarket final : public Market {
  public:
    MorphoBlueMarket(const Address& morpho, const Hash32& id) : store_(morpho, id), discovery_(store_) {
        discovery_.start();
    }

    const LogFilter& filter() const override { return store_.filter(); }

    std::vector<Call> reads(const BlockRef& head) override {
        if (!started_ || head.hash != store_.block.hash) {
            // A snapshot is of one block; once it stands, only apply() and rewind() move the state.
            if (discovery_.snapshot_complete() && started_) return {};
            restart();
            store_.block = head;
            started_ = true;
        }
        return discovery_.calls();
    }

    bool wants_newest() const override { return discovery_.wants_price_alone(); }

    Result<void> answer(const BlockRef& head, std::span<const CallResult> results) override {
        if (head.hash != store_.block.hash)
            return fail(Errc::Mismatch, "answers of block " + to_string(head.hash) + ", the state is of " +
                                            to_string(store_.block.hash));
        forget_views();
        return discovery_.answer(results);
    }

    Result<void> apply(const BlockRef& block, std::span<const Log> logs) override {
        if (!discovery_.unsupported().empty() && !discovery_.snapshot_complete()) {
            store_.block = block;
            return {};
        }
        if (!discovery_.snapshot_complete()) return fail(Errc::Internal, "a block before the snapshot is complete");
        if (block.parent != store_.block.hash) {
            return fail(Errc::Mismatch, "block " + std::to_string(block.number) + " is no child of block " +
                                            std::to_string(store_.block.number));
        }
        forget_views();
        store_.begin_block(block);
        for (const auto& log : logs) TRY_VOID(apply_log(store_, log));
        discovery_.schedule_head_reads();
        return {};
    }

    bool rewind(const BlockRef& ancestor) override {
        if (!discovery_.snapshot_complete() || !store_.rewind(ancestor)) return false;
        forget_views();
        discovery_.rewound();
        return true;
    }

    void reset() override {
        restart();
        started_ = false;
    }

    std::string unsupported() const override { return discovery_.unsupported(); }

    std::optional<BlockRef> synced() const override {
        if (!started_ || !discovery_.complete()) return std::nullopt;
        return store_.block;
    }

    void watch(const Address& account) override {
        if (store_.accounts.watch(account))
            discovery_.add_account(static_cast<std::uint32_t>(store_.accounts.list().size() - 1));
    }
    const std::vector<Address>& accounts() const override { return store_.accounts.list(); }
    std::vector<Address> take_changed() override { return store_.take_changed(); }
    Drift take_drift() override {
        Drift out;
        if (const auto view = view_at(store_.block.timestamp)) out.factor = drift_.take(**view);
        out.changed = store_.take_marked();
        return out;
    }

    U256 base_unit() const override { return store_.terms.loan.unit; }

    Result<AccountSummary> summary(const Address& account, Timestamp at) const override {
        TRY(const auto* view, view_at(at));
        TRY(const auto state, find(account, *view));
        TRY(auto out, account_summary(*view, state));
        return out;
    }

    Result<Position> position(const Address& account, Timestamp at) const override {
        TRY(const auto* view, view_at(at));
        TRY(const auto state, find(account, *view));
        Position out;
        out.account = account;
        out.block = store_.block;
        out.as_of = at;
        out.base_unit = store_.terms.loan.unit;
        TRY(out.summary, account_summary(*view, state));
        TRY(out.assets, account_assets(*view, state));
        std::erase_if(out.assets,
                      [](const AssetPosition& asset) { return asset.supplied.is_zero() && asset.debt.is_zero(); });
        return out;
    }

    Result<AccountSummary> after(const Address& account, std::span<const Change> changes, Timestamp at) const override {
        TRY(const auto changed, changed_by(account, changes, at, false));
        TRY_VOID(must_be_priced(changed.view, changed.account));
        TRY(auto out, account_summary(changed.view, changed.account));
        return out;
    }

    Result<std::vector<LiquidationPrice>> liquidation_prices(const Address& account, Timestamp at) const override {
        TRY(const auto* view, view_at(at));
        TRY(const auto state, find(account, *view));
        std::vector<LiquidationPrice> out;
        if (state.borrow_shares.is_zero() || state.collateral.is_zero()) return out;
        LiquidationPrice price;
        price.asset = store_.terms.collateral.address;
        TRY(price.price.value, liquidation_price(*view, state));
        out.push_back(price);
        return out;
    }

    Result<std::optional<std::uint64_t>> time_to_liquidation(const Address& account, Timestamp at) const override {
        TRY(const auto* view, view_at(at));
        TRY(const auto state, find(account, *view));
        TRY(auto out, morpho_blue::time_to_liquidation(store_.terms, store_.market, state, at));
        return out;
    }

    Result<std::optional<LiquidationCost>> liquidation_cost(const Address& account, Timestamp at) const override {
        TRY(const auto* view, view_at(at));
        TRY(const auto state, find(account, *view));
        TRY(const auto whole, whole_liquidation(*view, state));
        if (!whole) return std::optional<LiquidationCost>{};
        LiquidationCost out;
        out.collateral_asset = store_.terms.collateral.address;
        out.debt_asset = store_.terms.loan.address;
        out.debt_repaid.value = whole->repaid;
        out.collateral_seized.value = whole->seized;
        TRY(const auto lost, collateral_value(*view, whole->seized));
        TRY(const auto paid, checked_add(whole->repaid, whole->bad_debt));
        out.loss.value = saturating_sub(lost, paid);
        return std::optional<LiquidationCost>(out);
    }

    Result<std::vector<AssetPosition>> offered(const Address& account, Timestamp at) const override {
        TRY(const auto* view, view_at(at));
        TRY(const auto state, find(account, *view));
        return account_assets(*view, state);
    }

    std::vector<Call> condition_calls() const override { return morpho_blue::condition_calls(store_.terms); }
    Result<Conditions> conditions(const BlockRef& at, std::span<const CallResult> results) const override {
        if (at.hash != store_.block.hash) return fail(Errc::Mismatch, "conditions of another block than the state's");
        TRY(const auto* view, view_at(at.timestamp));
        return conditions_from(*view, at, results);
    }
    Result<void> allowed(const Address& account, std::span<const Change> changes, const Conditions& conditions,
                         Timestamp at) const override {
        TRY_VOID(within(store_.terms, conditions, changes));
        TRY_VOID(changed_by(account, changes, at, true));
        return {};
    }

    /// The price is the collateral's in the loan token.
    std::vector<PriceUse> price_uses() const override {
        if (!store_.market.oracle.priced) return {};
        return {{store_.terms.collateral.address, store_.terms.collateral.symbol, store_.terms.oracle,
                 Price{store_.market.oracle.price}}};
    }
    void suppose(std::span<const SupposedPrice> prices) const override {
        supposed_.reset();
        forget_views();
        for (const auto& [asset, price] : prices) {
            if (asset == store_.terms.collateral.address) supposed_ = price.value;
        }
    }
    void recheck_sources() override {
        if (discovery_.snapshot_complete()) discovery_.look_again();
    }

    GuardMarket guard_market() const override {
        constexpr std::uint8_t kMorphoBlue = 1;
        return {kMorphoBlue, store_.terms.morpho, store_.terms.id};
    }

    Result<ContractCall> call(const Address& account, const Change& change) const override {
        const Terms& terms = store_.terms;
        const U256& amount = change.amount.value;
        const bool loan = change.asset == terms.loan.address;
        if (!loan && change.asset != terms.collateral.address) return foreign(change.asset);
        switch (change.kind) {
            case Change::Kind::Repay:
                return repay(account, change.asset, change.amount);
            case Change::Kind::Supply:
                return loan ? supply_call(terms, account, amount) : supply_collateral_call(terms, account, amount);
            case Change::Kind::Withdraw: {
                if (!loan && amount != kU256Max) return withdraw_collateral_call(terms, account, amount);
                if (loan && amount != kU256Max) return withdraw_call(terms, account, amount, {});
                TRY(const auto* state, loaded(account));
                return loan ? withdraw_call(terms, account, {}, state->supply_shares)
                            : withdraw_collateral_call(terms, account, state->collateral);
            }
            case Change::Kind::Borrow:
                if (loan) return borrow_call(terms, account, amount);
                return fail(Errc::NotFound, terms.collateral.symbol + " is not lent here");
            case Change::Kind::RepayWithSupply:
            case Change::Kind::SetEMode:
            case Change::Kind::UseAsCollateral:
                break;
        }
        return fail(Errc::Unsupported, "Morpho Blue has no such change");
    }

    Call audit_call(const Address& account) const override {
        return morpho_blue::audit_call(store_.terms, store_.market, account);
    }

    Result<Audit> audit(const Address& account, const BlockRef& at, const CallResult& result) const override {
        if (at.hash != store_.block.hash) {
            return fail(Errc::Mismatch, "an audit at block " + std::to_string(at.number) + ", the state is of " +
                                            std::to_string(store_.block.number));
        }
        TRY(const auto* state, loaded(account));
        return morpho_blue::audit(store_.terms, store_.market, account, *state, at.timestamp, result);
    }
    Result<AccountSummary> theirs(const Address& account, Timestamp at, const CallResult& result) const override {
        TRY(const auto* state, loaded(account));
        TRY(auto audit, morpho_blue::audit(store_.terms, store_.market, account, *state, at, result));
        return audit.theirs;
    }

    Address spender() const override { return store_.terms.morpho; }

    /// The whole debt is repaid by shares: an amount of assets above it reverts.
    Result<ContractCall> repay(const Address& account, const Address& asset, TokenAmount amount) const override {
        const Terms& terms = store_.terms;
        if (asset != terms.loan.address) return foreign(asset);
        TRY(const auto* state, loaded(account));
        TRY(const auto* view, view_at(store_.block.timestamp));
        TRY(const auto debt, borrowed(*view, *state));
        if (amount.value >= debt) return repay_call(terms, account, {}, state->borrow_shares);
        return repay_call(terms, account, amount.value, {});
    }

    std::vector<Address> contracts() const override {
        return {store_.terms.morpho, store_.terms.loan.address, store_.terms.collateral.address};
    }

  private:
    void restart() {
        discovery_.start();
        forget_views();
        drift_.forget();
    }
    void forget_views() const { views_.fill({}); }

    static tl::unexpected<Error> foreign(const Address& asset) {
        return fail(Errc::NotFound, to_string(asset) + " is not the loan token of this market");
    }

    Result<const AccountState*> loaded(const Address& account) const {
        const auto index = store_.accounts.index_of(account);
        if (!index) return fail(Errc::NotFound, to_string(account) + " is not watched");
        const AccountEntry& entry = store_.accounts[*index];
        if (!started_ || !entry.loaded) return fail(Errc::NotFound, to_string(account) + " is not read yet");
        return &entry.state;
    }

    Result<void> must_be_priced(const View& view, const AccountState& state) const {
        if (view.price || (state.collateral.is_zero() && state.borrow_shares.is_zero())) return {};
        return fail(Errc::Reverted, "the oracle " + to_string(store_.terms.oracle) + " gives no price");
    }

    /// With the fee shares that accrue to the fee recipient.
    Result<AccountState> find(const Address& account, const View& view) const {
        TRY(const auto* state, loaded(account));
        TRY_VOID(must_be_priced(view, *state));
        return with_fees(view, account, *state);
    }

    Result<Changed> changed_by(const Address& account, std::span<const Change> changes, Timestamp at,
                               bool strict) const {
        TRY(const auto* view, view_at(at));
        TRY(const auto* state, loaded(account));
        return with_changes(*view, with_fees(*view, account, *state), changes, strict);
    }

    /// Two moments at once are asked for in turn: now, and the next block's.
    Result<const View*> view_at(Timestamp at) const {
        if (!discovery_.snapshot_complete()) return fail(Errc::NotFound, "the market is not read yet");
        if (at < store_.block.timestamp) {
            return fail(Errc::Range, "second " + std::to_string(at) + " is before the state's block");
        }
        for (const auto& slot : views_) {
            if (slot && slot->first == at) return &slot->second;
        }
        TRY(auto view, View::of(store_.terms, store_.market, at));
        if (supposed_ && view.price) view.price = *supposed_;
        auto& slot = views_[next_view_];
        next_view_ = (next_view_ + 1) % views_.size();
        slot.emplace(at, view);
        return &slot->second;
    }

    Store store_;
    Discovery discovery_;
    DriftMeter drift_;
    mutable std::optional<U256> supposed_;  // the price
    mutable std::array<std::optional<std::pair<Timestamp, View>>, 4> views_;
    mutable std::size_t next_view_{};
    bool started_{};
};

}  // namespace

std::unique_ptr<Market> make_morpho_blue_market(const Address& morpho, const Hash32& id) {
    return std::make_unique<MorphoBlueMarket>(morpho, id);
}

}  // namespace plimsoll::lending
