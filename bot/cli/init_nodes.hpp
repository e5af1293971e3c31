// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bot/cli/commands.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot::cli {

/// The chains behind the URLs that were given or typed, each with a WebSocket; URLs hold {secret} where their key
/// stood. On failure everything is said, and the exit code is the error.
tl::expected<std::vector<config::Chain>, ExitCode> ask_nodes(const Globals& globals, const InitCommand& command,
                                                             bool may_ask, const std::string& folder);

}  // namespace plimsoll::bot::cli
