// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <random>

#include "tests/onchain_morpho/scene.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;
using namespace plimsoll::onchain::morpho;

namespace {

constexpr Hash32 kLiquidate = topic("Liquidate(bytes32,address,address,uint256,uint256,uint256,uint256,uint256)");

/// A market whose price anybody sets, with users who owe nearly all they may.
struct Stage {
    explicit Stage(std::uint64_t seed)
        : world(shared_world()),
          scene(world.node),
          of(world.market("wsteth-weth")),
          calls(world.calls(of)),
          watch(world, of),
          dice(seed) {
        for (const auto& user : world.users) watch.market().watch(user);
        head = world.node.latest().ref;
        watch.sync(head);
        std::vector<Tx> pledges;
        for (const auto& user : world.users)
            pledges.push_back(calls.pledge(user, U256{dice() % 15'000'000'000'000'000'000ULL + 1'000'000}, user));
        mine(pledges);
        std::vector<Tx> debts;
        for (const auto& user : world.users) {
            const auto most = watch.market().summary(user, head.timestamp + 1)->available_borrow.value;
            const auto part = *mul_div_down(most, U256{970 + dice() % 30}, U256{1'000});
            const lending::Change change{lending::Change::Kind::Borrow, world.info.reserve(of.loan).asset,
                                         TokenAmount{part}};
            const auto call = watch.market().call(user, change).value();
            debts.push_back({user, call.to, call.data, "borrow"});
        }
        mine(debts);
    }

    void mine(const std::vector<Tx>& transactions, std::uint64_t seconds = 1) {
        head = world.node.must(transactions, head.timestamp + seconds).ref;
        watch.follow(head);
    }
    Tx price(const U256& of_whole) const {
        const U256 scaled = *checked_mul(of_whole, kWad);  // both tokens have 18 decimals
        return {world.users[0], of.oracle, abi::Encoder(selector("setPrice(uint256)")).uint(scaled).finish(), "price"};
    }
    /// Morpho's own word, and everything else compared by the way.
    bool liquidatable(const Address& account) {
        Tally tally;
        for (const auto& difference : differences(world, watch, head, tally)) FAIL_CHECK(difference);
        return watch.market().summary(account, head.timestamp)->health_factor < Wad{kWad};
    }

    World& world;
    Scene scene;
    const DevMorphoMarket& of;
    MorphoCalls calls;
    Watch watch;
    std::mt19937_64 dice;
    BlockRef head;
};

}  // namespace

TEST_CASE("at the price foretold Morpho liquidates, one unit above it does not") {
    Stage stage(11);
    for (const auto& user : stage.world.users) {
        const auto prices = stage.watch.market().liquidation_prices(user, stage.head.timestamp + 1);
        REQUIRE(prices);
        REQUIRE(prices->size() == 1);
        const U256 found = prices->front().price.value;
        CHECK_FALSE(prices->front().rises);
        for (const bool above : {false, true}) {
            const auto before = stage.head;
            const auto snapshot = stage.world.node.snapshot();
            stage.mine({stage.price(above ? *checked_add(found, U256{1}) : found)});
            CHECK(stage.liquidatable(user) != above);
            stage.world.node.revert(snapshot);
            REQUIRE(stage.watch.market().rewind(before));
            stage.watch.sync(before);
            stage.head = before;
        }
    }
}

TEST_CASE("interest makes an account liquidatable at the second foretold") {
    Stage stage(12);
    unsigned found = 0;
    for (const auto& user : stage.world.users) {
        const auto seconds = stage.watch.market().time_to_liquidation(user, stage.head.timestamp);
        REQUIRE(seconds);
        if (!*seconds || **seconds < 2) continue;
        ++found;
        for (const bool early : {true, false}) {
            const auto before = stage.head;
            const auto snapshot = stage.world.node.snapshot();
            stage.mine({}, **seconds - (early ? 1 : 0));
            CHECK(stage.liquidatable(user) != early);
            stage.world.node.revert(snapshot);
            REQUIRE(stage.watch.market().rewind(before));
            stage.watch.sync(before);
            stage.head = before;
        }
    }
    CHECK(found >= 5);
}

TEST_CASE("a liquidation takes what was foretold, with and without a loss for the suppliers") {
    unsigned with_bad_debt = 0;
    unsigned without = 0;
    for (const std::uint64_t permille : {955ULL, 900ULL}) {
        Stage stage(13 + permille);
        const U256 now = stage.world.node.number(stage.of.oracle, abi::Encoder(selector("price()")).finish());
        const U256 low = *mul_div_down(*div_down(now, kWad), U256{permille}, U256{1'000});
        stage.mine({stage.price(low)});
        for (const auto& user : stage.world.users) {
            const Timestamp at = stage.head.timestamp + 7;
            const auto cost = stage.watch.market().liquidation_cost(user, at).value();
            REQUIRE(cost);
            const auto position = stage.watch.market().position(user, at).value();
            if (position.summary.health_factor >= Wad{kWad}) continue;
            const U256 all = position.assets.front().supplied.value;
            const U256& seized = cost->collateral_seized.value;
            Tx tx = stage.calls.liquidate(stage.world.users[1], user, seized, {});
            if (seized != all) {
                const auto words = stage.world.node.call(
                    stage.calls.contract,
                    abi::Encoder(selector("position(bytes32,address)")).bytes32(stage.of.id).address(user).finish());
                tx = stage.calls.liquidate(stage.world.users[1], user, {}, abi::load_word(words.data() + 32));
            }
            stage.mine({tx}, 7);
            const auto logs = stage.world.node.logs({{stage.calls.contract}, {kLiquidate}}, stage.head.hash);
            REQUIRE(logs.size() == 1);
            const auto word = [&](std::size_t i) { return abi::load_word(logs[0].data.data() + 32 * i); };
            CHECK(word(0) == cost->debt_repaid.value);
            CHECK(word(2) == seized);
            CHECK((seized == all) == (cost->debt_repaid.value < position.summary.debt.value));
            CHECK_FALSE(stage.liquidatable(user));
            const U256 worth = *mul_div_down(seized, low, kWad);
            CHECK(cost->loss.value == saturating_sub(worth, *checked_add(word(0), word(3))));
            ++(word(3).is_zero() ? without : with_bad_debt);
        }
    }
    CHECK(with_bad_debt >= 5);
    CHECK(without >= 5);
}

TEST_CASE("a debt is closed to the last share by the call for its repayment") {
    Stage stage(14);
    const auto& user = stage.world.users[2];
    const Timestamp at = stage.head.timestamp + 3'600;
    const auto debt = stage.watch.market().summary(user, at)->debt;
    const auto loan = stage.world.info.reserve(stage.of.loan).asset;
    // An amount above the debt, as a plan with a margin names it; by assets Morpho would refuse it.
    const TokenAmount more{*checked_add(debt.value, U256{1'000'000})};
    const auto call = stage.watch.market().repay(user, loan, more).value();
    CHECK(stage.watch.market().spender() == call.to);
    const auto balance = [&] {
        return stage.world.node.number(loan, abi::Encoder(selector("balanceOf(address)")).address(user).finish());
    };
    const U256 held = balance();
    stage.mine({{user, call.to, call.data, "repay"}}, 3'600);
    CHECK(*checked_sub(held, balance()) == debt.value);
    CHECK(stage.watch.market().summary(user, at)->health_factor.value == kU256Max);
    CHECK_FALSE(
        stage.world.node.mine(std::vector<Tx>{stage.calls.repay(stage.world.users[3], more.value, {}, user)}, at + 1)
            .succeeded[0]);
}
