// SPDX-License-Identifier: Apache-2.0
#include "strategies/planner.hpp"

#include <algorithm>
#include <ctime>
#include <doctest/doctest.h>

#include "strategies/fit.hpp"
#include "strategies/urgency.hpp"
#include "tests/unit/strategies/rescue_world.hpp"

using namespace plimsoll;
using namespace plimsoll::strategies;
using guard::Action;
using guard::Lender;
using test::hundredths;
using test::RescueWorld;

namespace {

RescueWorld plain(std::uint64_t health = 105) {
    RescueWorld out;
    out.supply(0, 10);
    out.borrow_to(2, health);
    out.pool_v3(0, 2, 20'000'000, 500);
    out.pool_v2(0, 2, 5'000'000);
    out.lend(Lender::AaveV3, 0, 500);
    out.lend(Lender::MorphoBlue, 2, 0);
    return out;
}

bool refused(const Ladder& ladder, std::string_view gate) {
    return std::any_of(ladder.refused.begin(), ladder.refused.end(),
                       [&](const NoPlan& one) { return one.gate == gate; });
}

WalletFunds::Token idle(const Address& asset, const U256& amount) {
    return {asset, TokenAmount{amount}, TokenAmount{kU256Max}, TokenAmount{kU256Max}};
}

constexpr std::uint64_t kDollar = 1'000'000;  // of T2

}  // namespace

TEST_CASE("the ladder: whole, other lenders and venues, half, a tenth, at last closing") {
    auto w = plain();
    auto& s = w.situation();
    s.allowed.strategies = {"close", "repay-with-collateral"};
    const auto ladder = plan_ladder(s);
    REQUIRE(ladder.rungs.size() >= 6);
    CHECK(ladder.rungs.front().shortfall == "");
    CHECK(ladder.rungs.front().strategy == "repay-with-collateral");
    CHECK(ladder.rungs.back().strategy == "close");
    CHECK(ladder.rungs.back().after.health_factor.value == kU256Max);
    const auto tenth = std::find_if(ladder.rungs.rbegin(), ladder.rungs.rend(),
                                    [](const Plan& plan) { return plan.shortfall == "rung"; });
    REQUIRE(tenth != ladder.rungs.rend());
    const auto half = std::next(tenth);
    CHECK(half->shortfall == "rung");
    // 1.05 to 1.5: 1.275 and 1.095, within the band of each.
    CHECK(half->after.health_factor >= Wad{U256{1'274'990'000'000'000'000}});
    CHECK(half->after.health_factor <= Wad{U256{1'281'500'000'000'000'000}});
    CHECK(tenth->after.health_factor >= Wad{U256{1'094'990'000'000'000'000}});
    CHECK(tenth->after.health_factor <= Wad{U256{1'100'500'000'000'000'000}});
    std::size_t lenders = 0;
    for (const auto lender : {Lender::AaveV3, Lender::MorphoBlue}) {
        if (std::any_of(ladder.rungs.begin(), ladder.rungs.end(),
                        [&](const Plan& plan) { return plan.guard_plan->loan.lender == lender; }))
            ++lenders;
    }
    CHECK(lenders == 2);
    CHECK(ladder.rungs.front().guard_plan->loan.lender == Lender::MorphoBlue);  // free
}

TEST_CASE("the cheapest first; the owner's order decides between equal prices only") {
    auto w = plain();
    auto& s = w.situation();
    s.funds.tokens = {idle(w.asset(2), U256{9'000 * kDollar}), idle(w.asset(0), *checked_mul(kWad, U256{10}))};
    s.allowed.strategies = {"repay-with-collateral", "top-up-from-wallet", "repay-from-wallet"};
    auto ladder = plan_ladder(s);
    REQUIRE(ladder.rungs.size() > 3);
    CHECK(ladder.rungs[0].cost.is_zero());
    const auto sale = std::find_if(ladder.rungs.begin(), ladder.rungs.end(),
                                   [](const Plan& plan) { return plan.strategy == "repay-with-collateral"; });
    REQUIRE(sale != ladder.rungs.end());
    CHECK(std::all_of(ladder.rungs.begin(), sale, [](const Plan& plan) { return plan.cost.is_zero(); }));
    CHECK(sale - ladder.rungs.begin() >= 2);
    const auto price = [](const Plan& plan) { return *checked_add(plan.cost, plan.gas_cost); };
    CHECK(price(ladder.rungs[0]) <= price(ladder.rungs[1]));
    CHECK(price(ladder.rungs[1]) < price(*sale));

    s.coin_price.reset();  // both cost nothing now
    for (const bool repay_first : {true, false}) {
        s.allowed.strategies = {"repay-with-collateral", "top-up-from-wallet", "repay-from-wallet"};
        if (repay_first) std::reverse(s.allowed.strategies.begin(), s.allowed.strategies.end());
        CHECK(plan_ladder(s).rungs[0].strategy == (repay_first ? "repay-from-wallet" : "top-up-from-wallet"));
    }
    s.allowed.strategies = {"repay-with-colateral"};
    CHECK(refused(plan_ladder(s), "no-strategy"));
    s.allowed.strategies.clear();
    CHECK(refused(plan_ladder(s), "no-strategy"));
}

TEST_CASE("a rollup's fee for data counts in the price of a plan, and within what it may cost") {
    auto w = plain();
    auto& s = w.situation();
    REQUIRE(s.coin_price.has_value());
    const auto before = plan_ladder(s);
    s.data_fee = {Wei{U256{1'000'000'000'000'000}}, Wei{U256{9'000'000'000'000'000}}};
    const auto after = plan_ladder(s);
    REQUIRE(before.rungs.size() == after.rungs.size());
    for (const auto& plan : after.rungs) {
        REQUIRE(plan.calls.size() == 1);
        CHECK(plan.besides_gas == s.data_fee.of_call(plan.calls[0].data.size()));
        CHECK(plan.besides_gas > s.data_fee.small);
        const auto same = std::find_if(before.rungs.begin(), before.rungs.end(),
                                       [&](const Plan& one) { return one.text == plan.text && one.gas == plan.gas; });
        REQUIRE(same != before.rungs.end());
        const U256 more = *checked_sub(plan.gas_cost.value, same->gas_cost.value);
        const U256 fee = *mul_div_up(plan.besides_gas.value, s.coin_price->value, kWad);
        CHECK(more <= fee);
        CHECK(*checked_add(more, U256{1}) >= fee);
    }
    s.data_fee = {{}, {}, {Wei{*pow10(15)}, Wei{*pow10(16)}}};  // an operator's: of a plan, and of a million gas
    for (const auto& plan : plan_ladder(s).rungs) {
        CHECK(plan.besides_gas == s.data_fee.operation.of_gas(plan.gas));
        CHECK(plan.gas_cost.value > *mul_div_up(plan.besides_gas.value, s.coin_price->value, kWad));
    }
    s.data_fee = {Wei{*pow10(22)}, Wei{*pow10(23)}};
    CHECK(plan_ladder(s).rungs.empty());
    CHECK(refused(plan_ladder(s), "cost"));
}

TEST_CASE("idle funds first and the rest sold, in one plan, where the owner allows both") {
    auto w = plain();
    auto& s = w.situation();
    s.funds.tokens = {idle(w.asset(2), U256{2'000 * kDollar})};
    const auto pulls = [](const Ladder& ladder) {
        return std::count_if(ladder.rungs.begin(), ladder.rungs.end(), [](const Plan& plan) {
            return plan.guard_plan->steps.front().action == Action::Pull && plan.guard_plan->steps.size() > 2;
        });
    };
    s.coin_price.reset();
    CHECK(pulls(plan_ladder(s)) == 0);
    s.allowed.strategies = {"repay-from-wallet", "repay-with-collateral"};
    const auto ladder = plan_ladder(s);
    REQUIRE(pulls(ladder) == 1);
    const auto& plan = ladder.rungs.front();
    CHECK(plan.guard_plan->steps.front().action == Action::Pull);
    CHECK(plan.guard_plan->steps.front().amount.value == U256{2'000 * kDollar});
    CHECK(plan.shortfall == "");
    CHECK(plan.cost < ladder.rungs[1].cost);
    const auto carried = test::carry_out(s, plan);
    CHECK(carried.trouble == "");
    CHECK(carried.after >= s.target);
    CHECK(carried.after <= above(s.target, kBandPpm));
}

TEST_CASE("prices that disagree: nothing is sold while there is anything else, and it is said") {
    auto w = plain();
    auto& s = w.situation();
    const auto tick = std::get<dex::V3State>(w.pools[0].state).tick;
    s.references = {{0, tick - 400}};
    s.urgency = Urgency::Watch;
    auto ladder = plan_ladder(s);
    REQUIRE_FALSE(ladder.rungs.empty());
    CHECK(ladder.rungs.front().doubtful);
    CHECK(refused(ladder, "reference-disagrees"));
    s.funds.tokens = {idle(w.asset(2), U256{500 * kDollar})};
    s.allowed.strategies = {"repay-with-collateral", "repay-from-wallet"};
    ladder = plan_ladder(s);
    REQUIRE(ladder.rungs.size() == 1);
    CHECK(ladder.rungs[0].strategy == "repay-from-wallet");
    CHECK(refused(ladder, "reference-disagrees"));
    s.references = {{0, tick}};
    CHECK_FALSE(refused(plan_ladder(s), "reference-disagrees"));
}

TEST_CASE("prices that disagree when it is time to act: what does not reach the target does not keep from selling") {
    auto w = plain();
    auto& s = w.situation();
    s.references = {{0, std::get<dex::V3State>(w.pools[0].state).tick + 1'000}};  // a mean 10 % behind a fall
    s.funds.tokens = {idle(w.asset(2), U256{10 * kDollar})};
    s.allowed.strategies = {"repay-with-collateral", "repay-from-wallet"};
    for (const auto urgency : {Urgency::Watch, Urgency::Act, Urgency::Emergency}) {
        s.urgency = urgency;
        const auto ladder = plan_ladder(s);
        CHECK(refused(ladder, "reference-disagrees"));
        REQUIRE_FALSE(ladder.rungs.empty());
        const auto& first = ladder.rungs.front().strategy;
        if (urgency == Urgency::Watch)
            CHECK(first == "repay-from-wallet");
        else
            CHECK(first == "repay-with-collateral");
    }
}

TEST_CASE("where no pool bears the sale an offer is asked for, and one at the price that came back then fits") {
    auto w = plain();
    w.pools.clear();
    auto& s = w.situation();
    const auto first = plan_ladder(s);
    CHECK(first.rungs.empty());
    REQUIRE(first.wanted.size() == 1);
    for (const std::uint64_t lost : {1U, 50U, 150U}) {  // bps; the price is 2,000 dollars
        CAPTURE(lost);
        s.offers.clear();
        Ladder ladder = first;
        for (int i = 0; i < 2 && ladder.rungs.empty(); ++i) {
            REQUIRE(ladder.wanted.size() == 1);
            Offer offer;
            offer.name = "service";
            offer.token_in = ladder.wanted[0].token_in;
            offer.token_out = ladder.wanted[0].token_out;
            offer.amount_in = ladder.wanted[0].amount_in;
            const U256 worth = *mul_div_down(offer.amount_in.value, U256{2'000 * kDollar}, kWad);
            offer.amount_out = TokenAmount{*mul_div_down(worth, U256{10'000 - lost}, U256{10'000})};
            offer.min_out = TokenAmount{*mul_div_down(offer.amount_out.value, U256{9'990}, U256{10'000})};
            offer.target = RescueWorld::router_v3();
            offer.data = {1};
            offer.expires_ms = static_cast<std::int64_t>(s.as_of + 60) * 1'000;
            s.offers = {offer};
            ladder = plan_ladder(s);
        }
        REQUIRE_FALSE(ladder.rungs.empty());
        CHECK(ladder.rungs.front().after.health_factor >= s.target);
        CHECK(ladder.rungs.front().after.health_factor <= above(s.target, kBandPpm));
    }
}

TEST_CASE("a rescue that costs more than a liquidation would is not made") {
    auto w = plain();
    auto& s = w.situation();
    s.fee_per_gas = Wei{U256{20'000'000'000}};
    CHECK_FALSE(plan_ladder(s).rungs.empty());
    s.fee_per_gas = Wei{U256{4'000'000'000'000}};  // some 6,000 dollars of gas; a liquidation takes some hundreds
    const auto ladder = plan_ladder(s);
    CHECK(ladder.rungs.empty());
    CHECK(refused(ladder, "cost"));
    s.fee_per_gas = Wei{U256{20'000'000'000}};
    s.allowed.cost_per_action = BaseValue{U256{100'000'000}};  // one dollar
    CHECK(plan_ladder(s).rungs.empty());
}

TEST_CASE("what may be spent grows with urgency, up to the owner's cap") {
    lending::LiquidationCost cost;
    cost.loss = BaseValue{U256{1'000}};
    CHECK(spending_bound(Urgency::Watch, cost, {}) == BaseValue{U256{250}});
    CHECK(spending_bound(Urgency::Act, cost, {}) == BaseValue{U256{500}});
    CHECK(spending_bound(Urgency::Emergency, cost, {}) == BaseValue{U256{1'000}});
    CHECK(spending_bound(Urgency::Emergency, cost, BaseValue{U256{600}}) == BaseValue{U256{600}});
    CHECK(spending_bound(Urgency::Watch, cost, BaseValue{U256{600}}) == BaseValue{U256{250}});
    CHECK_FALSE(spending_bound(Urgency::Act, {}, {}).has_value());
}

TEST_CASE("urgency by the nearest price and by the time that is left") {
    struct Case {
        std::uint64_t price;  // of 10,000 now
        bool rises;
        std::optional<std::uint64_t> seconds;
        Urgency expected;
    };
    const Case cases[] = {
        {9'000, false, {}, Urgency::Watch},        {9'301, false, {}, Urgency::Act},
        {9'300, false, {}, Urgency::Watch},        {9'751, false, {}, Urgency::Emergency},
        {9'750, false, {}, Urgency::Act},          {10'200, true, {}, Urgency::Emergency},
        {10'600, true, {}, Urgency::Act},          {0, false, {}, Urgency::Watch},
        {9'000, false, 86'399, Urgency::Act},      {9'000, false, 86'400, Urgency::Watch},
        {9'000, false, 7'199, Urgency::Emergency}, {9'500, false, 7'200, Urgency::Act},
    };
    lending::Position now;
    lending::AssetPosition row;
    row.price = Price{U256{10'000}};
    now.assets = {row};
    now.summary.health_factor = hundredths(120);
    for (const auto& one : cases) {
        CAPTURE(one.price);
        const lending::LiquidationPrice at{{}, Price{U256{one.price}}, one.rises};
        CHECK(urgency_of(now, {&at, 1}, one.seconds) == one.expected);
    }
    now.summary.health_factor = hundredths(99);
    CHECK(urgency_of(now, {}, {}) == Urgency::Emergency);
}

TEST_CASE("a close that was asked for comes before everything") {
    auto w = plain();
    auto& s = w.situation();
    s.allowed.strategies = {"repay-with-collateral", "close"};
    CHECK(plan_ladder(s).rungs.front().strategy == "repay-with-collateral");
    s.allowed.close_below = hundredths(106);
    auto ladder = plan_ladder(s);
    REQUIRE_FALSE(ladder.rungs.empty());
    CHECK(ladder.rungs.front().strategy == "close");
    CHECK(ladder.rungs.front().closes_debt);
    CHECK(ladder.rungs.front().shortfall == "");
    const auto carried = test::carry_out(s, ladder.rungs.front());
    CHECK(carried.trouble == "");
    CHECK(carried.after.value == kU256Max);
    s.allowed.close_below = hundredths(104);
    CHECK(plan_ladder(s).rungs.front().strategy == "repay-with-collateral");
    s.allowed.close_at_price = {{w.asset(0), Price{U256{200'000'000'000}}}};
    CHECK(plan_ladder(s).rungs.front().strategy == "close");
    s.allowed.close_at_price = {{w.asset(0), Price{U256{199'999'999'999}}}};
    CHECK(plan_ladder(s).rungs.front().strategy == "repay-with-collateral");
    s.seat->standing.policy.may_close = false;
    s.allowed.close_below = hundredths(106);
    ladder = plan_ladder(s);
    CHECK(ladder.rungs.front().strategy == "repay-with-collateral");
    CHECK(refused(ladder, "guard-may-close"));
}

TEST_CASE("work is bounded: a position of four reserves with six pools") {
    RescueWorld w;
    w.supply(0, 10);
    w.supply(1, 1);
    w.borrow_to(2, 210);
    w.borrow_to(3, 104);
    for (const std::size_t a : {0U, 1U}) {
        w.pool_v3(a, 2, 20'000'000, 500);
        w.pool_v3(a, 3, 20'000'000, 3'000);
        w.pool_v2(a, 2, 5'000'000);
    }
    w.lend(Lender::AaveV3, 0, 500);
    w.lend(Lender::MorphoBlue, 2, 0);
    auto& s = w.situation();
    for (const auto name : strategy_names()) s.allowed.strategies.emplace_back(name);
    std::size_t rungs = 0;
    const auto start = std::clock();  // of this process alone
    constexpr int kRounds = 20;
    for (int i = 0; i < kRounds; ++i) rungs += plan_ladder(s).rungs.size();
    const double spent = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    MESSAGE("a ladder of ", rungs / kRounds, " rungs in ", static_cast<int>(spent * 1e6 / kRounds), " us");
    CHECK(rungs / kRounds > 4);
}
