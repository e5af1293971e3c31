// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <doctest/doctest.h>

#include "chain/dex/twap.hpp"
#include "tests/onchain/exchange.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

/// Both books know the same of every pool, as far as both have read its ticks.
void check_equal(const dex::PoolBook& ours, const dex::PoolBook& theirs) {
    REQUIRE(ours.pools().size() == theirs.pools().size());
    for (std::size_t i = 0; i < ours.pools().size(); ++i) {
        CAPTURE(i);
        auto a = ours.pools()[i];
        auto b = theirs.pools()[i];
        if (a.kind() == dex::PoolKind::UniswapV2) {
            CHECK(a == b);
            continue;
        }
        auto& left = std::get<dex::V3State>(a.state);
        auto& right = std::get<dex::V3State>(b.state);
        const auto low = std::max(left.ticks->word_low, right.ticks->word_low);
        const auto high = std::min(left.ticks->word_high, right.ticks->word_high);
        REQUIRE(low <= high);
        const auto part = [&](dex::V3State& state) {
            dex::TickTable out{low, high, {}};
            for (const auto& info : state.ticks->ticks) {
                const auto word = state.word_of(info.tick);
                if (word >= low && word <= high) out.ticks.push_back(info);
            }
            state.ticks = std::make_shared<const dex::TickTable>(std::move(out));
        };
        part(left);
        part(right);
        CHECK(a == b);
    }
}

void check_audit(Exchange& exchange) {
    const auto trouble = exchange.audit();
    for (const auto& sentence : trouble) FAIL_CHECK(sentence);
    for (const auto& pool : exchange.book().pools()) CHECK(exchange.book().trouble(pool.address).empty());
}

}  // namespace

TEST_CASE("pools followed by their events through mints, burns, swaps and reorganisations are the contracts'") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(31);
    Exchange exchange(world, dice);
    exchange.sync();
    const auto start = exchange.head();
    unsigned succeeded = 0;
    unsigned rewinds = 0;
    for (int i = 0; i < 60; ++i) {
        const auto ancestor = exchange.head();
        const bool take_back = dice.percent(25);
        const auto snapshot = take_back ? world.node.snapshot() : std::string();
        for (std::uint64_t n = take_back ? dice.between(1, 4) : 1; n > 0; --n) {
            for (const bool good : exchange.mine(exchange.any_block())) succeeded += good ? 1 : 0;
        }
        check_audit(exchange);
        if (!take_back) continue;
        ++rewinds;
        world.node.revert(snapshot);
        REQUIRE(exchange.book().rewind(ancestor));
        CHECK(exchange.book().synced() == ancestor);
        exchange.sync();
        check_audit(exchange);
    }
    Exchange fresh(world, dice);
    fresh.sync();
    check_equal(exchange.book(), fresh.book());
    std::printf("pools followed: %u transactions, %u rewinds, from block %llu to %llu\n", succeeded, rewinds,
                static_cast<unsigned long long>(start.number), static_cast<unsigned long long>(exchange.head().number));
    CHECK(succeeded > 60);
    CHECK(rewinds > 5);
    exchange.book().reset();
    CHECK_FALSE(exchange.book().synced().has_value());
    exchange.sync();
    check_equal(exchange.book(), fresh.book());
}

TEST_CASE("a swap made through the routers leaves the pool as it was computed") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(32);
    Exchange exchange(world, dice);
    exchange.sync();
    unsigned compared = 0;
    for (int i = 0; i < 60; ++i) {
        const auto index = exchange.any_pool();
        const bool zero_for_one = dice.percent(50);
        const auto amount = exchange.any_amount(index, zero_for_one, 5);
        auto expected = exchange.book().pools()[index];
        const auto quote = dex::swap(expected, zero_for_one, amount, dex::Exact::In);
        const Tx swap = exchange.swap(exchange.route_of(index, zero_for_one), amount);
        const auto mined = exchange.mine({&swap, 1});
        CHECK(mined[0] == quote.complete());
        if (!mined[0]) continue;
        ++compared;
        auto found = exchange.book().pools()[index];
        if (auto* state = std::get_if<dex::V3State>(&found.state))
            state->ticks = std::get<dex::V3State>(expected.state).ticks;
        CHECK(found == expected);
    }
    CHECK(compared > 40);
}

TEST_CASE("a sale in parts yields on chain what was computed, and no less than the best single way") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(33);
    Exchange exchange(world, dice);
    exchange.sync();
    const auto& weth = world.info.reserve("WETH");
    const auto& usdc = world.info.reserve("USDC");
    const auto trader = world.info.accounts.at(4);
    const auto balance = [&] {
        return world.node.number(usdc.asset, abi::Encoder(selector("balanceOf(address)")).address(trader).finish());
    };
    for (const std::uint64_t amount : {10ULL, 500ULL, 3'000ULL}) {
        const auto split = exchange.book().best_split(weth.asset, usdc.asset, units(amount, 18));
        REQUIRE(split.complete());
        CHECK(split.amount_in == units(amount, 18));
        U256 best;
        for (const auto& route : exchange.book().routes(weth.asset, usdc.asset)) {
            const auto single = exchange.book().quote_exact_in(route, units(amount, 18));
            if (single.complete()) best = std::max(best, single.amount_out);
        }
        CHECK(split.amount_out >= best);
        std::vector<Tx> swaps;
        for (const auto& part : split.parts) swaps.push_back(exchange.swap(part.route, part.amount_in));
        const auto before = balance();
        for (const bool good : exchange.mine(swaps)) CHECK(good);
        CHECK(*checked_sub(balance(), before) == split.amount_out);
        std::printf("%llu WETH in %zu parts: %s instead of %s USDC units, cost %u bps\n",
                    static_cast<unsigned long long>(amount), split.parts.size(), to_string(split.amount_out).c_str(),
                    to_string(best).c_str(), split.cost_bps);
    }
}

TEST_CASE("the mean price of a pool is what its oracle's observations say, rounded as OracleLibrary does") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(34);
    Exchange exchange(world, dice);
    exchange.sync();
    const auto index = exchange.any_pool(dex::PoolKind::UniswapV3);
    const auto address = exchange.book().pools()[index].address;
    std::vector<std::pair<Timestamp, dex::Tick>> history;  // tick from this second on
    const auto tick = [&] { return std::get<dex::V3State>(exchange.book().pools()[index].state).tick; };
    history.emplace_back(exchange.head().timestamp, tick());
    for (int i = 0; i < 25; ++i) {
        const Tx swap = exchange.any_swap(index, 6);
        exchange.mine({&swap, 1});
        history.emplace_back(exchange.head().timestamp, tick());
    }
    const auto now = exchange.head().timestamp;
    for (const std::uint32_t seconds : {1U, 7U, 30U, 100U, 180U}) {
        REQUIRE(now - seconds >= history.front().first);
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < history.size(); ++i) {
            const auto from = std::max(history[i].first, now - seconds);
            const auto to = i + 1 < history.size() ? history[i + 1].first : now;
            if (to > from) sum += static_cast<std::int64_t>(to - from) * history[i].second;
        }
        const auto span = static_cast<std::int64_t>(seconds);
        const auto expected = sum / span - (sum % span != 0 && sum < 0 ? 1 : 0);
        const auto answers = world.node.multicall({dex::twap_call(address, seconds)}, exchange.head().hash);
        CHECK(dex::mean_tick(answers[0], seconds).value() == expected);
    }
    const auto too_old = world.node.multicall({dex::twap_call(address, 100'000'000)}, exchange.head().hash);
    CHECK(dex::mean_tick(too_old[0], 100'000'000).error().code == Errc::Reverted);
}

TEST_CASE("what is no pool is left out and disturbs nobody") {
    World& world = shared_world();
    const Scene scene(world.node);
    const auto& pools = world.info.exchange.pools;
    const Address nobody = Address::literal("0x00000000000000000000000000000000000000aa");
    dex::PoolBook book({{pools[0].address, dex::PoolKind::UniswapV3},
                        {nobody, dex::PoolKind::UniswapV3},
                        {world.info.pool, dex::PoolKind::UniswapV2},
                        {pools[1].address, dex::PoolKind::UniswapV2}});
    const auto head = world.node.latest().ref;
    for (int round = 0; round < 10; ++round) {
        auto reads = book.reads(head);
        if (reads.empty()) break;
        REQUIRE(book.answer(head, world.node.multicall(std::move(reads), head.hash)));
    }
    CHECK(book.synced() == head);
    CHECK(book.trouble(pools[0].address).empty());
    for (const auto& bad : {nobody, world.info.pool, pools[1].address}) CHECK_FALSE(book.trouble(bad).empty());
    CHECK(book.trouble(pools[1].address).find("does not answer as a pool of kind uniswap-v2") != std::string::npos);
    CHECK(book.routes(book.pools()[0].token0, book.pools()[0].token1).size() == 1);
}
