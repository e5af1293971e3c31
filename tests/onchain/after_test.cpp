// SPDX-License-Identifier: Apache-2.0
// "What would the numbers be after" held against the contract after it was done, in the same second.
#include <algorithm>
#include <cstdio>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/onchain/population.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;
using lending::Change;

namespace {

struct Stage {
    explicit Stage(std::uint64_t seed) : world(shared_world()), scene(world.node), watch(world), dice(seed) {
        populate(world, dice);
        for (const auto& account : world.users) watch.market().watch(account);
        head = world.node.latest().ref;
        watch.sync(head);
        const auto answers = world.node.multicall(watch.market().condition_calls(), head.hash);
        conditions = watch.market().conditions(head, answers).value();
    }

    /// True if the chain did it and the numbers are ours; false if the chain refused, as we said it would.
    bool compare(const Address& user, const std::vector<Change>& changes, Timestamp at) {
        constexpr const char* kNames[] = {"repay", "supply", "withdraw", "borrow", "repay with supply", "eMode", "use"};
        std::vector<Tx> transactions;
        std::string what = to_checksum(user);
        for (const auto& change : changes) {
            auto call = watch.market().call(user, change).value();
            const std::string name = kNames[static_cast<std::size_t>(change.kind)];
            what += fmt::format(" {} {} {};", name, to_string(change.amount.value), to_checksum(change.asset));
            transactions.push_back({user, call.to, std::move(call.data), name});
        }
        CAPTURE(what);
        const auto foretold = watch.market().after(user, changes, at);
        const auto allowed = watch.market().allowed(user, changes, conditions, at);
        const std::string said = allowed ? "allowed" : allowed.error().message;
        CAPTURE(said);
        const Scene aside(world.node);
        const auto mined = world.node.mine(transactions, at);
        const bool done = std::find(mined.succeeded.begin(), mined.succeeded.end(), false) == mined.succeeded.end();
        REQUIRE_EQ(done, allowed.has_value());
        if (!done) return false;
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
    lending::Conditions conditions;
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
        out.push_back({{Kind::UseAsCollateral, asset.asset, TokenAmount{U256{asset.collateral ? 0U : 1U}}}});
        if (!asset.debt.is_zero()) {
            out.push_back({{Kind::RepayWithSupply, asset.asset, TokenAmount{some_of(dice, asset.debt.value)}}});
            out.push_back({{Kind::RepayWithSupply, asset.asset, TokenAmount{kU256Max}}});
        }
        const U256 little = *mul_div_down(asset.supplied.value, U256{dice.between(1, 20)}, U256{1'000});
        out.push_back({{Kind::Withdraw, asset.asset, TokenAmount{little}}});
        out.push_back({{Kind::Withdraw, asset.asset, TokenAmount{kU256Max}}});
        out.push_back({{Kind::Supply, asset.asset, TokenAmount{little}},
                       {Kind::Withdraw, asset.asset, TokenAmount{*div_down(little, U256{2})}}});
    }
    for (std::uint64_t category = 0; category < 3; ++category)
        out.push_back({{Kind::SetEMode, {}, TokenAmount{U256{category}}}});
    for (const auto& reserve : stage.world.info.reserves) {
        const U256 value = *checked_mul(U256{dice.between(1, 5'000)}, U256{100'000'000});
        const TokenAmount amount{amount_worth(stage.world, reserve, value)};
        out.push_back({{Kind::Supply, reserve.asset, amount}});
        const U256 part =
            *mul_div_down(position.summary.available_borrow.value, U256{dice.between(1, 990)}, U256{1'000});
        out.push_back({{Kind::Borrow, reserve.asset, TokenAmount{amount_worth(stage.world, reserve, part)}}});
        out.push_back({{Kind::Supply, reserve.asset, amount}, {Kind::Borrow, reserve.asset, amount}});
        // Borrowed, repaid with a supply of the same, in part and as far as it goes.
        out.push_back({{Kind::Supply, reserve.asset, amount},
                       {Kind::Borrow, reserve.asset, TokenAmount{*checked_add(amount.value, U256{dice.below(2'000)})}},
                       {Kind::RepayWithSupply, reserve.asset, TokenAmount{some_of(dice, amount.value)}},
                       {Kind::RepayWithSupply, reserve.asset, TokenAmount{kU256Max}},
                       {Kind::UseAsCollateral, reserve.asset, TokenAmount{}}});
    }
    return out;
}

}  // namespace

TEST_CASE("the numbers after a change of any kind are the contract's, and what it refuses is what we say") {
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
