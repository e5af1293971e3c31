// SPDX-License-Identifier: Apache-2.0
// Thousands of random positions, markets and policies: every plan does what it says, and where there is none it is said
// why.
#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <tuple>

#include "strategies/fit.hpp"
#include "strategies/urgency.hpp"
#include "tests/unit/strategies/rescue_world.hpp"

using namespace plimsoll;
using namespace plimsoll::strategies;
using test::hundredths;
using test::RescueWorld;

namespace {

using Random = std::mt19937_64;

std::uint64_t pick(Random& rng, std::uint64_t low, std::uint64_t high) {
    return low + rng() % (high - low + 1);
}
bool chance(Random& rng, unsigned percent) {
    return rng() % 100 < percent;
}

constexpr std::size_t kReserves = 5;

void draw_market(Random& rng, RescueWorld& w) {
    using lending::aave_v3::Version;
    constexpr Version kVersions[] = {Version::V30, Version::V33, Version::V34, Version::V35, Version::V37};
    w.version = kVersions[rng() % std::size(kVersions)];
    w.chain.state.profile = lending::aave_v3::profile_of(w.version);
    for (std::size_t i = 0; i < kReserves; ++i) {
        auto& state = w.reserve(i).edit();
        state.config.threshold = static_cast<std::uint16_t>(pick(rng, 5'000, 9'300));
        state.config.ltv = chance(rng, 7) ? std::uint16_t{0} : static_cast<std::uint16_t>(state.config.threshold - 300);
        state.config.frozen = chance(rng, 5);
        state.config.paused = chance(rng, 3);
        state.price.value = U256{pick(rng, 1'000'000, 10'000'000'000'000)};
        w.chain.feeds[i].aggregator_answer = state.price.value;
    }
}

/// Whole tokens worth about `dollars`, at least one.
std::uint64_t tokens(const RescueWorld& w, std::size_t id, std::uint64_t dollars) {
    const std::uint64_t price = w.chain.state.reserves[id].state.price.value.low_u64();
    return std::max<std::uint64_t>(1, dollars * 100'000'000 / price);
}

void draw_position(Random& rng, RescueWorld& w) {
    const std::size_t supplies = pick(rng, 1, 3);
    for (std::size_t n = 0; n < supplies; ++n) {
        const std::size_t id = rng() % kReserves;
        w.supply(id, tokens(w, id, pick(rng, 10, 2'000'000)), !chance(rng, 8));
    }
    const std::size_t debts = pick(rng, 1, 2);
    const std::uint64_t health = pick(rng, 92, 125);
    for (std::size_t n = 0; n < debts; ++n)
        w.borrow_to(rng() % kReserves, n + 1 == debts ? health : pick(rng, 150, 400));
}

/// A pair that the position could use.
void near_position(Random& rng, const RescueWorld& w, std::size_t& a, std::size_t& b) {
    const auto& holdings = w.chain.accounts.at(w.account).holdings;
    for (const auto& one : holdings) {
        if (one.supply != 0 && (a >= kReserves || chance(rng, 60))) a = one.reserve;
    }
    for (const auto& one : holdings) {
        if (one.debt != 0 && one.reserve != a) b = one.reserve;
    }
    if (a == b) b = (a + 1) % kReserves;
}

void draw_venues(Random& rng, RescueWorld& w) {
    const std::size_t pools = pick(rng, 2, 8);
    std::set<std::tuple<std::size_t, std::size_t, std::uint32_t>> known;  // routers know one pool of each sort
    for (std::size_t n = 0; n < pools; ++n) {
        std::size_t a = rng() % kReserves;
        std::size_t b = (a + 1 + rng() % (kReserves - 1)) % kReserves;
        if (n < 3) near_position(rng, w, a, b);
        const std::uint64_t depth = pick(rng, 1, 1'000) * pick(rng, 1'000, 100'000);
        const auto below = static_cast<std::int32_t>(pick(rng, 0, 160)) - 60;
        constexpr std::uint32_t kFees[] = {0, 0, 500, 3'000};
        const std::uint32_t fee = kFees[rng() % 4];
        if (!known.insert({std::min(a, b), std::max(a, b), fee}).second) continue;
        if (fee == 0)
            w.pool_v2(a, b, depth, below);
        else
            w.pool_v3(a, b, depth, fee, below);
    }
    const std::size_t loans = pick(rng, 0, 4);
    for (std::size_t n = 0; n < loans; ++n) {
        constexpr guard::Lender kLenders[] = {guard::Lender::AaveV3, guard::Lender::MorphoBlue,
                                              guard::Lender::UniswapV3};
        const auto lender = kLenders[rng() % 3];
        const std::size_t id = rng() % kReserves;
        const auto twice = [&](const LoanSource& other) {
            return other.lender == lender && other.asset == w.asset(id);
        };
        if (std::any_of(w.loans.begin(), w.loans.end(), twice)) continue;
        const U256 some = *checked_mul(U256{tokens(w, id, pick(rng, 1'000, 3'000'000))}, w.reserve(id).unit.value());
        w.lend(lender, id, lender == guard::Lender::MorphoBlue ? 0 : static_cast<std::uint32_t>(pick(rng, 50, 900)),
               some);
    }
}

void draw_policy(Random& rng, RescueWorld& w) {
    const auto thin = [&](std::vector<Address>& list) {
        std::erase_if(list, [&](const Address&) { return chance(rng, 8); });
    };
    thin(w.policy.collaterals);
    thin(w.policy.debts);
    thin(w.policy.venues);
    w.policy.access = chance(rng, 30) ? guard::Access::Self : guard::Access::Allowance;
    w.policy.may_close = chance(rng, 50);
    w.policy.max_loss_bps = static_cast<std::uint16_t>(pick(rng, 20, 400));
    if (chance(rng, 30)) w.policy.value_per_day = U256{pick(rng, 1'000, 500'000) * 100'000'000};
    if (chance(rng, 20)) w.policy.floor = hundredths(pick(rng, 100, 130));
}

void draw_owner(Random& rng, RescueWorld& w, Situation& s) {
    s.allowed.strategies = {"repay-from-wallet", "top-up-from-wallet", "repay-with-supplied", "repay-with-collateral",
                            "swap-collateral",   "swap-debt",          "reconfigure",         "close"};
    std::shuffle(s.allowed.strategies.begin(), s.allowed.strategies.end(), rng);
    s.allowed.slippage_bps = static_cast<std::uint32_t>(pick(rng, 20, 400));
    s.urgency = static_cast<Urgency>(rng() % 3);
    if (chance(rng, 20)) s.allowed.value_per_action = BaseValue{U256{pick(rng, 1'000, 500'000) * 100'000'000}};
    if (chance(rng, 20)) s.allowed.value_left_today = BaseValue{U256{pick(rng, 1'000, 500'000) * 100'000'000}};
    if (chance(rng, 30)) s.allowed.collateral_order = {w.asset(rng() % kReserves), w.asset(rng() % kReserves)};
    if (chance(rng, 30)) s.allowed.debt_order = {w.asset(rng() % kReserves)};
    if (chance(rng, 20)) s.coin_price.reset();
    for (std::size_t i = 0; i < kReserves; ++i) {
        if (!chance(rng, 20)) continue;
        const U256 some = *checked_mul(U256{tokens(w, i, pick(rng, 10, 200'000))}, w.reserve(i).unit.value());
        s.funds.tokens.push_back({w.asset(i), TokenAmount{some}, TokenAmount{kU256Max}, TokenAmount{kU256Max}});
    }
    for (auto& allowance : s.seat->allowances) {
        if (chance(rng, 10)) allowance = TokenAmount{U256{rng()}};
    }
    for (std::size_t i = 0; i < w.pools.size(); ++i) {
        const auto* v3 = std::get_if<dex::V3State>(&w.pools[i].state);
        if (v3 != nullptr && chance(rng, 40))
            s.references.push_back({i, v3->tick + static_cast<std::int32_t>(pick(rng, 0, 300)) - 150});
    }
    if (!chance(rng, 60)) return;
    s.conditions = lending::Conditions{s.now.block, {}};
    for (std::size_t i = 0; i < kReserves; ++i) {
        lending::AssetConditions one;
        one.asset = w.asset(i);
        const U256 many = *checked_mul(U256{tokens(w, i, pick(rng, 10'000, 100'000'000))}, w.reserve(i).unit.value());
        one.liquidity = one.flash_room = TokenAmount{many};
        one.supply_room = TokenAmount{chance(rng, 20) ? U256{} : many};
        one.borrow_room = TokenAmount{many};
        one.borrowable_isolated = true;
        s.conditions->assets.push_back(one);
    }
}

bool named(const std::vector<Address>& list, const Address& asset) {
    return std::find(list.begin(), list.end(), asset) != list.end();
}

/// Only assets and venues of the policy; no step that the access does not give.
std::string outside_policy(const RescueWorld& w, const guard::Plan& plan) {
    for (const auto& step : plan.steps) {
        const bool collateral = named(w.policy.collaterals, step.asset);
        const bool debt = named(w.policy.debts, step.asset);
        switch (step.action) {
            case guard::Action::Withdraw:
            case guard::Action::Supply:
                if (!collateral) return "collateral outside of the policy";
                break;
            case guard::Action::Repay:
            case guard::Action::Borrow:
            case guard::Action::RepayWithATokens:
                if (!debt) return "debt outside of the policy";
                break;
            case guard::Action::Pull:
                if (!collateral && !debt) return "an asset outside of the policy";
                break;
            case guard::Action::Swap:
                if (!named(w.policy.venues, step.target)) return "a venue outside of the policy";
                if (!collateral && !debt) return "sells what is outside of the policy";
                break;
            case guard::Action::SetEMode:
            case guard::Action::UseAsCollateral:
                if (w.policy.access == guard::Access::Allowance) return "acts as the account without access";
                break;
        }
    }
    const bool own = plan.loan.source == w.chain.pool();
    if (plan.loan.lender != guard::Lender::None && !own && !named(w.policy.venues, plan.loan.source))
        return "a lender outside of the policy";
    return {};
}

std::string untrue(const RescueWorld& w, const Situation& s, const Plan& plan) {
    if (plan.after.health_factor <= plan.before.health_factor) return "raises nothing";
    if (plan.after.health_factor < s.target && plan.shortfall.empty()) return "falls short without a reason";
    if (plan.shortfall.empty() && plan.excess.empty() && plan.after.health_factor > above(s.target, kBandPpm) &&
        plan.strategy != kClose && plan.strategy != kReconfigure && plan.strategy != kSwapDebt)
        return "above the band without a reason";
    if (s.allowed.value_per_action && plan.value > *s.allowed.value_per_action) return "moves more than an action may";
    if (s.allowed.value_left_today && plan.value > *s.allowed.value_left_today) return "moves more than the day allows";
    if (!plan.guard_plan) return "no plan of the guard";
    if (plan.value.value > w.policy.value_per_day) return "moves more than the guard's budget";
    const U256 loss = *checked_mul(plan.cost.value, kBps);
    if (loss > *checked_mul(plan.value.value, U256{w.policy.max_loss_bps})) return "loses more than the policy allows";
    if (plan.after.health_factor.value == kU256Max && !w.policy.may_close) return "closes";
    if (plan.after.health_factor < w.policy.floor) return "below the floor";
    if (auto outside = outside_policy(w, *plan.guard_plan); !outside.empty()) return outside;
    const auto carried = test::carry_out(s, plan);
    if (!carried.trouble.empty()) return carried.trouble;
    const U256 apart = carried.after > plan.after.health_factor
                           ? saturating_sub(carried.after.value, plan.after.health_factor.value)
                           : saturating_sub(plan.after.health_factor.value, carried.after.value);
    if (carried.after.value != kU256Max && apart > *div_up(carried.after.value, U256{10'000}))
        return "another health factor than it says";
    return {};
}

std::string in_words(const Plan& plan) {
    std::string out = plan.strategy + " '" + plan.text + "' " + to_string(plan.before.health_factor) + " -> " +
                      to_string(plan.after.health_factor) + " shortfall '" + plan.shortfall + "' excess '" +
                      plan.excess + "'";
    if (!plan.guard_plan) return out;
    out += " loan " + std::to_string(static_cast<int>(plan.guard_plan->loan.lender)) + " " +
           to_string(plan.guard_plan->loan.asset) + " " + to_string(plan.guard_plan->loan.amount);
    for (const auto& step : plan.guard_plan->steps)
        out += "\n  " + std::to_string(static_cast<int>(step.action)) + " " + to_string(step.asset) + " " +
               to_string(step.amount) + " min " + to_string(step.min_out);
    return out;
}

}  // namespace

TEST_CASE("random positions: plans do what they say within policy and limits, or say why there is none") {
    constexpr int kWorlds = 3'000;
    std::map<std::string, int> shortfalls;
    std::map<std::string, int> used;
    int reached = 0;
    int planned = 0;
    for (int seed = 0; seed < kWorlds; ++seed) {
        CAPTURE(seed);
        Random rng(static_cast<std::uint64_t>(seed));
        RescueWorld w(kReserves);
        draw_market(rng, w);
        draw_position(rng, w);
        draw_venues(rng, w);
        draw_policy(rng, w);
        auto& s = w.situation(pick(rng, 130, 200));
        draw_owner(rng, w, s);
        const auto ladder = plan_ladder(s);
        REQUIRE(ladder.rungs.size() <= kRungs);
        for (const auto& none : ladder.refused) REQUIRE_FALSE((none.gate.empty() || none.text.empty()));
        if (ladder.rungs.empty()) {
            REQUIRE_FALSE(ladder.refused.empty());
            continue;
        }
        ++planned;
        if (ladder.rungs.front().shortfall.empty()) ++reached;
        for (std::size_t i = 0; i < ladder.rungs.size(); ++i) {
            const auto& plan = ladder.rungs[i];
            const std::string wrong = untrue(w, s, plan);
            CAPTURE(in_words(plan));
            REQUIRE(wrong == "");
            ++shortfalls[plan.shortfall];
            if (!plan.excess.empty()) ++shortfalls["excess " + plan.excess];
            ++used[plan.strategy];
            for (std::size_t k = 0; k < i; ++k) REQUIRE_FALSE(ladder.rungs[k].calls == plan.calls);
        }
        if (s.now.summary.health_factor >= s.target) continue;
        // Among those that reach it the cheapest is first.
        const auto price = [](const Plan& plan) { return *checked_add(plan.cost, plan.gas_cost); };
        for (std::size_t i = 1; i < ladder.rungs.size(); ++i) {
            const auto& a = ladder.rungs[i - 1];
            const auto& b = ladder.rungs[i];
            if (a.shortfall.empty() && b.shortfall.empty() && b.strategy != kClose) REQUIRE(price(a) <= price(b));
        }
    }
    std::string told;
    for (const auto& [name, count] : shortfalls) told += " '" + name + "' " + std::to_string(count);
    for (const auto& [name, count] : used) told += " " + name + " " + std::to_string(count);
    MESSAGE("plans in ", planned, " of ", kWorlds, " worlds, reached in ", reached, ";", told);
    CHECK(planned > kWorlds / 2);
    CHECK(reached > kWorlds / 6);
    for (const auto name : strategy_names()) {
        if (name != kSwapDebt && name != kReconfigure) CHECK(used[std::string(name)] > 20);
    }
}

TEST_CASE("random positions with deep pools, free loans and no limits: the target is always reached") {
    for (int seed = 0; seed < 1'000; ++seed) {
        CAPTURE(seed);
        Random rng(static_cast<std::uint64_t>(seed) + 1'000'000);
        RescueWorld w(kReserves);
        for (std::size_t i = 0; i < kReserves; ++i) {
            auto& state = w.reserve(i).edit();
            state.config.threshold = static_cast<std::uint16_t>(pick(rng, 5'000, 8'500));
            state.config.ltv = chance(rng, 10) ? std::uint16_t{0} : std::uint16_t{4'500};
            state.price.value = U256{pick(rng, 1'000'000, 10'000'000'000'000)};
            w.chain.feeds[i].aggregator_answer = state.price.value;
            w.lend(guard::Lender::MorphoBlue, i, static_cast<std::uint32_t>(pick(rng, 0, 900)));
        }
        for (std::size_t a = 0; a < kReserves; ++a) {
            for (std::size_t b = a + 1; b < kReserves; ++b)
                w.pool_v3(a, b, 3'000'000'000, 500, static_cast<std::int32_t>(pick(rng, 0, 40)) - 20);
        }
        draw_position(rng, w);
        w.policy.access = chance(rng, 30) ? guard::Access::Self : guard::Access::Allowance;
        auto& s = w.situation(pick(rng, 126, 150));
        s.allowed.slippage_bps = 300;
        s.coin_price.reset();
        const auto& health = s.now.summary.health_factor;
        if (health >= s.target || health < hundredths(90)) continue;  // no position worth the name was drawn
        const auto ladder = plan_ladder(s);
        std::string reasons;
        for (const auto& none : ladder.refused) reasons += none.gate + ": " + none.text + "; ";
        for (const auto& rung : ladder.rungs)
            reasons += "\n" + rung.text + " " + to_string(rung.after.health_factor) + " " + rung.shortfall;
        CAPTURE(reasons);
        std::string position = to_string(health) + " to " + to_string(s.target);
        for (const auto& row : s.now.assets) {
            position += "; " + row.symbol + (row.collateral ? " collateral " : " ") +
                        std::to_string(row.threshold_bps) + " supplied " + to_string(row.supplied_value) + " owed " +
                        to_string(row.debt_value);
        }
        CAPTURE(position);
        REQUIRE_FALSE(ladder.rungs.empty());
        const auto& plan = ladder.rungs.front();
        CAPTURE(in_words(plan));
        REQUIRE(plan.shortfall == "");
        REQUIRE(plan.after.health_factor >= s.target);
        if (plan.excess.empty()) REQUIRE(plan.after.health_factor <= above(s.target, kBandPpm));
        REQUIRE(untrue(w, s, plan) == "");
    }
}
