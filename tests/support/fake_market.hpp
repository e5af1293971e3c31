// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <map>

#include "chain/codec/keccak.hpp"
#include "chain/lending/market.hpp"

/// A small lending protocol with exact integer accounting of its own: enough behaviour to drive strategies and engine
/// without any real protocol. Debts grow linearly by the second; supplies do not.
namespace plimsoll::test {

inline Address address_of(std::uint64_t n) {
    Address out;
    for (std::size_t i = 0; i < 8; ++i) out.bytes[19 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    return out;
}

inline Hash32 hash_of(std::uint64_t n) {
    Hash32 out;
    for (std::size_t i = 0; i < 8; ++i) out.bytes[31 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    return out;
}

inline void put_word(Bytes& out, const U256& value) {
    const auto word = value.to_be_bytes();
    out.insert(out.end(), word.begin(), word.end());
}
inline U256 word_at(ByteView data, std::size_t index) {
    std::array<std::uint8_t, 32> word{};
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(32 * index), 32, word.begin());
    return U256::from_be_bytes(word);
}
inline U256 word_of(const Address& address) {
    return *U256::from_be(address.view());
}
inline Address address_in(const U256& word) {
    Address out;
    const auto bytes = word.to_be_bytes();
    std::copy_n(bytes.begin() + 12, 20, out.bytes.begin());
    return out;
}

struct FakeAsset {
    Address asset;
    unsigned decimals = 18;
    U256 price;  // 1e8 per whole token
    std::uint64_t threshold = 8'000;
    std::uint64_t rate = 0;  // debt interest, 1e-9 per year
    bool paused = false;

    bool operator==(const FakeAsset&) const = default;
};

struct FakeHolding {
    U256 supply;
    U256 debt;  // at `since`
    Timestamp since{};

    bool operator==(const FakeHolding&) const = default;
};

struct FakeState {
    std::vector<FakeAsset> assets;
    std::map<Address, std::vector<FakeHolding>> accounts;

    bool operator==(const FakeState&) const = default;

    U256 debt(const Address& account, std::size_t i, Timestamp at) const {
        const auto& h = accounts.at(account)[i];
        const U256 seconds{at > h.since ? at - h.since : 0};
        const U256 year{1'000'000'000ULL * 31'536'000ULL};
        const U256 growth = *mul_div_up(*checked_mul(h.debt, U256{assets[i].rate}), seconds, year);
        return *checked_add(h.debt, growth);
    }

    lending::AccountSummary summary(const Address& account, Timestamp at) const {
        U256 collateral;
        U256 weighted;
        U256 owed;
        if (accounts.contains(account)) {
            for (std::size_t i = 0; i < assets.size(); ++i) {
                const auto& a = assets[i];
                const U256 unit = *pow10(a.decimals);
                const U256 value = *mul_div_down(accounts.at(account)[i].supply, a.price, unit);
                collateral = *checked_add(collateral, value);
                weighted = *checked_add(weighted, *checked_mul(value, U256{a.threshold}));
                owed = *checked_add(owed, *mul_div_up(debt(account, i, at), a.price, unit));
            }
        }
        lending::AccountSummary out;
        out.collateral = BaseValue{collateral};
        out.debt = BaseValue{owed};
        out.liquidation_threshold = collateral.is_zero() ? U256{} : *div_down(weighted, collateral);
        out.health_factor =
            Wad{owed.is_zero() ? kU256Max : *mul_div_down(weighted, kWad, *checked_mul(owed, U256{10'000}))};
        return out;
    }

    void repay(const Address& account, std::size_t i, const U256& amount, Timestamp at) {
        const U256 owed = debt(account, i, at);
        auto& h = accounts.at(account)[i];
        h.debt = saturating_sub(owed, amount);
        h.since = at;
    }

    std::size_t index_of(const Address& asset) const {
        for (std::size_t i = 0; i < assets.size(); ++i) {
            if (assets[i].asset == asset) return i;
        }
        return assets.size();
    }

    Bytes pack() const {
        Bytes out;
        put_word(out, U256{assets.size()});
        for (const auto& a : assets) {
            put_word(out, word_of(a.asset));
            put_word(out, U256{a.decimals});
            put_word(out, a.price);
            put_word(out, U256{a.threshold});
            put_word(out, U256{a.rate});
            put_word(out, U256{a.paused ? 1U : 0U});
        }
        put_word(out, U256{accounts.size()});
        for (const auto& [account, holdings] : accounts) {
            put_word(out, word_of(account));
            for (const auto& h : holdings) {
                put_word(out, h.supply);
                put_word(out, h.debt);
                put_word(out, U256{h.since});
            }
        }
        return out;
    }
    static FakeState unpack(ByteView data) {
        FakeState out;
        std::size_t at = 0;
        const auto next = [&] { return word_at(data, at++); };
        out.assets.resize(next().low_u64());
        for (auto& a : out.assets) {
            a.asset = address_in(next());
            a.decimals = static_cast<unsigned>(next().low_u64());
            a.price = next();
            a.threshold = next().low_u64();
            a.rate = next().low_u64();
            a.paused = !next().is_zero();
        }
        const auto count = next().low_u64();
        for (std::uint64_t n = 0; n < count; ++n) {
            auto& holdings = out.accounts[address_in(next())];
            holdings.resize(out.assets.size());
            for (auto& h : holdings) {
                h.supply = next();
                h.debt = next();
                h.since = next().low_u64();
            }
        }
        return out;
    }
};

inline constexpr Hash32 kPriceTopic = topic("FakePrice(uint256,uint256)");
inline constexpr Hash32 kHoldingTopic = topic("FakeHolding(address,uint256,uint256,uint256)");
enum FakeOp : std::uint8_t { kLoad = 1, kPoll = 2, kSummary = 3, kRepay = 4 };

class FakeMarket final : public lending::Market {
  public:
    struct Options {
        Address self = address_of(0xA11);
        bool poll = false;  // wants one read per block
        bool lies = false;  // audits never agree
        std::string unsupported_reason;
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
    std::optional<BlockRef> synced() const override { return block_; }

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
    lending::GuardMarket guard_market() const override { return {}; }
    Result<lending::ContractCall> call(const Address& account, const lending::Change& change) const override {
        if (change.kind != lending::Change::Kind::Repay)
            return fail(Errc::Refused, "this market takes repayments only");
        return repay(account, change.asset, change.amount);
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
        out.agrees = !options_.lies && out.ours == out.theirs;
        return out;
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
    mutable int evaluations = 0;

  private:
    Options options_;
    FakeState state_;
    std::optional<BlockRef> block_;
    std::deque<std::pair<BlockRef, FakeState>> past_;
    std::vector<Address> watched_;
    std::vector<Address> changed_;
    bool changed_all_ = true;
    LogFilter filter_;
    Hash32 polled_;
};

}  // namespace plimsoll::test
