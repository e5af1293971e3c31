// SPDX-License-Identifier: Apache-2.0
// What a plan asks of the market: what-if, rules, conditions, calls.
#include <algorithm>
#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "tests/unit/morpho_blue/fake.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using lending::Change;
namespace selectors = plimsoll::lending::morpho_blue::call;

namespace {

const FakeMorpho kFake;
const Address kUser = address(20);

std::unique_ptr<lending::Market> synced() {
    auto market = kFake.market();
    REQUIRE(kFake.sync(*market, kFake.block));
    return market;
}

lending::Conditions conditions(const lending::Market& market) {
    return market.conditions(kFake.block, kFake.answer(market.condition_calls())).value();
}

Change change(Change::Kind kind, const Address& asset, const U256& amount) {
    return {kind, asset, TokenAmount{amount}};
}
const Address& loan() {
    return kFake.terms.loan.address;
}
const Address& collateral() {
    return kFake.terms.collateral.address;
}

}  // namespace

TEST_CASE("conditions: what is idle, and free loans of all that Morpho holds") {
    const auto market = synced();
    const auto found = conditions(*market);
    REQUIRE(found.assets.size() == 2);
    CHECK(found.assets[0].asset == loan());
    CHECK(found.assets[0].liquidity.value < U256{5'000'000'000'001});
    CHECK(found.assets[0].liquidity.value > U256{4'900'000'000'000});
    CHECK(found.assets[0].flash_room.value == U256{7'000'000'000'000});
    CHECK(found.assets[0].flash_ppm == 0);
    CHECK(found.assets[1].borrow_room.is_zero());
    std::vector<CallResult> none = kFake.answer(market->condition_calls());
    none[0].success = false;
    CHECK(market->conditions(kFake.block, none).error().code == Errc::Reverted);
}

TEST_CASE("what Morpho would refuse is refused with its rule") {
    const auto market = synced();
    const auto rules = conditions(*market);
    const Timestamp at = kFake.block.timestamp;
    struct Case {
        std::vector<Change> changes;
        const char* refusal;  // nothing: carried out
    };
    using Kind = Change::Kind;
    const Case kCases[] = {
        {{change(Kind::Borrow, loan(), U256{200'000'000})}, nullptr},
        {{change(Kind::Borrow, loan(), U256{300'000'000})}, "health: "},
        {{change(Kind::Withdraw, collateral(), U256{200'000'000'000'000'000})}, "health: "},
        {{change(Kind::Repay, loan(), U256{400'000'000}),
          change(Kind::Withdraw, collateral(), U256{200'000'000'000'000'000})},
         nullptr},
        {{change(Kind::Withdraw, collateral(), U256{200'000'000'000'000'000}),
          change(Kind::Repay, loan(), U256{400'000'000})},
         "health: "},
        {{change(Kind::Repay, loan(), kU256Max), change(Kind::Withdraw, collateral(), kU256Max)}, nullptr},
        {{change(Kind::Withdraw, collateral(), *checked_mul(kWad, U256{2}))}, "withdrawing more WETH"},
        {{change(Kind::Supply, collateral(), *pow10(25)), change(Kind::Borrow, loan(), U256{6'000'000'000'000})},
         "liquidity: "},
        {{change(Kind::Withdraw, loan(), U256{1})}, "withdrawing more USDC"},
    };
    for (const auto& one : kCases) {
        const auto verdict = market->allowed(kUser, one.changes, rules, at);
        CAPTURE(one.changes.size());
        if (one.refusal == nullptr) {
            CHECK_MESSAGE(verdict.has_value(), (verdict ? "" : verdict.error().message));
            continue;
        }
        REQUIRE_FALSE(verdict);
        CHECK(verdict.error().code == Errc::Refused);
        CHECK_MESSAGE(verdict.error().message.starts_with(one.refusal), verdict.error().message);
    }
    const Change most = change(Kind::Borrow, loan(), U256{6'000'000'000'000});
    const auto beyond = market->after(kUser, {&most, 1}, at);
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().message.starts_with("liquidity: "));
    const Change foreign = change(Kind::Supply, address(99), U256{1});
    CHECK(market->after(kUser, {&foreign, 1}, at).error().code == Errc::NotFound);
    const Change mode = change(Kind::SetEMode, {}, U256{1});
    CHECK(market->after(kUser, {&mode, 1}, at).error().code == Errc::NotFound);
}

TEST_CASE("repaying is capped at the debt, and the call then closes it by shares") {
    const auto market = synced();
    const Timestamp at = kFake.block.timestamp;
    const auto debt = market->summary(kUser, at)->debt.value;
    const auto word = [](const lending::ContractCall& call, std::size_t i) {
        return abi::load_word(call.data.data() + 4 + 32 * i);
    };
    for (const auto& amount : {debt, *checked_add(debt, U256{1}), kU256Max}) {
        const Change all = change(Change::Kind::Repay, loan(), amount);
        CHECK(market->after(kUser, {&all, 1}, at)->debt.is_zero());
        const auto call = market->repay(kUser, loan(), TokenAmount{amount}).value();
        CHECK(call.to == kFake.terms.morpho);
        CHECK(word(call, 4) == kFake.terms.lltv);
        CHECK(word(call, 5).is_zero());
        CHECK(word(call, 6) == kFake.positions.at(kUser).borrow_shares);
    }
    const U256 less = *checked_sub(debt, U256{1});
    const auto call = market->repay(kUser, loan(), TokenAmount{less}).value();
    CHECK(word(call, 5) == less);
    CHECK(word(call, 6).is_zero());
    CHECK(market->repay(kUser, collateral(), TokenAmount{less}).error().code == Errc::NotFound);
}

TEST_CASE("each change has its call") {
    const auto market = synced();
    const auto selector_of = [&](Change::Kind kind, const Address& asset, const U256& amount) {
        const auto call = market->call(kUser, change(kind, asset, amount)).value();
        Selector out;
        std::copy_n(call.data.begin(), 4, out.bytes.begin());
        return out;
    };
    using Kind = Change::Kind;
    CHECK(selector_of(Kind::Supply, loan(), U256{1}) == selectors::kSupply);
    CHECK(selector_of(Kind::Supply, collateral(), U256{1}) == selectors::kSupplyCollateral);
    CHECK(selector_of(Kind::Withdraw, loan(), kU256Max) == selectors::kWithdraw);
    CHECK(selector_of(Kind::Withdraw, collateral(), kU256Max) == selectors::kWithdrawCollateral);
    CHECK(selector_of(Kind::Borrow, loan(), U256{1}) == selectors::kBorrow);
    CHECK(selector_of(Kind::Repay, loan(), U256{1}) == selectors::kRepay);
    CHECK(market->call(kUser, change(Kind::UseAsCollateral, collateral(), U256{1})).error().code == Errc::Unsupported);
    CHECK(market->call(kUser, change(Kind::Borrow, collateral(), U256{1})).error().code == Errc::NotFound);
    CHECK(market->call(kUser, change(Kind::Supply, address(99), U256{1})).error().code == Errc::NotFound);
}

TEST_CASE("without debt nothing can be liquidated") {
    const auto market = synced();
    const Timestamp at = kFake.block.timestamp;
    CHECK(market->liquidation_prices(address(21), at)->empty());
    CHECK(market->liquidation_cost(address(21), at).value() == std::nullopt);
    CHECK(market->time_to_liquidation(address(21), at).value() == std::nullopt);
    CHECK(market->summary(address(21), at)->health_factor.value == kU256Max);
    CHECK(market->summary(kUser, at - 1).error().code == Errc::Range);
    CHECK(market->offered(address(21), at)->size() == 2);
}
