// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "bot/cli/commands.hpp"

namespace plimsoll::bot::cli {

struct Invocation {
    Globals globals;
    Command command;
};

/// Nothing to do but to print and to end: help (code Done, for standard output) or wrong usage (for standard error).
struct Exit {
    ExitCode code = ExitCode::Usage;
    std::string text;
};

/// `arguments` without the program's name. Reads nothing but them: no file, no environment.
std::variant<Invocation, Exit> parse(std::vector<std::string> arguments);

}  // namespace plimsoll::bot::cli
