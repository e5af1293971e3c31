// SPDX-License-Identifier: Apache-2.0
#include "strategies/urgency.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;
using engine::Purpose;
using engine::SendOutcome;
using engine::Stage;

TEST_CASE("M12 no receipt is not 'not mined': hidden receipts lead to no second action") {
    World world = running();
    world.set_price(1'500);
    world.mine(1);
    world.receipts_hidden = true;
    world.mine(2);
    CHECK(world.mined_count(true) == 1);
    CHECK(count(world, Stage::Seen) == 0);
    world.receipts_hidden = false;
    world.mine(2);
    CHECK(world.journal.back().outcome == "rescued");
    CHECK(world.mined_count(true) == 1);
    CHECK(world.alerts("wallet-stopped").empty());
    check_rules(world);
}

TEST_CASE("M14 a foreign transaction on our nonce stops the wallet and alarms") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    world.foreign_transaction(7);
    world.inclusion = true;
    world.mine(1);
    CHECK(world.alerts("wallet-stopped").empty());  // not concluded from one look
    world.mine(5);
    CHECK(world.alerts("wallet-stopped").size() == 1);
    CHECK(world.journal.back().stage == Stage::Abandoned);
    CHECK(world.journal.back().outcome == "nonce used elsewhere");
    CHECK(world.last_decision()->reason == "wallet");
    CHECK(world.engine->status().stopped_wallets == std::vector<std::string>{"treasury"});
    const auto signatures = signed_fields(world).size();
    world.mine(5);
    CHECK(signed_fields(world).size() == signatures);
    check_rules(world);
}

TEST_CASE("M17 M39 H06 a foreign pending transaction: alarm, some blocks of waiting, then the lowest nonce") {
    World world = running();
    world.foreign_pending = 1;
    world.set_price(1'500);
    world.mine(2);
    CHECK(signed_fields(world).empty());
    CHECK(world.alerts("foreign-pending").size() == 1);
    world.mine(3);
    REQUIRE(signed_fields(world).size() == 1);
    CHECK(signed_fields(world)[0].nonce == 7);
    check_rules(world);
}

TEST_CASE("R13 a reverted transaction is paid for, alarmed, and planned anew a bounded number of times") {
    World world = running();
    world.forced_revert = true;
    world.set_price(1'500);
    for (int i = 0; i < 12 && world.mined_count(false) < 3; ++i) world.mine();
    world.mine();
    CHECK(world.mined_count(false) == 3);
    CHECK(world.alerts("transaction-failed").size() == 3);
    CHECK(world.last_decision()->reason == "failures");
    std::set<Nonce> nonces;
    for (const auto& tx : signed_fields(world)) nonces.insert(tx.nonce);
    CHECK(nonces == std::set<Nonce>{7, 8, 9});
    for (const auto& record : world.journal) {
        if (record.stage != Stage::Settled) continue;
        CHECK(record.outcome == "reverted");
        CHECK_FALSE(record.succeeded);
        CHECK_FALSE(record.gas_spent.is_zero());
    }
    world.forced_revert = false;
    world.mine(12);  // after the cool-down
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("the proof is not there in the block of the rescue: it is asked for in the next ones, safe or not") {
    World world = running();
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    world.lose = [](const engine::Command& command) { return std::holds_alternative<engine::Read>(command); };
    world.mine(1);
    CHECK(world.mined_count(true) == 1);
    CHECK(count(world, Stage::Settled) == 0);
    world.lose = nullptr;
    world.mine(3);
    CHECK(world.journal.back().outcome == "rescued");
    check_rules(world);
}

TEST_CASE("R05 failures: the next plan may spend more, and rests grow up to the cool-down") {
    World world;
    std::vector<strategies::Urgency> asked;
    const auto plain = world.planner;
    world.planner = [&](const strategies::Situation& situation) {
        asked.push_back(situation.urgency);
        return plain(situation);
    };
    world.position().limits.cooldown = std::chrono::hours{1};
    world.start();
    world.run();
    world.mine(1);
    world.forced_revert = true;
    world.set_price(1'560);
    world.mine(1);
    REQUIRE_FALSE(asked.empty());
    const auto first = asked.front();
    REQUIRE(first != strategies::Urgency::Emergency);
    world.mine(10);
    CHECK(asked.back() == strategies::more_urgent(first));
    for (int i = 0; i < 60; ++i) world.mine();
    CHECK(world.mined_count(false) >= 9);
    CHECK(world.mined_count(false) <= 21);  // every other block would be 35
    world.forced_revert = false;
    world.mine(40);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("N44 M24 M43 its block is taken away: the same bytes again, no new nonce") {
    for (const bool kept : {true, false}) {
        CAPTURE(kept);
        World world = running();
        world.config.confirmations = 3;
        world.give(engine::SettingsReloaded{world.config});
        world.set_price(1'500);
        world.mine(2);
        CHECK(count(world, Stage::Seen) == 1);
        CHECK(count(world, Stage::Settled) == 0);
        world.reorg(1, kept);
        world.run();
        world.mine(6);
        CHECK(world.mined_count(true) == 1);
        CHECK(signed_fields(world).size() == 1);
        CHECK(count(world, Stage::Seen) == 2);
        CHECK(count(world, Stage::Settled) == 1);
        CHECK(world.journal.back().outcome == "rescued");
        check_rules(world);
    }
}

TEST_CASE("N13 M24 taken away after it was settled: sent again, and not repeated") {
    World world = running();
    world.set_price(1'500);
    world.mine(3);
    REQUIRE(count(world, Stage::Settled) == 1);
    world.reorg(2, false);
    world.run();
    world.mine(5);
    CHECK(world.mined_count(true) == 1);
    CHECK(signed_fields(world).size() == 1);
    CHECK(count(world, Stage::Settled) == 1);
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("M25 taken away and included again with the opposite status: planned anew") {
    World world = running();
    world.set_price(1'500);
    world.mine(3);
    world.reorg(2, true);
    world.forced_revert = true;
    world.run();
    world.mine(1);
    world.forced_revert = false;
    world.mine(14);
    CHECK(world.mined_count(false) == 1);
    CHECK(world.mined_count(true) == 1);
    CHECK(world.health() >= wad(159));
    check_rules(world);
}

TEST_CASE("any one answer fails: the rescue still happens, once") {
    std::size_t runs = 0;
    for (std::size_t at = 1;; ++at) {
        CAPTURE(at);
        World world;
        world.position().warn = wad(126);
        world.state().tokens[kUsd].allowance[kOwner] = U256{};
        std::size_t seen = 0;
        bool failed = false;
        world.lose = [&](const engine::Command& command) {
            const bool answers = !std::holds_alternative<engine::Alert>(command);
            if (answers && ++seen == at) {
                failed = true;
                return true;
            }
            return false;
        };
        world.start();
        world.run();
        world.mine(2);
        world.set_price(1'500);
        world.mine(24);
        for (int i = 0; i < 3; ++i) {
            world.give(engine::Tick{});
            world.run();
            world.mine(1);
        }
        if (!failed) break;
        ++runs;
        CHECK(world.mined_count(true) == 2);
        CHECK(world.mined_count(false) == 0);
        CHECK(world.health() >= wad(159));
        check_rules(world);
        for (const auto& record : world.journal) CHECK(world.ended(record.incident, record.step));
    }
    CHECK(runs >= 40);
}

TEST_CASE(
    "M11 M16 D06 D20 a restart finds the nonce free: identical bytes; used by ours: settled; used by another: "
    "stopped") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    const auto sent = world.pool;
    SUBCASE("free, and the pool forgot it") {
        world.pool.clear();
        world.start();
        world.run();
        REQUIRE(world.pool.size() == 1);
        CHECK(world.pool[0].raw == sent[0].raw);
        world.inclusion = true;
        world.mine(3);
        CHECK(world.journal.back().outcome == "rescued");
    }
    SUBCASE("mined while it was down") {
        world.inclusion = true;
        world.mine(false);
        world.mine(false);
        const auto broadcasts = world.commands<engine::Broadcast>().size();
        world.start();
        world.run();
        world.mine(2);
        CHECK(world.commands<engine::Broadcast>().size() == broadcasts);
        CHECK(world.journal.back().outcome == "rescued");
    }
    SUBCASE("used by somebody else") {
        world.foreign_transaction(7);
        world.inclusion = true;
        world.mine(false);
        world.start();
        world.run();
        world.mine(6);
        CHECK(world.alerts("wallet-stopped").size() == 1);
        CHECK(world.mined_count(true) == 0);
    }
    SUBCASE("in a dry run now: watched and not sent") {
        world.config.wallets[0].live = false;
        world.pool.clear();
        world.start();
        world.run();
        world.mine(3);
        CHECK(world.pool.empty());
    }
    CHECK(signed_fields(world).size() == 1);
    check_rules(world);
}

TEST_CASE("the owner repaid while it was down: our bytes are watched to their end") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    world.set_price(2'500);
    world.mine(4);
    CHECK(signed_fields(world).size() == 1);  // healthy: sent again, not raised
    CHECK(world.alerts("below-trigger").back().resolved);
    world.inclusion = true;
    world.mine(3);
    CHECK(world.journal.back().stage == Stage::Settled);
    check_rules(world);
}

TEST_CASE("K13 a signer that was away for long: alarmed, nothing sent, rescued within two blocks of its return") {
    World world = running();
    world.position().limits.cooldown = std::chrono::hours{1};
    world.start();
    world.run();
    world.lose = [](const engine::Command& c) { return std::holds_alternative<engine::Sign>(c); };
    world.set_price(1'500);
    world.mine(100);
    CHECK(world.commands<engine::Broadcast>().empty());
    REQUIRE_FALSE(world.alerts("transaction-failed").empty());
    CHECK(world.alerts("transaction-failed").back().text == "signer: no key");
    for (const auto& sign : world.commands<engine::Sign>()) CHECK(sign.tx.nonce == 7);
    world.lose = nullptr;
    world.mine(4);
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}

TEST_CASE("D09 D10 no state without its answer: a failing journal sends nothing, and a full recovery follows") {
    World world = running();
    world.set_price(1'500);
    world.lose = [](const engine::Command& c) { return std::holds_alternative<engine::Persist>(c); };
    world.mine(4);
    CHECK(world.commands<engine::Broadcast>().empty());
    CHECK(world.commands<engine::Sign>().empty());
    CHECK_FALSE(world.alerts("outbox").empty());
    CHECK(world.alerts("transaction-failed").empty());  // whether the reservation is on disk is not known yet
    world.lose = nullptr;
    world.mine(12);
    CHECK_FALSE(world.alerts("transaction-failed").empty());
    CHECK(world.mined_count(true) == 1);
    check_rules(world);
}
