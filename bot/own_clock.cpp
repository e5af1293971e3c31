// SPDX-License-Identifier: Apache-2.0
#include "bot/own_clock.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace plimsoll::bot {

namespace {

std::int64_t read_ms(clockid_t id) {
    timespec now{};
    ::clock_gettime(id, &now);
    constexpr std::int64_t kPerSecond = 1'000;
    constexpr std::int64_t kNanos = 1'000'000;
    return static_cast<std::int64_t>(now.tv_sec) * kPerSecond + static_cast<std::int64_t>(now.tv_nsec) / kNanos;
}

}  // namespace

OwnClock::OwnClock(Reading counter_ms, Reading wall_ms)
    : counter_(std::move(counter_ms)), wall_(std::move(wall_ms)), offset_(wall_() - counter_()) {}

OwnClock OwnClock::of_system() {
    return {[] { return read_ms(CLOCK_BOOTTIME); }, [] { return read_ms(CLOCK_REALTIME); }};
}

void OwnClock::heard(const std::string& chain, Timestamp timestamp, std::int64_t age_max_ms) {
    Heads& heads = heads_[chain];
    std::rotate(heads.last.begin(), heads.last.begin() + 1, heads.last.end());
    heads.last.back() = {counter_(), static_cast<std::int64_t>(timestamp) * 1'000};
    heads.count = std::min(heads.count + 1, kHeads);
    heads.age_max_ms = age_max_ms;
}

/// Blocks that come faster than their own time are those of a node that catches up: they say nothing of a clock.
bool OwnClock::Heads::in_step() const {
    if (count < kHeads) return false;
    constexpr std::int64_t kSlackMs = 2'000;
    const std::int64_t took = last.back().counter_ms - last.front().counter_ms;
    const std::int64_t told = last.back().timestamp_ms - last.front().timestamp_ms;
    return told <= 2 * took + kSlackMs;
}

std::optional<std::int64_t> OwnClock::Heads::off(std::int64_t offset_ms) const {
    std::int64_t nearest = 0;
    for (const Head& head : last) {
        const std::int64_t late = head.counter_ms + offset_ms - head.timestamp_ms;
        // A head that is nearly too old when it comes is too old before the next one: two thirds are enough.
        if (late >= -kFutureMs && late <= age_max_ms * 2 / 3) return std::nullopt;
        nearest = late;
    }
    return nearest;
}

/// One chain that a clock fits is enough for it: another one may have a node that lags.
std::optional<std::int64_t> OwnClock::off(std::int64_t offset_ms) const {
    std::optional<std::int64_t> out;
    for (const auto& [chain, heads] : heads_) {
        if (!heads.in_step()) continue;
        const auto one = heads.off(offset_ms);
        if (!one) return std::nullopt;
        if (!out || std::abs(*one) < std::abs(*out)) out = one;
    }
    return out;
}

OwnClock::Look OwnClock::look() {
    Look out;
    const std::int64_t host = wall_() - counter_();
    out.off_ms = off(offset_);
    if (std::abs(host - offset_) <= kJumpMs) return out;
    if (out.off_ms && !off(host)) {
        offset_ = host;
        return {std::nullopt, std::nullopt, true};
    }
    out.jump_ms = host - offset_;
    return out;
}

}  // namespace plimsoll::bot
