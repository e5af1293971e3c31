// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bot/app/chain_views.hpp"
#include "bot/cli/commands.hpp"
#include "bot/cli/table.hpp"

namespace plimsoll::bot::cli {

/// What is known of one watched chain.
struct WatchedState {
    std::string chain;
    std::optional<BlockRef> block;  // of the views
    std::vector<PositionView> views;
    std::string trouble;           // why the last look failed; empty: it did not
    std::int64_t trouble_since{};  // unix seconds
};

/// The lines of the screen at `now` (unix seconds): what is watched, how old it is, what is wrong, the positions.
std::vector<std::string> watch_lines(const std::vector<WatchedState>& chains, std::int64_t now, const Style& style);

/// Shows them until q, Ctrl-C, SIGINT or SIGTERM: in place on a terminal, else a line for each position and block.
ExitCode watch(const Globals& globals, const PositionsCommand& command, std::vector<ChainLook> watched);

}  // namespace plimsoll::bot::cli
