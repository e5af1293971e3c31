// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "bot/cli/commands.hpp"
#include "config/loader.hpp"

namespace plimsoll::bot::cli {

/// The file that --config names; without it ./plimsoll.toml if there is one, else /etc/plimsoll/plimsoll.toml.
std::string config_path(const Globals& globals);

/// Loads it with the process's environment. On an error everything that is wrong is on standard error, and the command
/// ends with ExitCode::ConfigInvalid; warnings are said unless quiet.
std::optional<config::Loaded> load_config(const Globals& globals);

/// "error: ..." and, if there is one, "help: ..." on standard error.
void say_error(const Globals& globals, std::string_view what, std::string_view help = {});
/// A line of talk on standard error, unless quiet.
void say(const Globals& globals, std::string_view text);

/// The position of this name, or nothing, the nearest name being said on standard error.
const config::Position* find_position(const Globals& globals, const config::Settings& settings, std::string_view name);

}  // namespace plimsoll::bot::cli
