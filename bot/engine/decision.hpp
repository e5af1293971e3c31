// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chain/types/block.hpp"
#include "strategies/limits.hpp"

namespace plimsoll::engine {

/// One condition of acting, with the numbers that decided it.
using Gate = strategies::Check;

enum class Outcome : std::uint8_t {
    Safe,      // back above the trigger; recorded once, when it changes
    Refused,   // a gate failed: `reason` names the first
    DryRun,    // all gates but the mode passed: this would have been sent
    Checking,  // simulation, fees or account are being asked
    Waiting,   // an incident of this position is under way
    Acting,    // the plan goes to the journal
};

/// What was decided about one position at one block, and why. Written each block at risk.
struct Decision {
    std::string position;
    BlockRef block;
    Wad health_now;   // at the block's timestamp
    Wad health_next;  // at the next block's expected timestamp; the lower of both counts
    Wad trigger;
    Wad target;
    Outcome outcome{};
    std::string reason;   // name of the gate that refused, or a short word on progress
    std::string plan;     // "repay 1000000 of 0x... closes" or empty
    Wad health_expected;  // after the plan; zero without
    std::vector<Gate> gates;

    bool operator==(const Decision&) const = default;
};

}  // namespace plimsoll::engine
