// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace plimsoll::bot {

/// Judges by its own looks and not by a clock whether the loop still turns: a process that was stopped, or a host that
/// slept, looked as seldom as the loop turned, and is not called stuck when it wakes.
class LoopJudge {
  public:
    explicit LoopJudge(std::uint32_t looks_max) : looks_max_(looks_max) {}
    /// By the loop, from any thread.
    void alive() { turns_.fetch_add(1, std::memory_order_relaxed); }
    /// True when the loop has not turned during the last `looks_max` looks.
    bool look();

  private:
    std::uint32_t looks_max_;
    std::atomic<std::uint64_t> turns_{0};
    std::uint64_t seen_ = 0;
    std::uint32_t silent_ = 0;
};

/// An engine that stands still while the loop turns is as bad as a loop that hangs.
class TurnJudge {
  public:
    static constexpr std::uint32_t kStillMax = 3;
    /// About once a second, with the events that the engine of each chain has taken in: false when one of them has
    /// taken in none for so many times.
    bool turning(std::vector<std::uint64_t> turns);

  private:
    std::vector<std::uint64_t> turns_;
    std::uint32_t still_ = 0;
};

/// Whether the loop comes to its work in time: looked at about once a second, by a clock that does not count the time
/// in which the host sleeps.
class LateJudge {
  public:
    static constexpr std::chrono::milliseconds kMuch{1'000};  // once is enough
    static constexpr std::chrono::milliseconds kSome{250};
    static constexpr std::size_t kLooks = 60;
    static constexpr std::size_t kOften = 5;  // of these looks

    enum class Verdict : std::uint8_t { Same, Late, InTime };
    /// By how much this look is late. Late: from now on, or later still than was said; InTime: it was late, and none of
    /// the last looks were.
    Verdict look(std::chrono::milliseconds late);
    std::chrono::milliseconds worst() const { return worst_; }  // of the last looks

  private:
    std::deque<std::chrono::milliseconds> looks_;
    std::chrono::milliseconds worst_{0};
    std::chrono::milliseconds told_{0};
};

struct WatchdogOptions {
    std::chrono::milliseconds period{250};  // between two looks
    std::uint32_t looks_max = 20;           // five seconds of a running process
    std::function<void()> stuck;            // on the watchdog's thread; empty: says so and aborts
};

/// Ends a process whose loop hangs, so that whoever supervises it starts it again. Nothing is lost by it: what was
/// signed is in the journal. A thread of its own, which needs neither the loop nor the log.
class Watchdog {
  public:
    explicit Watchdog(WatchdogOptions options);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    void alive() { judge_.alive(); }

  private:
    void watch();

    WatchdogOptions options_;
    LoopJudge judge_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace plimsoll::bot
