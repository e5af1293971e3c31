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

/// Whether a gate of this name stops a plan: those of rungs that were passed over and the mode do not.
inline bool stops(const Gate& gate) {
    return !gate.passed && gate.name != "mode" && !gate.name.starts_with("rung:");
}

enum class Outcome : std::uint8_t {
    Safe,      // back above the trigger; recorded once, when it changes
    Refused,   // a gate failed: `reason` names the first
    DryRun,    // all gates but the mode passed: this would have been sent
    Checking,  // simulation, fees or account are being asked
    Waiting,   // an incident of this position is under way
    Acting,    // the plan goes to the journal
};

/// One plan of the ladder, or a reason why there is none. For people: what was weighed, in the order of trying.
struct Rung {
    std::string strategy;  // empty where there is no plan
    std::string text;      // what it would do
    Wad after;             // health factor
    BaseValue repaid;      // debt less by this; base currency, as the following
    BaseValue value;       // moved
    BaseValue cost;        // expected, without gas
    BaseValue gas_cost;
    std::string refused;  // gate that stands against it; empty: nothing known does
    std::string why;

    bool operator==(const Rung&) const = default;
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
    std::string reason;        // name of the gate that refused, or a short word on progress
    std::string plan;          // "repay 1000000 of 0x... closes" or empty
    Wad health_expected;       // after the plan; zero without
    std::vector<Gate> gates;   // of the plan last tried; before them "rung:<n>" for each that was given up before it
    std::vector<Rung> ladder;  // plans first
    std::uint32_t rung{};      // the ladder's plan that this is about, from 1; 0 without

    bool operator==(const Decision&) const = default;
};

}  // namespace plimsoll::engine
