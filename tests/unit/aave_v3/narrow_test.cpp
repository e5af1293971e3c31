// SPDX-License-Identifier: Apache-2.0
// The fast way against the 256-bit way, on accounts of every size in every version.
#include "chain/lending/aave_v3/narrow.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;

namespace {

u128 random_u128(std::mt19937_64& rng, unsigned bits) {
    const u128 value = static_cast<u128>(rng()) << 64U | rng();
    return bits >= 128 ? value : value & ((u128{1} << bits) - 1);
}

MarketState random_market(std::mt19937_64& rng, Version version) {
    MarketState out;
    out.profile = profile_of(version);
    out.block.timestamp = 1'760'000'000;
    const unsigned decimals[] = {18, 8, 6, 0, 27, 2, 18, 30};
    for (std::size_t i = 0; i < 8; ++i) {
        Reserve next;
        next.asset.bytes[0] = static_cast<std::uint8_t>(i + 1);
        next.unit = Unit::of(decimals[i]).value();
        ReserveState& s = next.edit();
        s.config.decimals = static_cast<std::uint8_t>(decimals[i]);
        s.config.ltv = rng() % 4 == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(rng() % 9'000);
        s.config.threshold = rng() % 5 == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(rng() % 10'000);
        s.config.emode_category = static_cast<std::uint8_t>(rng() % 3);
        s.liquidity_index = checked_add(kRay, U256::from_u128(random_u128(rng, 90))).value();
        s.borrow_index = checked_add(kRay, U256::from_u128(random_u128(rng, 90))).value();
        s.liquidity_rate = U256::from_u128(random_u128(rng, 87));
        s.borrow_rate = U256::from_u128(random_u128(rng, 88));
        s.last_update = out.block.timestamp - rng() % 100'000;
        s.price.value = U256{1 + rng() % (1ULL << (10 + rng() % 40))};
        s.priced = true;
        out.reserves.push_back(next);
    }
    for (std::uint8_t i = 1; i < 3; ++i) {
        EModeCategory& category = out.edit_emode(i);
        category.ltv = static_cast<std::uint16_t>(rng() % 9'500);
        category.threshold = static_cast<std::uint16_t>(rng() % 10'000);
        category.price.value = U256{rng() % 2 == 0 ? 0 : rng() % 1'000'000'000};
        category.collateral_bitmap = rng() % 256;
        category.ltvzero_bitmap = rng() % 256;
        category.isolated = rng() % 2 == 0;
    }
    return out;
}

AccountState random_account(std::mt19937_64& rng) {
    AccountState out;
    out.emode = static_cast<std::uint8_t>(rng() % 3);
    const std::size_t count = rng() % 6;
    // Mostly sums that exist, sometimes sums that fit nothing.
    const unsigned bits = rng() % 10 == 0 ? 128 : 20 + static_cast<unsigned>(rng() % 60);
    for (std::size_t i = 0; i < count; ++i) {
        Holding& holding = out.at(static_cast<ReserveId>(rng() % 8));
        if (rng() % 2 == 0) holding.supply = random_u128(rng, bits);
        if (rng() % 2 == 0) holding.debt = random_u128(rng, bits);
        holding.collateral = rng() % 4 != 0;
    }
    return out;
}

}  // namespace

TEST_CASE("narrow sums equal wide sums") {
    std::mt19937_64 rng(42);
    std::size_t narrow = 0;
    std::size_t wide_only = 0;
    for (const auto version : {Version::V30, Version::V32, Version::V34, Version::V35, Version::V36, Version::V37}) {
        for (int round = 0; round < 100; ++round) {
            const auto market = random_market(rng, version);
            const View view(market, market.block.timestamp + rng() % 1'000);
            for (int i = 0; i < 50; ++i) {
                const auto account = random_account(rng);
                const auto wide = wide_summary(view, account);
                NarrowTotals totals;
                AccountSummary fast;
                const bool fits = narrow_totals(view, account, totals) && narrow_summary(market.profile, totals, fast);
                if (fits) {
                    REQUIRE(wide.has_value());
                    REQUIRE(fast == *wide);
                    ++narrow;
                } else {
                    ++wide_only;
                }
                const auto either = account_summary(view, account);
                REQUIRE_EQ(either.has_value(), wide.has_value());
                if (wide) {
                    REQUIRE(*either == *wide);
                } else {
                    REQUIRE_EQ(either.error(), wide.error());
                }
            }
        }
    }
    CHECK(narrow > 15'000);
    CHECK(wide_only > 1'000);
}
