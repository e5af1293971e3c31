// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bot/engine/engine_config.hpp"
#include "bot/engine/event.hpp"
#include "bot/journal/journal.hpp"

namespace plimsoll::bot {

/// What the journal tells a process that begins.
struct Memory {
    std::vector<engine::JournalRecord> unsettled;
    std::vector<engine::JournalRecord> ended;  // a short while ago
    std::vector<engine::Spending> spendings;
    std::vector<std::string> paused;
    std::vector<journal::WalletPause> pauses;
    std::int64_t safe_until_ms = 0;  // as Started::safe_until_ms
};

/// After this many lives in a row that ended by a crash, each within kCrashWindowMs before now, the next one only
/// watches for kSafeMs. A service manager must not give up before (StartLimitIntervalSec=0 in the unit).
inline constexpr std::uint32_t kCrashesMax = 5;
inline constexpr std::int64_t kCrashWindowMs = 600'000;
inline constexpr std::int64_t kSafeMs = 600'000;

/// Reads it, and notes that a life begins (not for `once`).
Result<Memory> recall(journal::Journal& journal, std::int64_t now_ms, bool once);

/// Limits by position, as limits_of() of bot/shell/reload.hpp has them: what differs, a row each.
using Limits = std::vector<std::pair<std::string, std::string>>;
std::vector<journal::SettingsChange> limit_changes(const Limits& before, const Limits& after, std::int64_t now_ms);

/// Writes the limits in force that are not those last written. A journal that cannot take them is no reason not to
/// start.
void note_limits(journal::Journal& journal, const config::Settings& settings, std::int64_t now_ms);

/// The keys of live wallets of these chains: whom the journal belongs to.
std::vector<journal::Owner> owners_of(const std::vector<engine::EngineConfig>& chains);

/// The first event of one chain's engine. What the journal knows of its keys is read from it.
Result<engine::Started> started(const Memory& memory, journal::Journal& journal, const engine::EngineConfig& chain,
                                bool adopt);

}  // namespace plimsoll::bot
