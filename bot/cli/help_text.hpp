// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// What --help says beyond the list of options. Each example is a command line that parses.
namespace plimsoll::bot::cli {

struct CommandHelp {
    std::string_view name;  // "config show"
    std::string_view text;
    std::string_view examples;  // lines
};

/// Aborts on a name that has no help: every command must have one.
const CommandHelp& help_of(std::string_view name);

/// The end of every --help: "Example:" and its lines.
std::string footer(std::string_view name);

/// The end of `plimsoll --help`: an example, exit codes, files and environment.
std::string root_footer();

}  // namespace plimsoll::bot::cli
