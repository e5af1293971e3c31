// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/route.hpp"

#include <doctest/doctest.h>

#include "chain/codec/abi.hpp"
#include "chain/codec/abi_words.hpp"
#include "chain/dex/swap_call.hpp"
#include "chain/dex/twap.hpp"
#include "tests/unit/dex/pools.hpp"

using namespace plimsoll;
using namespace plimsoll::dex;
using plimsoll::dex::made::address_of;
using plimsoll::dex::made::renamed;
using plimsoll::dex::made::v2_pool;
using plimsoll::dex::made::v3_pool;

namespace {

constexpr std::uint64_t kDeep = 1'000'000'000'000'000;

Pool v3(std::uint8_t name, std::uint8_t token0, std::uint8_t token1, std::uint64_t liquidity = kDeep,
        std::uint32_t fee = 3000) {
    return renamed(v3_pool(0, 60, fee, {{-60'000, 60'000, liquidity}}, -10, 10), name, token0, token1);
}

Pool v2(std::uint8_t name, std::uint8_t token0, std::uint8_t token1, std::uint64_t reserves = kDeep) {
    return renamed(v2_pool(reserves, reserves), name, token0, token1);
}

std::vector<std::vector<std::size_t>> places(const std::vector<Route>& routes) {
    std::vector<std::vector<std::size_t>> out;
    for (const auto& route : routes) {
        out.emplace_back();
        for (const auto& hop : route.hops) out.back().push_back(hop.pool);
    }
    return out;
}

}  // namespace

TEST_CASE("routes: shorter first, no pool or token twice, kinds apart, a third pool only for lower fees") {
    std::vector<Pool> pools = {v3(0x10, 1, 2),
                               v3(0x11, 1, 3, kDeep, 500),
                               v3(0x12, 2, 3),
                               v3(0x13, 3, 4, kDeep, 500),
                               v3(0x14, 2, 4, kDeep, 500),
                               v3(0x15, 1, 2),
                               v2(0x16, 1, 2),
                               v2(0x17, 1, 3)};
    using List = std::vector<std::vector<std::size_t>>;
    const auto found = find_routes(pools, address_of(1), address_of(2));
    CHECK(places(found) == List{{0}, {5}, {6}, {1, 2}, {1, 3, 4}});
    CHECK(found[3].hops[0].zero_for_one);
    CHECK_FALSE(found[3].hops[1].zero_for_one);
    RouteLimits limits;
    limits.hops = 1;
    CHECK(places(find_routes(pools, address_of(1), address_of(2), limits)) == List{{0}, {5}, {6}});
    limits.routes = 2;
    CHECK(places(find_routes(pools, address_of(1), address_of(2), limits)) == List{{0}, {5}});
    limits = {};
    limits.mixed = true;
    CHECK(places(find_routes(pools, address_of(1), address_of(2), limits)) ==
          List{{0}, {5}, {6}, {1, 2}, {7, 2}, {1, 3, 4}});
    limits = {};
    limits.avoid = {pools[0].address, pools[1].address};
    CHECK(places(find_routes(pools, address_of(1), address_of(2), limits)) == List{{5}, {6}});
    std::get<V3State>(pools[4].state).fee = 2'000;
    CHECK(places(find_routes(pools, address_of(1), address_of(2))) == List{{0}, {5}, {6}, {1, 2}});
    CHECK(find_routes(pools, address_of(1), address_of(1)).empty());
    CHECK(find_routes(pools, address_of(1), address_of(9)).empty());
    std::vector<Pool> blank(2);
    CHECK(find_routes(blank, Address(), address_of(1)).empty());
}

TEST_CASE("a route's quote is its pools' quotes one after the other; there and back agree") {
    const std::vector<Pool> pools = {v3(0x10, 1, 2), v3(0x11, 2, 3, kDeep / 10)};
    const Route route{address_of(1), address_of(3), {{0, true}, {1, true}}};
    const U256 amount{1'000'000'000'000};
    const auto first = quote(pools[0], true, amount, Exact::In);
    const auto second = quote(pools[1], true, first.amount_out, Exact::In);
    const auto both = quote_exact_in(pools, route, amount);
    REQUIRE(both.complete());
    CHECK(both.amount_in == amount);
    CHECK(both.amount_out == second.amount_out);
    // 0.3 % twice, and some 0.1 % and 1 % of price impact.
    CHECK(both.cost_bps > 150);
    CHECK(both.cost_bps < 180);
    const auto back = quote_exact_out(pools, route, both.amount_out);
    REQUIRE(back.complete());
    CHECK(back.amount_out == both.amount_out);
    CHECK(back.amount_in <= amount);
    CHECK(*checked_sub(amount, back.amount_in) < U256{10});
    CHECK(quote_exact_in(pools, {address_of(1), address_of(3), {{7, true}}}, amount).end == QuoteEnd::Refused);
    CHECK(quote_exact_in(pools, {address_of(1), address_of(3), {}}, amount).end == QuoteEnd::Refused);
    const std::vector<Pool> thin = {v3(0x10, 1, 2), v3(0x11, 2, 3, kDeep / 100)};
    const auto far = quote_exact_in(thin, route, U256{18 * kDeep});
    CHECK(far.end == QuoteEnd::UnknownTicks);
    CHECK(far.missing == MissingTicks{1, -11});
}

TEST_CASE("a sale is split where that yields more, never at a loss, and shared pools are counted once") {
    const U256 amount{50'000'000'000'000};
    const auto sold_by = [&](const std::vector<Pool>& pools, const SplitLimits& limits = {}) {
        return best_split(pools, address_of(1), address_of(2), amount, limits);
    };
    const std::vector<Pool> two = {v3(0x10, 1, 2), v3(0x11, 1, 2)};
    const auto split = sold_by(two);
    REQUIRE(split.complete());
    REQUIRE(split.parts.size() == 2);
    CHECK(split.amount_in == amount);
    CHECK(split.parts[0].amount_in == *div_down(amount, U256{2}));  // equal pools, equal parts
    const auto single = quote_exact_in(two, split.parts[0].route, amount);
    CHECK(split.amount_out > single.amount_out);
    CHECK(split.cost_bps < single.cost_bps);
    SplitLimits one;
    one.parts = 1;
    CHECK(sold_by(two, one).amount_out == single.amount_out);

    // A part that costs more than it brings is not made.
    SplitLimits dear;
    dear.part_cost = saturating_sub(split.amount_out, single.amount_out);
    CHECK(sold_by(two, dear).parts.size() == 1);
    dear.part_cost = saturating_sub(dear.part_cost, U256{1});
    CHECK(sold_by(two, dear).parts.size() == 2);

    // So little that a second swap's rounding is all there is.
    const auto small = best_split(two, address_of(1), address_of(2), U256{7});
    REQUIRE(small.complete());
    CHECK(small.parts.size() == 1);

    // Both routes go through pool 0: its second half is sold after the first.
    const std::vector<Pool> shared = {v3(0x10, 1, 3), v3(0x11, 2, 3), v3(0x12, 2, 3)};
    const auto through = sold_by(shared);
    REQUIRE(through.complete());
    REQUIRE(through.parts.size() == 2);
    auto world = shared;
    U256 received;
    for (const auto& part : through.parts) {
        U256 carried = part.amount_in;
        for (const auto& hop : part.route.hops)
            carried = swap(world[hop.pool], hop.zero_for_one, carried, Exact::In).amount_out;
        CHECK(carried == part.amount_out);
        received = *checked_add(received, carried);
    }
    CHECK(received == through.amount_out);

    // Many pools: at most four parts, and the deepest get most.
    std::vector<Pool> many;
    for (std::uint8_t i = 0; i < 8; ++i)
        many.push_back(v3(static_cast<std::uint8_t>(0x40 + i), 1, 2, kDeep / (i + 1U)));
    const auto parts = sold_by(many);
    REQUIRE(parts.complete());
    CHECK(parts.parts.size() == 4);
    for (const auto& part : parts.parts) CHECK(part.route.hops[0].pool < 5);
    U256 last = parts.amount_out;
    for (std::size_t n = 3; n > 0; --n) {
        SplitLimits fewer;
        fewer.parts = n;
        const auto with_fewer = sold_by(many, fewer);
        CHECK(with_fewer.parts.size() == n);
        CHECK(with_fewer.amount_out < last);
        last = with_fewer.amount_out;
        fewer.parts = 4;
        fewer.part_cost = saturating_sub(parts.amount_out, last);
        CHECK(sold_by(many, fewer).parts.size() <= n + 1);
    }
    // None alone has enough, together they have.
    const std::vector<Pool> thin = {v3(0x50, 1, 2, kDeep / 500), v3(0x51, 1, 2, kDeep / 500)};
    for (const auto& route : find_routes(thin, address_of(1), address_of(2)))
        CHECK_FALSE(quote_exact_in(thin, route, amount).complete());
    const auto together = sold_by(thin);
    CHECK(together.complete());
    CHECK(together.parts.size() == 2);
    CHECK(together.missing.size() == 2);
    const auto alone = sold_by({thin[0]});
    CHECK(alone.end == QuoteEnd::UnknownTicks);
    CHECK(alone.missing == std::vector{MissingTicks{0, -11}});
    CHECK_FALSE(sold_by({}).complete());
}

TEST_CASE("the cheapest way to an exact amount") {
    const std::vector<Pool> pools = {v3(0x10, 1, 2), v3(0x11, 1, 2, kDeep, 500), v2(0x12, 1, 2)};
    const auto out = best_exact_out(pools, address_of(1), address_of(2), U256{1'000'000'000});
    REQUIRE(out.complete());
    REQUIRE(out.parts.size() == 1);
    CHECK(out.parts[0].route.hops[0].pool == 1);
    CHECK(out.amount_out == U256{1'000'000'000});
    CHECK(out.cost_bps == 6);  // 5 bps of fee, rounded up
    CHECK_FALSE(best_exact_out(pools, address_of(1), address_of(2), U256{10 * kDeep}).complete());
}

TEST_CASE("calldata of the routers") {
    const std::vector<Pool> pools = {v3(0x10, 1, 2, kDeep, 500), v3(0x11, 2, 3, kDeep, 10'000), v2(0x12, 1, 2),
                                     v2(0x13, 2, 3)};
    const Address router = address_of(0x77);
    const SwapOrder order{U256{1'000}, U256{990}, address_of(0x66), 1'700'000'000};
    const auto decoded = [&](RouterKind kind, const Route& route, const char* signature, const char* code) {
        const auto call = swap_call(router, kind, pools, route, order);
        REQUIRE(call.has_value());
        CHECK(call->to == router);
        const auto parsed = abi::parse_signature(signature).value();
        CHECK(parsed.selector() == Selector::parse(code).value());
        CHECK(ByteView(call->data).first(4).size() == 4);
        CHECK(std::equal(call->data.begin(), call->data.begin() + 4, parsed.selector().bytes.begin()));
        const auto values = abi::decode(parsed.arguments, ByteView(call->data).subspan(4)).value();
        std::string out;
        for (std::size_t i = 0; i < values.size(); ++i)
            out += (i == 0 ? "" : ", ") + abi::to_string(parsed.arguments.parts[i], values[i]);
        return out;
    };
    const auto text = [](std::uint8_t number) { return to_checksum(address_of(number)); };
    const Route one{address_of(1), address_of(2), {{0, true}}};
    const Route two{address_of(3), address_of(1), {{1, false}, {0, false}}};
    const Route pairs{address_of(1), address_of(3), {{2, true}, {3, true}}};
    CHECK(decoded(RouterKind::UniswapV3, one,
                  "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))", "0x414bf389") ==
          "(" + text(1) + ", " + text(2) + ", 500, " + text(0x66) + ", 1700000000, 1000, 990, 0)");
    CHECK(decoded(RouterKind::UniswapV302, one,
                  "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))",
                  "0x04e45aaf") == "(" + text(1) + ", " + text(2) + ", 500, " + text(0x66) + ", 1000, 990, 0)");
    const std::string path = to_hex(address_of(3).view()) + "002710" + to_hex(address_of(2).view()).substr(2) +
                             "0001f4" + to_hex(address_of(1).view()).substr(2);
    CHECK(decoded(RouterKind::UniswapV3, two, "exactInput((bytes,address,uint256,uint256,uint256))", "0xc04b8d59") ==
          "(" + path + ", " + text(0x66) + ", 1700000000, 1000, 990)");
    CHECK(decoded(RouterKind::UniswapV302, two, "exactInput((bytes,address,uint256,uint256))", "0xb858183f") ==
          "(" + path + ", " + text(0x66) + ", 1000, 990)");
    CHECK(decoded(RouterKind::UniswapV2, pairs, "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
                  "0x38ed1739") ==
          "1000, 990, [" + text(1) + ", " + text(2) + ", " + text(3) + "], " + text(0x66) + ", 1700000000");

    const auto refused = [&](RouterKind kind, const Route& route, const SwapOrder& by) {
        const auto call = swap_call(router, kind, pools, route, by);
        REQUIRE_FALSE(call.has_value());
        return call.error().code;
    };
    CHECK(refused(RouterKind::UniswapV2, one, order) == Errc::Unsupported);
    CHECK(refused(RouterKind::UniswapV3, pairs, order) == Errc::Unsupported);
    CHECK(refused(RouterKind::UniswapV3, {address_of(1), address_of(3), {{0, true}, {3, true}}}, order) ==
          Errc::Unsupported);
    CHECK(refused(RouterKind::UniswapV3, {address_of(1), address_of(2), {}}, order) == Errc::Mismatch);
    CHECK(refused(RouterKind::UniswapV3, {address_of(1), address_of(2), {{9, true}}}, order) == Errc::Range);
    CHECK(refused(RouterKind::UniswapV3, {address_of(1), address_of(2), {{0, false}}}, order) == Errc::Mismatch);
    CHECK(refused(RouterKind::UniswapV3, {address_of(1), address_of(3), {{0, true}}}, order) == Errc::Mismatch);
    SwapOrder nothing = order;
    nothing.amount_in = U256{};
    CHECK(refused(RouterKind::UniswapV302, one, nothing) == Errc::Range);
}

TEST_CASE("mean ticks round down, wrap as int56 does, and bad answers are errors") {
    const auto answer = [](std::int64_t then, std::int64_t now) {
        const std::vector<U256> cumulatives = {I256::from_i64(then).word, I256::from_i64(now).word};
        return CallResult{true, abi::Encoder().uints(cumulatives).uints({}).finish()};
    };
    CHECK(mean_tick(answer(1'000, 1'300), 100).value() == 3);
    CHECK(mean_tick(answer(0, 299), 100).value() == 2);
    CHECK(mean_tick(answer(0, -299), 100).value() == -3);
    CHECK(mean_tick(answer(0, -300), 100).value() == -3);
    constexpr std::int64_t kTop = (std::int64_t{1} << 55) - 1;
    CHECK(mean_tick(answer(kTop - 99, -kTop - 1 + 100), 100).value() == 2);  // 200 further, over the top
    CHECK(mean_tick(answer(0, 1), 0).error().code == Errc::Range);
    CHECK(mean_tick(answer(0, 100'000'000), 1).error().code == Errc::Range);
    CHECK(mean_tick({false, {}}, 60).error().code == Errc::Reverted);
    CHECK(mean_tick({true, {}}, 60).error().code == Errc::Decode);
    const std::vector<U256> three(3);
    CHECK(mean_tick({true, abi::Encoder().uints(three).finish()}, 60).error().code == Errc::Decode);
    const auto call = twap_call(address_of(5), 1'800);
    CHECK(call.to == address_of(5));
    CHECK(to_hex(ByteView(call.data).first(4)) == "0x883bdbfd");
}

TEST_CASE("amounts at a tick, both ways and on either side of 128 bits") {
    CHECK(quote_at_tick(0, U256{12'345}, true).value() == U256{12'345});
    CHECK(quote_at_tick(0, U256{12'345}, false).value() == U256{12'345});
    // 1.0001^200000 = 484680305.026
    CHECK(quote_at_tick(200'000, U256{1'000'000}, true).value() == U256::literal("484680305025733"));
    CHECK(quote_at_tick(-200'000, U256::literal("484680305025733"), true).value() == U256{999'999});
    CHECK(quote_at_tick(500'000, U256{1'000}, true).value() > quote_at_tick(499'999, U256{1'000}, true).value());
    CHECK(quote_at_tick(500'000, shift_left(U256{1}, 100), false).value().bit_width() < 40);
    CHECK(quote_at_tick(kMaxTick + 1, U256{1}, true).error() == MathError::Overflow);
}
