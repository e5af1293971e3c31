// SPDX-License-Identifier: Apache-2.0
#include "strategies/repay_from_wallet.hpp"

#include <doctest/doctest.h>
#include <random>

#include "strategies/erc20.hpp"
#include "tests/support/fake_market.hpp"

using namespace plimsoll;
using namespace plimsoll::strategies;
using plimsoll::test::address_of;
using plimsoll::test::FakeAsset;
using plimsoll::test::FakeHolding;
using plimsoll::test::FakeMarket;
using plimsoll::test::FakeState;

namespace {

const Address kMe = address_of(0x77);
const Address kEth = address_of(0x1001);
const Address kUsd = address_of(0x1002);
const Address kDai = address_of(0x1003);
constexpr Timestamp kNow = 1'700'000'000;

U256 eth(std::uint64_t n) {
    return *checked_mul(U256{n}, kWad);
}
U256 usd(std::uint64_t n) {
    return *checked_mul(U256{n}, U256{1'000'000});
}
Wad wad(std::uint64_t hundredths) {
    return Wad{*checked_mul(U256{hundredths}, U256{10'000'000'000'000'000})};
}
BaseValue dollars(std::uint64_t n) {
    return BaseValue{*checked_mul(U256{n}, U256{100'000'000})};
}

/// 10 ETH at 2,000 with threshold 80 %: 16,000 of weighted collateral.
FakeState state_with(U256 usd_debt, U256 dai_debt) {
    FakeState out;
    out.assets = {FakeAsset{kEth, 18, dollars(2'000).value, 8'000, 0, false},
                  FakeAsset{kUsd, 6, dollars(1).value, 7'500, 50'000'000, false},
                  FakeAsset{kDai, 18, dollars(1).value, 7'500, 30'000'000, false}};
    out.accounts[kMe] = {FakeHolding{eth(10), {}, kNow}, FakeHolding{{}, usd_debt, kNow},
                         FakeHolding{{}, dai_debt, kNow}};
    return out;
}

struct Case {
    FakeMarket market;
    WalletFunds funds;
    RepayLimits limits;

    explicit Case(FakeState state) : market(std::move(state), BlockRef{100, test::hash_of(100), {}, kNow, {}}) {
        funds.tokens = {{kUsd, TokenAmount{usd(1'000'000)}, TokenAmount{kU256Max}},
                        {kDai, TokenAmount{eth(1'000'000)}, TokenAmount{kU256Max}}};
    }
    Proposal propose(Wad target, Timestamp as_of = kNow + 24) {
        return propose_repay(*market.position(kMe, kNow), market, funds, limits, target, as_of);
    }
    Plan plan(Wad target) {
        const auto out = propose(target);
        REQUIRE(std::holds_alternative<Plan>(out));
        return std::get<Plan>(out);
    }
    NoPlan none(Wad target) {
        const auto out = propose(target);
        REQUIRE(std::holds_alternative<NoPlan>(out));
        return std::get<NoPlan>(out);
    }
};

}  // namespace

TEST_CASE("the amount is what the formula says, and the exact accounting reaches the target") {
    Case c(state_with(usd(14'000), {}));  // 16,000 / 14,000 = 1.142...
    const Plan plan = c.plan(wad(160));   // 16,000 / 1.6 = 10,000 of debt may stay
    CHECK(plan.asset == kUsd);
    CHECK(plan.amount.value >= usd(4'000));
    CHECK(plan.amount.value < usd(4'001));  // interest of 24 seconds, not more
    CHECK(plan.after.health_factor >= wad(160));
    CHECK(plan.shortfall.empty());
    CHECK_FALSE(plan.closes_debt);
    CHECK_FALSE(plan.needs_approval);
    CHECK(plan.strategy == "repay-from-wallet");
    REQUIRE(plan.calls.size() == 1);
    CHECK(plan.calls[0] == *c.market.repay(kMe, kUsd, plan.amount));

    const lending::Change less{lending::Change::Kind::Repay, kUsd,
                               TokenAmount{*checked_sub(plan.amount.value, U256{2})}};
    CHECK(c.market.after(kMe, {&less, 1}, kNow + 24)->health_factor < wad(160));
}

TEST_CASE("a missing allowance is asked for first, and reset first where the token demands it") {
    Case c(state_with(usd(14'000), {}));
    c.funds.tokens[0].allowance = TokenAmount{usd(100)};
    Plan plan = c.plan(wad(160));
    CHECK(plan.needs_approval);
    REQUIRE(plan.calls.size() == 2);
    const auto debt = c.market.position(kMe, kNow + 24 + kCloseMargin)->assets[1].debt;
    CHECK(plan.calls[0] == erc20::approve(kUsd, c.market.spender(), approval_for(debt)));

    c.limits.reset_approval = true;
    plan = c.plan(wad(160));
    REQUIRE(plan.calls.size() == 3);
    CHECK(plan.calls[0] == erc20::approve(kUsd, c.market.spender(), TokenAmount{}));

    c.funds.tokens[0].allowance = TokenAmount{};
    CHECK(c.plan(wad(160)).calls.size() == 2);  // nothing to reset
}

TEST_CASE("what limits the amount is named, and the part still raises the health factor") {
    Case c(state_with(usd(14'000), {}));
    SUBCASE("balance") {
        c.funds.tokens[0].balance = TokenAmount{usd(1'500)};
        const Plan plan = c.plan(wad(160));
        CHECK(plan.shortfall == "balance");
        CHECK(plan.amount.value == usd(1'500));
        CHECK(plan.after.health_factor > plan.before.health_factor);
        CHECK(plan.after.health_factor < wad(160));
    }
    SUBCASE("value per action") {
        c.limits.per_action = dollars(700);
        const Plan plan = c.plan(wad(160));
        CHECK(plan.shortfall == "limit-value-per-action");
        CHECK(plan.amount.value == usd(700));
        CHECK(plan.value == dollars(700));
    }
    SUBCASE("value per day") {
        c.limits.per_action = dollars(700);
        c.limits.left_today = dollars(600);
        CHECK(c.plan(wad(160)).shortfall == "limit-value-per-day");
    }
}

TEST_CASE("no plan says why") {
    Case c(state_with(usd(14'000), {}));
    SUBCASE("no balance") {
        c.funds.tokens[0].balance = TokenAmount{};
        CHECK(c.none(wad(160)).gate == "no-balance");
    }
    SUBCASE("funds unknown") {
        c.funds.tokens.clear();
        CHECK(c.none(wad(160)).gate == "funds-unknown");
    }
    SUBCASE("day's limit used up") {
        c.limits.left_today = BaseValue{};
        CHECK(c.none(wad(160)).gate == "limit-value-per-day");
    }
    SUBCASE("paused") {
        c.market.state().assets[1].paused = true;
        CHECK(c.none(wad(160)).gate == "reserve-paused");
    }
    SUBCASE("healthy") {
        CHECK(c.none(wad(110)).gate == "not-needed");
    }
    SUBCASE("too little to matter") {
        c.funds.tokens[0].balance = TokenAmount{U256{1}};
        c.market.state().assets[1].price = U256{1};  // one unit of the token is worth nothing
        c.market.state().accounts[kMe][1].debt = *checked_mul(usd(14'000), U256{100'000'000});
        CHECK(c.none(wad(160)).gate == "no-effect");
    }
    Case none(state_with({}, {}));
    CHECK(none.none(wad(160)).gate == "no-debt");
    none.market.reset();
    lending::Position position;
    position.account = kMe;
    const auto out = propose_repay(position, none.market, none.funds, {}, wad(160), kNow);
    CHECK(std::get<NoPlan>(out).gate == "accounting");
}

TEST_CASE("of several debts the one that gets there with least is taken") {
    SUBCASE("one alone is enough") {
        Case c(state_with(usd(12'000), eth(2'000)));  // the second cannot reach 1.6 alone
        const Plan plan = c.plan(wad(160));
        CHECK(plan.asset == kUsd);
        CHECK(plan.shortfall.empty());
    }
    SUBCASE("the other has the money") {
        Case c(state_with(usd(7'000), eth(7'000)));
        c.funds.tokens[0].balance = TokenAmount{usd(50)};
        const Plan plan = c.plan(wad(160));
        CHECK(plan.asset == kDai);
        CHECK(plan.shortfall.empty());
    }
    SUBCASE("none is enough: the greatest rise") {
        Case c(state_with(usd(5'000), eth(9'000)));
        const Plan plan = c.plan(wad(800));
        CHECK(plan.asset == kDai);
        CHECK(plan.shortfall == "other-debts");
        CHECK(plan.closes_debt);
    }
}

TEST_CASE("R12 dust is not left behind") {
    Case c(state_with(usd(10), {}));
    c.market.state().accounts[kMe][0].supply = *div_down(eth(7), U256{1'000});  // 14 dollars: 11.2 weighted
    Plan plan = c.plan(wad(160));                                               // 3 dollars of 10 would do; 7 stay
    CHECK_FALSE(plan.closes_debt);
    plan = c.plan(wad(300));  // 3.73 would stay
    CHECK(plan.closes_debt);
    CHECK(plan.calls.back() == *c.market.repay(kMe, kUsd, TokenAmount{kU256Max}));
    CHECK(plan.after.health_factor.value == kU256Max);
    c.funds.tokens[0].balance = TokenAmount{usd(8)};  // cannot close
    plan = c.plan(wad(300));
    CHECK_FALSE(plan.closes_debt);
    CHECK(plan.after.health_factor >= wad(300));
}

TEST_CASE("random positions: the target is reached closely, or what stopped it is said") {
    std::mt19937_64 random(20'240'131);
    const auto pick = [&](std::uint64_t low, std::uint64_t high) { return low + random() % (high - low + 1); };
    int reached = 0;
    int partial = 0;
    for (int round = 0; round < 3'000; ++round) {
        FakeState state =
            state_with(usd(pick(0, 3) == 0 ? 0 : pick(1, 40'000)), eth(pick(0, 2) == 0 ? 0 : pick(1, 40'000)));
        state.assets[0].price = U256{pick(1'000, 900'000'000'000)};
        state.assets[1].price = U256{pick(90'000'000, 110'000'000)};
        state.assets[2].price = U256{pick(90'000'000, 9'000'000'000)};
        state.accounts[kMe][0].supply = *checked_mul(U256{pick(1, 1'000'000'000)}, U256{1'000'000'000'000});
        Case c(state);
        c.funds.tokens[0].balance = TokenAmount{usd(pick(0, 60'000))};
        c.funds.tokens[1].balance = TokenAmount{eth(pick(0, 60'000))};
        if (pick(0, 3) == 0) c.limits.per_action = dollars(pick(0, 10'000));
        const Wad target = wad(pick(101, 400));
        const auto proposal = c.propose(target);
        if (const auto* none = std::get_if<NoPlan>(&proposal)) {
            CHECK_FALSE(none->gate.empty());
            CHECK_FALSE(none->text.empty());
            continue;
        }
        const Plan& plan = std::get<Plan>(proposal);
        const lending::Change change{lending::Change::Kind::Repay, plan.asset, plan.amount};
        const auto after = c.market.after(kMe, {&change, 1}, kNow + 24);
        REQUIRE(after);
        CHECK(*after == plan.after);
        CHECK(plan.after.health_factor > plan.before.health_factor);
        const auto& token = plan.asset == kUsd ? c.funds.tokens[0] : c.funds.tokens[1];
        CHECK(plan.amount <= token.balance);
        if (c.limits.per_action) CHECK(plan.value <= *c.limits.per_action);
        if (!plan.shortfall.empty()) {
            ++partial;
            CHECK(plan.after.health_factor < target);
            continue;
        }
        ++reached;
        CHECK(plan.after.health_factor >= target);
        if (plan.closes_debt) continue;
        // One unit of base currency of debt is all that lies between reaching and not reaching.
        const U256 slack =
            *div_up(plan.after.health_factor.value, plan.after.debt.is_zero() ? U256{1} : plan.after.debt.value);
        const U256 bound =
            *checked_add(*mul_div_up(target.value, U256{1'005}, U256{1'000}), *checked_mul(slack, U256{4}));
        CHECK(plan.after.health_factor.value <= bound);
    }
    CHECK(reached > 300);
    CHECK(partial > 300);
}
