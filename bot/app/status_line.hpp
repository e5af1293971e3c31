// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bot/shell/chain_shell.hpp"

namespace plimsoll::bot {

/// What the service manager shows: the mode, and the lowest health factor of all positions that are in sync.
std::string status_line(const std::vector<std::unique_ptr<ChainShell>>& chains, bool live);

}  // namespace plimsoll::bot
