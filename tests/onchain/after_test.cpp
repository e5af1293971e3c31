// SPDX-License-Identifier: Apache-2.0
// "What would the numbers be after" held against the contract after it was done, in the same second.
#include <cstdio>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/onchain/population.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;
using lending::Change;

namespace {

struct Stage {
    explicit Stage(std::uint64_t seed) : world(shared_world()), scene(world), watch(world), dice(seed) {
        populate(world, dice);
        for (const auto& account : world.users) watch.market().watch(account);
        head = world.node.latest().ref;
        watch.sync(head);
    }

    Tx transaction(const Address& user, const Change& change) const {
        const U256& amount = change.amount.value;
        switch (change.kind) {
            case Change::Kind::Repay:
                return world.pool.repay(user, change.asset, amount, RateMode::Variable, user);
            case Change::Kind::Supply:
                return world.pool.supply(user, change.asset, amount, user);
            case Change::Kind::Withdraw:
                return world.pool.withdraw(user, change.asset, amount, user);
            case Change::Kind::Borrow:
                return world.pool.borrow(user, change.asset, amount, RateMode::Variable, user);
            case Change::Kind::RepayWithSupply:
                return world.pool.repay_with_a_tokens(user, change.asset, amount, RateMode::Variable);
            case Change::Kind::SetEMode:
                return world.pool.set_emode(user, amount.low_u64());
            case Change::Kind::UseAsCollateral:
                return world.pool.use_as_collateral(user, change.asset, !amount.is_zero());
        }
        throw std::logic_error("no such change");
    }

    /// True if the chain did it and the numbers are ours; false if the chain refused.
    bool compare(const Address& user, const std::vector<Change>& changes, Timestamp at) {
        std::vector<Tx> transactions;
        for (const auto& change : changes) transactions.push_back(transaction(user, change));
        std::string what;
        for (const auto& tx : transactions) what += tx.what + "; ";
        CAPTURE(what);
        const auto foretold = watch.market().after(user, changes, at);
        const Scene aside(world);
        const auto mined = world.node.mine(transactions, at);
        for (const bool good : mined.succeeded) {
            if (!good) return false;
        }
        const auto told = contract_summary(world, user, mined.header.ref.hash);
        REQUIRE(foretold);
        REQUIRE(told);
        CHECK(to_text(*foretold) == to_text(*told));
        return true;
    }

    World& world;
    Scene scene;
    Watch watch;
    Dice dice;
    BlockRef head;
};

U256 some_of(Dice& dice, const U256& whole) {
    if (dice.percent(20)) return kU256Max;
    if (dice.percent(20)) return whole;
    return *mul_div_down(whole, U256{dice.between(1, 999)}, U256{1'000});
}

/// Repays and withdraws of what there is, supplies and borrows of any asset.
std::vector<std::vector<Change>> proposals(Stage& stage, const Address& user, Timestamp at) {
    using Kind = Change::Kind;
    Dice& dice = stage.dice;
    std::vector<std::vector<Change>> out;
    const auto position = stage.watch.market().position(user, at).value();
    for (const auto& asset : position.assets) {
        if (!asset.debt.is_zero()) {
            const Change repay{Kind::Repay, asset.asset, TokenAmount{some_of(dice, asset.debt.value)}};
            const U256 two_percent = *div_up(asset.debt.value, U256{50});
            out.push_back({repay});
            out.push_back({{Kind::Repay, asset.asset, TokenAmount{kU256Max}}});
            out.push_back({{Kind::Repay, asset.asset, TokenAmount{*div_up(asset.debt.value, U256{3})}},
                           {Kind::Borrow, asset.asset, TokenAmount{two_percent}}});
        }
        if (asset.supplied.is_zero()) continue;
        const U256 little = *mul_div_down(asset.supplied.value, U256{dice.between(1, 20)}, U256{1'000});
        out.push_back({{Kind::Withdraw, asset.asset, TokenAmount{little}}});
        out.push_back({{Kind::Withdraw, asset.asset, TokenAmount{kU256Max}}});
        out.push_back({{Kind::Supply, asset.asset, TokenAmount{little}},
                       {Kind::Withdraw, asset.asset, TokenAmount{*div_down(little, U256{2})}}});
    }
    for (const auto& reserve : stage.world.info.reserves) {
        const U256 value = *checked_mul(U256{dice.between(1, 5'000)}, U256{100'000'000});
        const TokenAmount amount{amount_worth(stage.world, reserve, value)};
        out.push_back({{Kind::Supply, reserve.asset, amount}});
        const U256 part =
            *mul_div_down(position.summary.available_borrow.value, U256{dice.between(1, 990)}, U256{1'000});
        out.push_back({{Kind::Borrow, reserve.asset, TokenAmount{amount_worth(stage.world, reserve, part)}}});
        out.push_back({{Kind::Supply, reserve.asset, amount}, {Kind::Borrow, reserve.asset, amount}});
    }
    return out;
}

}  // namespace

TEST_CASE("the numbers after a repayment, supply, withdrawal or borrowing are the contract's") {
    Stage stage(11);
    unsigned done = 0;
    unsigned refused = 0;
    for (const auto& user : stage.world.users) {
        const Timestamp at = stage.head.timestamp + stage.dice.between(1, 5'000);
        for (const auto& changes : proposals(stage, user, at)) {
            if (stage.compare(user, changes, at))
                ++done;
            else
                ++refused;
        }
    }
    std::printf("%u foretold summaries equal, %u changes refused by the pool\n", done, refused);
    CHECK(done >= 200);
}
