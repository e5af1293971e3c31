// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/throttle.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace plimsoll::rpc {

namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kLimitedFirst{1'000};
constexpr Milliseconds kLimitedMost{60'000};
constexpr Milliseconds kRetryAfterMost{300'000};
constexpr Milliseconds kDeniedFirst{60'000};
constexpr Milliseconds kDeniedMost{900'000};
constexpr Milliseconds kBetweenTries{1'000};
constexpr std::int64_t kDayMs = 86'400'000;
constexpr unsigned kDoublingsMost = 16;

/// Of a second's worth, in eighths: what must stay for what matters more.
std::int64_t kept_back(Priority priority) {
    switch (priority) {
        case Priority::Spare:
            return 4;
        case Priority::Follow:
            return 1;
        case Priority::Act:
        case Priority::Send:
            return 0;
    }
    return 0;
}

/// Of a day's worth, in hundredths: up to where it may be used.
std::uint64_t share(Priority priority) {
    switch (priority) {
        case Priority::Spare:
            return 80;
        case Priority::Follow:
            return 95;
        case Priority::Act:
        case Priority::Send:
            return 100;
    }
    return 100;
}

Milliseconds doubled(Milliseconds first, Milliseconds most, unsigned times) {
    return std::min<Milliseconds>(most, first * (1LL << std::min(times, kDoublingsMost)));
}

}  // namespace

std::optional<Throttle::Answer> Throttle::rest(Priority priority, TimePoint now) {
    if (now >= rests_until_ || priority == Priority::Send) return std::nullopt;
    if (!strictly_ && priority != Priority::Spare && now >= next_try_) {
        next_try_ = now + kBetweenTries;
        return std::nullopt;
    }
    Answer out;
    out.why = fmt::format("the node asks to be spared for {} ms more", resting(now).count());
    return out;
}

std::optional<Throttle::Answer> Throttle::day(Priority priority, std::size_t count, std::int64_t unix_ms) {
    const std::int64_t today = unix_ms / kDayMs;
    if (today != day_) {
        day_ = today;
        used_ = 0;
    }
    if (options_.per_day == 0 || priority == Priority::Send) return std::nullopt;
    const std::uint64_t most =
        options_.per_day / 100 * share(priority) + options_.per_day % 100 * share(priority) / 100;
    if (used_ + count <= most) return std::nullopt;
    Answer out;
    out.why = fmt::format("{} of the {} requests of today are used", used_, options_.per_day);
    return out;
}

void Throttle::refill(TimePoint now) {
    if (!filled_at_) {
        tokens_ = capacity();
        filled_at_ = now;
        return;
    }
    const auto elapsed = std::chrono::duration_cast<Milliseconds>(now - *filled_at_);
    tokens_ = std::min(capacity(), tokens_ + std::min<std::int64_t>(elapsed.count(), 100'000) * options_.per_second);
    *filled_at_ += elapsed;
}

Throttle::Answer Throttle::ask(Priority priority, std::size_t count, TimePoint now, std::int64_t unix_ms) {
    if (auto refused = day(priority, count, unix_ms)) return *std::move(refused);
    if (auto refused = rest(priority, now)) return *std::move(refused);
    Answer out;
    out.granted = true;
    if (options_.per_second > 0) {
        refill(now);
        const std::int64_t wanted = static_cast<std::int64_t>(std::min<std::size_t>(count, 1U << 20U)) * 1'000;
        const std::int64_t kept = capacity() / 8 * kept_back(priority);
        // More than a second's worth goes when a full one is there, and is paid for afterwards.
        const std::int64_t missing = kept + std::min(wanted, capacity() - kept) - tokens_;
        if (missing > 0 && priority != Priority::Send) {
            out.granted = false;
            out.wait = Milliseconds(missing / options_.per_second + 1);
            out.why = fmt::format("{} requests per second are used", options_.per_second);
            return out;
        }
        tokens_ -= wanted;
    }
    used_ += count;
    return out;
}

bool Throttle::has_spare(TimePoint now, std::int64_t unix_ms) {
    if (now < rests_until_ || day(Priority::Spare, 1, unix_ms)) return false;
    if (options_.per_second == 0) return true;
    refill(now);
    return tokens_ >= capacity() / 8 * kept_back(Priority::Spare) + 1'000;
}

Milliseconds Throttle::limited(TimePoint now, std::optional<Milliseconds> retry_after) {
    strictly_ = retry_after.has_value();
    const auto pause = retry_after ? std::clamp(*retry_after, Milliseconds(0), kRetryAfterMost)
                                   : doubled(kLimitedFirst, kLimitedMost, times_);
    // Answers to requests that were under way together count as one.
    if (now >= rests_until_ - pause) ++times_;
    rests_until_ = std::max(rests_until_, now + pause);
    next_try_ = now + kBetweenTries;
    return resting(now);
}

Milliseconds Throttle::denied(TimePoint now) {
    strictly_ = true;
    if (now >= rests_until_) rests_until_ = now + doubled(kDeniedFirst, kDeniedMost, times_++);
    return resting(now);
}

void Throttle::answered() {
    times_ = 0;
    rests_until_ = {};
}

Milliseconds Throttle::resting(TimePoint now) const {
    if (now >= rests_until_) return Milliseconds(0);
    return std::chrono::ceil<Milliseconds>(rests_until_ - now);
}

std::uint64_t Throttle::used_today(std::int64_t unix_ms) const {
    return unix_ms / kDayMs == day_ ? used_ : 0;
}

}  // namespace plimsoll::rpc
