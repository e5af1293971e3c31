// SPDX-License-Identifier: Apache-2.0
// Price sources as they change behind the market's back.
#include <doctest/doctest.h>

#include "chain/lending/aave_v3/contracts.hpp"
#include "tests/onchain/population.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

struct Stage {
    Stage() : world(shared_world()), scene(world.node), watch(world) {
        Dice dice(61);
        populate(world, dice);
        for (const auto& account : world.all_accounts()) watch.market().watch(account);
        head = world.node.latest().ref;
        watch.sync(head);
    }

    std::size_t block(std::span<const Tx> transactions) {
        head = world.node.must(transactions, head.timestamp + 12).ref;
        const auto calls = watch.step(head);
        REQUIRE(calls);
        return *calls;
    }
    std::size_t block(std::initializer_list<Tx> transactions) {
        return block(std::span<const Tx>(transactions.begin(), transactions.size()));
    }
    Tx price(const DevReserve& reserve, const U256& to) const {
        return world.admin.price(*reserve.aggregator, I256{to});
    }
    std::vector<std::string> found() {
        Tally tally;
        return differences(world, watch, head, tally);
    }
    /// The adapter of wstETH, which is read at every block, gives way to a feed.
    void replace_adapter() {
        const auto& asset = world.info.reserve("wstETH").asset;
        block({world.admin.price(world.behind_spare_proxy, I256{U256{230'000'000'000}}),
               world.admin.price_source(asset, world.spare_proxy)});
        for (std::uint64_t i = 1; i <= 2; ++i)
            block({world.admin.price(world.behind_spare_proxy, I256{U256{230'000'000'000 + i}})});
    }
    /// Every feed shows twice that its events tell its price.
    void prove_feeds() {
        for (std::uint64_t turn = 1; turn <= 2; ++turn) {
            std::vector<Tx> prices;
            for (const auto& reserve : world.info.reserves) {
                if (!reserve.aggregator) continue;
                const U256 now = world.price_of(reserve.asset);
                prices.push_back(price(reserve, *checked_add(now, U256{turn})));
            }
            block(prices);
        }
    }

    World& world;
    Scene scene;
    Watch watch;
    BlockRef head;
};

}  // namespace

TEST_CASE("once feeds have shown that their events tell all, they are not read any more") {
    Stage stage;
    CHECK(stage.block({}) == 1);  // all prices
    stage.prove_feeds();
    CHECK(stage.block({}) == 1);  // the adapter of wstETH has no events
    CHECK(stage.found().empty());
    // With the adapter replaced by a feed nothing is left to read.
    stage.replace_adapter();
    CHECK(stage.block({}) == 0);
    stage.block({stage.price(stage.world.info.reserve("WETH"), U256{190'000'000'000}),
                 stage.world.admin.price(stage.world.behind_spare_proxy, I256{U256{220'000'000'000}})});
    CHECK(stage.found().empty());
}

TEST_CASE("several prices of one feed in one block: the last one counts") {
    Stage stage;
    stage.prove_feeds();
    const auto& weth = stage.world.info.reserve("WETH");
    stage.block({stage.price(weth, U256{150'000'000'000}), stage.price(weth, U256{250'000'000'000}),
                 stage.price(weth, U256{199'900'000'001})});
    CHECK(stage.found().empty());
}

TEST_CASE("an aggregator replaced without a word is noticed within fifty blocks, and by an audit at once") {
    Stage stage;
    World& world = stage.world;
    stage.prove_feeds();
    stage.replace_adapter();
    const auto& weth = world.info.reserve("WETH");
    Address fresh;
    fresh.bytes.fill(0x5b);
    world.copy_code(*weth.aggregator, fresh);
    const auto call = [&](const char* function) {
        return Tx{world.info.admin(), weth.source, abi::Encoder(selector_of(function)).address(fresh).finish(),
                  function};
    };
    stage.block({world.admin.price(fresh, I256{U256{170'000'000'000}}), call("proposeAggregator(address)"),
                 call("confirmAggregator(address)")});
    const auto& user = world.users[0];
    const auto result = world.node.multicall({stage.watch.market().audit_call(user)}, stage.head.hash).front();
    const auto audit = stage.watch.market().audit(user, stage.head, result);
    REQUIRE(audit);
    CHECK_FALSE(audit->agrees);
    unsigned blocks = 0;
    while (!stage.found().empty() && blocks < 60) {
        stage.block({});
        ++blocks;
    }
    CHECK(blocks > 0);
    CHECK(blocks <= 50);
    stage.block({world.admin.price(fresh, I256{U256{160'000'000'000}})});
    CHECK(stage.found().empty());
}

TEST_CASE("a price that the oracle refuses is an error, not a number; its return is followed") {
    Stage stage;
    World& world = stage.world;
    const auto& weth = world.info.reserve("WETH");
    for (const bool proven : {false, true}) {
        if (proven) stage.prove_feeds();
        for (const std::int64_t nonsense : {std::int64_t{0}, std::int64_t{-5}}) {
            stage.block({world.admin.price(*weth.aggregator, I256::from_i64(nonsense))});
            CHECK(stage.found().empty());
            const auto summary = stage.watch.market().summary(world.users[0], stage.head.timestamp);
            REQUIRE_FALSE(summary);
            CHECK(summary.error().code == Errc::Reverted);
            stage.block({});
            CHECK(stage.found().empty());
            stage.block({stage.price(weth, U256{201'000'000'000})});
            CHECK(stage.found().empty());
            CHECK(stage.watch.market().summary(world.users[0], stage.head.timestamp));
        }
    }
}
