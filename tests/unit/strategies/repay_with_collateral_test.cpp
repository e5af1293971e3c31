// SPDX-License-Identifier: Apache-2.0
#include "strategies/repay_with_collateral.hpp"

#include <doctest/doctest.h>

#include "strategies/fit.hpp"
#include "tests/unit/strategies/rescue_world.hpp"

using namespace plimsoll;
using namespace plimsoll::strategies;
using guard::Action;
using guard::Lender;
using test::hundredths;
using test::RescueWorld;

namespace {

/// 10 T0 at 2,000 with threshold 80 %, T2 (a dollar, six decimals) owed to a health factor of 1.05, deep pools.
RescueWorld plain(std::uint64_t health = 105) {
    RescueWorld out;
    out.supply(0, 10);
    out.borrow_to(2, health);
    out.pool_v3(0, 2, 20'000'000, 500);
    out.pool_v2(0, 2, 5'000'000);
    return out;
}

Plan first_plan(const std::vector<Proposal>& proposals) {
    for (const auto& one : proposals) {
        if (const auto* plan = std::get_if<Plan>(&one)) return *plan;
    }
    std::string reasons;
    for (const auto& one : proposals) reasons += std::get<NoPlan>(one).gate + ": " + std::get<NoPlan>(one).text + "; ";
    FAIL("no plan: ", reasons);
    return {};
}

std::vector<Action> actions(const Plan& plan) {
    std::vector<Action> out;
    for (const auto& step : plan.guard_plan->steps) out.push_back(step.action);
    return out;
}

std::string only_gate(const std::vector<Proposal>& proposals) {
    std::string out;
    for (const auto& one : proposals) {
        const auto* none = std::get_if<NoPlan>(&one);
        if (none == nullptr) return "a plan";
        if (out.empty()) out = none->gate;
    }
    return out;
}

void check_lands(const Situation& s, const Plan& plan) {
    CHECK(plan.after.health_factor >= s.target);
    CHECK(plan.after.health_factor <= above(s.target, kBandPpm));
    CHECK(plan.shortfall == "");
    const auto carried = test::carry_out(s, plan);
    CHECK(carried.trouble == "");
    CHECK(carried.after >= s.target);
    CHECK(carried.after <= above(s.target, kBandPpm));
}

}  // namespace

TEST_CASE("R23 a loan of what is sold: swap, repay all, withdraw with the fee; nothing is left over") {
    auto w = plain();
    w.lend(Lender::AaveV3, 0, 500);
    const auto& s = w.situation();
    const Plan plan = first_plan(repay_with_collateral(s));
    check_lands(s, plan);
    CHECK(plan.from_guardian);
    CHECK(plan.guard_plan->loan.lender == Lender::AaveV3);
    CHECK(plan.guard_plan->loan.asset == w.asset(0));
    CHECK(actions(plan).back() == Action::Withdraw);
    CHECK(
        plan.guard_plan->steps.back().amount.value ==
        *checked_add(*checked_add(plan.guard_plan->loan.amount.value, fee_of(plan.guard_plan->loan.amount.value, 500)),
                     U256{2}));
    const auto carried = test::carry_out(s, plan);
    for (const auto& [asset, amount] : carried.to_wallet) CHECK(amount <= U256{4});
    REQUIRE(plan.calls.size() == 1);
    CHECK(plan.calls[0] == guard::execute(RescueWorld::guard(), *plan.guard_plan));
    CHECK(plan.guard_plan->floor > plan.before.health_factor);
    CHECK(plan.guard_plan->floor < plan.after.health_factor);
}

TEST_CASE("a loan of the debt's asset covers no more than the least the sale brings; the rest is repaid after") {
    auto w = plain(98);
    w.lend(Lender::UniswapV3, 2, 100);
    const auto& s = w.situation();
    const Plan plan = first_plan(repay_with_collateral(s));
    check_lands(s, plan);
    const auto& loan = plan.guard_plan->loan;
    CHECK(loan.asset == w.asset(2));
    U256 least;
    for (const auto& step : plan.guard_plan->steps) {
        if (step.action == Action::Swap) least = *checked_add(least, step.min_out.value);
    }
    CHECK(*checked_add(loan.amount.value, fee_of(loan.amount.value, 100)) <= least);
    CHECK(actions(plan).front() == Action::Repay);
    CHECK(actions(plan).back() == Action::Repay);
    CHECK(plan.guard_plan->steps.back().amount.value == kU256Max);
}

TEST_CASE("Morpho's callback is a loan whose first repayment is in it") {
    auto w = plain(98);
    w.lend(Lender::MorphoRepay, 2, 0);
    const auto& s = w.situation();
    const Plan plan = first_plan(repay_with_collateral(s));
    check_lands(s, plan);
    CHECK(plan.guard_plan->loan.lender == Lender::MorphoRepay);
    CHECK(actions(plan).front() == Action::Withdraw);
    CHECK(plan.changes.front().kind == lending::Change::Kind::Repay);
}

TEST_CASE("R06 without a loan in safe steps, and not at all where the health factor bears none") {
    {
        auto w = plain(115);
        const auto& s = w.situation(140);
        const Plan plan = first_plan(repay_with_collateral(s));
        check_lands(s, plan);
        CHECK(plan.guard_plan->loan.lender == Lender::None);
        CHECK(actions(plan).size() >= 6);
    }
    auto w = plain(99);
    const auto& s = w.situation();
    CHECK(only_gate(repay_with_collateral(s)) == "no-slack");
}

TEST_CASE("R11 collateral without loan-to-value goes first and whole") {
    auto w = plain(110);
    w.supply(0, 30);  // 60,000 of the lower threshold
    w.supply(1, 1);   // 40,000
    w.reserve(1).edit().config.ltv = 0;
    w.borrow_to(2, 104);
    w.pool_v3(1, 2, 20'000'000, 500);
    w.lend(Lender::MorphoBlue, 2, 0);
    const auto& s = w.situation(170);
    const Plan plan = first_plan(repay_with_collateral(s));
    check_lands(s, plan);
    REQUIRE(plan.guard_plan->steps.size() >= 4);
    std::vector<Address> taken;
    for (const auto& step : plan.guard_plan->steps) {
        if (step.action != Action::Withdraw) continue;
        taken.push_back(step.asset);
        if (taken.size() == 1) CHECK(step.amount.value == kU256Max);
    }
    REQUIRE(taken.size() == 2);
    CHECK(taken[0] == w.asset(1));
    CHECK(taken[1] == w.asset(0));

    // And where it may not be sold nothing else can be.
    w.policy.collaterals = {w.asset(0), w.asset(2)};
    CHECK(only_gate(repay_with_collateral(w.situation(170))) == "zero-ltv-first");
}

TEST_CASE("the owner's order of collaterals and debts") {
    RescueWorld w;
    w.supply(0, 10);
    w.supply(1, 1);
    w.borrow_to(2, 210);
    w.borrow_to(3, 105);
    for (const std::size_t sold : {0U, 1U}) {
        for (const std::size_t bought : {2U, 3U}) w.pool_v2(sold, bought, 50'000'000);
    }
    w.lend(Lender::AaveV3, 0, 500);
    w.lend(Lender::AaveV3, 1, 500);
    for (const std::size_t sold : {0U, 1U}) {
        for (const std::size_t bought : {2U, 3U}) {
            auto& s = w.situation(115);
            s.allowed.collateral_order = {w.asset(sold)};
            s.allowed.debt_order = {w.asset(bought)};
            const Plan plan = first_plan(repay_with_collateral(s));
            check_lands(s, plan);
            CHECK(plan.asset == w.asset(bought));
            CHECK(plan.guard_plan->loan.asset == w.asset(sold));
        }
    }
}

TEST_CASE("what bounds the size is named") {
    struct Case {
        const char* gate;
        std::function<void(Situation&)> bend;
    };
    const BaseValue thousand{U256{100'000'000'000}};
    const std::vector<Case> cases = {
        {"limit-value-per-action", [&](Situation& s) { s.allowed.value_per_action = thousand; }},
        {"limit-value-per-day", [&](Situation& s) { s.allowed.value_left_today = thousand; }},
        {"guard-value-per-day", [&](Situation& s) { s.seat->standing.policy.value_per_day = thousand.value; }},
        {"guard-allowance", [&](Situation& s) { s.seat->allowances[0] = TokenAmount{*div_down(kWad, U256{2})}; }},
        {"flash-liquidity", [&](Situation& s) { s.loans[0].available = TokenAmount{*div_down(kWad, U256{2})}; }},
        {"liquidity",
         [&](Situation& s) {
             s.conditions = lending::Conditions{s.now.block, {}};
             for (const auto& row : s.now.assets) {
                 lending::AssetConditions one;
                 one.asset = row.asset;
                 one.liquidity = TokenAmount{kWad};
                 one.supply_room = one.borrow_room = TokenAmount{kU256Max};
                 s.conditions->assets.push_back(one);
             }
         }},
    };
    auto w = plain();
    w.lend(Lender::MorphoBlue, 0, 0);
    for (const auto& one : cases) {
        CAPTURE(one.gate);
        auto& s = w.situation();
        one.bend(s);
        const Plan plan = first_plan(repay_with_collateral(s, Breadth::First));
        CHECK(plan.shortfall == one.gate);
        CHECK(plan.after.health_factor > plan.before.health_factor);
        CHECK(plan.after.health_factor < s.target);
        CHECK(test::carry_out(s, plan).trouble == "");
    }
}

TEST_CASE("what the guard would refuse is not proposed, and the policy's field is named") {
    struct Case {
        const char* gate;
        std::function<void(guard::Standing&)> bend;
    };
    auto w = plain();
    w.lend(Lender::UniswapV3, 0, 500);
    const Timestamp now = w.chain.head.timestamp + 24;
    const std::vector<Case> cases = {
        {"guard-expiry", [&](guard::Standing& g) { g.policy.expiry = now; }},
        {"guard-cooldown", [&](guard::Standing& g) { g.last_plan = now - 10, g.policy.cooldown = 11; }},
        {"guard-trigger", [&](guard::Standing& g) { g.policy.trigger = hundredths(104); }},
        {"guard-floor", [&](guard::Standing& g) { g.policy.floor = hundredths(152); }},
        {"guard-ceiling", [&](guard::Standing& g) { g.policy.ceiling = hundredths(149); }},
        {"guard-max-loss-bps", [&](guard::Standing& g) { g.policy.max_loss_bps = 5; }},
        {"guard-value-per-day", [&](guard::Standing& g) { g.spent_previous = g.policy.value_per_day; }},
        {"guard-collaterals", [&](guard::Standing& g) { g.policy.collaterals = {w.asset(1)}; }},
        {"guard-debts", [&](guard::Standing& g) { g.policy.debts = {w.asset(1)}; }},
        {"guard-venues", [&](guard::Standing& g) { g.policy.venues.pop_back(); }},
        {"no-route", [&](guard::Standing& g) { g.policy.venues = {g.policy.venues.back()}; }},
    };
    for (const auto& one : cases) {
        CAPTURE(one.gate);
        auto& s = w.situation();
        one.bend(s.seat->standing);
        const auto proposals = repay_with_collateral(s, Breadth::First);
        REQUIRE(std::holds_alternative<NoPlan>(proposals.front()));
        CHECK(std::get<NoPlan>(proposals.front()).gate == one.gate);
    }
}

TEST_CASE("a thin pool: the part that the price allows now, or nothing") {
    RescueWorld w;
    w.supply(0, 1'000);
    w.borrow_to(2, 105);
    w.pool_v2(0, 2, 2'000'000);
    w.lend(Lender::MorphoBlue, 0, 0);
    auto& s = w.situation(130);
    const Plan plan = first_plan(repay_with_collateral(s, Breadth::First));
    CHECK(plan.shortfall == "price-impact");
    CHECK(plan.after.health_factor > plan.before.health_factor);
    CHECK(test::carry_out(s, plan).trouble == "");
    // Its price is at the bound: 2 % in an emergency, half of that while watching.
    s.urgency = Urgency::Watch;
    const Plan less = first_plan(repay_with_collateral(s, Breadth::First));
    CHECK(less.amount < plan.amount);
    s.allowed.slippage_bps = 20;  // the fee alone is more
    CHECK(only_gate(repay_with_collateral(s, Breadth::First)) == "price-impact");
}

namespace {

/// What the sales of a plan must bring, of one whole token.
U256 least(const Plan& plan) {
    U256 out;
    U256 in;
    for (const auto& step : plan.guard_plan->steps) {
        if (step.action != Action::Swap) continue;
        out = *checked_add(out, step.min_out.value);
        in = *checked_add(in, step.amount.value);
    }
    return *mul_div_down(out, kWad, in);
}

}  // namespace

TEST_CASE("the minimum is the tighter of the protocol's price and the pools' mean") {
    auto w = plain();
    w.lend(Lender::MorphoBlue, 0, 0);
    auto& s = w.situation();
    s.urgency = Urgency::Watch;
    s.allowed.slippage_bps = 400;  // half of it now
    const U256 by_oracle = least(first_plan(repay_with_collateral(s, Breadth::First)));
    CHECK(by_oracle >= U256{1'960'000'000});
    CHECK(by_oracle <= U256{1'960'000'100});
    const auto tick = std::get<dex::V3State>(w.pools[0].state).tick;
    s.references = {{0, tick + 100}};  // 1 % higher
    const Plan tighter = first_plan(repay_with_collateral(s, Breadth::First));
    CHECK(least(tighter) > U256{1'979'000'000});
    CHECK_FALSE(tighter.doubtful);
    s.references = {{0, tick - 100}};  // lower: the protocol's stands
    CHECK(least(first_plan(repay_with_collateral(s, Breadth::First))) >= U256{1'960'000'000});
    s.references = {{0, tick - 600}};
    CHECK(first_plan(repay_with_collateral(s, Breadth::First)).doubtful);
    s.references = {{0, tick + 1'000}};  // no pool pays what the mean still says
    CHECK(only_gate(repay_with_collateral(s, Breadth::First)) == "reference-disagrees");
    s.urgency = Urgency::Emergency;
    s.allowed.slippage_bps = 200;
    const Plan urgent = first_plan(repay_with_collateral(s, Breadth::First));
    CHECK(urgent.doubtful);
    CHECK(least(urgent) >= U256{1'960'000'000});  // 2,000 less 2 %
    CHECK(least(urgent) <= U256{1'960'000'100});

    // A pool that pays 10 % more than the oracle says is held to that, though the mean says more still.
    RescueWorld other;
    other.supply(0, 10);
    other.borrow_to(2, 105);
    other.pool_v3(0, 2, 20'000'000, 500, -1'000);
    other.lend(Lender::MorphoBlue, 0, 0);
    auto& dear = other.situation();
    dear.urgency = Urgency::Emergency;
    dear.references = {{0, std::get<dex::V3State>(other.pools[0].state).tick + 1'000}};
    const U256 held = least(first_plan(repay_with_collateral(dear, Breadth::First)));
    CHECK(held > U256{2'150'000'000});
    CHECK(held < U256{2'156'000'000});  // 2,200 less 2 %
}

TEST_CASE(
    "O08 O21 what a cap holds down is not sold for less than its feeds say while there is time, and told as doubtful") {
    RescueWorld w = plain();
    w.lend(Lender::MorphoBlue, 0, 0);
    auto& s = w.situation();
    s.urgency = Urgency::Watch;
    s.allowed.slippage_bps = 400;
    const U256 by_oracle = least(first_plan(repay_with_collateral(s, Breadth::First)));
    s.uncapped = {{w.asset(0), Price{U256{202'000'000'000}}}};  // 1 % above the protocol's 2,000
    const U256 held = least(first_plan(repay_with_collateral(s, Breadth::First)));
    CHECK(held > by_oracle);
    CHECK(*mul_div_down(by_oracle, U256{101}, U256{100}) <= *checked_add(held, U256{100}));
    s.uncapped = {{w.asset(0), Price{U256{206'000'000'000}}}};  // 3 %: no pool pays it, less half of the slippage
    s.allowed.slippage_bps = 50;
    CHECK(only_gate(repay_with_collateral(s, Breadth::First)) == "reference-disagrees");
    s.urgency = Urgency::Emergency;  // now liquidation would cost more
    CHECK(first_plan(repay_with_collateral(s, Breadth::First)).doubtful);
}

TEST_CASE("an offer is used for its own amount only") {
    auto w = plain();
    w.lend(Lender::MorphoBlue, 0, 0);
    const Address target = test::AaveDeployment::address(20, 7);
    w.policy.venues.push_back(target);
    auto& s = w.situation();
    const auto wanted = plan_ladder(s).wanted;
    REQUIRE(wanted.size() == 1);
    CHECK(wanted[0].token_in == w.asset(0));
    Offer offer{"0x",
                wanted[0].token_in,
                wanted[0].token_out,
                wanted[0].amount_in,
                {},
                {},
                target,
                {1, 2, 3},
                200'000,
                static_cast<std::int64_t>(s.as_of) * 1'000 + 5'000};
    offer.amount_out = TokenAmount{*mul_div_down(offer.amount_in.value, U256{2'000'000'000}, kWad)};
    offer.min_out = TokenAmount{less_bps(offer.amount_out.value, 50)};
    s.offers = {offer};
    const auto uses = [&](const Situation& at) {
        std::size_t out = 0;
        for (const auto& one : repay_with_collateral(at)) {
            const auto* plan = std::get_if<Plan>(&one);
            if (plan == nullptr) continue;
            for (const auto& step : plan->guard_plan->steps) {
                if (step.target != target || step.action != Action::Swap) continue;
                ++out;
                check_lands(at, *plan);
                CHECK(step.min_out >= offer.min_out);
                CHECK(step.data == offer.data);
            }
        }
        return out;
    };
    CHECK(uses(s) == 1);
    const auto ladder = plan_ladder(s);
    REQUIRE(ladder.rungs.size() > 2);
    CHECK(ladder.rungs[0].guard_plan->steps[0].target == target);  // nothing lost: the cheapest
    CHECK(ladder.rungs[1].guard_plan->steps[0].target != target);  // and the pools stand behind it

    s.offers[0].amount_in = TokenAmount{*checked_mul(offer.amount_in.value, U256{2})};
    CHECK(uses(s) == 0);
    s.offers[0] = offer;
    s.offers[0].expires_ms = static_cast<std::int64_t>(s.as_of) * 1'000;
    CHECK(uses(s) == 0);
    s.offers[0] = offer;
    s.seat->standing.policy.venues.pop_back();
    CHECK(uses(s) == 0);
}
