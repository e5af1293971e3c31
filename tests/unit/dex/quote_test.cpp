// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/quote.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "chain/dex/pool_words.hpp"
#include "tests/support/gz.hpp"
#include "tests/unit/dex/pools.hpp"

using namespace plimsoll;
using namespace plimsoll::dex;
using plimsoll::dex::made::v2_pool;
using plimsoll::dex::made::v3_pool;

namespace {

const V3State& v3(const Pool& pool) {
    return std::get<V3State>(pool.state);
}

/// A recorded pool with every tick of it known.
Pool recorded(const std::string& name) {
    const auto json = nlohmann::json::parse(plimsoll::test::read_gz("dex/" + name));
    const auto number = [](const nlohmann::json& text) { return U256::from_decimal(text.get<std::string>()).value(); };
    V3State state;
    state.sqrt_price = number(json.at("sqrtPriceX96"));
    state.tick = json.at("tick").get<Tick>();
    state.liquidity = number(json.at("liquidity")).low_u128();
    state.fee = json.at("fee").get<std::uint32_t>();
    state.spacing = json.at("tickSpacing").get<Tick>();
    TickTable table;
    table.word_low = state.word_of(kMinTick);
    table.word_high = state.word_of(kMaxTick);
    for (const auto& entry : json.at("ticks")) {
        const auto net = I256::from_decimal(entry.at("liquidityNet").get<std::string>()).value();
        table.ticks.push_back({entry.at("tick").get<Tick>(), number(entry.at("liquidityGross")).low_u128(),
                               static_cast<i128>(net.word.low_u128())});
    }
    state.ticks = std::make_shared<const TickTable>(std::move(table));
    return {made::address_of(0x30), made::address_of(1), made::address_of(2), state};
}

}  // namespace

TEST_CASE("within one range: the amounts are SwapMath's, and the price moves") {
    Pool pool = v3_pool(0, 60, 3000, {{-6000, 6000, 1'000'000'000'000}}, -3, 3);
    const auto out = quote(pool, true, U256{1'000'000}, Exact::In);
    CHECK(out.complete());
    CHECK(out.amount_in == U256{1'000'000});
    CHECK(out.amount_out == U256{996'999});  // 997,000 less what the price gives way, rounded down
    CHECK(out.ticks_crossed == 0);
    const auto back = quote(pool, true, U256{996'999}, Exact::Out);
    CHECK(back.complete());
    CHECK(back.amount_out == U256{996'999});
    CHECK(back.amount_in <= U256{1'000'000});
    CHECK(v3(pool).tick == 0);
    CHECK(swap(pool, true, U256{1'000'000}, Exact::In).amount_out == out.amount_out);
    CHECK(v3(pool).tick == -1);
    CHECK(v3(pool).sqrt_price < kQ96);
}

TEST_CASE("a tick is crossed when its price is reached, not before") {
    const Pool pool = v3_pool(0, 60, 0, {{-60, 60, 1'000'000'000}, {-6000, 6000, 1'000'000'000}}, -3, 3);
    // All that fits down to the tick at -60.
    const auto edge = amount0_delta(*sqrt_ratio_at_tick(-60), kQ96, 2'000'000'000, Rounding::Up).value();
    Pool at_edge = pool;
    const auto exact = swap(at_edge, true, edge, Exact::In);
    CHECK(exact.complete());
    CHECK(exact.ticks_crossed == 1);
    CHECK(v3(at_edge).tick == -61);
    CHECK(v3(at_edge).sqrt_price == *sqrt_ratio_at_tick(-60));
    CHECK(v3(at_edge).liquidity == 1'000'000'000);
    Pool before = pool;
    const auto less = swap(before, true, *checked_sub(edge, U256{1}), Exact::In);
    CHECK(less.ticks_crossed == 0);
    CHECK(v3(before).tick == -60);
    CHECK(v3(before).liquidity == 2'000'000'000);
    // Upwards from exactly this price the tick is crossed at once, without any amount.
    Pool up = at_edge;
    const auto first = swap(up, false, U256{1}, Exact::In);
    CHECK(first.ticks_crossed == 1);
    CHECK(v3(up).liquidity == 2'000'000'000);
    // Downwards from there it is not crossed again.
    Pool down = at_edge;
    CHECK(swap(down, true, U256{1}, Exact::In).ticks_crossed == 0);
    CHECK(v3(down).liquidity == 1'000'000'000);
}

TEST_CASE("how a quote ends") {
    const Pool known = v3_pool(0, 60, 3000, {{-6000, 6000, 1'000'000'000}}, -1, 0);
    const auto far = quote(known, false, U256{10'000'000'000}, Exact::In);
    CHECK(far.end == QuoteEnd::UnknownTicks);
    CHECK(far.missing_word == 1);
    CHECK(far.amount_in < U256{10'000'000'000});
    const auto other_way = quote(known, true, U256{10'000'000'000}, Exact::In);
    CHECK(other_way.end == QuoteEnd::UnknownTicks);
    CHECK(other_way.missing_word == -2);

    const Pool whole = v3_pool(0, 60, 3000, {{-6000, 6000, 1'000'000'000}}, -58, 57);
    for (const bool zero_for_one : {true, false}) {
        CHECK(quote(whole, zero_for_one, U256{10'000'000'000}, Exact::In).end == QuoteEnd::Exhausted);
        CHECK(quote(whole, zero_for_one, U256{1'000'000'000}, Exact::Out).end == QuoteEnd::Exhausted);
        CHECK(quote(whole, zero_for_one, U256{}, Exact::In).end == QuoteEnd::Refused);
        CHECK(quote(whole, zero_for_one, shift_left(U256{1}, 255), Exact::In).end == QuoteEnd::Refused);
        QuoteLimits limits;
        limits.steps = 5;
        CHECK(quote(whole, zero_for_one, U256{10'000'000'000}, Exact::In, limits).end == QuoteEnd::TooManyTicks);
        limits = {};
        limits.ticks = 0;
        CHECK(quote(whole, zero_for_one, U256{10'000'000'000}, Exact::In, limits).end == QuoteEnd::TooManyTicks);
        CHECK(quote(whole, zero_for_one, U256{1'000}, Exact::In, limits).complete());
    }
    Pool blank = whole;
    std::get<V3State>(blank.state).sqrt_price = U256{};
    CHECK(quote(blank, true, U256{1}, Exact::In).end == QuoteEnd::Refused);
    blank = whole;
    std::get<V3State>(blank.state).ticks = nullptr;
    CHECK(quote(blank, true, U256{1}, Exact::In).end == QuoteEnd::Refused);
    for (const auto end :
         {QuoteEnd::Complete, QuoteEnd::UnknownTicks, QuoteEnd::Exhausted, QuoteEnd::TooManyTicks, QuoteEnd::Refused})
        CHECK_FALSE(to_string(end).empty());
}

TEST_CASE("a gap without liquidity is passed without amounts") {
    Pool pool = v3_pool(0, 60, 3000, {{-60, 60, 1'000'000'000}, {1200, 2400, 1'000'000'000}}, -2, 2);
    const auto out = swap(pool, false, U256{10'000'000}, Exact::In);
    CHECK(out.complete());
    CHECK(out.ticks_crossed == 2);
    CHECK(v3(pool).tick >= 1200);
    CHECK(v3(pool).liquidity == 1'000'000'000);
}

TEST_CASE("V2 pairs as UniswapV2Library and the pair have it") {
    const Pool pair = v2_pool(1'000'000, 2'000'000);
    const auto out = quote(pair, true, U256{10'000}, Exact::In);
    CHECK(out.complete());
    CHECK(out.amount_out == U256{19'743});  // 9,970,000 * 2,000,000 / 1,009,970,000
    const auto in = quote(pair, true, U256{19'743}, Exact::Out);
    CHECK(in.complete());
    CHECK(in.amount_in == U256{10'000});
    CHECK(quote(pair, false, U256{10'000}, Exact::In).amount_out == U256{4'960});
    CHECK(quote(pair, true, U256{2'000'000}, Exact::Out).end == QuoteEnd::Exhausted);
    CHECK(quote(pair, true, U256{}, Exact::In).end == QuoteEnd::Refused);
    CHECK(quote(v2_pool(0, 5), true, U256{1}, Exact::In).end == QuoteEnd::Refused);
    CHECK(quote(v2_pool(1'000'000, 10), true, U256{1}, Exact::In).end == QuoteEnd::Refused);  // nothing comes out
    CHECK(quote(pair, true, shift_left(U256{1}, 112), Exact::In).end == QuoteEnd::Refused);   // reserves are uint112
    CHECK(quote(pair, true, kU256Max, Exact::In).end == QuoteEnd::Refused);
    Pool moved = pair;
    static_cast<void>(swap(moved, true, U256{10'000}, Exact::In));
    CHECK(std::get<V2State>(moved.state).reserve0 == U256{1'010'000});
    CHECK(std::get<V2State>(moved.state).reserve1 == U256{1'980'257});
    Pool dear = pair;
    std::get<V2State>(dear.state).fee_kept = 9'975;
    std::get<V2State>(dear.state).fee_unit = 10'000;
    CHECK(quote(dear, true, U256{10'000}, Exact::In).amount_out == U256{19'752});
}

TEST_CASE("the mid price, either way and at extreme prices") {
    const Pool pair = v2_pool(1'000'000, 2'000'000);
    CHECK(at_mid_price(pair, true, U256{10}).value() == U256{20});
    CHECK(at_mid_price(pair, false, U256{11}).value() == U256{5});
    const Pool pool = v3_pool(200'000, 60, 3000, {}, 0, 0);  // 1.0001^200000 is 484,680,305.03
    CHECK(at_mid_price(pool, true, U256{1'000'000}).value() == U256::literal("484680305025733"));
    CHECK(at_mid_price(pool, false, U256::literal("484680305025733")).value() == U256{999'999});
    CHECK(at_mid_price(pool, false, U256{1'000'000'000'000}).value() == U256{2'063});
    CHECK(at_mid_price(v3_pool(kMinTick, 1, 0, {}, 0, 0), false, shift_left(U256{1}, 127)).has_value());
    CHECK(at_mid_price(v3_pool(kMaxTick - 1, 1, 0, {}, 0, 0), true, kU256Max).error() == MathError::Overflow);
}

TEST_CASE(
    "recorded mainnet pools: their liquidity is that of their ticks, and splitting a path changes only roundings") {
    for (const auto* name : {"usdc-weth-3000-1.json.gz", "usdc-weth-3000-2.json.gz"}) {
        CAPTURE(name);
        const Pool pool = recorded(name);
        const auto& state = v3(pool);
        CHECK(tick_at_sqrt_ratio(state.sqrt_price).value() == state.tick);
        u128 sum = 0;
        i128 all = 0;
        for (const auto& info : state.ticks->ticks) {
            all += info.net;
            if (info.tick <= state.tick) sum = *add_net(sum, info.net);
        }
        CHECK(sum == state.liquidity);
        CHECK(all == 0);
        for (const bool zero_for_one : {true, false}) {
            const U256 amount =
                zero_for_one ? U256::literal("20'000'000'000'000") : U256::literal("5'000'000'000'000'000'000'000");
            const auto once = quote(pool, zero_for_one, amount, Exact::In);
            REQUIRE(once.complete());
            CHECK(once.ticks_crossed > 10);
            const auto back = quote(pool, zero_for_one, once.amount_out, Exact::Out);
            REQUIRE(back.complete());
            CHECK(back.amount_in <= amount);
            CHECK(*checked_sub(amount, back.amount_in) < U256{100'000'000'000});
            Pool moved = pool;
            U256 received;
            for (int i = 0; i < 10; ++i) {
                const auto part = swap(moved, zero_for_one, *div_down(amount, U256{10}), Exact::In);
                REQUIRE(part.complete());
                received = *checked_add(received, part.amount_out);
            }
            // Every swap rounds some units in favour of the pool.
            const U256 units = *div_down(once.amount_out, U256{1'000'000'000});
            CHECK(received <= *checked_add(once.amount_out, units));
            CHECK(*checked_add(received, units) >= once.amount_out);
        }
    }
}
