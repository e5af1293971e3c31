// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <doctest/doctest.h>
#include <random>
#include <sstream>

#include "bot/engine/replay.hpp"
#include "tests/support/engine_world.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::SendOutcome;

namespace {

/// How often each fault happened, so that a storm that blows over nothing is found out.
struct Counts {
    std::size_t seeds = 0;
    std::size_t blocks = 0;
    std::size_t mined = 0;  // transactions that succeeded
    std::size_t crashes = 0;
    std::size_t reorgs = 0;
    std::size_t gaps = 0;
    std::size_t lost = 0;
    std::size_t late = 0;
    std::size_t stops = 0;  // a wallet that only a person could start again
    std::size_t lies = 0;   // send outcomes that are not the pool's
    std::size_t sales = 0;  // of collateral, by the guardian
    std::size_t next = 0;   // rescues by another rung than the first
    std::size_t taken = 0;  // rescues by an aggregator's offer
    std::size_t lone = 0;   // decisions without the pool's state
    std::size_t turns = 0;  // decisions to wait for the other account of the guardian

    void add(const Counts& other) {
        seeds += other.seeds;
        blocks += other.blocks;
        mined += other.mined;
        crashes += other.crashes;
        reorgs += other.reorgs;
        gaps += other.gaps;
        lost += other.lost;
        late += other.late;
        lies += other.lies;
        stops += other.stops;
        sales += other.sales;
        next += other.next;
        taken += other.taken;
        lone += other.lone;
        turns += other.turns;
    }
};

/// Everything goes wrong at random, then nothing does.
class Storm {
  public:
    explicit Storm(std::uint64_t seed) : guarded_(seed % 2 == 0), random_(seed) {
        auto& usd = world.state().tokens[kUsd];
        if (chance(40)) usd.allowance[kOwner] = units(pick(0, 100), 6);
        usd.stubborn = chance(30);
        usd.balance[kOwner] = units(1'000'000, 6);
        world.state().native[kOwner] = units(100, 18);
        world.position().limits.cooldown = std::chrono::seconds{pick(0, 60)};
        world.position().limits.max_fee_per_gas = gwei(pick(40, 300));
        world.position().limits.max_gas_per_day = Wei{units(3, 18)};
        world.config.confirmations = static_cast<std::uint32_t>(pick(1, 3));
        world.config.audit_interval = static_cast<std::uint32_t>(pick(5, 50));
        if (guarded_) guard();
        const bool poll = chance(50);
        world.market_options = [poll] {
            FakeMarket::Options options;
            options.poll = poll;
            return options;
        };
        world.lose = [this](const engine::Command&) { return stormy_ && chance(loss_) && ++counts.lost > 0; };
        world.delay = [this](const engine::Command& command) {
            const bool at_once = std::holds_alternative<engine::Sign>(command);  // no wire and no disk in between
            return stormy_ && !at_once && chance(delay_) && ++counts.late > 0;
        };
        world.before = [this](const engine::Command& command) {
            crash();
            world.send_answer.reset();
            if (!stormy_ || !std::holds_alternative<engine::Broadcast>(command) || !chance(15)) return;
            world.send_answer = static_cast<SendOutcome>(pick(0, 10));
            ++counts.lies;
        };
        world.after_command = [this] { crash(); };
    }

    void run() {
        guarded([&] {
            world.start();
            world.run();
        });
        for (int i = 0; i < 60; ++i) {
            weather(i);
            guarded([&] { world.mine(); });
            if (chance(20)) guarded([&] { tick(); });
            if (chance(50)) guarded([&] { world.release(); });
        }
        heal();
    }

    World world;
    Counts counts;

  private:
    struct Crash {};
    /// Two accounts under one guardian, that have nothing but their collateral.
    void guard() {
        world.add_guarded();
        world.state().native[kGuardian] = units(100, 18);
        for (const auto& account : {kAlice, kBob})
            world.state().market.accounts[account][1].debt = units(pick(4'600, 5'000), 6);
    }
    std::uint64_t pick(std::uint64_t low, std::uint64_t high) { return low + random_() % (high - low + 1); }
    bool chance(std::uint64_t percent) { return random_() % 100 < percent; }
    void crash() {
        if (!stormy_ || random_() % 150 != 0) return;
        ++counts.crashes;
        throw Crash{};
    }
    void tick() {
        world.give(engine::Tick{});
        world.run();
    }

    void weather(int block) {
        const auto top = static_cast<std::uint64_t>(2'200 - 20 * block);  // a market that falls
        if (chance(40)) world.set_price(pick(top / 2, top));
        if (chance(30)) world.base_fee = gwei(pick(5, 60));
        if (chance(20)) world.inclusion = chance(60);
        if (chance(20)) world.receipts_hidden = chance(30);
        if (chance(10)) world.forced_revert = chance(20);
        if (chance(8)) world.set_allowance(units(pick(0, 100), 6));
        if (chance(15)) world.pool.clear();
        if (chance(20)) loss_ = pick(0, 30);
        if (chance(20)) delay_ = pick(0, 10);
        if (guarded_) guarded_weather();
        if (world.chain.size() <= 8) return;
        const auto carries = [](const MinedBlock& mined) { return !mined.included.empty(); };
        const bool tempting = std::any_of(world.chain.end() - 3, world.chain.end(), carries);
        if (chance(tempting ? 25 : 8)) {
            ++counts.reorgs;
            guarded([&] { world.reorg(pick(1, 4), chance(50)); });
        }
        if (chance(3)) {
            ++counts.gaps;
            guarded([&] { world.gap(pick(0, 3), chance(70), static_cast<int>(pick(1, 4))); });
        }
    }
    void guarded_weather() {
        if (chance(15)) world.state().broken_venues.clear();
        if (chance(15)) world.state().broken_venues.insert(pick(1, 3));
        if (chance(20)) world.offers.clear();
        if (!chance(20)) return;
        world.offers = {{"stand-in",
                         kEth,
                         kUsd,
                         TokenAmount{units(1, 18)},
                         TokenAmount{units(1, 9)},
                         TokenAmount{units(1, 9)},
                         address_of(0xA66),
                         {1},
                         0,
                         0}};
    }
    void heal() {
        stormy_ = false;
        world.inclusion = true;
        world.receipts_hidden = false;
        world.forced_revert = false;
        world.base_fee = gwei(10);
        world.set_price(guarded_ ? 700 : 450);
        world.state().broken_venues.clear();
        world.release();
        for (int i = 0; i < 90; ++i) {
            if (i == 30 && !world.engine->status().stopped_wallets.empty()) {
                // Receipts were denied for long and then the block went away: it looks like another owner of the key,
                // and a person has to say that it is not so.
                ++counts.stops;
                world.start();
                world.run();
            }
            world.mine();
            tick();
        }
        counts.seeds = 1;
        counts.blocks = world.chain.size();
        counts.mined = world.mined_count(true);
        for (const auto& record : world.journal) {
            const bool sale = record.stage == engine::Stage::Settled && record.address == kGuardian;
            if (!sale || !record.succeeded) continue;
            ++counts.sales;
            if (record.rung > 1) ++counts.next;
            if (record.tx.data.at(64) == static_cast<std::uint8_t>(Venue::Offer)) ++counts.taken;
        }
        for (const auto& command : world.commands<engine::Decide>()) {
            const auto& decision = command.decision;
            counts.turns += decision.reason == "lane" && decision.position != "main" ? 1U : 0U;
            for (const auto& rung : decision.ladder) counts.lone += rung.refused == "no-route" ? 1U : 0U;
        }
    }
    template <class Work>
    void guarded(Work work) {
        try {
            work();
        } catch (Crash) {
            const std::uint64_t down = pick(0, 2);
            for (std::uint64_t i = 0; i < down; ++i) world.mine(false);
            if (chance(10) && world.chain.size() > 8) world.remove(pick(1, 3), chance(70));
            const bool was = std::exchange(stormy_, false);
            world.start();
            world.run();
            stormy_ = was;
        }
    }

    bool guarded_;
    std::mt19937_64 random_;
    bool stormy_ = true;
    std::uint64_t loss_ = 10;
    std::uint64_t delay_ = 5;
};

void check_replay(const World& world) {
    std::istringstream in(world.recording);
    const auto report = engine::replay(
        in,
        [&](const engine::EngineConfig&) {
            std::vector<std::unique_ptr<lending::Market>> markets;
            markets.push_back(std::make_unique<FakeMarket>(world.market_options()));
            return Result<std::vector<std::unique_ptr<lending::Market>>>(std::move(markets));
        },
        world.planner);
    REQUIRE(report);
    CHECK(report->same());
}

void check_healed(World& world) {
    for (const auto& violation : world.violations) FAIL_CHECK(violation);
    for (const auto& wallet : world.config.wallets) CHECK(world.health_of(wallet.address) >= wad(125));
    CHECK(world.engine->status().in_flight == 0);
    CHECK(world.engine->status().stopped_wallets.empty());
    std::size_t open = 0;
    for (const auto& record : world.journal) open += world.ended(record.incident, record.step) ? 0U : 1U;
    CHECK(open == 0);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kStorms = 40;  // each costs fifty times as much
#else
constexpr std::uint64_t kStorms = 400;
#endif
constexpr std::uint64_t kEnoughForTheRare = 400;

}  // namespace

TEST_CASE("storms of faults: no rule is broken, and when they are over the position is safe") {
    // PLIMSOLL_SEED=<n> runs that storm alone.
    const char* only = std::getenv("PLIMSOLL_SEED");
    const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
    const std::uint64_t last = only != nullptr ? first : kStorms;
    Counts all;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        CAPTURE(seed);
        Storm storm(seed);
        storm.run();
        check_healed(storm.world);
        check_replay(storm.world);
        all.add(storm.counts);
    }
    MESSAGE(all.seeds, " storms, ", all.blocks, " blocks, ", all.mined, " transactions that succeeded, ", all.crashes,
            " crashes, ", all.reorgs, " reorganisations, ", all.gaps, " gaps of the feed, ", all.lost, " lost and ",
            all.late, " late answers, ", all.lies, " wrong send outcomes; ", all.stops, " wallets stopped; ", all.sales,
            " sales by a guardian, ", all.next, " by a later rung, ", all.taken, " by an offer; ", all.lone,
            " times without the pool, ", all.turns, " turns waited for");
    if (only != nullptr) return;
    CHECK(all.mined > 2 * all.seeds);
    CHECK(all.crashes > 2 * all.seeds);
    CHECK(all.reorgs > 3 * all.seeds);
    CHECK(all.gaps > all.seeds);
    CHECK(all.lost > 20 * all.seeds);
    CHECK(all.late > 10 * all.seeds);
    CHECK(all.lies > all.seeds);
    CHECK(all.stops <= 1 + all.seeds / 50);
    CHECK(all.sales > all.seeds / 2);
    CHECK(all.turns > 0);
    if (all.seeds < kEnoughForTheRare) return;
    CHECK(all.next > 0);
    CHECK(all.taken > 0);
    CHECK(all.lone > 0);
}
