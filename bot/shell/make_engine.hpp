// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "bot/engine/engine.hpp"

namespace plimsoll::bot {

/// The adapter of each of the configuration's markets, in its order. Errc::Unsupported names a market whose protocol is
/// not known.
Result<std::vector<std::unique_ptr<lending::Market>>> make_markets(const engine::EngineConfig& config);

/// An engine on these.
Result<std::unique_ptr<engine::Engine>> make_engine(const engine::EngineConfig& config,
                                                    engine::Planner planner = strategies::plan_ladder);

}  // namespace plimsoll::bot
