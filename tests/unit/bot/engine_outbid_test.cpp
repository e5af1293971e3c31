// SPDX-License-Identifier: Apache-2.0
// What a reorganisation takes out after its end, and what no block takes again.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Purpose;
using engine::Stage;

namespace {

World without_cooldown(std::optional<BaseValue> of_a_day = std::nullopt) {
    World world = running();
    world.position().limits.cooldown = std::chrono::seconds{0};
    world.position().limits.max_value_per_day = of_a_day;
    world.give(engine::SettingsReloaded{world.config});
    return world;
}

/// A rescue has ended with nonce 7; then its block and those above are gone, and fees have risen above its bid. What
/// was in the block waits in the pool.
World stranded() {
    World world = without_cooldown();
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(world.journal.back().outcome == "rescued");
    world.reorg(3, true);
    world.set_price(1'500);
    world.base_fee = gwei(60);
    REQUIRE(world.pool.size() == 1);
    REQUIRE(world.pool[0].tx.max_fee < world.base_fee);
    return world;
}

}  // namespace

TEST_CASE("a rescue out of its block whose fees are too low gives its nonce to another one, which outbids it") {
    World world = stranded();
    world.mine(1);
    CHECK(signed_fields(world).size() == 1);  // it may be included still
    world.mine(6);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() == 2);
    CHECK(sent[1].nonce == sent[0].nonce);
    CHECK(sent[1].max_fee > sent[0].max_fee);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(159));
    CHECK(count(world, Stage::Settled) == 2);
    CHECK(world.engine->status().in_flight == 0);
    world.set_price(1'100);  // 1.17 or so: the next danger has the next nonce
    world.mine(4);
    REQUIRE(signed_fields(world).size() == 3);
    CHECK(signed_fields(world)[2].nonce == sent[0].nonce + 1);
    CHECK(world.mined_count(true) == 2);
    check_rules(world);
}

TEST_CASE("the rescue that was to be outbid is included after all: the other one ends, and no key is stopped") {
    World world = stranded();
    const auto old = world.pool[0];
    world.inclusion = false;
    for (int i = 0; i < 8 && signed_fields(world).size() < 2; ++i) world.mine(1);
    REQUIRE(signed_fields(world).size() == 2);
    world.pool = {old};  // the builder's pool never had the other
    world.base_fee = gwei(10);
    world.inclusion = true;
    world.mine(4);
    CHECK(world.mined_count(true) == 1);
    CHECK(count(world, Stage::Settled) == 1);
    REQUIRE(count(world, Stage::Abandoned) == 1);
    CHECK(world.alerts("wallet-stopped").empty());
    CHECK(world.alerts("transaction-failed").empty());
    CHECK(world.engine->status().in_flight == 0);
    CHECK(world.health() >= wad(159));
    world.set_price(1'100);
    world.mine(4);
    CHECK(world.mined_count(true) == 2);
    check_rules(world);
}

TEST_CASE("a process that starts between the two knows both") {
    World world = stranded();
    const auto old = world.pool[0];
    world.inclusion = false;
    for (int i = 0; i < 8 && signed_fields(world).size() < 2; ++i) world.mine(1);
    REQUIRE(signed_fields(world).size() == 2);
    world.start();
    world.run();
    bool late = false;
    SUBCASE("the new one is included") {}
    SUBCASE("the old one is") {
        late = true;
        world.pool = {old};
        world.base_fee = gwei(10);
    }
    world.inclusion = true;
    world.mine(6);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.engine->status().in_flight == 0);
    CHECK(world.engine->status().stopped_wallets.empty());
    CHECK(world.health() >= wad(159));
    CHECK(count(world, Stage::Abandoned) == (late ? 1 : 0));
    check_rules(world);
}

TEST_CASE("the nonce of an allowance out of its block is given to no repayment: both could be included later") {
    World world = without_cooldown();
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.mine(12);  // the wallet is looked at again
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(world.journal.back().purpose == Purpose::Approve);
    world.set_price(2'000);
    world.mine(2);
    REQUIRE(count(world, Stage::Settled) == 1);
    world.reorg(2, true);
    REQUIRE(world.pool.size() == 1);
    world.set_price(1'500);
    world.set_allowance(kU256Max);  // by a permit: the transaction is not needed any more
    world.base_fee = gwei(60);
    world.mine(8);
    CHECK(signed_fields(world).size() == 1);
    CHECK(world.last_decision()->reason == "lane");
    world.base_fee = gwei(10);
    world.mine(8);
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("a repayment out of its block, reverted in another, and back again is counted once") {
    World world = without_cooldown(BaseValue{units(5'200, 8)});  // enough for this and the next one
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(world.journal.back().outcome == "rescued");
    world.reorg(3, true);
    world.forced_revert = true;
    world.mine(1);
    REQUIRE(world.mined_count(false) == 1);
    world.reorg(1, true);
    world.forced_revert = false;
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(world.mined_count(true) == 1);
    world.set_price(1'100);  // 1.17
    world.mine(4);
    CHECK(world.mined_count(true) == 2);
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("a repayment that had reverted is in a block after all, while the next one is checked: it counts") {
    for (const int waits : {0, 1, 2, 3}) {  // blocks before: in one of them the nonce is given to the next one
        CAPTURE(waits);
        World world = without_cooldown(BaseValue{units(2'000, 8)});  // all of it for the first
        world.forced_revert = true;
        world.set_price(1'500);
        world.mine(1);
        world.set_price(2'000);
        world.mine(1);
        REQUIRE(world.mined_count(false) == 1);
        REQUIRE(count(world, Stage::Settled) == 1);
        world.reorg(1, true);
        world.forced_revert = false;
        world.inclusion = false;
        world.set_price(1'500);
        world.mine(waits);
        world.set_price(1'100);
        world.inclusion = true;
        world.delay = [](const engine::Command& command) {
            return std::holds_alternative<engine::Simulate>(command) ||
                   std::holds_alternative<engine::FetchAccount>(command);
        };
        world.mine(1);
        REQUIRE(world.mined_count(true) == 1);
        world.delay = nullptr;
        world.release();
        world.mine(3);
        CHECK(world.mined_count(true) == 1);
        check_rules(world);
    }
}
