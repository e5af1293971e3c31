// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/election.hpp"

#include <doctest/doctest.h>

using namespace plimsoll::rpc;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Order = std::vector<std::size_t>;

namespace {

/// Two endpoints unless said otherwise, at block 100, and a clock.
struct World {
    explicit World(std::size_t count = 2)
        : election(count, {seconds(16), seconds(1), seconds(30), seconds(1), seconds(60), 3}, now) {
        for (std::size_t i = 0; i < count; ++i) election.head(i, 100, now);
    }
    std::string after(milliseconds time) {
        now += time;
        const auto change = election.judge(now);
        return change ? std::to_string(change->from) + ">" + std::to_string(change->to) + ": " + change->why : "";
    }
    void head(std::size_t endpoint, plimsoll::BlockNumber number) { election.head(endpoint, number, now); }

    Election::TimePoint now{seconds(1'000)};
    Election election;
};

}  // namespace

TEST_CASE("the first is followed for as long as nothing is said against it") {
    World world(3);
    for (plimsoll::BlockNumber block = 101; block < 110; ++block) {
        CHECK(world.after(seconds(12)).empty());
        world.head(2, block);  // others hear of it first
        world.head(0, block);
    }
    CHECK(world.election.current() == 0);
    CHECK(world.election.order() == Order{0, 1, 2});
}

TEST_CASE("a lost connection has its grace, then the next is followed; nobody else: it stays") {
    World world;
    world.election.down(0, world.now);
    CHECK(world.after(milliseconds(999)).empty());
    CHECK(world.election.order() == Order{1, 0});  // asked already
    CHECK(world.after(milliseconds(1)) == "0>1: its connection is lost");
    world.election.down(1, world.now);
    CHECK(world.after(seconds(10)).empty());
    CHECK(world.election.current() == 1);
    World brief;
    brief.election.down(0, brief.now);
    brief.after(milliseconds(500));
    brief.election.up(0);
    CHECK(brief.after(seconds(1)).empty());
}

TEST_CASE("silent and behind: the next is followed; silent alone, or behind alone: not") {
    World silent;
    CHECK(silent.after(seconds(300)).empty());  // nobody has a block
    silent.head(1, 101);
    CHECK(silent.after(milliseconds(999)).empty());
    CHECK(silent.after(milliseconds(1)) == "0>1: no new block for 301 s, while another has block 101");

    World liar;  // N25: a block from far ahead
    liar.head(1, 1'000'000);
    for (plimsoll::BlockNumber block = 101; block < 120; ++block) {
        CHECK(liar.after(seconds(12)).empty());
        liar.head(0, block);
    }

    World late;  // a block after a long pause, heard of a moment before
    late.after(seconds(60));
    late.head(1, 101);
    CHECK(late.after(milliseconds(5)).empty());
    late.head(0, 101);
    CHECK(late.after(seconds(5)).empty());
}

TEST_CASE("N23 one that announces old blocks one after the other is left for one whose are newer by their own time") {
    constexpr plimsoll::Timestamp kNow = 1'700'000'000;
    World world;  // the second is a long way ahead, and both go on
    for (plimsoll::BlockNumber n = 1; n < 4; ++n) {
        world.election.head(0, 100 + n, world.now, kNow - 3'600 + 12 * n);
        world.election.head(1, 400 + n, world.now, kNow + 12 * n);
        const auto change = world.after(seconds(1));
        const std::string left = "0>1: it is behind: its newest block is 3600 s older than block 402 of another";
        CHECK(change == (n == 2 ? left : ""));
    }
    // It catches up, and after a minute it is the one again that the owner prefers.
    world.election.head(0, 405, world.now, kNow + 60);
    world.election.head(1, 405, world.now, kNow + 60);
    CHECK(world.after(seconds(1)).empty());
    CHECK(world.after(seconds(60)) == "1>0: the one before it is good again");

    World close;  // some blocks behind, as nodes are
    close.election.head(0, 101, close.now, kNow);
    close.election.head(1, 103, close.now, kNow + 24);
    CHECK(close.after(seconds(10)).empty());

    World alone(1);
    alone.election.head(0, 101, alone.now, kNow - 3'600);
    CHECK(alone.after(seconds(10)).empty());
}

TEST_CASE("N23 one that syncs is not what is fallen back on, unless nobody else is left") {
    constexpr plimsoll::Timestamp kNow = 1'700'000'000;
    World world(3);
    world.election.head(0, 201, world.now, kNow);
    world.election.head(1, 101, world.now, kNow - 3'600);
    world.election.head(2, 201, world.now, kNow);
    CHECK(world.election.order() == Order{0, 2, 1});
    world.election.down(0, world.now);
    CHECK(world.after(seconds(1)) == "0>2: its connection is lost");
    world.election.down(2, world.now);
    CHECK(world.after(seconds(1)) == "2>1: its connection is lost");
}

TEST_CASE("N39 failing calls: asked last at once, left after three, one success takes one back") {
    World world;
    world.election.failed(0);
    CHECK(world.election.order() == Order{1, 0});
    CHECK(world.after(seconds(1)).empty());
    world.election.failed(0);
    world.election.succeeded(0);
    world.election.failed(0);
    CHECK(world.after(seconds(1)).empty());
    world.election.failed(0);
    CHECK(world.after(seconds(1)) == "0>1: 3 of its calls failed");
    // Nobody is left that is better: it is kept.
    for (int i = 0; i < 5; ++i) world.election.failed(1);
    CHECK(world.after(seconds(1)).empty());
}

TEST_CASE("N40 the preferred one is gone back to once it has been good for a minute, not while it flaps") {
    World world;
    world.election.down(0, world.now);
    world.after(seconds(1));
    REQUIRE(world.election.current() == 1);
    plimsoll::BlockNumber block = 100;
    const auto blocks = [&](int count, bool both) {
        std::string said;
        for (int i = 0; i < count; ++i) {
            world.head(1, ++block);
            if (both) world.head(0, block);
            said += world.after(seconds(12));
        }
        return said;
    };
    world.election.up(0);
    CHECK(blocks(3, true).empty());
    world.election.down(0, world.now);  // N40
    CHECK(blocks(1, false).empty());
    world.election.up(0);
    CHECK(blocks(20, false).empty());  // connected, but it shows nothing new
    CHECK(blocks(5, true).empty());
    CHECK(blocks(2, true) == "1>0: the one before it is good again");
}

TEST_CASE("the one followed next has its own time to show a head") {
    World world(3);
    world.after(seconds(20));
    world.head(1, 101);
    world.head(2, 102);
    CHECK(world.after(seconds(1)).starts_with("0>1"));
    CHECK(world.after(seconds(15)).empty());
    CHECK(world.after(seconds(1)).starts_with("1>2"));
}

TEST_CASE("who has shown less than the one that is left is followed after those that have shown as much") {
    World world(3);
    world.head(0, 102);
    world.head(2, 101);  // one behind: it may come in a moment
    world.election.down(0, world.now);
    CHECK(world.after(seconds(1)) == "0>2: its connection is lost");
    World alone(3);
    alone.head(0, 102);
    alone.election.down(0, alone.now);
    CHECK(alone.after(seconds(1)) == "0>1: its connection is lost");
}

TEST_CASE("a block from the future says nothing of its node") {
    CHECK(believable(1'000, seconds(1'000)) == 1'000);
    CHECK(believable(1'030, seconds(1'000)) == 1'030);  // as far as clocks differ
    CHECK(believable(1'031, seconds(1'000)) == 0);
    CHECK(believable(1, seconds(-1'000)) == 0);  // a clock before 1970
}
