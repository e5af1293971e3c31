// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bot/engine/engine.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// What the engine made of the newest block of one chain.
struct Look {
    engine::EngineStatus status;
    std::vector<engine::Decision> decisions;    // in order; the last of a position is the verdict
    std::vector<engine::Simulate> simulations;  // what was simulated: the calls of the plans
    std::vector<engine::Alert> alerts;
};

/// An engine of this position alone: no other one's affairs delay the answer. Not live, whatever the file says.
engine::EngineConfig config_of_one(const config::Settings& settings, const config::Chain& chain,
                                   const std::string& name);

/// Runs an engine of its own on the newest block until it has nothing left to ask, without a journal and without keys:
/// nothing can be sent. For `plan` and `why`; with another planner for `check --explain`.
Result<Look> look(const config::Chain& chain, const engine::EngineConfig& config,
                  const engine::Planner& planner = strategies::plan_ladder);

}  // namespace plimsoll::bot
