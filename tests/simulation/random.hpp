// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace plimsoll::sim {

/// SplitMix64. The same on every machine, which the distributions of the standard library are not.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9E37'79B9'7F4A'7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBULL;
        return z ^ (z >> 31U);
    }
    /// Both ends included.
    std::uint64_t pick(std::uint64_t low, std::uint64_t high) { return low + next() % (high - low + 1); }
    std::int64_t pick_ms(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
    }
    bool chance(std::uint64_t percent) { return next() % 100 < percent; }
    bool one_in(std::uint64_t n) { return next() % n == 0; }
    /// A stream of its own: what one part of the world draws does not change what another does.
    Random fork() { return Random(next()); }

  private:
    std::uint64_t state_;
};

}  // namespace plimsoll::sim
