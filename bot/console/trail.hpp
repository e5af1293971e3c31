// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "chain/types/quantity.hpp"

namespace plimsoll::console {

/// A health factor to be drawn: billionths, held at kHealthMost (an account without debt).
struct TrailPoint {
    std::int64_t time_ms{};
    std::uint64_t health{};

    bool operator==(const TrailPoint&) const = default;
};
inline constexpr std::uint64_t kHealthMost = 1'000'000'000'000;  // 1,000

/// The course of one health factor: the last hour as it was told, before that the lowest of each five
/// minutes, for a week. Both shorter where there are many positions.
class Trail {
  public:
    static constexpr std::int64_t kFineMs = 3'600'000;
    static constexpr std::int64_t kCoarseMs = 300'000;
    static constexpr std::size_t kFine = 720;
    static constexpr std::size_t kCoarse = 2'016;

    /// At most `most` points are kept after this one.
    void add(const Wad& health, std::int64_t time_ms, std::size_t most);
    void add(const TrailPoint& point, std::size_t most);
    /// Oldest first.
    std::vector<TrailPoint> points() const;

  private:
    void coarsen();

    std::vector<TrailPoint> coarse_;  // each the lowest of its five minutes
    std::vector<TrailPoint> fine_;
};

}  // namespace plimsoll::console
