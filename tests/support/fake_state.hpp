// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "chain/lending/position.hpp"
#include "chain/types/block.hpp"

/// Accounts and prices of tests/support/fake_market.hpp, and how they pack into an answer.
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

}  // namespace plimsoll::test
