// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "bot/outlook/findings.hpp"
#include "bot/outlook/moved_pools.hpp"
#include "bot/outlook/words.hpp"
#include "config/units.hpp"
#include "tests/support/fake_market.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;
using namespace plimsoll::bot::outlook;
using plimsoll::test::address_of;

namespace {

const Address kAccount = address_of(0xACC);
const Address kEth = address_of(0xE);
const Address kUsd = address_of(0xD);
const Address kBtc = address_of(0xB);
constexpr Timestamp kNow = 1'700'000'000;

/// 10 ETH at 2,000 USD (threshold 80 %) against `debt` USD; the health factor is 16,000 / debt.
test::FakeMarket market_with(std::uint64_t debt, std::uint64_t debt_rate = 0) {
    test::FakeState state;
    state.assets = {{kEth, 18, U256{2'000'00000000}, 8'000, 0, false},
                    {kUsd, 6, U256{1'00000000}, 8'000, debt_rate, false},
                    {kBtc, 8, U256{60'000'00000000}, 8'000, 0, false}};
    state.accounts[kAccount] = {{*checked_mul(U256{10}, kWad), {}, kNow}, {{}, U256{debt * 1'000'000}, kNow}, {}};
    BlockRef block;
    block.number = 100;
    block.timestamp = kNow;
    test::FakeMarket market(state, block);
    market.options().sources = {{0, address_of(1)}, {1, address_of(2)}, {2, address_of(3)}};
    market.watch(kAccount);
    return market;
}

config::Position position_of(std::string_view trigger, std::string_view target) {
    config::Position out;
    out.name = "mine";
    const auto level = [](std::string_view text) { return Wad{*config::parse_amount(config::Unit::Factor, text)}; };
    out.trigger = level(trigger);
    out.warn = out.trigger;
    out.target = level(target);
    out.strategies = {"repay-from-wallet"};
    return out;
}

strategies::Situation situation_of(const test::FakeMarket& market, std::uint64_t idle, const config::Position& owner) {
    strategies::Situation s{market, {}, {}, {}, {}, {}, kNow, 0, {}, {}, false, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    s.now = market.position(kAccount, kNow).value();
    s.target = owner.target;
    s.wallet_signs = true;
    s.allowed.strategies = owner.strategies;
    s.funds.tokens.push_back({kUsd, TokenAmount{U256{idle * 1'000'000}}, TokenAmount{kU256Max}, {}});
    s.fee_per_gas = Wei{U256{1'000'000'000}};
    return s;
}

const CheckLine* line(const std::vector<CheckLine>& lines, std::string_view what) {
    for (const auto& one : lines) {
        if (one.name.ends_with(what)) return &one;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("what falls is the collateral that is neither owed nor steady") {
    auto market = market_with(10'000);
    const auto nearest = [&] { return course_of(market, market.position(kAccount, kNow).value()).value(); };
    auto course = nearest();
    REQUIRE(course);
    CHECK(course->name == "T0");
    CHECK_FALSE(course->rises);

    // Steady collateral against a volatile debt: that rises.
    market.state().accounts[kAccount] = {{{}, kWad, kNow}, {U256{5'000'000'000}, {}, kNow}, {}};
    course = nearest();
    REQUIRE(course);
    CHECK(course->name == "T0");
    CHECK(course->rises);

    // All of it moves where two are pledged.
    market.state().accounts[kAccount] = {
        {kWad, {}, kNow}, {{}, U256{5'000'000'000}, kNow}, {U256{100'000'000}, {}, kNow}};
    CHECK(nearest()->name == "T0 and T2");

    // More owed than pledged of one, and another pledged: what liquidates first counts.
    market.state().accounts[kAccount] = {
        {kWad, *checked_mul(U256{10}, kWad), kNow}, {U256{15'000'000'000}, {}, kNow}, {U256{20'000'000}, {}, kNow}};
    CHECK(courses_of(market.position(kAccount, kNow).value()).size() == 2);
    CHECK(nearest()->name == "T0");
    CHECK(nearest()->rises);

    market.state().accounts[kAccount] = {{kWad, {}, kNow}, {}, {}};
    CHECK_FALSE(nearest());
}

TEST_CASE("the price at which a level is reached is the last above it and a millionth") {
    const auto market = market_with(10'000);  // 1.6
    const auto course = courses_of(market.position(kAccount, kNow).value()).at(0);
    const Wad level{*config::parse_amount(config::Unit::Factor, "1.2")};
    const auto part = part_to(market, kAccount, course, level, kNow).value();
    REQUIRE(part);
    CHECK(*part == 250'001);
    CHECK(health_at(market, kAccount, course, *part, kNow).value() < level);
    CHECK(health_at(market, kAccount, course, *part - 1, kNow).value() >= level);
    CHECK(part_to(market, kAccount, course, Wad{kU256Max}, kNow).value() == 0U);
    // Nothing stays supposed.
    CHECK(market.summary(kAccount, kNow).value().health_factor ==
          Wad{*checked_mul(U256{16}, U256{100'000'000'000'000'000})});
}

TEST_CASE("numbers for people") {
    CHECK(part_text(142'300) == "14.2 %");
    CHECK(part_text(9'999) == "0.99 %");
    CHECK(part_text(1'000'000) == "100.0 %");
    CHECK(amount_text(U256{231'050'000'000}, 8) == "2,310.50");
    CHECK(amount_text(U256{123'456'789'00000000}, 8) == "123,456,789.00");
    CHECK(amount_text(U256{106'543'210}, 8) == "1.0654");
    CHECK(amount_text(U256{99'000}, 8) == "0.000990");
    CHECK(amount_text(U256{}, 8) == "0.00");
}

TEST_CASE("a pool moves along, as deep as it was") {
    Course course{{kEth}, "ETH", false};
    dex::Pool pair{address_of(7), kEth, kUsd, dex::V2State{U256{1'000'000'000}, U256{4'000'000'000}}};
    const auto fallen = std::get<dex::V2State>(moved(pair, course, 190'000).state);  // to 0.81: its root is 0.9
    CHECK(fallen.reserve0 == U256{1'111'111'111});
    CHECK(fallen.reserve1 == U256{3'600'000'000});

    dex::V3State state;
    state.sqrt_price = *dex::sqrt_ratio_at_tick(1'000);
    state.tick = 1'000;
    state.liquidity = 77;
    state.spacing = 10;
    dex::TickTable table;
    table.word_low = -3;
    table.word_high = 3;
    table.ticks = {{-7'000, 1, 1}, {-100, 2, 2}, {4'000, 3, -3}};
    state.ticks = std::make_shared<const dex::TickTable>(table);
    dex::Pool pool{address_of(8), kEth, kUsd, state};
    CHECK(ticks_moved(pool, course, 100'000) == -1'054);
    const auto moved_one = std::get<dex::V3State>(moved(pool, course, 100'000).state);
    CHECK(moved_one.tick == -54);
    CHECK(moved_one.liquidity == 77);
    // Words that are no longer whole are not known any more, nor what is in them.
    CHECK(moved_one.ticks->word_low == -3);
    CHECK(moved_one.ticks->word_high == 2);
    REQUIRE(moved_one.ticks->ticks.size() == 2);
    CHECK(moved_one.ticks->ticks[0].tick == -1'154);
    CHECK(moved_one.ticks->ticks[1].tick == 2'946);

    // The other way round it rises by as much, and a pool of two that fall together stays.
    dex::Pool turned{address_of(8), kUsd, kEth, state};
    CHECK(ticks_moved(turned, course, 100'000) == 1'053);
    CHECK(ticks_moved(pool, Course{{kEth, kUsd}, "both", false}, 100'000) == 0);
}

TEST_CASE("what will happen is what the planner says of the supposed prices") {
    const auto market = market_with(10'000);  // 1.6
    const auto owner = position_of("1.45", "1.6");
    const auto outlook = outlook_of(situation_of(market, 20'000, owner), owner, std::nullopt).value();
    REQUIRE(outlook.steps.size() == 3);
    CHECK(outlook.steps[0].health >= owner.trigger);  // 1.52
    CHECK(outlook.steps[1].health < owner.trigger);   // 1.44
    REQUIRE(outlook.steps[1].plan);
    CHECK(outlook.steps[1].plan->after.health_factor >= owner.target);
    // A rescue on the way leaves it higher at -20 % than it would be without.
    REQUIRE(outlook.steps[2].after_rescue);
    CHECK(*outlook.steps[2].after_rescue > outlook.steps[2].health);
    const auto words = in_words(outlook, owner, false, currency_of(outlook, true));
    REQUIRE(words.size() == 6);
    CHECK(words[1].find("acts at: T0 down to 1,812.49 USD (9.3 % below now)") != std::string::npos);
    CHECK(words[3].find("-5 %: T0 at 1,900.00 USD, health factor 1.5200. Nothing happens") != std::string::npos);
    CHECK(words[4].find("would repay 1000 T1; then 1.6") != std::string::npos);
}

TEST_CASE("levels and limits that do not fit are told with their mend") {
    const auto market = market_with(15'600);  // 1.0256
    auto owner = position_of("1.015", "1.03");
    owner.limits.max_gas_per_day = Wei{kWad};
    auto outlook = outlook_of(situation_of(market, 100, owner), owner, std::nullopt).value();
    const auto lines = findings({owner, outlook, true, Wei{}, kAccount});
    const auto* room = line(lines, ": room");
    REQUIRE(room != nullptr);
    CHECK_FALSE(room->ok);  // 1.5 % for two steps of an assumed 1 %
    CHECK(room->mend.find("1.021") != std::string::npos);
    const auto* target = line(lines, ": target");
    REQUIRE(target != nullptr);
    CHECK_FALSE(target->ok);
    CHECK(target->detail.find("short by balance") != std::string::npos);
    const auto* money = line(lines, ": gas money");
    REQUIRE(money != nullptr);
    CHECK_FALSE(money->ok);
    CHECK(money->mend.find(to_checksum(kAccount)) != std::string::npos);

    owner = position_of("1.5", "1.7");
    const auto roomy = market_with(10'000);
    owner.limits.max_value_per_day = BaseValue{U256{1'000'00000000}};
    outlook = outlook_of(situation_of(roomy, 20'000, owner), owner, std::nullopt).value();
    const auto more = findings({owner, outlook, true, Wei{kWad}, kAccount});
    CHECK(line(more, ": room")->ok);
    CHECK(line(more, ": target")->ok);
    const auto* budget = line(more, ": budget");
    REQUIRE(budget != nullptr);
    CHECK_FALSE(budget->ok);
    CHECK(line(more, ": gas money")->ok);
}

TEST_CASE("dust, a day's gas for one rescue and a fall that leaves no plan are told with their mend") {
    const auto market = market_with(10'000);
    auto owner = position_of("1.5", "1.7");
    auto outlook = outlook_of(situation_of(market, 20'000, owner), owner, std::nullopt).value();
    REQUIRE(outlook.at_trigger);
    REQUIRE(outlook.at_trigger->plan);
    const U256 gas{outlook.at_trigger->plan->gas};
    REQUIRE_FALSE(gas.is_zero());
    outlook.coin_price = BaseValue{U256{2'000'00000000}};
    const BaseValue cost{
        *checked_add(*mul_div_up(*checked_mul(outlook.fee_per_gas.value, gas), outlook.coin_price->value, kWad),
                     outlook.at_trigger->plan->cost.value)};
    outlook.at_trigger->liquidation.emplace();
    outlook.at_trigger->liquidation->loss = cost;
    const auto told = [&](std::string_view what) {
        const auto lines = findings({owner, outlook, true, Wei{kWad}, kAccount});
        const auto* found = line(lines, what);
        REQUIRE(found != nullptr);
        return *found;
    };
    CHECK(told(": worth").ok);
    outlook.at_trigger->plan->besides_gas = Wei{U256{*pow10(18)}};  // a rollup's
    CHECK_FALSE(told(": worth").ok);
    outlook.at_trigger->plan->besides_gas = {};
    outlook.at_trigger->liquidation->loss = BaseValue{saturating_sub(cost.value, U256{1})};
    CHECK_FALSE(told(": worth").ok);
    CHECK(told(": worth").mend.starts_with("dust"));

    const Wei two{*checked_mul(*checked_mul(owner.limits.max_fee_per_gas.value, gas), U256{2})};
    owner.limits.max_gas_per_day = two;
    CHECK(told(": gas per day").ok);
    outlook.at_trigger->plan->besides_gas = Wei{U256{1}};
    CHECK_FALSE(told(": gas per day").ok);
    outlook.at_trigger->plan->besides_gas = {};
    owner.limits.max_gas_per_day = Wei{saturating_sub(two.value, U256{1})};
    CHECK_FALSE(told(": gas per day").ok);
    CHECK(told(": gas per day").mend.find("raise max_gas_per_day") == 0);

    REQUIRE(outlook.steps.back().plan);
    CHECK(line(findings({owner, outlook, true, Wei{kWad}, kAccount}), ": plan") == nullptr);
    outlook.steps.back().plan.reset();
    outlook.steps.back().refused = {{"no-balance", "the wallet holds nothing of the debts"}};
    CHECK_FALSE(told(": plan").ok);
    CHECK(told(": plan").detail == "none is left 20.0 % from here: the wallet holds nothing of the debts");
    CHECK(told(": plan").mend.starts_with("more of the debt's asset"));
}

TEST_CASE("interest that reaches the trigger within a heartbeat is told") {
    const auto market = market_with(10'000, 2'000'000'000);  // 200 % a year
    const auto owner = position_of("1.597", "1.7");
    const auto outlook = outlook_of(situation_of(market, 20'000, owner), owner, std::nullopt).value();
    const auto lines = findings({owner, outlook, true, std::nullopt, kAccount});
    REQUIRE(line(lines, ": interest") != nullptr);
    CHECK_FALSE(line(lines, ": interest")->ok);
}
