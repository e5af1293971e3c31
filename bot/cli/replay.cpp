// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/replay.hpp"

#include <fmt/format.h>
#include <fstream>

#include "bot/cli/load_config.hpp"
#include "bot/shell/make_engine.hpp"

namespace plimsoll::bot::cli {

ExitCode replay(const Globals& globals, const ReplayCommand& command) {
    std::ifstream recording(command.recording);
    if (!recording) {
        say_error(globals, "cannot read " + command.recording,
                  "recordings are in data_dir/recordings, one file for each chain and start of the daemon");
        return ExitCode::Replay;
    }
    const auto report = engine::replay(recording, make_markets);
    if (!report) {
        say_error(globals, command.recording + ": " + report.error().message);
        return ExitCode::Replay;
    }
    fmt::print("{}\n", engine::to_text(*report));
    return report->same() || !command.verify ? ExitCode::Done : ExitCode::Replay;
}

}  // namespace plimsoll::bot::cli
