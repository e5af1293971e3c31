// SPDX-License-Identifier: Apache-2.0
// The smaller strategies, one by one.
#include "strategies/strategies.hpp"

#include <algorithm>
#include <doctest/doctest.h>

#include "strategies/fit.hpp"
#include "tests/unit/strategies/rescue_world.hpp"

using namespace plimsoll;
using namespace plimsoll::strategies;
using guard::Action;
using guard::Lender;
using lending::Change;
using test::hundredths;
using test::RescueWorld;

namespace {

Plan plan_of(const std::vector<Proposal>& proposals) {
    std::string reasons;
    for (const auto& one : proposals) {
        if (const auto* plan = std::get_if<Plan>(&one)) return *plan;
        reasons += std::get<NoPlan>(one).gate + ": " + std::get<NoPlan>(one).text + "; ";
    }
    FAIL("no plan: ", reasons);
    return {};
}

std::string gate_of(const std::vector<Proposal>& proposals) {
    for (const auto& one : proposals) {
        if (std::holds_alternative<Plan>(one)) return "a plan";
    }
    return std::get<NoPlan>(proposals.at(0)).gate;
}

bool in_band(const Situation& s, const Plan& plan) {
    return plan.after.health_factor >= s.target && plan.after.health_factor <= above(s.target, kBandPpm);
}

WalletFunds::Token idle(const Address& asset, const U256& amount, const U256& allowance = kU256Max) {
    return {asset, TokenAmount{amount}, TokenAmount{allowance}, TokenAmount{allowance}};
}

lending::Conditions open_conditions(const RescueWorld& w, const Situation& s) {
    lending::Conditions out{s.now.block, {}};
    for (const auto& reserve : w.chain.state.reserves) {
        lending::AssetConditions one;
        one.asset = reserve.asset;
        one.liquidity = one.supply_room = one.borrow_room = one.flash_room = TokenAmount{kU256Max};
        one.borrowable_isolated = true;
        out.assets.push_back(one);
    }
    return out;
}

}  // namespace

TEST_CASE("closed form: the figures of a position by hand") {
    lending::AccountSummary now;
    now.debt = BaseValue{U256{1'000'000}};
    now.health_factor = hundredths(100);
    // x = (1.5 - 1.0) * D / (1.5 - 0.8 k) with k = 1: 714,286; y = x.
    const Effect even{kWad, kWad, false, false, 8'000, 0};
    CHECK(*closed_form(now, hundredths(150), even) == U256{714'286});
    // A sale at 98 %: y = 0.5 D / (0.98 * 1.5 - 0.8) = 746,269 (rounded up)
    const Effect sale{kWad, *mul_div_down(kWad, U256{98}, U256{100}), false, false, 8'000, 0};
    CHECK(*closed_form(now, hundredths(150), sale) == U256{746'269});
    // Supplied with threshold 80 %: 0.5 D / 0.8
    const Effect top_up{kWad, kWad, false, true, 0, 8'000};
    CHECK(*closed_form(now, hundredths(150), top_up) == U256{625'000});
    // From 70 % to 90 %: 0.05 D / 0.2 for a rise to 1.05
    const Effect swap{kWad, kWad, false, true, 7'000, 9'000};
    CHECK(*closed_form(now, hundredths(105), swap) == U256{250'000});
    const Effect worse{kWad, kWad, false, true, 9'000, 9'000};
    CHECK_FALSE(closed_form(now, hundredths(105), worse).has_value());
}

TEST_CASE("the fit lands in the band, on the least unit where it cannot, and as far as it goes") {
    const auto line = [](std::uint64_t slope) {
        return [slope](const U256& amount) -> Result<std::optional<Wad>> {
            return std::optional<Wad>{Wad{*checked_add(kWad, *checked_mul(amount, U256{slope}))}};
        };
    };
    const Wad start{kWad};
    int asked = 0;
    const HealthAt counted = [&](const U256& amount) { return ++asked, line(1'000'000)(amount); };
    for (const std::uint64_t guess : {1ULL, 400'000'000'000ULL, 500'000'000'000ULL, 9'000'000'000'000ULL}) {
        asked = 0;
        const auto fitted = *fit(hundredths(150), start, U256{guess}, U256{10'000'000'000'000}, counted);
        CHECK(fitted.exact);
        CHECK(fitted.health >= hundredths(150));
        CHECK(fitted.health <= above(hundredths(150), kBandPpm));
        CHECK(asked <= kFitEvaluations);
    }
    const auto coarse = *fit(hundredths(150), start, U256{1}, U256{100}, line(200'000'000'000'000'000));
    CHECK(coarse.amount == U256{3});  // 1.4 with two, 1.6 with three
    CHECK(coarse.reached);
    CHECK_FALSE(coarse.exact);
    const auto short_of = *fit(hundredths(150), start, U256{50}, U256{100}, line(1'000'000'000'000'000));
    CHECK(short_of.amount == U256{100});
    CHECK_FALSE(short_of.reached);
    const HealthAt ends = [&](const U256& amount) -> Result<std::optional<Wad>> {
        if (amount > U256{40}) return std::optional<Wad>{};
        return line(1'000'000'000'000'000)(amount);
    };
    const auto ended = *fit(hundredths(150), start, U256{90}, U256{100}, ends);
    CHECK(ended.exhausted);
    CHECK(ended.amount >= U256{38});
    CHECK(ended.amount <= U256{40});
}

TEST_CASE("top-up: by the wallet's key or pulled by the guard; frozen, capped and foreign assets are not") {
    RescueWorld w;
    w.supply(0, 10);
    w.borrow_to(2, 105);
    auto& s = w.situation();
    s.funds.tokens = {idle(w.asset(0), *checked_mul(kWad, U256{50}))};
    Plan plan = plan_of(top_up_from_wallet(s));
    CHECK(in_band(s, plan));
    REQUIRE(plan.guard_plan);
    CHECK(plan.guard_plan->steps.size() == 2);
    CHECK(test::carry_out(s, plan).trouble == "");
    s.wallet_signs = true;
    s.funds.tokens[0].allowance = TokenAmount{};
    plan = plan_of(top_up_from_wallet(s));
    CHECK(in_band(s, plan));
    CHECK_FALSE(plan.from_guardian);
    CHECK(plan.needs_approval);
    REQUIRE(plan.calls.size() == 2);
    CHECK(plan.calls[1] == *s.market.call(s.now.account, plan.changes[0]));
    s.wallet_signs = false;

    s.funds.tokens[0] = idle(w.asset(0), *checked_mul(kWad, U256{50}), U256{});
    CHECK(gate_of(top_up_from_wallet(s)) == "guard-allowance");
    s.funds.tokens = {};
    CHECK(gate_of(top_up_from_wallet(s)) == "no-balance");
    s.funds.tokens = {idle(w.asset(0), kWad)};
    CHECK(plan_of(top_up_from_wallet(s)).shortfall == "balance");
    s.conditions = open_conditions(w, s);
    s.conditions->assets[0].supply_room = TokenAmount{};
    CHECK(gate_of(top_up_from_wallet(s)) == "supply-cap");

    w.reserve(0).edit().config.frozen = true;
    auto& frozen = w.situation();
    frozen.funds.tokens = {idle(w.asset(0), kWad)};
    CHECK(gate_of(top_up_from_wallet(frozen)) == "reserve-frozen");
}

TEST_CASE("repay from the wallet through the guard, and the protocol's pause") {
    RescueWorld w;
    w.supply(0, 10);
    w.borrow_to(2, 105);
    auto& s = w.situation();
    s.funds.tokens = {idle(w.asset(2), U256{20'000'000'000})};
    const Plan plan = plan_of(repay_from_wallet(s));
    CHECK(in_band(s, plan));
    CHECK(plan.cost.is_zero());
    CHECK(test::carry_out(s, plan).trouble == "");
    w.reserve(2).edit().config.paused = true;
    auto& paused = w.situation();
    paused.funds.tokens = {idle(w.asset(2), U256{20'000'000'000})};
    CHECK(gate_of(repay_from_wallet(paused)) == "reserve-paused");
    CHECK(gate_of(repay_with_collateral(paused)) == "reserve-paused");
}

TEST_CASE("a loop in one asset is unwound with its own supply, by every access") {
    RescueWorld w;
    w.supply(2, 100'000);
    w.borrow_to(2, 104);
    for (const auto access : {guard::Access::Self, guard::Access::Allowance}) {
        w.policy.access = access;
        auto& s = w.situation(130);
        const Plan plan = plan_of(repay_with_supplied(s));
        CHECK(in_band(s, plan));
        CHECK(plan.guard_plan->loan.lender == Lender::None);
        const bool direct = plan.guard_plan->steps[0].action == Action::RepayWithATokens;
        CHECK(direct == (access == guard::Access::Self));
        const auto carried = test::carry_out(s, plan);
        CHECK(carried.trouble == "");
        CHECK(carried.after >= s.target);
    }
    w.lend(Lender::AaveV3, 2, 500);
    auto& s = w.situation(130);
    const Plan plan = plan_of(repay_with_supplied(s));
    CHECK(in_band(s, plan));
    CHECK(plan.guard_plan->loan.lender == Lender::AaveV3);
    CHECK(test::carry_out(s, plan).trouble == "");
    s.wallet_signs = true;
    const Plan own = plan_of(repay_with_supplied(s));
    CHECK(own.changes[0].kind == Change::Kind::RepayWithSupply);
    CHECK_FALSE(own.from_guardian);
}

TEST_CASE("collateral moved to a higher threshold") {
    RescueWorld w;
    w.supply(0, 10);
    w.reserve(0).edit().config.threshold = 7'000;
    w.reserve(0).edit().config.ltv = 6'500;
    w.reserve(3).edit().config.threshold = 9'000;
    w.borrow_to(2, 102);
    w.pool_v3(0, 3, 20'000'000, 500);
    for (const bool lent : {false, true}) {
        if (lent) w.lend(Lender::MorphoBlue, 0, 0);
        auto& s = w.situation(110);
        s.allowed.swap_into = {w.asset(3)};
        const Plan plan = plan_of(swap_collateral(s));
        CHECK(in_band(s, plan));
        CHECK((plan.guard_plan->loan.lender == Lender::None) == !lent);
        const auto carried = test::carry_out(s, plan);
        CHECK(carried.trouble == "");
        CHECK(carried.after >= s.target);
        CHECK(plan.after.debt == plan.before.debt);
        s.allowed.swap_into = {};
        CHECK(gate_of(swap_collateral(s)) == "no-effect");
        s.allowed.swap_into = {w.asset(3)};
        s.seat->standing.policy.collaterals = {w.asset(0)};
        CHECK(gate_of(swap_collateral(s)) == "guard-collaterals");
    }
}

TEST_CASE("what costs nothing: a supply that does not count yet is switched on") {
    RescueWorld w;
    w.supply(0, 10);
    w.supply(3, 10'000, false);
    w.borrow_to(2, 105);
    auto& s = w.situation(130);
    CHECK(gate_of(reconfigure(s)) == "guard-access");
    s.wallet_signs = true;
    const Plan own = plan_of(reconfigure(s));
    CHECK(own.changes[0].kind == Change::Kind::UseAsCollateral);
    CHECK(own.after.health_factor > own.before.health_factor);
    w.policy.access = guard::Access::Module;
    auto& module = w.situation(130);
    const Plan plan = plan_of(reconfigure(module));
    CHECK(plan.guard_plan->steps[0].action == Action::UseAsCollateral);
    CHECK(plan.cost.is_zero());
    CHECK(plan.value.is_zero());
    CHECK(test::carry_out(module, plan).after == plan.after.health_factor);
}

TEST_CASE("a debt swapped where that opens an efficiency mode") {
    RescueWorld w;
    w.version = lending::aave_v3::Version::V34;
    w.supply(0, 10);
    w.borrow_to(2, 104);
    w.pool_v3(1, 2, 50'000'000, 500);
    w.lend(Lender::MorphoBlue, 1, 0);
    w.policy.access = guard::Access::Self;
    auto& s = w.situation(115);
    s.allowed.swap_into = {w.asset(1)};
    CHECK(gate_of(swap_debt(s)) == "no-effect");  // no mode is on offer
    s.seat->standing.policy.access = guard::Access::Allowance;
    CHECK(gate_of(swap_debt(s)) == "guard-access");
}

TEST_CASE("all debts closed with one loan; what is left over goes back into the position") {
    RescueWorld w;
    w.supply(0, 20);
    w.borrow_to(2, 250);
    w.borrow_to(3, 110);
    w.pool_v3(0, 2, 20'000'000, 500);
    w.pool_v3(0, 3, 20'000'000, 500);
    w.lend(Lender::MorphoBlue, 0, 0);
    auto& s = w.situation();
    s.conditions = open_conditions(w, s);
    const Plan plan = plan_of(close(s));
    CHECK(plan.shortfall == "");
    CHECK(plan.after.health_factor.value == kU256Max);
    CHECK(plan.guard_plan->steps.back().action == Action::Supply);
    const auto carried = test::carry_out(s, plan);
    CHECK(carried.trouble == "");
    CHECK(carried.after.value == kU256Max);
    for (const auto& [asset, amount] : carried.to_wallet) CHECK(amount <= U256{4});
    s.seat->standing.policy.may_close = false;
    CHECK(gate_of(close(s)) == "guard-may-close");
    // A debt that the policy does not name stays, and the plan says so.
    w.policy.debts = {w.asset(2)};
    const auto part = plan_of(close(w.situation()));
    CHECK(part.after.health_factor.value != kU256Max);
    CHECK(part.shortfall == "other-debts");
}

TEST_CASE("every name is a strategy, and nothing else is") {
    RescueWorld w;
    w.supply(0, 10);
    w.borrow_to(2, 105);
    const auto& s = w.situation();
    CHECK(strategy_names().size() == 8);
    for (const auto name : strategy_names()) CHECK_FALSE(propose(name, s).empty());
    CHECK(gate_of(propose("sell", s)) == "no-strategy");
}
