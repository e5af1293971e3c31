// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <functional>
#include <string>

#include "bot/journal/journal.hpp"
#include "tests/support/engine_world.hpp"
#include "tests/support/temp_dir.hpp"

/// What the engine wants written, the journal takes; and what it gives back at a start is what the engine needs.
using namespace plimsoll;
using namespace plimsoll::test;

namespace {

using Records = std::vector<engine::JournalRecord>;

struct Scenario {
    const char* name;
    std::function<void(World&)> play;
};

const std::vector<Scenario> kScenarios = {
    {"rescue", [](World& w) { w.mine(12); }},
    {"stuck and replaced",
     [](World& w) {
         w.inclusion = false;
         w.mine(6);
         w.inclusion = true;
         w.mine(8);
     }},
    {"reverted",
     [](World& w) {
         w.forced_revert = true;
         w.mine(6);
         w.forced_revert = false;
         w.mine(30);
     }},
    {"reorganised, the transaction kept",
     [](World& w) {
         w.mine(4);
         w.reorg(3, true);
         w.run();
         w.mine(10);
     }},
    {"reorganised, the transaction lost",
     [](World& w) {
         w.mine(4);
         w.reorg(3, false);
         w.run();
         w.mine(10);
     }},
    {"the nonce used by somebody else",
     [](World& w) {
         w.inclusion = false;
         w.mine(2);
         w.foreign_transaction(7);
         w.inclusion = true;
         w.mine(40);
     }},
    {"somebody else's transaction removed again",
     [](World& w) {
         w.inclusion = false;
         w.mine(2);
         w.foreign_transaction(7);
         w.inclusion = true;
         w.mine(10);
         w.reorg(10, false);
         w.run();
         w.mine(40);
     }},
    {"signer without a key, then with",
     [](World& w) {
         w.lose = [](const engine::Command& c) { return std::holds_alternative<engine::Sign>(c); };
         w.mine(4);
         w.lose = nullptr;
         w.mine(20);
     }},
};

Records open_records(const World& world) {
    Records out;
    for (const auto& record : world.journal) {
        if (!world.ended(record.incident, record.step)) out.push_back(record);
    }
    return out;
}

/// Plays a scenario with every record also given to a real journal, restarted from it after `restart` commands.
void play(const Scenario& scenario, bool approval, std::size_t restart) {
    const TempDir dir;
    auto opened = journal::Journal::open(dir.path("journal.db"), journal::Access::Write);
    REQUIRE(opened);
    auto journal = std::move(*opened);
    World world;
    if (approval) world.state().tokens[kUsd].allowance[kOwner] = U256{};
    std::size_t count = 0;
    world.before = [&](const engine::Command& command) {
        if (++count == restart) throw 0;
        const auto* persist = std::get_if<engine::Persist>(&command);
        if (persist == nullptr) return;
        const auto result = journal->append(persist->records);
        CHECK_MESSAGE(result, result.error().message);
    };
    try {
        world.start();
        world.run();
        world.mine();
        world.set_price(1'500);
        scenario.play(world);
    } catch (int) {
        journal.reset();
        auto again = journal::Journal::open(dir.path("journal.db"), journal::Access::Write);
        REQUIRE(again);
        journal = std::move(*again);
        const auto unsettled = journal->unsettled();
        REQUIRE(unsettled);
        CHECK(*unsettled == open_records(world));
        CHECK(*journal->spent_since(0) == world.spendings);
        world.inclusion = true;
        world.forced_revert = false;
        world.lose = nullptr;
        world.start();
        world.run();
        world.set_price(1'500);
        world.mine(20);
    }
    CHECK(*journal->unsettled() == open_records(world));
    CHECK(*journal->spent_since(0) == world.spendings);
    std::size_t rows = 0;
    const auto history = journal->history({});
    REQUIRE(history);
    for (const auto& step : *history) rows += step.size();
    CHECK(rows == world.journal.size());
    CHECK(rows > 0);
}

}  // namespace

TEST_SUITE("journal and engine") {
    TEST_CASE("every record of every story is taken and given back") {
        for (const Scenario& scenario : kScenarios) {
            for (const bool approval : {false, true}) {
                INFO(scenario.name, approval ? " with an approval" : "");
                play(scenario, approval, 0);
            }
        }
    }

    TEST_CASE("D04 D05 a restart at any command goes on from what the journal holds") {
        for (const Scenario& scenario : kScenarios) {
            for (std::size_t restart = 20; restart < 140; restart += 7) {
                INFO(scenario.name, ", restarted at command ", restart);
                play(scenario, false, restart);
            }
        }
    }
}
