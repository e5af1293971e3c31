// SPDX-License-Identifier: Apache-2.0
// Liquidation prices against a walk over every price; costs against the pool's rules.
#include "chain/lending/aave_v3/liquidation.hpp"

#include <doctest/doctest.h>
#include <random>

#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::AaveDeployment;

namespace {

bool liquidatable(const MarketState& market, const AccountState& account, ReserveId id, std::uint64_t price) {
    MarketState moved = market;
    moved.reserves[id].edit().price.value = U256{price};
    const View view(moved, market.block.timestamp);
    return wide_summary(view, account).value().health_factor.value < kWad;
}

/// The answer by walking from today's price, one unit at a time.
std::uint64_t walk(const MarketState& market, const AccountState& account, ReserveId id, bool up, std::uint64_t limit) {
    std::uint64_t price = market.reserves[id].state.price.value.low_u64();
    while (price != limit) {
        price = up ? price + 1 : price - 1;
        if (liquidatable(market, account, id, price)) return price;
    }
    return 0;
}

/// Prices of a few hundred units, so that a walk is short; index one, two decimals or six.
MarketState small_market(std::mt19937_64& rng, Version version) {
    MarketState out;
    out.profile = profile_of(version);
    out.block.timestamp = 1'760'000'000;
    for (std::size_t i = 0; i < 3; ++i) {
        Reserve next;
        next.asset.bytes[19] = static_cast<std::uint8_t>(i + 1);
        next.unit = Unit::of(i == 0 ? 2 : 6).value();
        ReserveState& s = next.edit();
        s.config.ltv = 5'000;
        s.config.threshold = static_cast<std::uint16_t>(6'000 + rng() % 3'500);
        s.config.bonus = 10'500;
        s.last_update = out.block.timestamp;
        s.price.value = U256{200 + rng() % 400};
        s.priced = true;
        out.reserves.push_back(next);
    }
    return out;
}

}  // namespace

TEST_CASE("liquidation prices equal a walk over every price") {
    std::mt19937_64 rng(11);
    std::size_t falls = 0;
    std::size_t rises = 0;
    std::size_t none = 0;
    for (const auto version : {Version::V30, Version::V34, Version::V35, Version::V37}) {
        for (int round = 0; round < 120; ++round) {
            const auto market = small_market(rng, version);
            AccountState account;
            for (std::uint8_t id = 0; id < 3; ++id) {
                Holding& holding = account.at(id);
                const auto unit = market.reserves[id].unit.value().low_u64();
                if (rng() % 3 != 0) holding.supply = unit * (50 + rng() % 400) + rng() % unit;
                holding.collateral = holding.supply != 0;
                if (rng() % 3 == 0) holding.debt = unit * (10 + rng() % 150) + rng() % unit;
            }
            const View view(market, market.block.timestamp);
            const auto now = account_summary(view, account).value();
            if (now.debt.is_zero() || now.health_factor.value < kWad) continue;
            const auto found = liquidation_prices(view, account);
            REQUIRE(found.has_value());
            for (const auto& price : *found) {
                const auto id = *market.id_of(price.asset);
                CAPTURE(to_string(market.profile));
                CAPTURE(round);
                CAPTURE(static_cast<int>(id));
                if (price.rises) {
                    REQUIRE_EQ(price.price.value.low_u64(), walk(market, account, id, true, 4'000'000));
                    ++rises;
                } else {
                    const auto walked = walk(market, account, id, false, 0);
                    // At a price of zero the oracle gives none: only prices from one up are reported.
                    REQUIRE_EQ(price.price.value.low_u64(), walked);
                    walked == 0 ? ++none : ++falls;
                }
            }
        }
    }
    CHECK(falls > 60);
    CHECK(rises > 40);
    CHECK(none > 20);
}

TEST_CASE("an account that is liquidatable already: the last price at which it is") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 10, 2, 19'000);  // 20,000 of collateral at 80 %
    const View view(chain.state, chain.head.timestamp);
    REQUIRE(account_summary(view, chain.accounts[owner]).value().health_factor.value < kWad);
    const auto prices = liquidation_prices(view, chain.accounts[owner]).value();
    REQUIRE_EQ(prices.size(), 2);
    const auto collateral = prices[0].price.value.low_u64();
    CHECK_FALSE(prices[0].rises);
    CHECK(collateral > 200'000'000'000);
    CHECK(liquidatable(chain.state, chain.accounts[owner], 0, collateral));
    CHECK_FALSE(liquidatable(chain.state, chain.accounts[owner], 0, collateral + 1));
    CHECK(prices[1].rises);
    CHECK(liquidatable(chain.state, chain.accounts[owner], 2, prices[1].price.value.low_u64()));
    CHECK_FALSE(liquidatable(chain.state, chain.accounts[owner], 2, prices[1].price.value.low_u64() - 1));
}

TEST_CASE("R12 without debt there is no liquidation price, cost or time") {
    AaveDeployment chain(Version::V34);
    const Address owner = chain.add_account(1, 0, 10, 2, 0);
    const View view(chain.state, chain.head.timestamp);
    CHECK(liquidation_prices(view, chain.accounts[owner]).value().empty());
    CHECK_FALSE(liquidation_cost(view, chain.accounts[owner]).value().has_value());
    CHECK_FALSE(time_to_liquidation(view, chain.accounts[owner]).value().has_value());
}

TEST_CASE("time to liquidation is the first second") {
    for (const auto version : {Version::V30, Version::V34, Version::V37}) {
        AaveDeployment chain(version);
        const Address owner = chain.add_account(1, 1, 1, 2, 31'000);  // 40,000 at 80.25 %
        const auto& account = chain.accounts[owner];
        const View view(chain.state, chain.head.timestamp);
        const auto seconds = time_to_liquidation(view, account).value();
        REQUIRE(seconds.has_value());
        CHECK(*seconds > 0);
        const View at(chain.state, chain.head.timestamp + *seconds);
        const View before(chain.state, chain.head.timestamp + *seconds - 1);
        CHECK(wide_summary(at, account).value().health_factor.value < kWad);
        CHECK(wide_summary(before, account).value().health_factor.value >= kWad);
    }
    AaveDeployment chain(Version::V37);
    const Address under = chain.add_account(1, 1, 1, 2, 39'000);
    const Address safe = chain.add_account(2, 1, 1, 2, 10);
    const View view(chain.state, chain.head.timestamp);
    CHECK_EQ(*time_to_liquidation(view, chain.accounts[under]).value(), 0);
    CHECK_FALSE(time_to_liquidation(view, chain.accounts[safe]).value().has_value());
}

TEST_CASE("what a liquidation costs") {
    struct Case {
        Version version;
        std::uint64_t debt;    // whole dollars against 40,000 of collateral
        std::uint64_t repaid;  // whole dollars, rounded down
        std::uint64_t loss;    // whole dollars, rounded down
    };
    // Indices above one are brought to one, so that dollars are dollars.
    const Case cases[] = {
        {Version::V30, 33'000, 16'500, 825},                                     // half of this debt
        {Version::V33, 33'000, 16'500, 825},                                     // half of all debt
        {Version::V33, 1'900, 1'900, 95},                                        // small debts go at once
        {Version::V30, 1'900, 950, 47},       {Version::V37, 2'500, 1'250, 62},  // 1,250 of debt stay: no dust
        {Version::V37, 38'500, 38'095, 1'904}  // below 0.95: all that the collateral covers
    };
    for (const auto& c : cases) {
        AaveDeployment chain(c.version);
        for (auto& reserve : chain.state.reserves) {
            ReserveState& state = reserve.edit();
            state.liquidity_index = kRay;
            state.borrow_index = kRay;
            state.last_update = chain.head.timestamp;
        }
        const Address owner = chain.add_account(1, 1, 1, 2, c.debt);
        const View view(chain.state, chain.head.timestamp);
        const auto cost = liquidation_cost(view, chain.accounts[owner]).value();
        REQUIRE(cost.has_value());
        CAPTURE(c.debt);
        CAPTURE(to_string(chain.state.profile));
        CHECK(cost->collateral_asset == chain.reserve(1).asset);
        CHECK(cost->debt_asset == chain.reserve(2).asset);
        CHECK_EQ(cost->debt_repaid.value.low_u64() / 1'000'000, c.repaid);
        CHECK_EQ(cost->loss.value.low_u64() / 100'000'000, c.loss);
    }
}

TEST_CASE("a liquidation that would leave dust is made smaller") {
    AaveDeployment chain(Version::V37);
    for (auto& reserve : chain.state.reserves) {
        ReserveState& state = reserve.edit();
        state.liquidity_index = kRay;
        state.borrow_index = kRay;
        state.last_update = chain.head.timestamp;
    }
    // 3,000 of debt in two assets: half of all is 1,500, of which this debt of 2,100 would leave 600.
    const Address owner = chain.add_account(1, 1, 1, 2, 2'100);
    AccountState& account = chain.accounts[owner];
    account.at(3).debt = 900 * chain.state.reserves[3].unit.value().low_u128();
    const View view(chain.state, chain.head.timestamp);
    const auto cost = liquidation_cost(view, account).value();
    REQUIRE(cost.has_value());
    CHECK(cost->debt_asset == chain.reserve(2).asset);
    // What stays is exactly the least the pool lets stay: 1,000.
    CHECK_EQ(cost->debt_repaid.value, U256{1'100'000'000});
}
