// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "bot/engine/journal_record.hpp"
#include "chain/tx/data_fee.hpp"
#include "strategies/erc20.hpp"
#include "tests/support/engine_guarded.hpp"
#include "tests/support/fake_feeds.hpp"
#include "tests/support/fake_market.hpp"
#include "tests/support/fake_queue.hpp"

/// The chain of tests/support/engine_world.hpp: a market, tokens, balances and nonces, and what calls do to them.
namespace plimsoll::test {

inline const Address kMarket = address_of(0xA11);
inline const Address kEth = address_of(0x1001);
inline const Address kUsd = address_of(0x1002);
inline const Address kOwner = address_of(0x77);

inline U256 units(std::uint64_t n, unsigned decimals) {
    return *checked_mul(U256{n}, *pow10(decimals));
}
inline Wad wad(std::uint64_t hundredths) {
    return Wad{*checked_mul(U256{hundredths}, *pow10(16))};
}
inline Wei gwei(std::uint64_t n) {
    return Wei{units(n, 9)};
}

struct Token {
    std::map<Address, U256> balance;
    std::map<Address, U256> allowance;  // of the owner, to the market
    bool stubborn = false;              // refuses to change a non-zero allowance
};

struct PendingTx {
    Address from;
    engine::TxFields tx;
    Bytes raw;
    Hash32 hash;
};

CallResult pair_view(const Call& call);
/// GasPriceOracle and ArbGasInfo of a chain on which all bytes cost the same; before Isthmus without an operator's fee.
CallResult data_fee_view(const Call& call, const U256& wei_per_byte, const std::optional<tx::OperatorFee>& operation);

struct ChainState {
    FakeState market;
    std::map<Address, Token> tokens;
    std::map<Address, U256> native;
    std::map<Address, Nonce> nonces;
    std::map<Address, guard::Policy> policies;  // by account
    std::set<std::uint64_t> broken_venues;
    std::map<Address, Timestamp> grace;   // by asset, of the market
    std::set<Address> dismissed;          // Safes of which the guard is no module any more
    std::map<Address, Address> owner_of;  // of Safes
    FakeFeeds feeds;
    FakeQueue queue;
    U256 wei_per_byte;  // what the rollup's contracts say that data costs; zero: there are none
    std::optional<tx::OperatorFee> operation;

    /// The fake guard: only the guardian, only through venues that work, and only if the health factor rises.
    bool sell(const Address& from, const Bytes& data, Timestamp at) {
        if (data.size() != 1 + 4 * 32 || data[0] != kSell) return false;
        const ByteView words = ByteView(data).subspan(1);
        const Address account = address_in(word_at(words, 0));
        const auto policy = policies.find(account);
        if (policy == policies.end() || policy->second.guardian != from) return false;
        if (broken_venues.contains(word_at(words, 1).low_u64())) return false;
        const Wad before = market.summary(account, at).health_factor;
        auto& holding = market.accounts.at(account)[0];
        if (before >= policy->second.trigger || holding.supply < word_at(words, 3)) return false;
        const FakeState kept = market;
        holding.supply = *checked_sub(holding.supply, word_at(words, 3));
        market.repay(account, 1, word_at(words, 2), at);
        if (market.summary(account, at).health_factor > before) return true;
        market = kept;
        return false;
    }

    bool execute(const Address& from, const Address& to, const Bytes& data, Timestamp at) {
        if (to == kGuard) return sell(from, data, at);
        if (to == kController) return queue.execute(data, at, market);
        if (feeds.knows(to) || feeds.reports.contains(data)) return feeds.transmit(from, data, at);
        if (to == kMarket) {
            if (data.size() < 97 || data[0] != kRepay) return false;
            const ByteView words = ByteView(data).subspan(1);
            const Address account = address_in(word_at(words, 0));
            const Address asset = address_in(word_at(words, 1));
            const std::size_t index = market.index_of(asset);
            const U256 owed = market.debt(account, index, at);
            const U256 amount = std::min(word_at(words, 2), owed);
            Token& token = tokens[asset];
            if (token.balance[from] < amount || token.allowance[from] < amount || amount.is_zero()) return false;
            token.balance[from] = *checked_sub(token.balance[from], amount);
            token.allowance[from] = *checked_sub(token.allowance[from], amount);
            market.repay(account, index, amount, at);
            return true;
        }
        if (!tokens.contains(to) || data.size() != 68) return false;
        Token& token = tokens[to];
        const U256 amount = word_at(ByteView(data).subspan(4), 1);
        if (token.stubborn && !token.allowance[from].is_zero() && !amount.is_zero()) return false;
        token.allowance[from] = amount;
        return true;
    }

    CallResult view(const Call& call, Timestamp at) const {
        Bytes out;
        if (feeds.knows(call.to)) return feeds.answer(call);
        if (call.to == kController) return queue.view(call);
        if (call.to == kMarket && call.data.at(0) == kLoad) return {true, market.pack()};
        if (call.to == kMarket && call.data.at(0) == kPoll) {
            for (const auto& asset : market.assets) put_word(out, asset.price);
            return {true, out};
        }
        if (call.to == kMarket && call.data.at(0) == kSummary) {
            Address account;
            std::copy_n(call.data.begin() + 1, 20, account.bytes.begin());
            const auto summary = market.summary(account, at);
            put_word(out, summary.debt.value);
            put_word(out, summary.health_factor.value);
            return {true, out};
        }
        if (call.to == kMarket && call.data.at(0) == kGrace) {
            Address asset;
            std::copy_n(call.data.begin() + 1, 20, asset.bytes.begin());
            const auto until = grace.find(asset);
            put_word(out, U256{until == grace.end() ? 0 : until->second});
            return {true, out};
        }
        if (call.to == kGuard) {
            if (is_swapper_question(call)) put_word(out, word_of(kSwapper));
            if (is_spent_question(call)) out = spent_answer();
            if (is_policy_question(call)) {
                const auto policy = policies.find(address_in(word_at(ByteView(call.data).subspan(4), 0)));
                out = policy_answer(policy == policies.end() ? guard::Policy() : policy->second);
            }
            return {!out.empty(), out};
        }
        if (call.to == kPair) return pair_view(call);
        if (policies.contains(call.to) && call.data.size() == 36) {
            put_word(out, U256{dismissed.contains(call.to) ? 0U : 1U});
            return {true, out};
        }
        if (policies.contains(call.to) && call.data.size() == 4) {
            const auto owner = owner_of.find(call.to);
            put_word(out, word_of(owner == owner_of.end() ? call.to : owner->second));
            return {true, out};
        }
        if (call.to == tx::kGasPriceOracle || call.to == tx::kArbGasInfo)
            return data_fee_view(call, wei_per_byte, operation);
        const auto token = tokens.find(call.to);
        if (token == tokens.end()) return {false, {}};
        const Address owner = address_in(word_at(ByteView(call.data).subspan(4), 0));
        const auto& side = call.data.size() == 36 ? token->second.balance : token->second.allowance;
        put_word(out, side.contains(owner) ? side.at(owner) : U256{});
        return {true, out};
    }
};

inline CallResult pair_view(const Call& call) {
    const auto asks = [&](const Selector& function) {
        return std::equal(function.bytes.begin(), function.bytes.end(), call.data.begin());
    };
    Bytes out;
    if (asks(selector("token0()"))) put_word(out, word_of(kEth));
    if (asks(selector("token1()"))) put_word(out, word_of(kUsd));
    if (asks(selector("getReserves()"))) {
        put_word(out, units(1'000, 18));
        put_word(out, units(2'000'000, 6));
        put_word(out, U256{1});
    }
    return {!out.empty(), out};
}

inline CallResult data_fee_view(const Call& call, const U256& wei_per_byte,
                                const std::optional<tx::OperatorFee>& operation) {
    if (wei_per_byte.is_zero()) return {true, {}};
    const auto asks = [&](const Selector& function) {
        return std::equal(function.bytes.begin(), function.bytes.end(), call.data.begin());
    };
    const ByteView words = ByteView(call.data).subspan(4);
    Bytes out;
    if (asks(selector("getL1FeeUpperBound(uint256)"))) put_word(out, *checked_mul(word_at(words, 0), wei_per_byte));
    if (asks(selector("getL1Fee(bytes)"))) put_word(out, *checked_mul(word_at(words, 1), wei_per_byte));
    if (operation && asks(selector("getOperatorFee(uint256)")))
        put_word(out, operation->of_gas(word_at(words, 0).low_u64()).value);
    if (asks(selector("getPricesInWei()"))) {
        put_word(out, *checked_mul(wei_per_byte, U256{140}));
        for (int i = 0; i < 5; ++i) put_word(out, wei_per_byte);
    }
    return {!out.empty(), out};
}

struct MinedBlock {
    BlockRef ref;
    ChainState after;
    std::vector<PendingTx> included;
    std::vector<bool> status;
    std::vector<Log> logs;
};

}  // namespace plimsoll::test
