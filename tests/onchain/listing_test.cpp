// SPDX-License-Identifier: Apache-2.0
// Reserves that come and go while the market is followed.
#include <array>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/onchain/population.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

constexpr const char* kImplementation =
    "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";  // EIP-1967

Address implementation_of(World& world, const Address& proxy) {
    const auto answer = world.node.request(
        "eth_getStorageAt", fmt::format(R"(["{}","{}","latest"])", to_hex(proxy.view()), kImplementation));
    const auto word = Hash32::parse(answer.value().text().value()).value();
    return abi::address_of_topic(word).value();
}

/// A word of Pool.getReserveData that holds an address.
Address reserve_word(World& world, const Address& asset, std::size_t index) {
    const auto data = abi::Encoder(selector("getReserveData(address)")).address(asset).finish();
    const Bytes answer = world.node.call(world.info.pool, data);
    abi::Reader reader(answer);
    REQUIRE(reader.skip(index));
    return reader.address().value();
}

/// PoolConfigurator.initReserves with the code and the rates of an existing reserve.
Tx list_like(World& world, const DevReserve& model, const Address& asset) {
    abi::Encoder input;
    input.address(implementation_of(world, model.a_token))
        .address(implementation_of(world, model.stable_token))
        .address(implementation_of(world, model.debt_token))
        .uint(U256{model.decimals})
        .address(reserve_word(world, model.asset, 11))
        .address(asset)
        .address(world.info.treasury)
        .address({});
    for (const auto* name : {"aNew", "aNEW", "vNew", "vNEW", "sNew", "sNEW"}) input.text(name);
    input.bytes({});
    const std::array inputs = {input};
    auto data = abi::Encoder(selector("initReserves((address,address,address,uint8,address,address,address,address,"
                                      "string,string,string,string,string,string,bytes)[])"))
                    .tuples(inputs)
                    .finish();
    return {world.info.admin(), world.info.configurator, std::move(data), "list a reserve", 12'000'000};
}

struct Stage {
    Stage() : world(shared_world()), scene(world.node), watch(world) {
        Dice dice(71);
        populate(world, dice);
        for (const auto& account : world.all_accounts()) watch.market().watch(account);
        head = world.node.latest().ref;
        watch.sync(head);
        asset.bytes.fill(0x5c);
        world.copy_code(world.info.reserve("DAI").asset, asset);
        prepare = {mint(world.info.admin(), asset, world.users[0], units(1'000'000, 18)),
                   approve(world.users[0], asset, world.info.pool, kU256Max)};
        configure = {list_like(world, world.info.reserve("DAI"), asset),
                     world.admin.price(world.spare_aggregator, I256{U256{250'000'000}}),
                     world.admin.price_source(asset, world.spare_aggregator),
                     world.admin.collateral(asset, 5'000, 6'000, 10'500),
                     world.admin.flag("setReserveBorrowing", asset, true)};
    }

    void block(std::vector<Tx> transactions) {
        head = world.node.must(transactions, head.timestamp + 12).ref;
        watch.follow(head);
        if (listed.a_token.is_zero()) compare_new_reserve();
        Tally tally;
        for (const auto& difference : differences(world, watch, head, tally)) FAIL_CHECK(difference);
    }
    /// As soon as it is listed.
    void compare_new_reserve() {
        listed.a_token = reserve_word(world, asset, 8);
        if (listed.a_token.is_zero()) return;
        listed.symbol = "new";
        listed.asset = asset;
        listed.stable_token = reserve_word(world, asset, 9);
        listed.debt_token = reserve_word(world, asset, 10);
        watch.reserves().push_back(listed);
    }
    TokenAmount supplied() {
        const auto position = watch.market().position(world.users[0], head.timestamp).value();
        for (const auto& each : position.assets) {
            if (each.asset == asset) return each.supplied;
        }
        return {};
    }

    World& world;
    Scene scene;
    Watch watch;
    BlockRef head;
    Address asset;
    DevReserve listed;
    std::vector<Tx> prepare;
    std::vector<Tx> configure;
};

}  // namespace

TEST_CASE("a reserve listed while the market is followed is part of it") {
    Stage stage;
    World& world = stage.world;
    stage.block(stage.prepare);
    stage.block(stage.configure);
    stage.block({world.pool.supply(world.users[0], stage.asset, units(500, 18), world.users[0])});
    CHECK(stage.supplied().value == units(500, 18));
    stage.block({world.pool.borrow(world.users[0], stage.asset, units(100, 18), RateMode::Variable, world.users[0]),
                 world.pool.withdraw(world.users[0], stage.asset, units(50, 18), world.users[0])});
    stage.block({world.admin.price(world.spare_aggregator, I256{U256{260'000'000}})});
}

TEST_CASE("what happens in a reserve in the very block of its listing is seen") {
    Stage stage;
    World& world = stage.world;
    stage.block(stage.prepare);
    auto all = stage.configure;
    all.push_back(world.pool.supply(world.users[0], stage.asset, units(500, 18), world.users[0]));
    all.push_back(world.pool.borrow(world.users[0], stage.asset, units(10, 18), RateMode::Variable, world.users[0]));
    stage.block(all);
    CHECK(stage.supplied().value == units(500, 18));
    stage.block({world.pool.supply(world.users[0], stage.asset, units(1, 18), world.users[0])});
}

TEST_CASE("a reserve that is dropped is gone") {
    Stage stage;
    World& world = stage.world;
    stage.block(stage.configure);
    const auto data = abi::Encoder(selector("dropReserve(address)")).address(stage.asset).finish();
    stage.block({{world.info.admin(), world.info.configurator, data, "drop"}});
    stage.block({world.pool.supply(world.users[1], world.info.reserve("USDC").asset, units(5, 6), world.users[1])});
}
