// SPDX-License-Identifier: Apache-2.0
// What the market's owners change, in words and with everybody's figures.
#include <algorithm>
#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "chain/lending/supposing.hpp"
#include "tests/unit/aave_v3/rules_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using test::AaveDeployment;
using test::Rules;

namespace {

/// 50 T0 at 2,000 dollars, threshold 80 %, over 20,000: 4.0.
struct Changed {
    Rules rules{Version::V37};
    AaveDeployment& chain = rules.chain;
    std::unique_ptr<lending::Market> market = lending::make_aave_v3_market(chain.provider());

    Changed() {
        market->watch(rules.owner);
        REQUIRE(chain.settle(*market).has_value());
        CHECK(market->take_parameter_changes().empty());  // from here on it listens
        market->take_drift();
    }
    lending::ParameterChange block(std::vector<Log> logs, const BlockRef& at) {
        REQUIRE(market->apply(at, logs).has_value());
        REQUIRE(chain.settle(*market).has_value());
        auto changes = market->take_parameter_changes();
        REQUIRE(changes.size() == 1);
        CHECK(market->take_parameter_changes().empty());
        return changes[0];
    }
    Hash32 asset(std::size_t id) const { return abi::topic_of_address(chain.reserve(id).asset); }
    Wad health() const { return market->summary(rules.owner, chain.head.timestamp)->health_factor; }
};

bool says(const lending::ParameterChange& change, const std::string& words) {
    for (const auto& what : change.what) {
        if (what.find(words) != std::string::npos) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a threshold is cut: old and new value, and everybody's health factor before and after, in the same block") {
    Changed c;
    const auto at = c.chain.next();
    c.rules.config(0).threshold = 7'000;
    c.rules.config(0).ltv = 6'500;
    const auto change = c.block({c.chain.log(c.chain.configurator(), {event::kCollateralConfiguration, c.asset(0)},
                                             {U256{6'500}, U256{7'000}, U256{10'500}})},
                                at);
    CHECK(change.cuts);
    CHECK(says(change, "T0 liquidation threshold 80.00 % to 70.00 %"));
    CHECK(says(change, "T0 LTV"));
    REQUIRE(change.effects.size() == 1);
    CHECK(change.effects[0].account == c.rules.owner);
    CHECK(change.effects[0].after == c.health());
    CHECK(change.effects[0].before.value > change.effects[0].after.value);
    const auto ratio = mul_div_down(change.effects[0].after.value, U256{10'000}, change.effects[0].before.value);
    CHECK(*ratio >= U256{8'749});  // 70 / 80
    CHECK(*ratio <= U256{8'750});
    CHECK(c.market->take_drift().changed == std::vector<Address>{c.rules.owner});  // evaluated at once
}

TEST_CASE("flags and caps: frozen, paused, a supply cap, a grace period; a rise is no cut") {
    Changed c;
    auto at = c.chain.next();
    c.rules.config(0).frozen = true;
    auto change = c.block({c.chain.log(c.chain.configurator(), {event::kReserveFrozen, c.asset(0)}, {U256{1}})}, at);
    CHECK(change.cuts);
    CHECK(says(change, "T0 is frozen"));
    CHECK(change.effects.empty());
    at = c.chain.next();
    change =
        c.block({c.chain.log(c.chain.configurator(), {event::kSupplyCap, c.asset(0)}, {U256{500}, U256{400}})}, at);
    CHECK(change.cuts);
    CHECK(says(change, "T0 supply cap 500 to 400"));
    at = c.chain.next();
    change = c.block({c.chain.log(c.chain.configurator(), {event::kBorrowCap, c.asset(2)}, {U256{500}, U256{}})}, at);
    CHECK_FALSE(change.cuts);
    at = c.chain.next();
    change =
        c.block({c.chain.log(c.chain.configurator(), {event::kGracePeriod, c.asset(0)}, {U256{1'900'000'000}})}, at);
    CHECK(says(change, "not liquidated until second 1900000000"));
    at = c.chain.next();
    c.rules.config(0).frozen = false;
    c.rules.config(0).threshold = 8'100;
    change = c.block({c.chain.log(c.chain.configurator(), {event::kReserveFrozen, c.asset(0)}, {U256{}})}, at);
    CHECK_FALSE(change.cuts);
    REQUIRE(change.effects.size() == 1);
    CHECK(change.effects[0].after > change.effects[0].before);
}

TEST_CASE("an eMode category is cut, for those who are in it") {
    Changed c;
    const Address other = c.chain.add_account(2, 0, 50, 2, 20'000);
    c.market->watch(other);
    REQUIRE(c.chain.settle(*c.market).has_value());
    auto& category = c.rules.category(1);
    category.bonus = 10'100;
    category.collateral_bitmap = 1;
    auto at = c.chain.next();
    c.chain.accounts[c.rules.owner].emode = 1;
    auto change =
        c.block({c.chain.log(c.chain.configurator(),
                             {event::kCategoryAdded,
                              Hash32::literal("0x0000000000000000000000000000000000000000000000000000000000000001")}),
                 c.chain.set_emode(c.rules.owner, 1)},
                at);
    CHECK(says(change, "T0 is collateral in eMode 1"));
    at = c.chain.next();
    c.chain.state.edit_emode(1).threshold = 8'600;
    change =
        c.block({c.chain.log(c.chain.configurator(),
                             {event::kCategoryAdded,
                              Hash32::literal("0x0000000000000000000000000000000000000000000000000000000000000001")})},
                at);
    CHECK(change.cuts);
    CHECK(says(change, "eMode 1 liquidation threshold 93.00 % to 86.00 %"));
    REQUIRE(change.effects.size() == 1);
    CHECK(change.effects[0].account == c.rules.owner);
    CHECK(change.effects[0].after < change.effects[0].before);
}

TEST_CASE("O06 the protocol gets another price source: told with both prices, read anew at once, only read") {
    Changed c;
    const Address next = AaveDeployment::address(6, 77);
    const auto at = c.chain.next();
    c.chain.feeds[0].source = next;
    c.chain.feeds[0].aggregator = {};  // of a kind that nobody knows
    c.chain.state.reserves[0].edit().price.value = U256{150'000'000'000};
    const auto change = c.block(
        {c.chain.log(c.chain.oracle(), {event::kAssetSourceUpdated, c.asset(0), abi::topic_of_address(next)})}, at);
    CHECK(change.cuts);
    CHECK(says(change, to_string(next)));
    CHECK(says(change, "200000000000 to 150000000000"));
    REQUIRE(change.effects.size() == 1);
    CHECK(change.effects[0].after == c.health());
    CHECK(change.effects[0].before > change.effects[0].after);
    REQUIRE(c.market->price_uses().size() >= 1);
    CHECK(c.market->price_uses()[0].source == next);
    c.chain.state.reserves[0].edit().price.value = U256{140'000'000'000};  // no log tells it
    REQUIRE(c.market->apply(c.chain.next(), {}).has_value());
    REQUIRE(c.chain.settle(*c.market).has_value());
    CHECK(c.chain.audit(*c.market, c.rules.owner)->agrees);
}

TEST_CASE("another price oracle: all is read anew, and what it did to everybody is told after") {
    Changed c;
    const Wad before = c.health();
    const auto at = c.chain.next();
    c.chain.state.reserves[0].edit().price.value = U256{100'000'000'000};
    const Hash32 was = abi::topic_of_address(c.chain.oracle());
    REQUIRE(c.market->apply(at, std::vector<Log>{c.chain.log(c.chain.provider(), {event::kOracleUpdated, was, was})})
                .has_value());
    CHECK_FALSE(c.market->synced().has_value());
    REQUIRE(c.chain.settle(*c.market).has_value());
    const auto changes = c.market->take_parameter_changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].cuts);
    CHECK(says(changes[0], "price oracle"));
    REQUIRE(changes[0].effects.size() == 1);
    CHECK(changes[0].effects[0].before.value >= saturating_sub(before.value, U256{1'000'000'000'000}));
    CHECK(changes[0].effects[0].after == c.health());
    CHECK(c.market->take_parameter_changes().empty());
}

TEST_CASE("a change that a reorganisation takes back is not told") {
    Changed c;
    const auto ancestor = c.chain.head;
    const auto kept = c.chain.state;
    const auto at = c.chain.next();
    c.rules.config(0).threshold = 7'000;
    REQUIRE(c.market
                ->apply(at, std::vector<Log>{c.chain.log(c.chain.configurator(),
                                                         {event::kCollateralConfiguration, c.asset(0)},
                                                         {U256{6'500}, U256{7'000}, U256{10'500}})})
                .has_value());
    REQUIRE(c.chain.settle(*c.market).has_value());
    REQUIRE(c.market->rewind(ancestor));
    c.chain.head = ancestor;
    c.chain.state = kept;
    CHECK(c.market->take_parameter_changes().empty());
}

TEST_CASE("O05 told that something moved behind a source, the market follows the new aggregator from this block on") {
    Changed c;
    const Address next = AaveDeployment::address(7, 77);
    REQUIRE(c.market->apply(c.chain.next(), {}).has_value());
    REQUIRE(c.chain.settle(*c.market).has_value());
    c.chain.feeds[0].aggregator = next;
    c.chain.feeds[0].aggregator_answer = U256{190'000'000'000};
    c.chain.state.reserves[0].edit().price.value = U256{190'000'000'000};
    c.market->recheck_sources();
    REQUIRE(c.chain.settle(*c.market).has_value());
    CHECK(c.market->price_uses()[0].price == Price{U256{190'000'000'000}});
    CHECK(c.chain.audit(*c.market, c.rules.owner)->agrees);
    const auto& followed = c.market->filter().addresses;
    CHECK(std::find(followed.begin(), followed.end(), next) != followed.end());
}

TEST_CASE("supposed prices: every exact question is answered by them, and by the true ones after") {
    Changed c;
    const Wad before = c.health();
    {
        const std::vector<lending::SupposedPrice> half{{c.chain.reserve(0).asset, Price{U256{100'000'000'000}}}};
        const lending::Supposing as_if(*c.market, half);
        const auto summary = c.market->summary(c.rules.owner, c.chain.head.timestamp);
        REQUIRE(summary);
        CHECK(summary->health_factor.value < before.value);
        CHECK(*mul_div_down(before.value, U256{1}, U256{2}) >= summary->health_factor.value);
        const auto view = c.market->position(c.rules.owner, c.chain.head.timestamp);
        REQUIRE(view);
        CHECK(view->assets[0].price == Price{U256{100'000'000'000}});
        CHECK(c.market->price_uses()[0].price == Price{U256{200'000'000'000}});
    }
    CHECK(c.health() == before);
    CHECK(c.chain.audit(*c.market, c.rules.owner)->agrees);
}
