// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <map>

#include "chain/codec/keccak.hpp"
#include "chain/lending/market.hpp"
#include "tests/support/fake_state.hpp"

/// A small lending protocol with exact integer accounting of its own: enough behaviour to drive strategies and engine
/// without any real protocol. Debts grow linearly by the second; supplies do not.
namespace plimsoll::test {

inline constexpr Hash32 kPriceTopic = topic("FakePrice(uint256,uint256)");
inline constexpr Hash32 kHoldingTopic = topic("FakeHolding(address,uint256,uint256,uint256)");
enum FakeOp : std::uint8_t { kLoad = 1, kPoll = 2, kSummary = 3, kRepay = 4, kGrace = 9 };

class FakeMarket final : public lending::Market {
  public:
    struct Options {
        Address self = address_of(0xA11);
        bool poll = false;                 // wants one read per block, of the newest
        bool lies = false;                 // audits never agree
        std::shared_ptr<bool> lies_while;  // ... as long as this holds
        std::string unsupported_reason;
        bool graces = false;                     // it has grace periods
        std::map<std::size_t, Address> sources;  // of the prices of assets, by index
    };
    explicit FakeMarket(Options options) : options_(std::move(options)) {}
    /// Synced at once, for tests without a chain.
    FakeMarket(FakeState state, BlockRef block) : state_(std::move(state)), block_(block) {}

    const LogFilter& filter() const override { return filter_; }
    std::vector<Call> reads(const BlockRef& head) override {
        if (!block_) return {Call{options_.self, {kLoad}}};
        if (options_.poll && polled_ != head.hash) return {Call{options_.self, {kPoll}}};
        return {};
    }
    bool wants_newest() const override { return block_.has_value(); }
    Result<void> answer(const BlockRef& head, std::span<const CallResult> results) override {
        if (results.size() != 1 || !results[0].success) return fail(Errc::Reverted, "the market did not answer");
        if (!block_) {
            state_ = FakeState::unpack(results[0].data);
            block_ = head;
            filter_ = {{options_.self}, {}};
            changed_all_ = true;
        } else {
            for (std::size_t i = 0; i < state_.assets.size(); ++i) state_.assets[i].price = word_at(results[0].data, i);
            changed_all_ = true;
        }
        polled_ = head.hash;
        return {};
    }
    Result<void> apply(const BlockRef& block, std::span<const Log> logs) override {
        if (!block_ || block.parent != block_->hash) return fail(Errc::Mismatch, "not the child of the last block");
        past_.push_back({*block_, state_});
        if (past_.size() > 16) past_.pop_front();
        block_ = block;
        for (const auto& log : logs) {
            if (log.address != options_.self) continue;
            if (log.topics.at(0) == kPriceTopic) {
                state_.assets.at(word_at(log.data, 0).low_u64()).price = word_at(log.data, 1);
                changed_all_ = true;
            } else {
                const Address account = address_in(word_at(log.data, 0));
                auto& holdings = state_.accounts[account];
                holdings.resize(state_.assets.size());
                holdings.at(word_at(log.data, 1).low_u64()) = {word_at(log.data, 2), word_at(log.data, 3),
                                                               block.timestamp};
                changed_.push_back(account);
            }
        }
        return {};
    }
    bool rewind(const BlockRef& ancestor) override {
        if (block_ && block_->hash == ancestor.hash) return true;
        while (!past_.empty()) {
            auto [block, state] = std::move(past_.back());
            past_.pop_back();
            if (block.hash != ancestor.hash) continue;
            block_ = block;
            state_ = std::move(state);
            changed_all_ = true;
            return true;
        }
        return false;
    }
    void reset() override {
        block_.reset();
        past_.clear();
        state_ = {};
        ++resets;
    }
    std::string unsupported() const override { return options_.unsupported_reason; }
    std::optional<BlockRef> synced() const override {
        const bool polls = options_.poll && block_ && polled_ != block_->hash;
        return polls ? std::nullopt : block_;
    }

    void watch(const Address& account) override { watched_.push_back(account); }
    const std::vector<Address>& accounts() const override { return watched_; }
    std::vector<Address> take_changed() override {
        auto out = changed_all_ ? watched_ : changed_;
        changed_all_ = false;
        changed_.clear();
        return out;
    }

    U256 base_unit() const override { return U256{100'000'000}; }

    Result<lending::AccountSummary> summary(const Address& account, Timestamp at) const override {
        ++evaluations;
        if (!block_) return fail(Errc::NotFound, "not in sync");
        for (const auto& asset : state_.assets) {
            if (asset.price.is_zero()) return fail(Errc::Reverted, "the oracle has no price");
        }
        return state_.summary(account, at);
    }
    Result<lending::Position> position(const Address& account, Timestamp at) const override {
        if (!block_) return fail(Errc::NotFound, "not in sync");
        lending::Position out;
        out.account = account;
        out.block = *block_;
        out.as_of = at;
        out.base_unit = U256{100'000'000};
        out.summary = state_.summary(account, at);
        if (!state_.accounts.contains(account)) return out;
        for (std::size_t i = 0; i < state_.assets.size(); ++i) {
            const auto& a = state_.assets[i];
            lending::AssetPosition row;
            row.asset = a.asset;
            row.symbol = "T" + std::to_string(i);
            row.decimals = a.decimals;
            row.price = Price{a.price};
            row.supplied = TokenAmount{state_.accounts.at(account)[i].supply};
            row.debt = TokenAmount{state_.debt(account, i, at)};
            const U256 unit = *pow10(a.decimals);
            row.supplied_value = BaseValue{*mul_div_down(row.supplied.value, a.price, unit)};
            row.debt_value = BaseValue{*mul_div_up(row.debt.value, a.price, unit)};
            row.threshold_bps = static_cast<std::uint32_t>(a.threshold);
            row.collateral = !row.supplied.is_zero();
            row.active = true;
            row.paused = a.paused;
            if (!row.supplied.is_zero() || !row.debt.is_zero()) out.assets.push_back(row);
        }
        return out;
    }
    Result<lending::AccountSummary> after(const Address& account, std::span<const lending::Change> changes,
                                          Timestamp at) const override {
        if (!block_) return fail(Errc::NotFound, "not in sync");
        FakeState copy = state_;
        for (const auto& change : changes) {
            const std::size_t index = copy.index_of(change.asset);
            if (change.kind == lending::Change::Kind::Repay) copy.repay(account, index, change.amount.value, at);
            auto& supply = copy.accounts.at(account)[index].supply;
            if (change.kind == lending::Change::Kind::Withdraw) supply = saturating_sub(supply, change.amount.value);
        }
        return copy.summary(account, at);
    }
    Result<std::vector<lending::LiquidationPrice>> liquidation_prices(const Address&, Timestamp) const override {
        return std::vector<lending::LiquidationPrice>{};
    }
    Result<std::optional<std::uint64_t>> time_to_liquidation(const Address&, Timestamp) const override {
        return std::optional<std::uint64_t>{};
    }
    Result<std::optional<lending::LiquidationCost>> liquidation_cost(const Address&, Timestamp) const override {
        return std::optional<lending::LiquidationCost>{};
    }

    Result<std::vector<lending::AssetPosition>> offered(const Address& account, Timestamp at) const override {
        TRY(const auto held, position(account, at));
        return held.assets;
    }
    std::vector<Call> condition_calls() const override { return {}; }
    Result<lending::Conditions> conditions(const BlockRef& at, std::span<const CallResult>) const override {
        return lending::Conditions{at, {}};
    }
    Result<void> allowed(const Address&, std::span<const lending::Change>, const lending::Conditions&,
                         Timestamp) const override {
        return {};
    }
    std::vector<lending::PriceUse> price_uses() const override {
        std::vector<lending::PriceUse> out;
        for (const auto& [i, source] : options_.sources)
            out.push_back({state_.assets[i].asset, "T" + std::to_string(i), source, Price{state_.assets[i].price}});
        return out;
    }
    void suppose(std::span<const lending::SupposedPrice> prices) const override {
        if (supposed_) state_ = *std::move(supposed_);
        supposed_.reset();
        if (prices.empty()) return;
        supposed_ = state_;
        for (const auto& [asset, price] : prices) state_.assets.at(state_.index_of(asset)).price = price.value;
    }
    void recheck_sources() override { ++rechecks; }
    lending::GuardMarket guard_market() const override { return {}; }
    Result<lending::ContractCall> call(const Address& account, const lending::Change& change) const override {
        if (change.kind != lending::Change::Kind::Repay)
            return fail(Errc::Refused, "this market takes repayments only");
        return repay(account, change.asset, change.amount);
    }

    std::optional<Call> grace_call(const Address& asset) const override {
        if (!options_.graces) return std::nullopt;
        Call out{options_.self, {kGrace}};
        out.data.insert(out.data.end(), asset.bytes.begin(), asset.bytes.end());
        return out;
    }
    Call audit_call(const Address& account) const override {
        Call out{options_.self, {kSummary}};
        out.data.insert(out.data.end(), account.bytes.begin(), account.bytes.end());
        return out;
    }
    Result<lending::Audit> audit(const Address& account, const BlockRef& at, const CallResult& result) const override {
        if (!result.success || result.data.size() != 64) return fail(Errc::Decode, "no summary");
        lending::Audit out;
        TRY(out.ours, summary(account, at.timestamp));
        out.theirs = out.ours;
        out.theirs.debt = BaseValue{word_at(result.data, 0)};
        out.theirs.health_factor = Wad{word_at(result.data, 1)};
        out.agrees = !options_.lies && !(options_.lies_while && *options_.lies_while) && out.ours == out.theirs;
        return out;
    }
    Result<lending::AccountSummary> theirs(const Address& account, Timestamp at,
                                           const CallResult& result) const override {
        BlockRef block;
        block.timestamp = at;
        TRY(auto out, audit(account, block, result));
        return out.theirs;
    }
    Address spender() const override { return options_.self; }
    Result<lending::ContractCall> repay(const Address& account, const Address& asset,
                                        TokenAmount amount) const override {
        lending::ContractCall out{options_.self, {kRepay}};
        put_word(out.data, word_of(account));
        put_word(out.data, word_of(asset));
        put_word(out.data, amount.value);
        return out;
    }
    std::vector<Address> contracts() const override {
        std::vector<Address> out{options_.self};
        for (const auto& a : state_.assets) out.push_back(a.asset);
        return out;
    }

    FakeState& state() { return state_; }
    Options& options() { return options_; }

    int resets = 0;
    int rechecks = 0;
    mutable int evaluations = 0;

  private:
    Options options_;
    mutable FakeState state_;
    mutable std::optional<FakeState> supposed_;  // the truth behind what is supposed
    std::optional<BlockRef> block_;
    std::deque<std::pair<BlockRef, FakeState>> past_;
    std::vector<Address> watched_;
    std::vector<Address> changed_;
    bool changed_all_ = true;
    LogFilter filter_;
    Hash32 polled_;
};

}  // namespace plimsoll::test
