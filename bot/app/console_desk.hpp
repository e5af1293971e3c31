// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "bot/console/console.hpp"
#include "bot/people.hpp"
#include "bot/shell/chain_shell.hpp"

namespace plimsoll::bot {

/// What the console may ask of the loop; all of it outlives the loop's last turn.
struct ConsoleReach {
    boost::asio::io_context* loop = nullptr;
    const std::vector<std::unique_ptr<ChainShell>>* chains = nullptr;
    People* people = nullptr;
    std::function<std::vector<http::Check>()> checks;
};

/// Null when it is not wanted, or its port is taken (said in the log): that is no reason not to protect anybody. A
/// token or a certificate that cannot be used is an error.
Result<std::unique_ptr<console::Console>> open_console(const config::Settings& settings,
                                                       std::shared_ptr<console::Board> board, ConsoleReach reach);

/// After a reload: positions that are gone are not shown any more.
void keep_configured(console::Board& board, const config::Settings& settings);

}  // namespace plimsoll::bot
