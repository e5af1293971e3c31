// SPDX-License-Identifier: Apache-2.0
// Prices that are not in a block yet: pending reports to the feeds behind the markets.
#include <sstream>

#include "bot/engine/recording.hpp"
#include "tests/support/transmissions.hpp"
#include "tests/unit/bot/engine_flight.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using engine::Outcome;
using engine::PendingPrices;

namespace {

const Address kFeed = address_of(0xF001);
const Address kInner = address_of(0xF002);
const Address kTransmitter = address_of(0xF0A1);
const Address kForwarder = address_of(0xF0A2);
const Address kStranger = address_of(0xF0A3);
constexpr std::uint64_t kHour = 3'600;

/// A world whose collateral is priced by a feed that says who reports to it. 10 ETH at 2,000, 10,000 USD: 1.6.
World priced(PendingPrices mode) {
    World world;
    world.position().warn = wad(135);
    world.config.pending_prices = mode;
    world.config.feeds = {{kFeed, kHour, 600, {}, 0}};
    world.market_options = [] {
        FakeMarket::Options options;
        options.sources = {{0, kFeed}};
        return options;
    };
    world.state().feeds.feed(kFeed, kInner, 1, 200'000'000'000, world.head().timestamp);
    const std::vector<Address> transmitters{kTransmitter, kForwarder};
    world.state().feeds.says[kInner][FakeFeeds::named("getTransmitters()")] =
        abi::Encoder().addresses(transmitters).finish();
    world.start();
    world.run();
    world.mine(3);
    return world;
}

/// A report that the aggregator would take from `from`: 1,500 instead of 2,000, a health factor of 1.2.
PendingTransaction report(World& world, const Address& from, std::uint64_t dollars, std::uint64_t number = 2,
                          bool forwarded = false) {
    PendingTransaction out;
    out.from = from;
    out.nonce = number;
    out.to = forwarded ? kForwarder : kInner;
    const auto answer = static_cast<std::int64_t>(dollars * 100'000'000);
    out.data = transmit_data(Form::Ocr2, {answer - 1, answer, answer + 1});
    if (forwarded) out.data = forward_data(kInner, out.data);
    out.hash = hash_of(0xAA00'0000 + number * 1'000 + dollars);
    world.state().feeds.reports[out.data] = {kFeed, kInner, number, static_cast<std::uint64_t>(answer), from};
    return out;
}

void seen(World& world, const PendingTransaction& transaction, bool gone = false) {
    world.give(engine::PendingSeen{transaction, gone});
    world.run();
}

/// It is in a block: the market and the feed say so.
void land(World& world, std::uint64_t dollars, std::uint64_t number = 2) {
    world.set_price(dollars);
    world.state().feeds.feed(kFeed, kInner, number, dollars * 100'000'000, world.head().timestamp);
    world.mine();
}

std::size_t trials(const World& world) {
    const auto all = world.commands<engine::Simulate>();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& simulate) {
        return simulate.calls.front().to == kInner || simulate.calls.front().to == kForwarder;
    }));
}

bool is_armed(const World& world) {
    return stands(world, "price-pending");
}

}  // namespace

TEST_CASE("a pending report makes a plan, sends nothing, and the rescue goes out with the block that has it") {
    for (const bool forwarded : {false, true}) {
        CAPTURE(forwarded);
        World world = priced(PendingPrices::Prepare);
        REQUIRE_FALSE(world.commands<engine::WatchPending>().empty());
        CHECK(world.commands<engine::WatchPending>().back().to ==
              std::vector<Address>{kInner, kTransmitter, kForwarder});
        const Address from = forwarded ? kStranger : kTransmitter;  // a forwarder's own senders are its own matter
        seen(world, report(world, from, 1'500, 2, forwarded));
        CHECK(trials(world) == 1);
        CHECK(world.commands<engine::Simulate>().back().spare);  // nothing is spent on its word
        REQUIRE(is_armed(world));
        const auto decision = world.last_decision();
        REQUIRE(decision);
        CHECK(decision->outcome == Outcome::Refused);
        CHECK(decision->reason == "price-pending");
        CHECK_FALSE(decision->plan.empty());
        CHECK(world.alerts("below-trigger").empty());
        CHECK(world.engine->status().positions.at(0).health > wad(158));  // as the protocol counts
        world.mine(2);
        CHECK(world.commands<engine::Persist>().empty());
        CHECK(world.commands<engine::Sign>().empty());
        CHECK(trials(world) == 3);  // shown anew on every block
        land(world, 1'500);
        CHECK(world.pool.size() == 1);
        CHECK_FALSE(is_armed(world));
        world.mine();
        CHECK(world.health() >= wad(159));
        CHECK(world.commands<engine::Sign>().size() == 1);
        check_rules(world);
    }
}

TEST_CASE("O12 a pending report that is dropped or replaced leaves everything as before, and nothing is spent") {
    World world = priced(PendingPrices::Prepare);
    const auto first = report(world, kTransmitter, 1'500);
    seen(world, first);
    REQUIRE(is_armed(world));
    SUBCASE("the node does not have it any more") {
        const auto watched = world.commands<engine::WatchPending>().size();
        world.mine();
        REQUIRE(world.commands<engine::WatchPending>().size() > watched);
        CHECK(world.commands<engine::WatchPending>().back().held == std::vector<Hash32>{first.hash});
        PendingTransaction gone;
        gone.hash = first.hash;
        seen(world, gone, true);
    }
    SUBCASE("another transaction with its nonce, which moves nothing") {
        auto other = report(world, kTransmitter, 1'990, 2);
        seen(world, other);
    }
    SUBCASE("the node says nothing of it any more") {
        world.mine(5);
    }
    SUBCASE("the aggregator would not take it any more") {
        world.state().feeds.reports.clear();
        world.mine();
    }
    CHECK_FALSE(is_armed(world));
    world.mine(3);
    CHECK_FALSE(is_armed(world));
    CHECK(world.commands<engine::Persist>().empty());
    CHECK(world.commands<engine::Sign>().empty());
    CHECK(world.health() > wad(158));
    check_rules(world);
}

TEST_CASE("O13 a forged pending report has no effect in a simulation and is ignored, even where pending prices act") {
    World world = priced(PendingPrices::Act);
    SUBCASE("signatures that the aggregator refuses, from a transmitter") {
        const auto forged = report(world, kTransmitter, 1'000);
        world.state().feeds.reports.clear();
        seen(world, forged);
        CHECK(trials(world) == 1);
        seen(world, forged);
        world.mine();
        seen(world, forged);
        CHECK(trials(world) == 1);  // it is not tried again
        CHECK(world.engine->status().pending.without == 1);
    }
    SUBCASE("a good report in the hands of somebody else") {
        auto stolen = report(world, kTransmitter, 1'000);
        stolen.from = kStranger;
        seen(world, stolen);
        CHECK(trials(world) == 0);
    }
    SUBCASE("through a forwarder that does not report to this feed") {
        auto other = report(world, kTransmitter, 1'000, 2, true);
        other.to = kStranger;
        seen(world, other);
        CHECK(trials(world) == 0);
    }
    SUBCASE("call data that promises a fall, and a feed that answers as before") {
        auto idle = report(world, kTransmitter, 1'000);
        world.state().feeds.reports[idle.data] = {kFeed, kInner, 1, 200'000'000'000, kTransmitter};
        seen(world, idle);
        CHECK(trials(world) == 1);
    }
    world.mine(2);
    CHECK(world.alerts("below-trigger").empty());
    CHECK(world.alerts("price-pending").empty());
    CHECK(world.engine->status().positions.at(0).health > wad(158));
    CHECK(world.commands<engine::Sign>().empty());
    check_rules(world);
}

TEST_CASE("where the owner allows it a shown pending price is acted on before it is in a block") {
    World world = priced(PendingPrices::Act);
    seen(world, report(world, kTransmitter, 1'500));
    for (const auto& simulate : world.commands<engine::Simulate>()) CHECK_FALSE(simulate.spare);
    REQUIRE(world.pool.size() == 1);
    CHECK(world.health() > wad(158));
    REQUIRE(world.alerts("below-trigger").size() == 1);
    CHECK(world.alerts("below-trigger")[0].text.find("pending transaction") != std::string::npos);
    world.mine();
    CHECK(world.health() > wad(199));
    land(world, 1'500);
    world.mine(2);
    CHECK(world.health() >= wad(159));  // what was repaid was enough
    CHECK(world.commands<engine::Sign>().size() == 1);
    check_rules(world);
}

TEST_CASE("off, pending transactions are neither asked for nor heard") {
    World world = priced(PendingPrices::Off);
    CHECK(world.commands<engine::WatchPending>().empty());
    for (const auto& read : world.commands<engine::Read>())
        for (const auto& call : read.calls) {
            const auto which = FakeFeeds::named("getTransmitters()");
            CHECK_FALSE(
                (call.data.size() == 4 && std::equal(which.bytes.begin(), which.bytes.end(), call.data.begin())));
        }
    seen(world, report(world, kTransmitter, 1'500));
    CHECK(trials(world) == 0);
}

TEST_CASE("a flood of reports costs no more simulations than the bound, and a sender known to be right goes first") {
    World world = priced(PendingPrices::Prepare);
    seen(world, report(world, kTransmitter, 1'950));
    CHECK(trials(world) == 1);
    for (std::uint64_t n = 10; n < 200; ++n) {
        auto junk = report(world, kStranger, 100 + n, n, true);
        world.state().feeds.reports.erase(junk.data);
        seen(world, junk);
    }
    CHECK(trials(world) <= oracle::PendingBook::kTrials);
    world.mine();  // the bound is one of a block
    seen(world, report(world, kTransmitter, 1'500, 3));
    CHECK(is_armed(world));
    CHECK(world.commands<engine::Sign>().empty());
    check_rules(world);
}

TEST_CASE("a report that was shown is shown anew before others are, however many a known sender makes") {
    World world = priced(PendingPrices::Prepare);
    seen(world, report(world, kTransmitter, 1'500));
    REQUIRE(is_armed(world));
    for (std::uint64_t block = 1; block <= 2; ++block) {
        for (std::uint64_t n = 0; n < 2 * oracle::PendingBook::kHeld; ++n) {
            auto junk = report(world, kTransmitter, 100 + n, 100 * block + n);
            world.state().feeds.reports.erase(junk.data);
            seen(world, junk);
        }
        world.mine();
        CHECK(is_armed(world));
    }
    check_rules(world);
}

TEST_CASE("a pending price that cannot be proven is not counted, and that is told") {
    World world = priced(PendingPrices::Act);
    world.lose = [](const engine::Command& command) { return std::holds_alternative<engine::Simulate>(command); };
    seen(world, report(world, kTransmitter, 1'500));
    CHECK(world.commands<engine::Sign>().empty());
    CHECK(world.alerts("pending-unproven").size() == 1);
    CHECK(world.alerts("below-trigger").empty());
    world.lose = nullptr;
    world.mine();
    CHECK(world.alerts("below-trigger").size() == 1);  // the same transaction, shown on the next block
}

TEST_CASE("what is pending comes back from a recording unchanged") {
    World world = priced(PendingPrices::Prepare);
    seen(world, report(world, kTransmitter, 1'500));
    std::istringstream in(world.recording);
    std::string line;
    REQUIRE(std::getline(in, line));
    CHECK(engine::encode(*engine::parse_header(line)) == line);
    std::set<std::string> kinds;
    while (std::getline(in, line)) {
        kinds.insert(line.substr(0, line.find(',')));
        if (engine::is_command_line(line))
            CHECK(engine::encode(*engine::parse_command(line)) == line);
        else
            CHECK(engine::encode(*engine::parse_event(line)) == line);
    }
    const auto has = [&](std::string_view name) {
        return std::any_of(kinds.begin(), kinds.end(),
                           [&](const std::string& kind) { return kind.find(name) != std::string::npos; });
    };
    CHECK(has("\"pending_seen\""));
    CHECK(has("\"watch_pending\""));
}
