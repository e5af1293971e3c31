// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "chain/types/block.hpp"

namespace plimsoll::bot {

/// Unix time by which everything here is decided: the host's clock as it was at the start, counted on by a clock that
/// nobody sets and that goes on while the host sleeps. Whoever sets the host's clock later is noticed and not followed,
/// unless the blocks of every chain say that the host is right now and was wrong before.
class OwnClock {
  public:
    using Reading = std::function<std::int64_t()>;  // milliseconds

    OwnClock(Reading counter_ms, Reading wall_ms);
    /// CLOCK_BOOTTIME and CLOCK_REALTIME.
    static OwnClock of_system();

    /// Unix milliseconds.
    std::int64_t now_ms() const { return counter_() + offset_; }

    /// A new head of a chain, told as it comes. `age_max_ms` is how old it may be and still count as new.
    void heard(const std::string& chain, Timestamp timestamp, std::int64_t age_max_ms);

    struct Look {
        /// The host's clock less this one, once that is more than kJumpMs: it has been set.
        std::optional<std::int64_t> jump_ms;
        /// This clock less the blocks' time, where the heads of every chain come in step with time and yet seem too old
        /// (positive) or of the future (negative): the clock is wrong, or every node lies.
        std::optional<std::int64_t> off_ms;
        bool adopted = false;  // the host's time has just been taken over
    };
    /// Compares; takes the host's time over where the blocks say so.
    Look look();

    static constexpr std::int64_t kJumpMs = 5'000;
    static constexpr std::int64_t kFutureMs = 30'000;  // a block that much ahead is of the future

  private:
    static constexpr std::size_t kHeads = 3;
    struct Head {
        std::int64_t counter_ms{};
        std::int64_t timestamp_ms{};
    };
    struct Heads {
        std::array<Head, kHeads> last{};  // oldest first
        std::size_t count = 0;
        std::int64_t age_max_ms{};
        bool in_step() const;
        /// How far a clock with this offset is from the newest head's time, if it is too far from all of them.
        std::optional<std::int64_t> off(std::int64_t offset_ms) const;
    };
    std::optional<std::int64_t> off(std::int64_t offset_ms) const;

    Reading counter_;
    Reading wall_;
    std::int64_t offset_;
    std::map<std::string, Heads> heads_;  // by chain
};

}  // namespace plimsoll::bot
