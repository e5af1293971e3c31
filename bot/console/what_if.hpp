// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bot/engine/engine.hpp"

namespace plimsoll::console {

/// Asked for by a person who moves prices.
struct Question {
    std::string position;
    std::vector<lending::SupposedPrice> prices;
};

/// The position's collateral at a lower price, all of it together; assets that are owed stay.
struct Fall {
    std::uint32_t bps{};
    Wad health;
};

struct WhatIf {
    engine::Supposed supposed;
    std::vector<lending::SupposedPrice> to_trigger;      // each price alone that brings it to the trigger
    std::vector<lending::SupposedPrice> to_liquidation;  // ... and under 1
    std::vector<Fall> falls;
};

/// Exact, by the market's own accounting. On the engine's thread: takes about as long as one decision.
Result<WhatIf> what_if(const engine::Engine& engine, const std::string& market, const Wad& trigger,
                       const Question& question);

}  // namespace plimsoll::console
