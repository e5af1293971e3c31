// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/load_config.hpp"
#include "bot/daemon.hpp"

namespace plimsoll::bot::cli {

ExitCode run(const Globals& globals, const RunCommand& command) {
    auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    const auto adjust = [globals, command](config::Settings settings) {
        if (command.dry_run) settings.mode = config::Mode::DryRun;  // then no key is opened at all
        if (globals.quiet) settings.daemon.log_level = "error";
        if (globals.verbose > 0) settings.daemon.log_level = globals.verbose > 1 ? "trace" : "debug";
        return settings;
    };
    DaemonOptions options;
    options.once = command.once;
    options.adopt = command.adopt;
    options.reload = [path = loaded->settings.source, adjust]() -> Result<config::Settings> {
        TRY(auto settings, config::load_settings(path, config::process_environment()));
        return adjust(std::move(settings));
    };
    return run_daemon(adjust(std::move(loaded->settings)), std::move(options));
}

}  // namespace plimsoll::bot::cli
