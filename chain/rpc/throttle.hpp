// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "chain/rpc/jsonrpc.hpp"

/// How many requests one node gets: the owner's budget, and the node's own wish to be spared. Pure: times are handed
/// in.
namespace plimsoll::rpc {

struct ThrottleOptions {
    std::uint32_t per_second = 0;  // zero: no bound. A second's worth may go at once
    std::uint64_t per_day = 0;     // of a day in UTC; zero: no bound
};

class Throttle {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Milliseconds = std::chrono::milliseconds;

    explicit Throttle(ThrottleOptions options) : options_(options) {}

    struct Answer {
        bool granted{};
        Milliseconds wait{0};  // when not granted: after so long it may be; zero: not soon
        std::string why;       // when not granted
    };
    /// Whether `count` requests may go. What matters less leaves some for what matters more: of a second's worth and of
    /// a day's. Transactions always go. `unix_ms` is the wall clock.
    Answer ask(Priority priority, std::size_t count, TimePoint now, std::int64_t unix_ms);
    /// Whether something that can as well be left may be asked now: a second copy of a question, a look aside.
    bool has_spare(TimePoint now, std::int64_t unix_ms);

    /// The node asked for fewer requests. Without a time of its own it is spared for a second, then twice as long each
    /// time up to a minute, but for one request a second by which to find out. Its own time is kept, up to five
    /// minutes. Returns for how long.
    Milliseconds limited(TimePoint now, std::optional<Milliseconds> retry_after);
    /// The node refuses the credentials: spared for a minute, then twice as long each time up to a quarter of an hour.
    Milliseconds denied(TimePoint now);
    /// The node answered.
    void answered();

    Milliseconds resting(TimePoint now) const;
    std::uint64_t used_today(std::int64_t unix_ms) const;
    const ThrottleOptions& options() const { return options_; }

  private:
    std::optional<Answer> rest(Priority priority, TimePoint now);
    std::optional<Answer> day(Priority priority, std::size_t count, std::int64_t unix_ms);
    void refill(TimePoint now);
    std::int64_t capacity() const { return std::int64_t{options_.per_second} * 1'000; }

    ThrottleOptions options_;
    std::int64_t tokens_ = 0;  // thousandths of a request; below zero after what had to go
    std::optional<TimePoint> filled_at_;
    std::int64_t day_ = 0;  // since 1970 UTC
    std::uint64_t used_ = 0;
    TimePoint rests_until_{};
    TimePoint next_try_{};
    bool strictly_ = false;  // no tries meanwhile
    unsigned times_ = 0;
};

}  // namespace plimsoll::rpc
