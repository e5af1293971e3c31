// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bot/engine/decision.hpp"
#include "chain/lending/market.hpp"

namespace plimsoll::engine {

/// One position at prices that somebody wonders about, at the head: by the engine's own accounting and its own planner.
/// Nothing is simulated, decided or recorded.
struct Supposed {
    lending::Position position;
    std::vector<Rung> ladder;  // what would be tried now; empty from the target on
};

/// What of the owner's limits is used.
struct Usage {
    BaseValue value_today;  // moved in the last 24 hours
    Wei gas_today;
    std::optional<std::int64_t> last_action_ms;
};

}  // namespace plimsoll::engine
