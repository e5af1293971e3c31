// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <doctest/doctest.h>

#include "tests/onchain_morpho/scene.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;
using namespace plimsoll::onchain::morpho;

namespace {

struct Stage {
    explicit Stage(std::string_view market)
        : world(shared_world()), scene(world.node), of(world.market(market)), watch(world, of) {
        for (const auto& account : world.all_accounts()) watch.market().watch(account);
        head = world.node.latest().ref;
        watch.sync(head);
        agree();
    }
    /// A block; how many calls it cost to follow it.
    std::size_t mine(const std::vector<Tx>& transactions) {
        head = world.node.must(transactions, head.timestamp + 12).ref;
        const auto calls = watch.follow(head);
        agree();
        return calls;
    }
    Tx price(const Address& aggregator, const I256& answer) const {
        return {world.info.admin(), aggregator, abi::Encoder(selector("submit(int256)")).sint(answer).finish(),
                "price"};
    }
    Tx price(std::string_view symbol, std::uint64_t answer) const {
        return price(*world.info.reserve(symbol).aggregator, I256{U256{answer}});
    }
    void agree() {
        Tally tally;
        for (const auto& difference : differences(world, watch, head, tally)) FAIL_CHECK(difference);
        REQUIRE(tally.numbers > 0);
    }

    World& world;
    Scene scene;
    const DevMorphoMarket& of;
    Watch watch;
    BlockRef head;
};

}  // namespace

TEST_CASE("once two answers of each feed proved right, a block costs no call at all") {
    Stage stage("weth-usdc");
    CHECK(stage.mine({}) == 1);
    for (std::uint64_t i = 0; i < 2; ++i) {
        CHECK(stage.mine({stage.price("WETH", 190'000'000'000 + i)}) == 1);
        CHECK(stage.mine({stage.price("USDC", 100'100'000 + i)}) == 1);
    }
    CHECK(stage.mine({}) == 0);
    CHECK(stage.mine({stage.price("WETH", 150'000'000'000)}) == 0);
    CHECK(stage.mine({stage.price("USDC", 99'000'000), stage.price("WETH", 160'000'000'000)}) == 0);
    // Both proxies are looked at again from time to time.
    std::size_t most = 0;
    for (int i = 0; i < 60; ++i) {
        stage.head = stage.world.node.must({}, stage.head.timestamp + 12).ref;
        most = std::max(most, stage.watch.follow(stage.head));
    }
    CHECK(most == 7);
    stage.agree();
}

TEST_CASE("an oracle that has only price() is asked at every block") {
    Stage stage("wsteth-weth");
    CHECK(stage.mine({}) == 1);
    const auto price = *mul_div_down(U256{11}, kWad, U256{10});
    const auto data = abi::Encoder(selector("setPrice(uint256)")).uint(*checked_mul(price, kWad)).finish();
    CHECK(stage.mine({{stage.world.users[0], stage.of.oracle, data, "price"}}) == 1);
    CHECK(
        stage.watch.market().position(stage.world.info.accounts[2], stage.head.timestamp)->assets.front().price.value ==
        price);
}

TEST_CASE("an aggregator behind the proxy is changed without a word; a negative answer stops the oracle") {
    Stage stage("weth-usdc");
    const auto& weth = stage.world.info.reserve("WETH");
    Address fresh;
    fresh.bytes.fill(0x6b);
    const Bytes code = stage.world.node.run(stage.world.node.eth().code(*weth.aggregator, {}));
    stage.world.node.request("anvil_setCode", "[\"" + to_hex(fresh.view()) + "\",\"" + to_hex(code) + "\"]");
    std::vector<Tx> change = {stage.price(fresh, I256{U256{170'000'000'000}})};
    for (const auto* function : {"proposeAggregator(address)", "confirmAggregator(address)"})
        change.push_back({stage.world.info.admin(), weth.source,
                          abi::Encoder(selector_of(function)).address(fresh).finish(), function});
    stage.mine(change);  // a candidate still: the price is read, so nothing is lost
    stage.mine({stage.price(fresh, I256{U256{171'000'000'000}})});
    for (int i = 0; i < 55; ++i) {
        stage.head = stage.world.node.must({}, stage.head.timestamp + 12).ref;
        stage.watch.follow(stage.head);
    }
    stage.agree();
    CHECK(std::count(stage.watch.market().filter().addresses.begin(), stage.watch.market().filter().addresses.end(),
                     fresh) == 1);

    const auto& borrower = stage.world.info.accounts[2];
    stage.head = stage.world.node.must({stage.price(fresh, I256::from_i64(-1))}, stage.head.timestamp + 12).ref;
    stage.watch.follow(stage.head);
    const auto none = stage.watch.market().summary(borrower, stage.head.timestamp);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == Errc::Reverted);
    const auto audited =
        stage.world.node.multicall({stage.watch.market().audit_call(borrower)}, stage.head.hash).front();
    CHECK(stage.watch.market().audit(borrower, stage.head, audited).error().code == Errc::Reverted);
    stage.mine({stage.price(fresh, I256{U256{172'000'000'000}})});
}
