// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "bot/engine/engine.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// What would be done for a position on the newest block.
struct Verdict {
    const config::Position* position = nullptr;
    engine::EngineStatus status;
    std::optional<engine::Decision> decision;
    std::vector<lending::ContractCall> calls;
    std::optional<Wad> health;
    bool dollars{};  // values have 8 decimals; else they are smallest units of the loan token
};

/// By an engine of its own that can send nothing. Asks the nodes, and waits for them. Errc::NotFound: its market has no
/// chain.
Result<Verdict> verdict_of(const config::Settings& settings, const config::Position& position);

}  // namespace plimsoll::bot
