// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bot/cli/load_config.hpp"
#include "bot/version.hpp"
#include "config/reference.hpp"
#include "config/show.hpp"

namespace plimsoll::bot::cli {

ExitCode config_show(const Globals& globals, const ConfigShowCommand& command) {
    const auto loaded = load_config(globals);
    if (!loaded) return ExitCode::ConfigInvalid;
    fmt::print("{}", command.json ? config::show_json(*loaded) : config::show_toml(*loaded, !command.plain));
    return ExitCode::Done;
}

ExitCode config_schema(const Globals&, const ConfigSchemaCommand&) {
    fmt::print("{}", config::reference_markdown());
    return ExitCode::Done;
}

ExitCode version(const Globals&, const VersionCommand& command) {
    if (command.json)
        fmt::print("{}\n", nlohmann::ordered_json({{"schema", 1}, {"version", kVersion}, {"commit", kCommit}}).dump());
    else
        fmt::print("plimsoll {} ({})\n", kVersion, kCommit);
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
