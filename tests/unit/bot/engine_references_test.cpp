// SPDX-License-Identifier: Apache-2.0
// Outside references: told, and never counted.
#include <array>

#include "chain/codec/abi_words.hpp"
#include "chain/dex/twap.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

namespace {

const Address kFeed = address_of(0xF001);
const Address kInner = address_of(0xF002);
const Address kUsdCap = address_of(0xF003);
const Address kUsdFeed = address_of(0xF004);
const Address kUsdInner = address_of(0xF005);
const Address kPool = address_of(0xF0AA);
constexpr std::uint64_t kHour = 3'600;
constexpr std::int64_t kSeconds = 1'800;
constexpr std::int32_t kAt2000 = -200'311;   // 2,000 USD of 6 decimals for one ETH of 18: 1.0001^tick = 2e-9
constexpr std::int32_t kTenPercent = 1'054;  // ln(1.1111) / ln(1.0001): a fall by a tenth

/// The pool's mean price, as observe() tells it.
void observe(World& world, std::int32_t tick) {
    const I256 span = I256::from_i64(std::int64_t{tick} * kSeconds);
    const std::array<U256, 2> cumulatives = {U256{}, span.word};
    const std::array<U256, 2> liquidity{};
    world.state().feeds.says[kPool][FakeFeeds::named("observe(uint32[])")] =
        abi::Encoder().uints(cumulatives).uints(liquidity).finish();
}

void fail_to_observe(World& world) {
    world.state().feeds.says[kPool].erase(FakeFeeds::named("observe(uint32[])"));
}

/// 10 ETH at 2,000, 10,000 USD: 1.6; a pool of both says what it is worth over half an hour.
World referred() {
    World world;
    world.config.pools.push_back(
        {"eth-usd", world.config.chain, "uniswap-v3", kPool, {}, std::chrono::seconds{kSeconds}});
    world.config.refresh_blocks = 2;
    world.config.feeds = {{kFeed, kHour, 600, {}, 0}};
    world.market_options = [] {
        FakeMarket::Options options;
        options.sources = {{0, kFeed}, {1, kUsdCap}};
        return options;
    };
    auto& feeds = world.state().feeds;
    feeds.feed(kFeed, kInner, 1, 200'000'000'000, world.head().timestamp);
    feeds.feed(kUsdFeed, kUsdInner, 1, 100'000'000, world.head().timestamp);
    feeds.address(kUsdCap, "ASSET_TO_USD_AGGREGATOR()", kUsdFeed);
    feeds.word(kUsdCap, "getPriceCap()", U256{104'000'000});
    feeds.word(kUsdCap, "latestAnswer()", U256{100'000'000});
    feeds.word(kUsdCap, "decimals()", U256{8});
    feeds.address(kPool, "token0()", kEth);
    feeds.address(kPool, "token1()", kUsd);
    observe(world, kAt2000);
    world.start();
    world.run();
    world.mine(4);
    return world;
}

}  // namespace

TEST_CASE("O18 an outside reference that is away is told, and the health factor stays the protocol's") {
    World world = referred();
    CHECK(world.alerts("price-reference").empty());
    observe(world, kAt2000 - kTenPercent);
    world.mine(4);
    REQUIRE(stands(world, "price-reference"));
    const auto told = world.alerts("price-reference").back();
    CHECK(told.level == engine::AlertLevel::Warning);
    CHECK(told.position == "eth-usd");
    CHECK(told.text.find("less") != std::string::npos);
    CHECK(world.engine->status().positions.at(0).health > wad(158));
    observe(world, kAt2000 + 100);  // one percent
    world.mine(4);
    CHECK_FALSE(stands(world, "price-reference"));
    CHECK(world.commands<engine::Sign>().empty());
    check_rules(world);
}

TEST_CASE("O18 an outside reference that is down is told, and nothing else changes") {
    World world = referred();
    fail_to_observe(world);
    world.mine(4);
    CHECK(stands(world, "reference-down"));
    CHECK(world.engine->status().positions.at(0).health > wad(158));
    world.set_price(1'500);  // the rescue does not wait for it
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    observe(world, kAt2000);
    world.mine(4);
    CHECK_FALSE(stands(world, "reference-down"));
    check_rules(world);
}

TEST_CASE("O09 a feed stays at its floor while the market falls on: alarm by comparison") {
    World world = referred();
    world.state().feeds.word(kInner, "minAnswer()", U256{200'000'000'000});
    for (int i = 0; i < 55; ++i) world.mine();  // the next look at what the aggregator is made of
    REQUIRE(stands(world, "price-bound"));
    CHECK_FALSE(stands(world, "price-reference"));
    observe(world, kAt2000 - 4 * kTenPercent);
    world.mine(4);
    REQUIRE(stands(world, "price-reference"));
    const auto told = world.alerts("price-reference").back();
    CHECK(told.level == engine::AlertLevel::Critical);
    CHECK(told.text.find("lowest answer") != std::string::npos);
    CHECK(world.commands<engine::Sign>().empty());  // an alarm: the protocol's count decides
}

TEST_CASE("O21 a capped price and a market that has left it: alarm, while health goes by the rule") {
    World world = referred();
    auto& feeds = world.state().feeds;
    feeds.feed(kUsdFeed, kUsdInner, 2, 125'000'000, world.head().timestamp);  // the cap is at 1.04
    feeds.word(kUsdCap, "latestAnswer()", U256{104'000'000});
    observe(world, kAt2000 - 2 * kTenPercent);
    world.mine(4);
    REQUIRE(stands(world, "price-capped"));
    REQUIRE(stands(world, "price-reference"));
    const auto told = world.alerts("price-reference").back();
    CHECK(told.level == engine::AlertLevel::Critical);
    CHECK(told.text.find("held down by a cap") != std::string::npos);
    CHECK(world.engine->status().positions.at(0).health > wad(158));
    CHECK(world.commands<engine::Sign>().empty());
    check_rules(world);
}
