// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "bot/engine/engine.hpp"

namespace plimsoll::engine {

/// Empty markets for a configuration, in its order.
using MarketFactory = std::function<Result<std::vector<std::unique_ptr<lending::Market>>>(const EngineConfig&)>;

struct ReplayReport {
    std::uint64_t events = 0;
    std::uint64_t commands = 0;   // recorded ones that were compared
    std::uint64_t decisions = 0;  // of them
    std::uint64_t decisions_differ = 0;
    std::uint64_t differ = 0;      // events whose commands differ in any way
    std::string first_difference;  // line number, what was recorded, what came out; empty without
    bool cut_short{};              // the recording ends within a line or an event's commands

    bool same() const { return differ == 0; }
};

/// Rebuilds the engine from the recording's header, gives it the recorded events and compares its commands with the
/// recorded ones, text by text. Errc::Decode names the line that cannot be read.
Result<ReplayReport> replay(std::istream& recording, const MarketFactory& markets,
                            const Planner& planner = strategies::plan_ladder);

/// "128 decisions, 0 differ", with the first difference on lines of its own.
std::string to_text(const ReplayReport& report);

}  // namespace plimsoll::engine
