// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bot/engine/decision.hpp"
#include "bot/journal/journal.hpp"

/// Decisions and transactions as `plan --json`, `why --json`, `history --json` and the console give them: integers as
/// decimal strings, values in the market's base currency, times in unix milliseconds.
namespace plimsoll::bot {

nlohmann::json to_json(const engine::Rung& rung);
nlohmann::json to_json(const engine::Gate& gate);
nlohmann::json to_json(const engine::Decision& decision);
/// What became of one step, with each row of its life. `rows` is not empty.
nlohmann::json to_json(const journal::StepHistory& rows);

}  // namespace plimsoll::bot
