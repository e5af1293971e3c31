// SPDX-License-Identifier: Apache-2.0
// After a start: keys with a past that the journal does not know, crashes in a row, clocks that are wrong, gas money.
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::AlertLevel;
using engine::Stage;

namespace {

constexpr Nonce kUsed = 7;  // by the owner's key before the world begins

World watching(std::uint32_t blocks, std::optional<Nonce> journal_next, bool adopted = false) {
    World world;
    world.position().warn = wad(126);
    world.config.watch_first = blocks;
    if (journal_next) world.first.nonces = {{kOwner, *journal_next}};
    world.first.adopted = adopted;
    world.start();
    world.run();
    return world;
}

/// Blocks with the ticks between them.
void live(World& world, int blocks) {
    for (int i = 0; i < blocks; ++i) {
        world.mine(1);
        world.give(engine::Tick());
        world.run();
    }
}

std::string held(const World& world) {
    const auto all = world.engine->status().held_wallets;
    return all.empty() ? std::string() : all.front().second;
}

}  // namespace

TEST_CASE("X18 a first start with a key that has a history: it is said, some blocks are watched, then it acts") {
    World world = watching(3, std::nullopt);
    REQUIRE(world.alerts("unknown-history").size() == 1);
    CHECK(world.alerts("unknown-history")[0].level == AlertLevel::Warning);
    CHECK(held(world).find("watches first") != std::string::npos);
    world.set_price(1'500);
    world.mine(2);
    CHECK(world.commands<engine::Sign>().empty());
    REQUIRE(world.last_decision());
    CHECK(world.last_decision()->reason == "history");
    CHECK_FALSE(world.alerts("history").empty());  // the danger is alarmed all the same
    live(world, 4);
    check_rules(world);
    CHECK(count(world, Stage::Settled) == 1);
    CHECK(held(world).empty());
    CHECK(world.alerts("unknown-history").back().resolved);
}

TEST_CASE("D14 H08 an older journal is back: more nonces are used than it knows, alarm, some blocks are watched") {
    World world = watching(3, kUsed - 2);
    REQUIRE(world.alerts("unknown-history").size() == 1);
    CHECK(world.alerts("unknown-history")[0].level == AlertLevel::Critical);
    CHECK(world.alerts("unknown-history")[0].text.find("older copy") != std::string::npos);
    world.set_price(1'500);
    world.mine(2);
    CHECK(world.commands<engine::Sign>().empty());
    world.mine(4);
    check_rules(world);
    CHECK(count(world, Stage::Settled) == 1);
}

TEST_CASE("D14 X18 a journal that knows all, the owner's word, and a key without a past: it acts at once") {
    World known = watching(3, kUsed);
    World adopted = watching(3, std::nullopt, true);
    World fresh = [] {
        World world;
        world.position().warn = wad(126);
        world.config.watch_first = 3;
        world.state().nonces[kOwner] = 0;
        world.start();
        world.run();
        return world;
    }();
    for (World* world : {&known, &adopted, &fresh}) {
        CHECK(world->alerts("unknown-history").empty());
        CHECK(held(*world).empty());
        world->set_price(1'500);
        world->mine(1);
        CHECK(world->commands<engine::Sign>().size() == 1);
        check_rules(*world);
    }
}

TEST_CASE("D14 what the key did is looked at before anything is signed, even if the first look fails") {
    World world;
    world.config.watch_first = 3;
    bool fails = true;
    world.lose = [&](const engine::Command& command) {
        return fails && std::holds_alternative<engine::FetchAccount>(command);
    };
    world.start();
    world.run();
    CHECK(held(world) == "its account was not looked at yet");
    world.set_price(1'500);
    world.mine(1);
    CHECK(world.commands<engine::Sign>().empty());
    fails = false;
    world.mine(1);
    CHECK(world.commands<engine::Sign>().empty());
    CHECK(held(world).find("watches first") != std::string::npos);
    world.mine(5);
    CHECK(count(world, Stage::Settled) == 1);
    check_rules(world);
}

TEST_CASE("D21 after crashes in a row it watches and alarms, signs nothing new, and acts again after a while") {
    World world;
    world.position().warn = wad(126);
    world.first.safe_until_ms = world.now() + 60'000;
    world.start();
    world.run();
    REQUIRE(world.alerts("safe-mode").size() == 1);
    CHECK(world.alerts("safe-mode")[0].level == AlertLevel::Critical);
    world.set_price(1'500);
    world.mine(3);
    CHECK(world.commands<engine::Simulate>().empty());  // not even a plan: making it may be what crashes
    CHECK(world.commands<engine::Sign>().empty());
    CHECK(world.last_decision()->reason == "safe-mode");
    CHECK(world.alerts("below-trigger").size() == 1);
    CHECK(held(world).find("safe mode") != std::string::npos);
    live(world, 8);
    check_rules(world);
    CHECK(world.alerts("safe-mode").back().resolved);
    CHECK(count(world, Stage::Settled) == 1);
}

TEST_CASE("D21 what was signed before the crashes is sent again in safe mode, and not replaced") {
    World world = running();
    world.inclusion = false;
    world.set_price(1'500);
    world.mine(1);
    REQUIRE(signed_fields(world).size() == 1);
    world.pool.clear();
    world.first.safe_until_ms = world.now() + 600'000;
    world.start();
    world.run();
    world.mine(6);
    REQUIRE_FALSE(world.pool.empty());
    CHECK(signed_fields(world).size() == 1);
    world.inclusion = true;
    world.mine(3);
    check_rules(world);
    CHECK(count(world, Stage::Settled) == 1);
}

TEST_CASE("X17 with a clock that is behind, a head goes stale by the time since it came") {
    World world = running();
    world.extra_ms = -3'600'000;
    world.mine(1);
    world.set_price(1'500);
    world.mine(1);
    CHECK(world.commands<engine::Sign>().size() == 1);  // blocks of the future are blocks
    World silent = running();
    silent.extra_ms = -3'600'000;
    silent.mine(1);
    CHECK(silent.alerts("feed-stale").empty());
    silent.extra_ms += silent.config.head_age_max_ms + 1;  // no block comes
    silent.give(engine::Tick());
    silent.run();
    REQUIRE(silent.alerts("feed-stale").size() == 1);
}

TEST_CASE("X17 with a clock that is ahead nothing is sent, and the danger is alarmed") {
    World world = running();
    world.extra_ms = 3'600'000;
    world.set_price(1'500);
    world.mine(2);
    CHECK(world.commands<engine::Sign>().empty());
    CHECK_FALSE(world.alerts("feed-stale").empty());
    CHECK_FALSE(world.alerts("below-trigger").empty());
    world.extra_ms = 500;
    world.mine(4);
    CHECK(count(world, Stage::Settled) == 1);
}

TEST_CASE(
    "X13 gas money for few rescues is told while all is well, by the fees of now, and taken back with a reserve") {
    World world;
    world.position().warn = wad(126);
    world.config.audit_interval = 4;
    world.state().native[kOwner] = units(3, 16);  // 0.03 of the coin: two or three repayments at these fees
    world.start();
    world.run();
    live(world, 12);
    REQUIRE(world.alerts("gas-money").size() == 1);
    CHECK(world.alerts("gas-money")[0].level == AlertLevel::Warning);
    CHECK(world.alerts("gas-money")[0].text.find("0.030000 of the coin pay for ") == 0);
    world.base_fee = gwei(200);
    live(world, 12);
    CHECK(world.alerts("gas-money").back().level == AlertLevel::Critical);
    world.base_fee = gwei(10);
    live(world, 12);
    world.state().native[kOwner] = units(5, 18);
    live(world, 12);
    CHECK(world.alerts("gas-money").back().resolved);
    check_rules(world);
}

TEST_CASE(
    "D12 the acknowledged end of the journal is lost with what was sent: the chain is asked first, nothing is sent "
    "twice") {
    for (const bool mined : {false, true}) {
        World world = running();
        world.inclusion = false;
        world.set_price(1'500);
        world.mine(1);
        REQUIRE(world.pool.size() == 1);
        world.inclusion = mined;
        if (mined) world.mine(1);
        world.journal.clear();  // intent, nonce, signature: as if they had never been written
        world.spendings.clear();
        world.config.watch_first = 3;
        world.first.nonces = {{kOwner, kUsed}};
        world.foreign_pending = mined ? 0 : 1;
        world.start();
        world.run();
        const std::size_t before = signed_fields(world).size();
        CHECK(world.alerts("unknown-history").size() == (mined ? 1 : 0));
        world.mine(1);
        CHECK(signed_fields(world).size() == before);
        if (!mined) CHECK_FALSE(world.alerts("foreign-pending").empty());
        world.inclusion = true;
        world.foreign_pending = 0;
        world.mine(8);
        CHECK(world.mined_count(true) == 1);
        CHECK(signed_fields(world).size() == before);
        CHECK(world.health() >= wad(159));
    }
}
