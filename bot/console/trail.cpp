// SPDX-License-Identifier: Apache-2.0
#include "bot/console/trail.hpp"

#include <algorithm>

namespace plimsoll::console {

namespace {

std::uint64_t drawn(const Wad& health) {
    const auto billionths = div_down(health.value, U256{1'000'000'000});
    if (!billionths || *billionths > U256{kHealthMost}) return kHealthMost;
    return billionths->low_u64();
}

}  // namespace

void Trail::add(const Wad& health, std::int64_t time_ms, std::size_t most) {
    add(TrailPoint{time_ms, drawn(health)}, most);
}

void Trail::add(const TrailPoint& point, std::size_t most) {
    const std::int64_t time_ms = point.time_ms;
    // A clock that was set back begins the course anew from there.
    while (!fine_.empty() && fine_.back().time_ms >= time_ms) fine_.pop_back();
    while (!coarse_.empty() && coarse_.back().time_ms >= time_ms) coarse_.pop_back();
    fine_.push_back(point);
    const std::size_t coarse_most = std::min(kCoarse, most / 2);
    const std::size_t fine_most = std::min(kFine, most - coarse_most);
    while (fine_.size() > 1 && (fine_.size() > fine_most || time_ms - fine_.front().time_ms > kFineMs)) coarsen();
    constexpr std::int64_t kLongest = kCoarseMs * static_cast<std::int64_t>(kCoarse);
    while (!coarse_.empty() && (coarse_.size() > coarse_most || time_ms - coarse_.front().time_ms > kLongest))
        coarse_.erase(coarse_.begin());
}

/// The oldest of the last hour goes into its five minutes.
void Trail::coarsen() {
    const TrailPoint old = fine_.front();
    fine_.erase(fine_.begin());
    if (coarse_.empty() || old.time_ms / kCoarseMs != coarse_.back().time_ms / kCoarseMs)
        coarse_.push_back(old);
    else if (old.health < coarse_.back().health)
        coarse_.back() = old;
}

std::vector<TrailPoint> Trail::points() const {
    std::vector<TrailPoint> out(coarse_.begin(), coarse_.end());
    out.insert(out.end(), fine_.begin(), fine_.end());
    return out;
}

}  // namespace plimsoll::console
