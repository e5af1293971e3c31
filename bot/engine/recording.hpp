// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "bot/engine/command.hpp"
#include "bot/engine/engine_config.hpp"
#include "bot/engine/event.hpp"

/// A flight recording: one JSON line each. First the header with all that the engine depends on, then every event in
/// turn, each followed by the commands it led to. Integers beyond 2^53 are exact decimal text; bytes are "0x" text.
namespace plimsoll::engine {

inline constexpr std::uint64_t kRecordingVersion = 5;

std::string encode(const EngineConfig& config);
std::string encode(const Event& event);
std::string encode(const Command& command);

/// Errc::Unsupported for another version, Errc::Decode naming the field that is missing or of another form.
Result<EngineConfig> parse_header(std::string_view line);
Result<Event> parse_event(std::string_view line);
Result<Command> parse_command(std::string_view line);

/// Whether the line holds an event or a command; header lines are neither.
bool is_event_line(std::string_view line);
bool is_command_line(std::string_view line);

}  // namespace plimsoll::engine
