// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/onchain/population.hpp"

using namespace plimsoll;
using namespace plimsoll::onchain;

TEST_CASE("an audit agrees with the contract, and with nothing that is one unit off") {
    World& world = shared_world();
    const Scene scene(world.node);
    Dice dice(31);
    populate(world, dice);
    Watch watch(world);
    for (const auto& account : world.users) watch.market().watch(account);
    const auto head = world.node.latest().ref;
    watch.sync(head);
    for (const auto& account : world.users) {
        const auto result = world.node.multicall({watch.market().audit_call(account)}, head.hash).front();
        const auto audit = watch.market().audit(account, head, result);
        REQUIRE(audit);
        CHECK(audit->agrees);
        CHECK(audit->ours == audit->theirs);
        for (std::size_t word = 0; word < 6; ++word) {
            for (const bool up : {true, false}) {
                CallResult wrong = result;
                std::uint8_t* const at = wrong.data.data() + 32 * word;
                const U256 value = abi::load_word(at);
                const auto other = up ? checked_add(value, U256{1}) : checked_sub(value, U256{1});
                if (!other) continue;
                abi::store_word(at, *other);
                const auto verdict = watch.market().audit(account, head, wrong);
                REQUIRE(verdict);
                CHECK_FALSE(verdict->agrees);
                CHECK(verdict->ours == audit->ours);
                CHECK(verdict->theirs != audit->theirs);
            }
        }
    }
}

TEST_CASE("an audit of another block, of a revert or of half an answer is an error") {
    World& world = shared_world();
    const Scene scene(world.node);
    Watch watch(world);
    const auto& account = world.info.accounts[2];
    watch.market().watch(account);
    const auto head = world.node.latest().ref;
    watch.sync(head);
    const auto result = world.node.multicall({watch.market().audit_call(account)}, head.hash).front();
    REQUIRE(watch.market().audit(account, head, result));
    const auto next = world.node.mine({}, head.timestamp + 1).header.ref;
    CHECK(watch.market().audit(account, next, result).error().code == Errc::Mismatch);
    CHECK(watch.market().audit(account, head, {false, {}}).error().code == Errc::Reverted);
    CallResult cut = result;
    cut.data.resize(100);
    CHECK(watch.market().audit(account, head, cut).error().code == Errc::Decode);
    CHECK(watch.market().audit(world.users[3], head, result).error().code == Errc::NotFound);
}
