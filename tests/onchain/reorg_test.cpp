// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/onchain/population.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

namespace {

void agree(World& world, Watch& watch, const BlockRef& block) {
    Tally tally;
    for (const auto& difference : differences(world, watch, block, tally)) FAIL_CHECK(difference);
    REQUIRE(tally.numbers > 0);
}

/// A block of random moves.
BlockRef move_on(World& world, Watch& watch, Player& player, const BlockRef& head) {
    std::vector<Tx> transactions;
    for (const auto& move : player.block(head.timestamp)) transactions.push_back(move.tx);
    const auto block = world.node.mine(transactions, player.next_time(head.timestamp)).header.ref;
    watch.follow(block);
    return block;
}

}  // namespace

TEST_CASE("N12 rewound to an ancestor and on along another branch, the market is the contract's") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(21);
    populate(world, dice);
    Watch watch(world);
    Watch untouched(world);  // follows only the branch that stays
    Player player(world, watch, dice);
    for (auto* each : {&watch, &untouched}) {
        for (const auto& account : world.all_accounts()) each->market().watch(account);
        each->sync(world.node.latest().ref);
    }
    BlockRef head = world.node.latest().ref;
    for (const unsigned depth : {1U, 2U, 7U, 25U}) {
        const BlockRef ancestor = head;
        const auto snapshot = world.node.snapshot();
        const auto known = player.save();
        for (unsigned i = 0; i < depth; ++i) head = move_on(world, watch, player, head);
        agree(world, watch, head);
        world.node.revert(snapshot);
        player.restore(known);
        REQUIRE(watch.market().rewind(ancestor));
        CHECK(watch.market().synced() == ancestor);
        watch.sync(ancestor);
        agree(world, watch, ancestor);
        head = ancestor;
        for (unsigned i = 0; i <= depth; ++i) {
            head = move_on(world, watch, player, head);
            untouched.follow(head);
            agree(world, watch, head);
        }
        for (const auto& account : world.all_accounts()) {
            const auto ours = watch.market().position(account, head.timestamp);
            const auto theirs = untouched.market().position(account, head.timestamp);
            REQUIRE(ours.has_value() == theirs.has_value());
            if (ours) CHECK(*ours == *theirs);
        }
    }
}

TEST_CASE("N13 a reorganisation that is too deep is refused, and the market reads anew") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(22);
    populate(world, dice);
    Watch watch(world);
    for (const auto& account : world.all_accounts()) watch.market().watch(account);
    const BlockRef ancestor = world.node.latest().ref;
    watch.sync(ancestor);
    const auto snapshot = world.node.snapshot();
    BlockRef head = ancestor;
    for (int i = 0; i < 140; ++i) {
        head = world.node.mine({}, head.timestamp + 12).header.ref;
        watch.follow(head);
    }
    world.node.revert(snapshot);
    CHECK_FALSE(watch.market().rewind(ancestor));
    watch.market().reset();
    CHECK_FALSE(watch.market().synced().has_value());
    const auto& user = world.users[0];
    const auto block = world.node.must({world.pool.supply(user, world.info.reserve("DAI").asset, units(5, 18), user)},
                                       ancestor.timestamp + 5);
    watch.sync(block.ref);
    CHECK(watch.market().synced() == block.ref);
    agree(world, watch, block.ref);
}
