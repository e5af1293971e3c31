// SPDX-License-Identifier: Apache-2.0
// Limits of the market approached on purpose: the last amount that the pool takes, and the one after it.
#include <cstdio>
#include <doctest/doctest.h>

#include "tests/onchain/circumstances.hpp"
#include "tests/onchain/judge.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;
using lending::Change;
using Kind = Change::Kind;

namespace {

constexpr std::uint64_t kSlack = 60'000;  // dollars under a cap
constexpr std::uint64_t kWait = 40'000;

const U256 kOne{1};

U256 plus(const U256& a, const U256& b) {
    return checked_add(a, b).value();
}

struct Stage {
    Stage() : world(shared_world()), scene(world.node), dice(23), circumstances((populate(world, dice), world), dice) {}

    /// Interest for some hours; then what there is.
    void wait() { world.node.mine({}, world.next_second() + kWait); }
    std::uint64_t whole(const Address& token, unsigned decimals) {
        const U256 total = world.node.number(token, abi::Encoder(selector("totalSupply()")).finish());
        return div_down(total, *pow10(decimals))->low_u64();
    }
    static Change change(Kind kind, const Address& asset, const U256& amount) {
        return {kind, asset, TokenAmount{amount}};
    }

    World& world;
    Scene scene;
    Dice dice;
    Circumstances circumstances;
    VerdictCount count;
};

}  // namespace

TEST_CASE("both caps of every reserve, to the unit, with what accrues to the treasury and stable debts") {
    Stage s;
    // One who can borrow so much of anything.
    const auto& rich = s.world.users[0];
    const auto& weth = s.world.info.reserve("WETH");
    s.world.node.must({s.world.pool.supply(rich, weth.asset, units(500, 18), rich)}, s.world.next_second());
    for (const auto& reserve : s.world.info.reserves) {
        const U256 dollars = *checked_mul(U256{kSlack}, U256{100'000'000});
        const auto slack = div_up(amount_worth(s.world, reserve, dollars), *pow10(reserve.decimals))->low_u64();
        s.circumstances.set(reserve.asset, kSupplyCap, s.whole(reserve.a_token, reserve.decimals) + slack);
        const auto stable = s.whole(reserve.stable_token, reserve.decimals);
        s.circumstances.set(reserve.asset, kBorrowCap, s.whole(reserve.debt_token, reserve.decimals) + stable + slack);
    }
    Judge fresh(s.world, s.count);
    s.wait();
    Judge judge(s.world, s.count);
    unsigned rooms = 0;
    for (auto* each : {&fresh, &judge}) {
        // The first has answers of a block that is gone by: what they say is of its own second.
        for (const auto& reserve : s.world.info.reserves) {
            const auto& limits = each->conditions_of(reserve.asset);
            for (const bool supply : {true, false}) {
                const U256& room = supply ? limits.supply_room.value : limits.borrow_room.value;
                REQUIRE(room != kU256Max);
                if (room.is_zero()) continue;
                ++rooms;
                const Kind kind = supply ? Kind::Supply : Kind::Borrow;
                const auto before = s.count.refusals;
                each->compare(rich, {Stage::change(kind, reserve.asset, room)});
                each->compare(rich, {Stage::change(kind, reserve.asset, plus(room, kOne))});
                CHECK(s.count.refusals > before);
            }
        }
    }
    std::printf("%u rooms under caps end where the pool's do\n", rooms);
    CHECK(rooms >= 20);
    CHECK(s.count.rules["supply-cap"] >= 10);
    CHECK(s.count.rules["borrow-cap"] >= 10);
}

TEST_CASE("what the pool has left, to the unit") {
    Stage s;
    const auto& whale = s.world.info.accounts[1];
    for (const auto& reserve : s.world.info.reserves) s.circumstances.drain(reserve, units(2, reserve.decimals - 1));
    s.wait();
    Judge judge(s.world, s.count);
    for (const auto& reserve : s.world.info.reserves) {
        const U256& left = judge.conditions_of(reserve.asset).liquidity.value;
        for (const Kind kind : {Kind::Withdraw, Kind::Borrow}) {
            judge.compare(whale, {Stage::change(kind, reserve.asset, left)});
            judge.compare(whale, {Stage::change(kind, reserve.asset, plus(left, kOne))});
            judge.compare(whale, {Stage::change(kind, reserve.asset, kOne), Stage::change(kind, reserve.asset, left)});
        }
    }
    CHECK(s.count.rules["liquidity"] >= 20);
}

TEST_CASE("an isolated collateral's ceiling, to the hundredth, over several debts") {
    Stage s;
    const auto& user = s.world.users[4];  // ENS against USDT
    const auto& ens = s.world.info.reserve("ENS");
    const U256 value = *checked_mul(U256{40'000}, U256{100'000'000});
    s.world.node.must({s.world.pool.supply(user, ens.asset, amount_worth(s.world, ens, value), user)},
                      s.world.next_second());
    const std::uint64_t ceiling = [&] {
        const Judge now(s.world, s.count);
        return now.conditions_of(ens.asset).isolated_debt.low_u64() + 10'000;
    }();
    s.circumstances.set(ens.asset, kDebtCeiling, ceiling);
    Judge judge(s.world, s.count);
    const auto borrow = [&](const char* symbol, std::uint64_t hundredths) {
        const auto& reserve = s.world.info.reserve(symbol);
        return Stage::change(Kind::Borrow, reserve.asset, units(hundredths, reserve.decimals - 2));
    };
    const auto& usdt = s.world.info.reserve("USDT").asset;
    judge.compare(user, {borrow("USDC", 10'000)});
    judge.compare(user, {borrow("USDC", 10'001)});
    judge.compare(user, {borrow("USDC", 6'000), borrow("DAI", 4'000)});
    judge.compare(user, {borrow("USDC", 6'000), borrow("DAI", 4'001)});
    judge.compare(user, {Stage::change(Kind::Repay, usdt, units(500, 4)), borrow("DAI", 10'500)});
    judge.compare(user, {Stage::change(Kind::Repay, usdt, units(500, 4)), borrow("DAI", 10'501)});
    judge.compare(user, {Stage::change(Kind::Repay, usdt, kU256Max), borrow("USDC", ceiling)});
    judge.compare(user, {borrow("WETH", 1)});
    CHECK_EQ(s.count.rules["debt-ceiling"], 3);
    CHECK_EQ(s.count.rules["isolation"], 1);
}

TEST_CASE("a flag that a repayment leaves behind blocks like a collateral") {
    Stage s;
    const auto& user = s.world.users[9];  // WETH and DAI on both sides
    const auto& dai = s.world.info.reserve("DAI").asset;
    const auto& weth = s.world.info.reserve("WETH").asset;
    s.world.node.must({s.world.pool.borrow(user, dai, units(1, 18), RateMode::Variable, user),
                       s.world.pool.withdraw(user, dai, kU256Max, user)},
                      s.world.next_second());
    s.world.node.must({s.world.pool.supply(user, dai, U256{1'000}, user)}, s.world.next_second());
    s.circumstances.set(dai, kLtv, 0);
    Judge judge(s.world, s.count);
    const Change all = Stage::change(Kind::RepayWithSupply, dai, kU256Max);
    const Change little = Stage::change(Kind::Withdraw, weth, U256{1'000'000});
    judge.compare(user, {little});
    judge.compare(user, {all, little});
    judge.compare(user, {Stage::change(Kind::Withdraw, dai, kU256Max), little});
    CHECK_EQ(s.count.rules["zero-ltv-first"], 2);
}
