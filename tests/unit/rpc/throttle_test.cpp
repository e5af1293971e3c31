// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/throttle.hpp"

#include <doctest/doctest.h>

using namespace plimsoll::rpc;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::int64_t kDay = 86'400'000;

struct Clock {
    Throttle throttle;
    Throttle::TimePoint now{};
    std::int64_t unix_ms = 20'000 * kDay;

    explicit Clock(ThrottleOptions options) : throttle(options) { now += std::chrono::hours(1); }
    bool ask(Priority priority, std::size_t count = 1) { return throttle.ask(priority, count, now, unix_ms).granted; }
    /// How many go at once.
    int burst(Priority priority) {
        int out = 0;
        while (out < 1'000 && ask(priority)) ++out;
        return out;
    }
    void pass(milliseconds time) {
        now += time;
        unix_ms += time.count();
    }
};

ThrottleOptions options(std::uint32_t per_second, std::uint64_t per_day = 0) {
    ThrottleOptions out;
    out.per_second = per_second;
    out.per_day = per_day;
    return out;
}

}  // namespace

TEST_SUITE("throttle") {
    TEST_CASE("N28 what matters less leaves a second's worth to what matters more; transactions always go") {
        Clock clock(options(24));
        CHECK(clock.burst(Priority::Spare) == 12);
        CHECK(clock.burst(Priority::Follow) == 9);
        CHECK(clock.burst(Priority::Act) == 3);
        CHECK(clock.burst(Priority::Send) == 1'000);
    }

    TEST_CASE("a second's worth comes back in a second, and no more than that") {
        Clock clock(options(10));
        CHECK(clock.burst(Priority::Act) == 10);
        const auto answer = clock.throttle.ask(Priority::Act, 1, clock.now, clock.unix_ms);
        CHECK(answer.wait == milliseconds(101));
        clock.pass(milliseconds(500));
        CHECK(clock.burst(Priority::Act) == 5);
        clock.pass(seconds(100));
        CHECK(clock.burst(Priority::Act) == 10);
    }

    TEST_CASE("more than a second's worth at once goes when a full one is there, and is paid for") {
        Clock clock(options(10));
        CHECK(clock.ask(Priority::Act, 30));
        clock.pass(seconds(2));
        CHECK_FALSE(clock.ask(Priority::Act));
        clock.pass(milliseconds(200));
        CHECK(clock.ask(Priority::Act));
    }

    TEST_CASE("N28 the day's budget: reads stop before a rescue's, transactions never, and a new day begins") {
        Clock clock(options(0, 100));
        CHECK(clock.burst(Priority::Spare) == 80);
        CHECK_FALSE(clock.throttle.has_spare(clock.now, clock.unix_ms));
        CHECK(clock.burst(Priority::Follow) == 15);
        CHECK(clock.burst(Priority::Act) == 5);
        CHECK(clock.ask(Priority::Send));
        CHECK(clock.throttle.used_today(clock.unix_ms) == 101);
        CHECK(clock.throttle.ask(Priority::Act, 1, clock.now, clock.unix_ms).why ==
              "101 of the 100 requests of today are used");
        clock.unix_ms += kDay;
        CHECK(clock.throttle.used_today(clock.unix_ms) == 0);
        CHECK(clock.ask(Priority::Follow));
    }

    TEST_CASE("N28 a node that limits is spared longer each time, but for one request a second") {
        Clock clock(options(0));
        CHECK(clock.throttle.limited(clock.now, {}) == seconds(1));
        CHECK_FALSE(clock.ask(Priority::Act));
        CHECK(clock.ask(Priority::Send));
        clock.pass(seconds(1));
        CHECK(clock.burst(Priority::Act) == 1'000);
        CHECK(clock.throttle.limited(clock.now, {}) == seconds(2));
        // One more answer of those under way: no longer for that.
        CHECK(clock.throttle.limited(clock.now, {}) <= seconds(4));
        clock.pass(seconds(1));
        CHECK_FALSE(clock.ask(Priority::Spare));
        CHECK(clock.ask(Priority::Follow));
        CHECK_FALSE(clock.ask(Priority::Act));
        clock.throttle.answered();
        CHECK(clock.ask(Priority::Act));
        for (int i = 0; i < 40; ++i) {
            clock.pass(seconds(61));
            clock.throttle.limited(clock.now, {});
        }
        CHECK(clock.throttle.resting(clock.now) == seconds(60));
    }

    TEST_CASE("N28 the time that the node names is kept, up to five minutes") {
        Clock clock(options(0));
        CHECK(clock.throttle.limited(clock.now, seconds(7)) == seconds(7));
        clock.pass(milliseconds(6'999));
        CHECK_FALSE(clock.ask(Priority::Act));
        CHECK(clock.ask(Priority::Send));
        clock.pass(milliseconds(1));
        CHECK(clock.ask(Priority::Act));
        CHECK(clock.throttle.limited(clock.now, std::chrono::hours(9)) == std::chrono::minutes(5));
    }

    TEST_CASE("N46 a node that refuses the credentials is asked ever more seldom") {
        Clock clock(options(0));
        CHECK(clock.throttle.denied(clock.now) == seconds(60));
        CHECK_FALSE(clock.ask(Priority::Act));
        clock.pass(seconds(60));
        CHECK(clock.ask(Priority::Act));
        for (int i = 0; i < 9; ++i) {
            clock.throttle.denied(clock.now);
            clock.pass(std::chrono::hours(1));
        }
        CHECK(clock.throttle.denied(clock.now) == std::chrono::minutes(15));
    }
}
