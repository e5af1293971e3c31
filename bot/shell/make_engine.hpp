// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bot/engine/engine.hpp"

namespace plimsoll::bot {

/// An engine with the adapter of each of its markets. Errc::Unsupported names a market whose protocol is not known.
Result<std::unique_ptr<engine::Engine>> make_engine(const engine::EngineConfig& config);

}  // namespace plimsoll::bot
