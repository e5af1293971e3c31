// SPDX-License-Identifier: Apache-2.0
// Signs of life: the watchdog's judgement, the clock that is followed, and storms of alerts.
#include <algorithm>
#include <array>
#include <csignal>
#include <doctest/doctest.h>
#include <new>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bot/alert_storm.hpp"
#include "bot/harden.hpp"
#include "bot/own_clock.hpp"
#include "bot/watchdog.hpp"

using namespace plimsoll;
using bot::OwnClock;
using engine::Alert;
using engine::AlertLevel;

namespace {

/// What a process of this body alone says on its standard error before it ends by SIGABRT.
template <class Body>
std::string last_words(Body body) {
    std::array<int, 2> text{};
    REQUIRE(::pipe(text.data()) == 0);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        ::dup2(text[1], STDERR_FILENO);
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        std::signal(SIGABRT, SIG_DFL);
        body();
        ::_exit(0);
    }
    ::close(text[1]);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    std::string said(256, '\0');
    said.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(text[0], said.data(), said.size()))));
    ::close(text[0]);
    return said;
}

}  // namespace

TEST_CASE("X04 a loop that turns is never called stuck, however seldom the watchdog looks; one that does not is") {
    bot::LoopJudge judge(3);
    for (int i = 0; i < 100; ++i) {
        judge.alive();
        CHECK_FALSE(judge.look());
    }
    CHECK_FALSE(judge.look());
    CHECK_FALSE(judge.look());
    judge.alive();
    CHECK_FALSE(judge.look());  // it turned between two looks: counted anew
    CHECK_FALSE(judge.look());
    CHECK_FALSE(judge.look());
    CHECK(judge.look());
}

TEST_CASE("X04 an engine that stands still while the others turn does not keep the watchdogs quiet") {
    bot::TurnJudge judge;
    std::uint64_t n = 0;
    for (int i = 0; i < 10; ++i, ++n) CHECK(judge.turning({n, 2 * n + 1}));
    CHECK(judge.turning({++n, 19}));  // two chains, one of which has stopped
    CHECK(judge.turning({++n, 19}));
    CHECK_FALSE(judge.turning({++n, 19}));
    CHECK_FALSE(judge.turning({++n, 19}));
    CHECK(judge.turning({++n, 20}));
    CHECK(judge.turning({++n, 21, 0}));
}

TEST_CASE("X04 the watchdog ends the process by SIGABRT and says why") {
    const std::string said = last_words([] {
        bot::WatchdogOptions options;
        options.period = std::chrono::milliseconds(1);
        const bot::Watchdog watchdog(options);
        for (;;) ::pause();
    });
    CHECK(said.find("the loop hangs") != std::string::npos);
}

namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;
constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kSlot = 12'000;
constexpr std::int64_t kAge = 36'000;

/// A host whose true time passes, whose counter nobody sets, and whose clock is wrong by `wrong`.
struct Host {
    explicit Host(std::int64_t wrong_by) : wrong(wrong_by) {}
    std::int64_t passed = 0;
    std::int64_t wrong;
    std::int64_t next_block = 0;
    OwnClock clock{[this] { return 77'000 + passed; }, [this] { return truth() + wrong; }};

    std::int64_t truth() const { return kStart + passed; }
    std::int64_t error() const { return clock.now_ms() - truth(); }
    /// Lets blocks come, each two seconds after its time.
    OwnClock::Look blocks(int count, std::int64_t late = 2'000) {
        OwnClock::Look out;
        for (int i = 0; i < count; ++i) {
            passed += kSlot;
            clock.heard("ethereum", static_cast<Timestamp>((truth() - late) / 1'000), kAge);
            out = clock.look();
        }
        return out;
    }
};

}  // namespace

TEST_CASE("X05 the host's clock is set by an hour: noticed, and no decision's time changes") {
    for (const std::int64_t jump : {kHour, -kHour}) {
        Host host(0);
        CHECK_FALSE(host.blocks(5).jump_ms);
        host.wrong = jump;
        CHECK(host.clock.look().jump_ms == jump);
        CHECK(host.error() == 0);
        const auto look = host.blocks(5);
        CHECK(look.jump_ms == jump);
        CHECK_FALSE(look.off_ms);
        CHECK(host.error() == 0);
        host.wrong = 0;
        CHECK_FALSE(host.clock.look().jump_ms);
    }
}

TEST_CASE("X05 small corrections are nobody's business") {
    Host host(0);
    host.blocks(3);
    host.wrong = OwnClock::kJumpMs;
    CHECK_FALSE(host.clock.look().jump_ms);
    ++host.wrong;
    CHECK(host.clock.look().jump_ms == OwnClock::kJumpMs + 1);
}

TEST_CASE(
    "X17 a clock that was wrong at the start is noticed by the blocks, and the host's time taken over once right") {
    for (const std::int64_t wrong : {kHour, -kHour}) {
        Host host(wrong);
        CHECK_FALSE(host.blocks(2).off_ms);  // too few to tell
        const auto look = host.blocks(1);
        REQUIRE(look.off_ms);
        CHECK(*look.off_ms >= wrong - 3'000);
        CHECK(*look.off_ms <= wrong + 3'000);
        CHECK_FALSE(look.adopted);
        host.wrong = 0;
        const auto after = host.clock.look();
        CHECK(after.adopted);
        CHECK(host.error() == 0);
        CHECK_FALSE(host.blocks(1).off_ms);
    }
}

TEST_CASE("X17 a host set from one wrong time to another is not followed") {
    Host host(kHour);
    host.blocks(3);
    host.wrong = 2 * kHour;
    const auto look = host.clock.look();
    CHECK_FALSE(look.adopted);
    CHECK(look.off_ms);
    CHECK(host.error() == kHour);
}

TEST_CASE("X17 a node that catches up, and one chain of two whose node lags, say nothing of the clock") {
    Host host(0);
    for (int i = 0; i < 10; ++i) {  // ten blocks of an hour ago within a second
        host.passed += 100;
        host.clock.heard("ethereum", static_cast<Timestamp>((host.truth() - kHour) / 1'000 + i * 12), kAge);
    }
    CHECK_FALSE(host.clock.look().off_ms);
    Host two(0);
    for (int i = 0; i < 5; ++i) {
        two.passed += kSlot;
        two.clock.heard("ethereum", static_cast<Timestamp>(two.truth() / 1'000), kAge);
        two.clock.heard("lagging", static_cast<Timestamp>((two.truth() - kHour) / 1'000), kAge);
    }
    CHECK_FALSE(two.clock.look().off_ms);
}

TEST_CASE(
    "X14 a thousand alerts in a block: a few alone, the rest in one that names some, and the incident's alarm comes "
    "through") {
    bot::AlertStorm storm;
    std::size_t told = 0;
    for (int i = 0; i < 1'000; ++i) {
        const Alert alert{AlertLevel::Warning, "below-warn", "position-" + std::to_string(i), "low", false};
        if (storm.passes("ethereum", alert, 5'000)) ++told;
    }
    CHECK(told == bot::AlertStorm::kAlone);
    CHECK(storm.passes("ethereum", {AlertLevel::Critical, "below-trigger", "mine", "act", false}, 5'000));
    CHECK(storm.passes("base", {AlertLevel::Warning, "below-warn", "other-chain", "low", false}, 5'000));
    CHECK(storm.due(5'000 + bot::AlertStorm::kHoldMs - 1).empty());
    const auto due = storm.due(5'000 + bot::AlertStorm::kHoldMs);
    REQUIRE(due.size() == 1);
    CHECK(due[0].chain == "ethereum");
    CHECK(due[0].alert.kind == "below-warn");
    CHECK(due[0].alert.text.starts_with("990 more of below-warn: position-10, position-11,"));
    CHECK(due[0].alert.text.find("and others") != std::string::npos);
    CHECK(storm.due(100'000).empty());
}

TEST_CASE("X14 a storm that goes on stays grouped, and is over after a quiet while") {
    bot::AlertStorm storm;
    const Alert alert{AlertLevel::Warning, "reads-fail", "", "again", false};
    std::size_t told = 0;
    std::size_t groups = 0;
    for (std::int64_t now = 0; now < 60'000; now += 10) {
        if (storm.passes("ethereum", alert, now)) ++told;
        groups += storm.due(now).size();
    }
    CHECK(told == bot::AlertStorm::kAlone);
    CHECK(groups > 20);
    CHECK(groups <= 30);
    CHECK(storm.due(70'000).size() == 1);  // what was kept last
    CHECK(storm.passes("ethereum", alert, 70'000 + bot::AlertStorm::kWindowMs));
}

TEST_CASE(
    "X01 a loop that comes late to its work is told, once is enough where it is by much, and again only when worse") {
    using Verdict = bot::LateJudge::Verdict;
    using std::chrono::milliseconds;
    bot::LateJudge judge;
    for (int i = 0; i < 200; ++i) CHECK(judge.look(milliseconds(i % 2 == 0 ? 1 : 240)) == Verdict::Same);
    CHECK(judge.look(milliseconds(1'200)) == Verdict::Late);
    CHECK(judge.worst() == milliseconds(1'200));
    CHECK(judge.look(milliseconds(1'100)) == Verdict::Same);
    CHECK(judge.look(milliseconds(3'000)) == Verdict::Late);
    for (std::size_t i = 1; i < bot::LateJudge::kLooks; ++i) CHECK(judge.look(milliseconds(0)) == Verdict::Same);
    CHECK(judge.look(milliseconds(0)) == Verdict::InTime);
    CHECK(judge.look(milliseconds(0)) == Verdict::Same);
}

TEST_CASE("X01 a loop that is often a little late is told too") {
    using Verdict = bot::LateJudge::Verdict;
    using std::chrono::milliseconds;
    bot::LateJudge judge;
    int told = 0;
    for (int i = 0; i < 50; ++i) told += judge.look(milliseconds(i % 10 == 0 ? 300 : 5)) == Verdict::Late ? 1 : 0;
    CHECK(told == 1);
    judge = {};
    for (int i = 0; i < 400; ++i) CHECK(judge.look(milliseconds(i % 30 == 0 ? 300 : 5)) == Verdict::Same);
}

TEST_CASE("X02 without memory the process ends by SIGABRT and says why, and no part of it goes on alone") {
    const std::string said = last_words([] {
        bot::harden_process();
        if (const auto handler = std::get_new_handler()) handler();  // what the allocator does when it finds none
    });
    CHECK(said == "plimsoll: no memory is left, ending; the journal is complete\n");
}
