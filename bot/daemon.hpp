// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "bot/cli/exit_code.hpp"
#include "bot/own_clock.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

struct DaemonOptions {
    bool once = false;   // one full look at every chain, then end
    bool adopt = false;  // as Started::adopted; and the journal may be of other keys
    /// Loads the configuration anew at SIGHUP; an error keeps the old one.
    std::function<Result<config::Settings>()> reload;
    /// As ShellServices::crash_point; empty in the product.
    std::function<void(std::string_view)> crash_point;
    std::optional<OwnClock> clock;  // none: the system's
};

/// The daemon, from the journal's lock to a clean end: returns when SIGTERM or SIGINT has been obeyed, or when it
/// cannot start (said on standard error, with the exit code that names the kind of trouble).
ExitCode run_daemon(config::Settings settings, DaemonOptions options);

}  // namespace plimsoll::bot
