// SPDX-License-Identifier: Apache-2.0
// What is behind a price: public feeds that move first, feeds that grow old, a sequencer that halts.
#include <array>

#include "chain/codec/abi_words.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;

namespace {

const Address kFeed = address_of(0xF001);
const Address kInner = address_of(0xF002);
const Address kPublic = address_of(0xF003);
const Address kPublicInner = address_of(0xF004);
const Address kUsdFeed = address_of(0xF005);
const Address kUsdInner = address_of(0xF006);
const Address kUsdPublic = address_of(0xF007);
const Address kUsdPublicInner = address_of(0xF008);
const Address kUptime = address_of(0xF009);
constexpr std::uint64_t kHour = 3'600;

void say(World& world, const Address& proxy, const Address& inner, std::uint64_t number, std::uint64_t answer) {
    world.state().feeds.feed(proxy, inner, number, answer, world.head().timestamp);
}

/// The world's collateral and debt have delayed feeds, each behind a public one. 10 ETH at 2,000, 10,000 USD: 1.6.
World priced() {
    World world;
    world.position().warn = wad(135);
    world.config.feeds = {
        {kFeed, kHour, 600, kPublic, 60}, {kPublic, kHour, 600, {}, 0}, {kUsdFeed, kHour, 600, kUsdPublic, 60}};
    world.market_options = [] {
        FakeMarket::Options options;
        options.sources = {{0, kFeed}, {1, kUsdFeed}};
        return options;
    };
    say(world, kFeed, kInner, 1, 200'000'000'000);
    say(world, kPublic, kPublicInner, 1, 200'000'000'000);
    say(world, kUsdFeed, kUsdInner, 1, 100'000'000);
    say(world, kUsdPublic, kUsdPublicInner, 1, 100'000'000);
    return world;
}

World following() {
    World world = priced();
    world.start();
    world.run();
    world.mine(3);
    REQUIRE(world.commands<engine::Sign>().empty());
    return world;
}

}  // namespace

TEST_CASE("public feeds are known where every answer takes longer than a block") {
    World world = priced();
    world.market_options = [options = world.market_options()]() mutable {
        options.poll = true;
        return options;
    };
    world.interval_ms = 250;
    world.config.block_time_ms = 250;
    world.delay = is_asked;
    world.start();
    const auto pass = [&](int count) {
        for (int i = 0; i < count; ++i) {
            world.mine();
            world.release(2);
        }
    };
    pass(40);
    say(world, kPublic, kPublicInner, 2, 150'000'000'000);
    pass(40);
    CHECK(signed_fields(world).size() == 1);
    check_rules(world);
}

TEST_CASE("O10 the public feed has fallen and the protocol lags: rescued before it reads, sized for what comes") {
    World world = following();
    say(world, kPublic, kPublicInner, 2, 150'000'000'000);  // 1.2 when it comes
    world.mine();
    REQUIRE(world.pool.size() == 1);
    CHECK(world.health() >= wad(159));  // as the protocol still counts
    const auto decision = world.last_decision();
    REQUIRE(decision);
    CHECK(decision->outcome == Outcome::Acting);
    CHECK(decision->health_now >= wad(159));
    const auto told = std::find_if(decision->gates.begin(), decision->gates.end(),
                                   [](const auto& gate) { return gate.name == "public-feed"; });
    REQUIRE(told != decision->gates.end());
    CHECK(told->measured.find("1.19") != std::string::npos);
    REQUIRE(world.alerts("below-trigger").size() == 1);
    CHECK(world.alerts("below-trigger")[0].text.find("public") != std::string::npos);
    CHECK(world.alerts("price-ahead").size() == 1);
    world.mine();
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(200));
    world.set_price(1'500);  // now it comes
    say(world, kFeed, kInner, 2, 150'000'000'000);
    world.mine(4);
    CHECK(world.health() >= wad(159));  // the target, less a minute's interest
    CHECK(world.health() < wad(161));
    CHECK(world.commands<engine::Sign>().size() == 1);
    check_rules(world);
}

TEST_CASE("O10 what is ahead is not counted twice when it has come") {
    World world = following();
    say(world, kPublic, kPublicInner, 2, 172'000'000'000);  // 1.376: safe
    world.mine(2);
    world.set_price(1'720);
    say(world, kFeed, kInner, 2, 172'000'000'000);
    world.lose = [](const engine::Command& command) { return std::holds_alternative<engine::Read>(command); };
    world.mine();  // the feeds cannot be read at the block at which it comes
    world.lose = nullptr;
    world.mine(3);
    CHECK(world.alerts("below-trigger").empty());
    CHECK(world.alerts("below-warn").empty());
    CHECK(world.commands<engine::Sign>().empty());
    check_rules(world);
}

TEST_CASE("O11 what is ahead is bid for by the moment at which the delayed feed repeats it") {
    const auto bid_with = [](std::uint64_t delay) {
        World world = priced();
        world.config.feeds[0].delay = delay;
        world.start();
        world.run();
        world.mine(3);
        say(world, kPublic, kPublicInner, 2, 150'000'000'000);
        world.mine();
        REQUIRE(world.commands<engine::Sign>().size() == 1);
        return world.commands<engine::Sign>()[0].tx.max_fee;
    };
    const Wei far = bid_with(3'600);
    CHECK(bid_with(0) == far);  // not known
    CHECK(bid_with(30) > far);
}

TEST_CASE("O14 two feeds of one position are to move in different blocks: the worst mix of both counts") {
    World world = following();
    say(world, kPublic, kPublicInner, 2, 170'000'000'000);    // 1.36 alone
    say(world, kUsdPublic, kUsdPublicInner, 2, 110'000'000);  // 1.454 alone, 1.236 with it
    world.mine();
    CHECK(world.pool.size() == 1);
    check_rules(world);
    World other = following();
    say(other, kPublic, kPublicInner, 2, 170'000'000'000);
    say(other, kUsdPublic, kUsdPublicInner, 2, 80'000'000);  // that it would be better with both does not count yet
    other.mine(2);
    CHECK(other.pool.empty());
    REQUIRE(other.engine->status().positions.at(0).health < wad(137));
}

TEST_CASE("O10 a public feed that cannot be believed triggers nothing") {
    World world = following();
    SUBCASE("not positive") {
        say(world, kPublic, kPublicInner, 2, 0);
    }
    SUBCASE("of other decimals") {
        say(world, kPublic, kPublicInner, 2, 100'000'000'000);
        world.state().feeds.word(kPublic, "decimals()", U256{18});
        for (int i = 0; i < 60; ++i) world.mine();
    }
    SUBCASE("of the future") {
        world.state().feeds.feed(kPublic, kPublicInner, 2, 100'000'000'000, world.head().timestamp + 5'000);
    }
    SUBCASE("older than what the market reads") {
        world.state().feeds.feed(kPublic, kPublicInner, 2, 100'000'000'000, world.head().timestamp - 500);
    }
    SUBCASE("old by its own heartbeat") {
        say(world, kPublic, kPublicInner, 2, 170'000'000'000);
        for (std::uint64_t seconds = 0; seconds < kHour + 700; seconds += 12) {
            world.mine();
            say(world, kUsdFeed, kUsdInner, 5, 100'000'000);
        }
        CHECK_FALSE(world.alerts("price-old").empty());
        CHECK(world.engine->status().positions.at(0).health > wad(158));
    }
    world.mine(2);
    if (world.alerts("price-decimals").empty()) CHECK(world.pool.empty());
    CHECK(world.commands<engine::Sign>().size() <= world.alerts("price-decimals").size());
}

TEST_CASE("O01 on an old price the rescue is made all the same, and the warning comes earlier") {
    World world = priced();
    world.start();
    world.run();
    world.mine(2);
    world.set_price(1'700);  // 1.36: above the warning at 1.35
    say(world, kFeed, kInner, 2, 170'000'000'000);
    say(world, kPublic, kPublicInner, 2, 170'000'000'000);
    world.mine(2);
    CHECK(world.alerts("below-warn").empty());
    for (std::uint64_t seconds = 0; seconds < kHour + 700; seconds += 12) world.mine();
    REQUIRE_FALSE(world.alerts("price-old").empty());
    const auto old = world.alerts("price-old");
    CHECK(std::any_of(old.begin(), old.end(), [](const auto& a) { return a.position == to_string(kFeed); }));
    CHECK(world.alerts("below-warn").size() >= 1);  // 1.36 is within a hundredth of it
    CHECK(world.commands<engine::Sign>().empty());
    world.set_price(1'500);
    world.mine(2);  // the feed has not said so: whatever the protocol counts, counts
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(160));
    check_rules(world);
}

TEST_CASE("O05 a new aggregator behind a feed: told, and the market looks at its sources in the same block") {
    World world = following();
    const auto reads = world.commands<engine::Read>().size();
    world.state().feeds.round(kFeed, FakeFeeds::in_phase(2, 1), I256{U256{200'000'000'000}}, world.head().timestamp,
                              world.head().timestamp);
    world.state().feeds.address(kFeed, "aggregator()", address_of(0xF0FF));
    world.mine();
    REQUIRE(world.alerts("feed-aggregator").size() == 1);
    CHECK(world.alerts("feed-aggregator")[0].text.find(to_string(address_of(0xF0FF))) != std::string::npos);
    CHECK(world.commands<engine::Read>().size() == reads + 2);  // the round, then what changed
    world.mine(3);
    CHECK(world.alerts("feed-aggregator").size() == 1);
}

TEST_CASE("O15 O16 the sequencer halts: told; back with a gap in prices, the first block leads to the rescue") {
    World world = priced();
    world.config.sequencer_feed = kUptime;
    world.state().feeds.round(kUptime, U256{1}, I256{U256{}}, World::kGenesis, World::kGenesis - 100);
    world.start();
    world.run();
    world.mine(3);
    CHECK(world.alerts("sequencer").empty());
    world.state().feeds.round(kUptime, U256{2}, I256{U256{1}}, world.head().timestamp, world.head().timestamp);
    world.mine();
    REQUIRE(world.alerts("sequencer").size() == 1);
    CHECK_FALSE(world.alerts("sequencer")[0].resolved);
    world.extra_ms = 1'800'000;  // half an hour without a block
    world.give(engine::Tick{});
    world.run();
    CHECK_FALSE(world.alerts("feed-stale").empty());
    world.extra_ms = 500;
    world.state().feeds.round(kUptime, U256{3}, I256{U256{}}, world.head().timestamp, world.head().timestamp);
    world.set_price(1'500);
    world.mine();
    CHECK(world.pool.size() == 1);  // no grace is waited for
    REQUIRE(world.alerts("sequencer").size() == 2);
    CHECK(world.alerts("sequencer")[1].resolved);
    check_rules(world);
}

TEST_CASE("O03 a feed without a positive answer is told, and the market's own price stays what counts") {
    World world = following();
    world.state().feeds.feed(kFeed, kInner, 2, 0, world.head().timestamp);
    world.mine(2);
    CHECK(world.alerts("price-none").size() == 1);
    CHECK(world.pool.empty());
    say(world, kFeed, kInner, 3, 200'000'000'000);
    world.mine();
    REQUIRE(world.alerts("price-none").size() == 2);
    CHECK(world.alerts("price-none")[1].resolved);
}

TEST_CASE("O19 a reference that somebody moved does not trigger anything, whichever way it points") {
    for (const std::int64_t mean : {-400'000, 400'000}) {
        CAPTURE(mean);
        const Address pool = address_of(0xF0AA);
        World world = only_guarded();
        world.config.pools.push_back(
            {"moved", world.config.chain, "uniswap-v3", pool, {}, std::chrono::seconds{1'800}});
        const I256 span = I256::from_i64(mean * 1'800);
        const std::array<U256, 2> cumulatives = {U256{}, span.word};
        const std::array<U256, 2> liquidity{};
        world.state().feeds.says[pool][FakeFeeds::named("observe(uint32[])")] =
            abi::Encoder().uints(cumulatives).uints(liquidity).finish();
        world.start();
        world.run();
        world.set_price(1'700);  // 1.36: warned, so that references are read
        world.mine(5);
        CHECK_FALSE(world.alerts("below-warn").empty());
        std::size_t asked = 0;
        for (const auto& read : world.commands<engine::Read>())
            for (const auto& call : read.calls) asked += call.to == pool && call.data.size() > 4 ? 1U : 0U;
        CHECK(asked > 0);
        for (const auto& position : world.engine->status().positions) {
            CHECK(position.health > wad(135));
            CHECK(position.health < wad(137));
        }
        CHECK(world.commands<engine::Sign>().empty());
        check_rules(world);
    }
}

TEST_CASE(
    "N42 no node tells pending transactions: the public feed warns and is acted on before the protocol reads it") {
    World world = following();
    world.config.pending_prices = engine::PendingPrices::Prepare;
    world.start();
    world.run();
    world.mine(3);
    say(world, kPublic, kPublicInner, 2, 165'000'000'000);  // 1.32 when it comes: below the warning
    world.mine();
    REQUIRE_FALSE(world.alerts("below-warn").empty());
    CHECK_FALSE(world.alerts("price-ahead").empty());
    CHECK(world.commands<engine::Sign>().empty());
    say(world, kPublic, kPublicInner, 3, 150'000'000'000);  // 1.2: below the trigger
    world.mine();
    CHECK(world.health() >= wad(159));  // as the protocol still counts
    CHECK(world.commands<engine::Sign>().size() == 1);
    check_rules(world);
}
