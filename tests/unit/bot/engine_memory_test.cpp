// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <set>

#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Stage;

namespace {

World running() {
    World world;
    world.position().warn = wad(126);
    world.start();
    world.run();
    world.mine(1);
    return world;
}

std::size_t count(const World& world, Stage stage) {
    const auto stages = world.stages();
    return static_cast<std::size_t>(std::count(stages.begin(), stages.end(), stage));
}

/// A rescue is included, no node has its receipt, and its nonce counts as used elsewhere; then the receipts come.
void taken_for_foreign(World& world) {
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    world.inclusion = true;
    world.receipts_hidden = true;
    for (int i = 0; i < 20 && count(world, Stage::Abandoned) == 0; ++i) world.mine();
    REQUIRE(count(world, Stage::Abandoned) == 1);
    world.receipts_hidden = false;
}

/// One signature, mined once, ended once, and the position is safe.
void check_once(World& world) {
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
    CHECK(count(world, Stage::Signed) == 1);
    CHECK(count(world, Stage::Settled) == 1);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.mined_count(false) == 0);
    CHECK(world.health() >= wad(159));
    CHECK(world.engine->status().in_flight == 0);
    CHECK(world.engine->status().stopped_wallets.empty());
}

}  // namespace

TEST_CASE("N13 M24 settled, restarted, and then its block is removed: the same bytes again") {
    World world = running();
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(count(world, Stage::Settled) == 1);
    SUBCASE("while it was down") {
        world.remove(3, false);
        world.set_price(1'500);
        world.mine(false);
        world.start();
        world.run();
    }
    SUBCASE("after the restart") {
        world.start();
        world.run();
        world.reorg(3, false);
        world.set_price(1'500);
        world.run();
    }
    SUBCASE("while the feed was down") {
        world.set_price(1'500);
        world.gap(3, false, 2);
    }
    SUBCASE("only restarted: nothing is sent") {
        const auto broadcasts = world.commands<engine::Broadcast>().size();
        const auto rows = world.journal.size();
        world.start();
        world.run();
        world.mine(5);
        CHECK(world.commands<engine::Broadcast>().size() == broadcasts);
        CHECK(world.journal.size() == rows);
    }
    world.mine(6);
    check_once(world);
}

TEST_CASE("N44 included, and the block removed while the feed was down: never settled on the old receipt") {
    World world = running();
    world.config.confirmations = 3;
    world.give(engine::SettingsReloaded{world.config});
    world.set_price(1'500);
    world.mine(2);
    REQUIRE(count(world, Stage::Seen) == 1);
    REQUIRE(count(world, Stage::Settled) == 0);
    world.inclusion = false;
    world.set_price(1'500);
    world.gap(2, false, 6);
    world.mine(1);
    CHECK(count(world, Stage::Settled) == 0);
    CHECK(world.pool.size() == 1);
    world.inclusion = true;
    world.mine(6);
    check_once(world);
}

TEST_CASE("M15 an earlier nonce falls out of the chain with a later one in flight: both are sent again") {
    World world = running();
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.mine(12);
    world.set_price(1'500);
    world.mine(2);  // the approval is settled, the repayment in flight
    REQUIRE(count(world, Stage::Settled) == 1);
    REQUIRE(count(world, Stage::Reserved) == 2);
    const auto before = world.pool.size() + world.mined_count(true);
    CHECK(before == 2);
    SUBCASE("and a restart") {
        world.remove(2, false);
        world.pool.clear();
        world.state().tokens[kUsd].allowance[kOwner] = U256{};
        world.set_price(1'500);
        world.mine(false);
        world.start();
        world.run();
    }
    SUBCASE("at once") {
        world.reorg(2, false);
        world.pool.clear();
        world.state().tokens[kUsd].allowance[kOwner] = U256{};
        world.set_price(1'500);
        world.run();
    }
    world.mine(8);
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
    CHECK(count(world, Stage::Signed) == 2);
    CHECK(world.mined_count(true) == 2);
    CHECK(world.health() >= wad(159));
    CHECK(world.engine->status().in_flight == 0);
    CHECK(world.alerts("nonce-gap").empty());
}

TEST_CASE("M15 a nonce is missing that is not ours: named, since only its owner can send it") {
    World world = running();
    world.foreign_transaction(7);
    world.mine(2);
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(count(world, Stage::Signed) == 1);
    world.reorg(3, false);
    world.set_price(1'500);
    world.run();
    world.mine(4);
    REQUIRE(world.alerts("nonce-gap").size() == 1);
    CHECK(world.alerts("nonce-gap")[0].text.starts_with("nonce 8 waits for nonce 7,"));
    world.foreign_transaction(7);
    world.inclusion = true;
    world.mine(6);
    CHECK(world.alerts("nonce-gap").back().resolved);
    CHECK(world.health() >= wad(159));
    CHECK(world.engine->status().in_flight == 0);
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
}

TEST_CASE("the clock goes back: an incident's name is not used twice") {
    World world = running();
    world.lose = [](const engine::Command& c) { return std::holds_alternative<engine::Sign>(c); };
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(count(world, Stage::Abandoned) == 1);
    world.extra_ms -= 20'000;  // the second name is later than the time of its rows
    world.start();
    world.run();
    REQUIRE(count(world, Stage::Abandoned) == 2);
    world.lose = nullptr;
    world.start();
    world.run();
    world.mine(4);
    std::set<std::string> incidents;
    for (const auto& record : world.journal) incidents.insert(record.incident);
    CHECK(incidents.size() == 3);
    check_once(world);
}

TEST_CASE("M12 receipts that cannot be asked for say nothing: the nonce is not given up") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    world.inclusion = true;
    world.lose = [](const engine::Command& c) { return std::holds_alternative<engine::FetchReceipt>(c); };
    world.mine(20);
    CHECK(world.alerts("wallet-stopped").empty());
    CHECK(count(world, Stage::Abandoned) == 0);
    world.lose = nullptr;
    world.mine(3);
    check_once(world);
}

TEST_CASE("M12 the receipt comes while 'used elsewhere' is being written: the wallet goes on") {
    World world = running();
    world.delay = [](const engine::Command& c) {
        const auto* persist = std::get_if<engine::Persist>(&c);
        return persist != nullptr && persist->records.back().stage == Stage::Abandoned;
    };
    taken_for_foreign(world);
    world.mine(1);
    world.release();
    world.mine(3);
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
    CHECK(world.engine->status().stopped_wallets.empty());
    CHECK(world.engine->status().in_flight == 0);
    CHECK(world.mined_count(true) == 1);
}

TEST_CASE("what was spent after all is written until the journal has it: a restart would count too little") {
    World world = running();
    taken_for_foreign(world);
    int refused = 0;
    world.lose = [&](const engine::Command& c) {
        const auto* persist = std::get_if<engine::Persist>(&c);
        return persist != nullptr && persist->records.back().stage == Stage::Seen && ++refused <= 2;
    };
    world.mine(1);
    REQUIRE(refused == 1);
    CHECK(world.spendings.empty());
    world.mine(2);
    REQUIRE(world.spendings.size() == 1);
    CHECK_FALSE(world.spendings[0].value.is_zero());
    world.mine(3);
    CHECK(refused == 3);  // the third was taken, and there is no fourth
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
}

TEST_CASE("its block goes and comes back while the end is being written: ended, counted, and the lane is free") {
    World world = running();
    world.position().limits.cooldown = std::chrono::hours{1};
    world.give(engine::SettingsReloaded{world.config});
    world.delay = [](const engine::Command& c) {
        const auto* persist = std::get_if<engine::Persist>(&c);
        return persist != nullptr && persist->records.back().stage == Stage::Settled;
    };
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(count(world, Stage::Settled) == 1);
    world.reorg(2, true);
    SUBCASE("before the journal's answer") {
        world.set_price(1'500);
        world.mine(2);
        world.release();
    }
    SUBCASE("after it") {
        world.release();
        world.set_price(1'500);
        world.mine(2);
    }
    world.mine(2);
    check_once(world);
    world.set_price(1'100);
    world.mine(3);
    REQUIRE(world.last_decision());
    CHECK(world.last_decision()->reason == "cooldown");  // the repayment is in the books
}

TEST_CASE("M29 D03 a nonce is free again only when the end of its step is on disk") {
    World world = running();
    world.lose = [](const engine::Command& c) {
        const auto* persist = std::get_if<engine::Persist>(&c);
        const bool end = persist != nullptr && persist->records.back().stage == Stage::Abandoned;
        return end || std::holds_alternative<engine::Sign>(c);
    };
    world.set_price(1'500);
    world.mine(5);
    CHECK(count(world, Stage::Reserved) == 1);
    CHECK(count(world, Stage::Abandoned) == 0);
    CHECK(world.engine->status().in_flight == 1);
    world.lose = nullptr;
    world.mine(6);
    CHECK(count(world, Stage::Abandoned) == 1);
    check_once(world);
}
