// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/market.hpp"

#include <array>

#include "chain/lending/aave_v3/actions.hpp"
#include "chain/lending/aave_v3/conditions.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/discovery.hpp"
#include "chain/lending/aave_v3/drift.hpp"
#include "chain/lending/aave_v3/events.hpp"
#include "chain/lending/aave_v3/free_moves.hpp"
#include "chain/lending/aave_v3/liquidation.hpp"
#include "chain/lending/aave_v3/notice_effects.hpp"
#include "chain/lending/aave_v3/rules.hpp"
#include "chain/lending/aave_v3/summary_words.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending {

namespace {

using namespace aave_v3;

class AaveV3Market final : public Market {
  public:
    explicit AaveV3Market(const Address& provider) : store_(deployment_of(provider)), discovery_(store_) {
        discovery_.start();
    }

    const LogFilter& filter() const override { return store_.filter(); }

    std::vector<Call> reads(const BlockRef& head) override {
        if (head.hash != store_.market.block.hash) {
            // A snapshot is of one block; once it stands, only apply() and rewind() move the state.
            if (discovery_.snapshot_complete() && started_) return {};
            restart();
            store_.market.block = head;
            started_ = true;
        }
        return discovery_.calls();
    }

    bool wants_newest() const override { return discovery_.wants_prices_alone(); }

    Result<void> answer(const BlockRef& head, std::span<const CallResult> results) override {
        if (head.hash != store_.market.block.hash)
            return fail(Errc::Mismatch, "answers of block " + to_string(head.hash) + ", the state is of " +
                                            to_string(store_.market.block.hash));
        return discovery_.answer(results);
    }

    Result<void> apply(const BlockRef& block, std::span<const Log> logs) override {
        if (!discovery_.unsupported().empty() && !discovery_.snapshot_complete()) {
            store_.market.block = block;
            return {};
        }
        if (!discovery_.snapshot_complete()) return fail(Errc::Internal, "a block before the snapshot is complete");
        if (block.parent != store_.market.block.hash) {
            return fail(Errc::Mismatch, "block " + std::to_string(block.number) + " is no child of block " +
                                            std::to_string(store_.market.block.number));
        }
        store_.begin_block(block);
        events_.begin_block();
        for (const auto& log : logs) TRY_VOID(events_.apply(log));
        if (events_.restart()) {
            gone_ = store_.notices;
            stood_ = healths_of(store_, store_.market);
            restart();
            store_.market.block = block;
            return {};
        }
        discovery_.schedule_head_reads();
        return {};
    }

    bool rewind(const BlockRef& ancestor) override {
        if (!discovery_.snapshot_complete()) return false;
        return store_.rewind(ancestor) && discovery_.rewound();
    }

    void reset() override {
        restart();
        started_ = false;
    }

    std::string unsupported() const override { return discovery_.unsupported(); }

    std::optional<BlockRef> synced() const override {
        if (!started_ || !discovery_.complete()) return std::nullopt;
        return store_.market.block;
    }

    void watch(const Address& account) override {
        if (store_.watch(account)) discovery_.add_account(static_cast<std::uint32_t>(store_.accounts().size() - 1));
    }
    const std::vector<Address>& accounts() const override { return store_.accounts(); }
    std::vector<Address> take_changed() override { return store_.take_changed(); }
    Drift take_drift() override {
        Drift out;
        if (const auto view = view_at(store_.market.block.timestamp)) out.factor = drift_.take(**view, store_);
        out.changed = store_.take_marked();
        return out;
    }

    U256 base_unit() const override { return store_.market.base_unit; }

    Result<AccountSummary> summary(const Address& account, Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        TRY(auto out, account_summary(*view, *state));
        return out;
    }

    Result<Position> position(const Address& account, Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        return account_position(*view, account, *state);
    }

    Result<AccountSummary> after(const Address& account, std::span<const Change> changes, Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        TRY(const auto changed, with_changes(*view, *state, changes));
        if (const auto* reserve = unpriced(store_.market, changed))
            return fail(Errc::Reverted, no_price_text(*reserve));
        TRY(auto out, account_summary(*view, changed));
        return out;
    }

    Result<std::vector<LiquidationPrice>> liquidation_prices(const Address& account, Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        return aave_v3::liquidation_prices(*view, *state);
    }

    Result<std::optional<std::uint64_t>> time_to_liquidation(const Address& account, Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        return aave_v3::time_to_liquidation(*view, *state);
    }

    Result<std::optional<LiquidationCost>> liquidation_cost(const Address& account, Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        return aave_v3::liquidation_cost(*view, *state);
    }

    Result<std::vector<AssetPosition>> offered(const Address& account, Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        return offered_assets(*view, *state);
    }

    std::vector<std::vector<Change>> free_moves(const Address& account) const override {
        const auto state = find(account);
        const auto view = view_at(store_.market.block.timestamp);
        if (!state || !view) return {};
        return aave_v3::free_moves(**view, **state);
    }

    std::vector<Call> condition_calls() const override {
        return discovery_.snapshot_complete() ? aave_v3::condition_calls(store_) : std::vector<Call>{};
    }
    Result<Conditions> conditions(const BlockRef& at, std::span<const CallResult> results) const override {
        return aave_v3::conditions(store_, at, results);
    }

    Result<void> allowed(const Address& account, std::span<const Change> changes, const Conditions& limits,
                         Timestamp at) const override {
        TRY(const auto* state, find(account));
        TRY(const auto* view, view_at(at));
        Walk walk(*view, *state, &limits);
        for (const auto& change : changes) TRY_VOID(walk.step(change));
        return {};
    }

    std::vector<PriceUse> price_uses() const override {
        std::vector<PriceUse> out;
        for (std::size_t i = 0; i < store_.market.reserves.size(); ++i) {
            const Reserve& reserve = store_.market.reserves[i];
            if (reserve.asset.is_zero() || store_.holders(static_cast<ReserveId>(i)) == 0) continue;
            out.push_back({reserve.asset, reserve.symbol, reserve.state.source.source, reserve.state.price});
        }
        return out;
    }

    void suppose(std::span<const SupposedPrice> prices) const override {
        supposed_.reset();
        views_.fill(View());
        if (prices.empty()) return;
        supposed_ = store_.market;
        for (const auto& [asset, price] : prices) {
            if (const auto id = store_.market.id_of(asset)) supposed_->reserves[*id].edit().price = price;
        }
    }

    void recheck_sources() override {
        if (discovery_.snapshot_complete()) discovery_.schedule_sources();
    }

    std::vector<ParameterChange> take_parameter_changes() override {
        const Notices seen = std::exchange(store_.notices, listening());
        if (!seen.listening && gone_.empty()) return {};
        const Notices& told = seen.listening ? seen : gone_;
        std::vector<ParameterChange> out;
        auto words = in_words(told, store_.market);
        if (!words.what.empty()) {
            out.push_back({std::move(words.what), words.cuts, {}, 0});
            if (!seen.listening)
                add_effects(out.back(), store_, stood_, healths_of(store_, store_.market));
            else if (seen.weighs())
                add_effects(out.back(), store_, healths_of(store_, as_before(seen, store_.market)),
                            healths_of(store_, store_.market));
        }
        gone_ = {};
        stood_.clear();
        return out;
    }

    GuardMarket guard_market() const override { return {0, store_.deployment().provider, {}}; }
    Address receipt_token(const Address& asset) const override {
        const auto id = store_.market.id_of(asset);
        return id ? store_.market.reserves[*id].a_token : Address{};
    }

    /// liquidationGracePeriodUntil, from 3.1 on.
    std::optional<Call> grace_call(const Address& asset) const override {
        const bool has = store_.market.profile.checks != Profile::Checks::V30;
        if (!has || !store_.market.id_of(asset)) return std::nullopt;
        return Call{store_.deployment().pool, call_data(call::kGetLiquidationGracePeriod, {to_word(asset)})};
    }

    Call audit_call(const Address& account) const override {
        return {store_.deployment().pool, call_data(call::kGetUserAccountData, {to_word(account)})};
    }

    Result<Audit> audit(const Address& account, const BlockRef& at, const CallResult& result) const override {
        if (at.hash != store_.market.block.hash) {
            return fail(Errc::Mismatch, "an audit at block " + std::to_string(at.number) + ", the state is of " +
                                            std::to_string(store_.market.block.number));
        }
        Audit out;
        TRY(out.theirs, theirs(account, at.timestamp, result));
        TRY(out.ours, summary(account, at.timestamp));
        out.agrees = out.ours == out.theirs;
        return out;
    }
    Result<AccountSummary> theirs(const Address& account, Timestamp /*at*/, const CallResult& result) const override {
        if (!result.success) return fail(Errc::Reverted, "getUserAccountData(" + to_string(account) + ")");
        return summary_from(result.data);
    }

    Address spender() const override { return store_.deployment().pool; }

    Result<ContractCall> repay(const Address& account, const Address& asset, TokenAmount amount) const override {
        return call(account, {Change::Kind::Repay, asset, amount});
    }
    Result<ContractCall> call(const Address& account, const Change& change) const override {
        if (change.kind != Change::Kind::SetEMode && !store_.market.id_of(change.asset))
            return fail(Errc::NotFound, to_string(change.asset) + " is no reserve of this market");
        return ContractCall{store_.deployment().pool, action_data(account, change)};
    }

    std::vector<Address> contracts() const override {
        std::vector<Address> out{store_.deployment().pool};
        for (const auto& reserve : store_.market.reserves) {
            if (!reserve.asset.is_zero()) out.push_back(reserve.asset);
        }
        return out;
    }

  private:
    static Deployment deployment_of(const Address& provider) {
        Deployment out;
        out.provider = provider;
        return out;
    }

    void restart() {
        discovery_.start();
        views_.fill(View());
        drift_.forget();
    }

    Result<const AccountState*> find(const Address& account) const {
        const auto index = store_.index_of(account);
        if (!index) return fail(Errc::NotFound, to_string(account) + " is not watched");
        const AccountEntry& entry = store_.account(*index);
        if (!started_ || !entry.loaded) return fail(Errc::NotFound, to_string(account) + " is not read yet");
        if (const auto* reserve = unpriced(store_.market, entry.state))
            return fail(Errc::Reverted, no_price_text(*reserve));
        return &entry.state;
    }

    /// Two moments at once are asked for in turn: now, and the next block's.
    Result<const View*> view_at(Timestamp at) const {
        if (at < store_.market.block.timestamp) {
            return fail(Errc::Range, "second " + std::to_string(at) + " is before the state's block");
        }
        const MarketState& state = supposed_ ? *supposed_ : store_.market;
        for (const auto& view : views_) {
            if (view.at() == at && view.fits(state)) return &view;
        }
        View& slot = views_[next_view_];
        next_view_ = (next_view_ + 1) % views_.size();
        slot = View(state, at);
        return &slot;
    }

    Store store_;
    Discovery discovery_;
    Events events_{store_, discovery_};
    DriftMeter drift_;
    mutable std::optional<MarketState> supposed_;
    Notices gone_;   // said before a restart
    Healths stood_;  // before it
    mutable std::array<View, 4> views_;
    mutable std::size_t next_view_{};
    bool started_{};
};

}  // namespace

std::unique_ptr<Market> make_aave_v3_market(const Address& addresses_provider) {
    return std::make_unique<AaveV3Market>(addresses_provider);
}

}  // namespace plimsoll::lending
