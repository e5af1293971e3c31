// SPDX-License-Identifier: Apache-2.0
// What is no rescue and holds the key's nonce does not keep a rescue waiting, whichever position it is of.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Purpose;
using engine::Stage;

namespace {

/// A second position of the account, with a higher trigger.
World with_other() {
    World world;
    config::Position other = world.position();
    other.name = "other";
    other.trigger = wad(130);
    other.warn = wad(131);
    world.config.wallets[0].positions.push_back(other);
    return world;
}

/// An allowance given ahead for the account's first position waits in the pool, and its second one falls below its own,
/// higher trigger.
World housekeeping_in_flight() {
    World world = with_other();
    world.config.confirmations = 6;
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.start();
    world.run();
    world.inclusion = false;
    world.set_price(1'700);  // 1.36
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    REQUIRE(world.journal.back().purpose == Purpose::Prepare);
    REQUIRE(world.journal.back().position == "main");
    return world;
}

/// With an allowance that came otherwise, so that the rescue is one transaction.
void into_danger(World& world) {
    world.set_allowance(kU256Max);
    world.mine(12);          // the wallet is looked at again
    world.set_price(1'590);  // 1.272: "main" is not in danger
}

std::vector<engine::JournalRecord> rows(const World& world, Stage stage) {
    auto all = world.journal;
    std::erase_if(all, [&](const auto& row) { return row.stage != stage; });
    return all;
}

}  // namespace

TEST_CASE("an allowance that another position is given ahead leaves its nonce to a rescue, in the same block") {
    World world = housekeeping_in_flight();
    into_danger(world);
    world.mine(1);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() == 2);
    CHECK(sent[1].nonce == sent[0].nonce);
    CHECK(sent[1].to == kMarket);
    CHECK(sent[1].max_fee.value > *mul_div_down(sent[0].max_fee.value, U256{110}, U256{100}));
    CHECK(sent[1].max_priority_fee.value > *mul_div_down(sent[0].max_priority_fee.value, U256{110}, U256{100}));
    CHECK(world.pool.size() == 1);
    CHECK(count(world, Stage::Reserved) == 1);
    CHECK(rows(world, Stage::Signed).back().position == "other");
    world.inclusion = true;
    world.mine(8);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.journal.back().position == "other");
    CHECK(world.spendings.size() == 1);
    CHECK(world.spendings.back().position == "other");
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("the allowance is mined after all: counted for its own position, and the rescue has the next nonce at once") {
    World world = housekeeping_in_flight();
    const auto first = world.pool;
    into_danger(world);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 2);
    world.pool = first;
    world.inclusion = true;
    world.mine(1);  // six confirmations would be needed
    world.mine(1);
    world.mine(1);
    CHECK(world.mined_count(true) == 2);
    const auto settled = rows(world, Stage::Settled);
    REQUIRE_FALSE(settled.empty());
    CHECK(settled[0].position == "main");
    CHECK(settled[0].purpose == Purpose::Prepare);
    CHECK(settled[0].outcome == "approved");
    REQUIRE_FALSE(world.spendings.empty());
    CHECK(world.spendings[0].position == "main");
    CHECK(signed_fields(world).back().nonce == first[0].tx.nonce + 1);
    CHECK(world.alerts("transaction-failed").empty());
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE(
    "the allowance is mined before the danger and not settled yet: the rescue does not wait for its confirmations") {
    World world = housekeeping_in_flight();
    world.inclusion = true;
    world.mine(1);
    REQUIRE(world.mined_count(true) == 1);
    world.set_price(1'590);
    world.mine(2);
    CHECK(world.mined_count(true) == 2);
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("a restart in the middle of it: the nonce is the rescue's, and nothing is sent twice") {
    for (const bool late_word : {false, true}) {
        CAPTURE(late_word);
        World world = housekeeping_in_flight();
        const Hash32 first = world.pool[0].hash;
        into_danger(world);
        world.mine(1);
        REQUIRE(signed_fields(world).size() == 2);
        if (late_word) {  // another node has the first of both, and that is the last row in the journal
            world.give(engine::Sent{first, "other node", engine::SendOutcome::AlreadyKnown, "", false});
            world.run();
        }
        world.start();
        world.run();
        CHECK(world.alerts("resumed").back().position == "other");
        world.inclusion = true;
        world.mine(8);
        CHECK(world.mined_count(true) == 1);
        CHECK(world.journal.back().outcome == "rescued");
        CHECK(world.journal.back().position == "other");
        check_rules(world);
    }
}

TEST_CASE("housekeeping that fails in its block is not held against the rescue that came too late") {
    World world = housekeeping_in_flight();
    const auto first = world.pool;
    world.config.failures_max = 1;
    world.give(engine::SettingsReloaded{world.config});
    into_danger(world);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 2);
    world.pool = first;
    world.inclusion = true;
    world.forced_revert = true;
    world.mine(1);
    world.forced_revert = false;
    CHECK(world.alerts("transaction-failed").size() == 1);
    CHECK(world.alerts("transaction-failed")[0].position == "main");
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("a rescue of another position is not taken over: it is housekeeping alone that gives way") {
    World world = housekeeping_in_flight();
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    into_danger(world);
    world.mine(1);
    REQUIRE(rows(world, Stage::Signed).back().position == "other");
    world.set_price(1'500);  // 1.2: now "main" is in danger too
    world.mine(1);
    for (const auto& row : rows(world, Stage::Signed)) {
        if (row.attempt > 0) CHECK(row.position == "other");
    }
    check_rules(world);
}

TEST_CASE(
    "an allowance settles while its block is still read: that is no alarm, and the rescue follows with the block") {
    World world;
    world.market_options = [] {
        FakeMarket::Options options;
        options.poll = true;
        return options;
    };
    world.state().tokens[kUsd].allowance[kOwner] = U256{};
    world.start();
    world.run();
    world.mine(1);
    world.set_price(1'450);  // 1.16
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    world.delay = [](const engine::Command& command) { return std::holds_alternative<engine::Read>(command); };
    world.mine(1);
    REQUIRE(world.journal.back().stage == Stage::Settled);
    CHECK(signed_fields(world).size() == 1);
    world.delay = nullptr;
    world.release();
    CHECK(signed_fields(world).size() == 2);
    CHECK(world.alerts("value").empty());
    for (const auto& told : world.commands<engine::Decide>()) CHECK(told.decision.reason != "value");
    check_rules(world);
}

TEST_CASE("a rescue that waits in the pools while its position has recovered leaves its nonce to one that is needed") {
    World world = with_other();
    world.start();
    world.run();
    world.mine(1);
    world.inclusion = false;
    world.set_price(1'500);  // 1.2
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    REQUIRE(rows(world, Stage::Signed).back().position == "main");
    world.set_price(1'590);  // 1.272: "main" is not in danger any more
    world.mine(1);
    const auto sent = signed_fields(world);
    REQUIRE(sent.size() == 2);
    CHECK(sent[1].nonce == sent[0].nonce);
    CHECK(sent[1].max_fee.value > *mul_div_down(sent[0].max_fee.value, U256{110}, U256{100}));
    CHECK(rows(world, Stage::Signed).back().position == "other");
    world.inclusion = true;
    world.mine(8);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.spendings.back().position == "other");
    CHECK(world.health() >= wad(159));
    check_rules(world);
}
