// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace plimsoll::bot::cli {

/// A command as its user sees it: what the manual page and the shells' completions are made of.
struct CommandSpec {
    struct Option {
        std::vector<std::string> names;  // "-c", "--config"; "NAME" alone is an argument by its place
        std::string value;               // what it takes, "FILE"; empty: nothing
        std::string text;
        bool required{};

        bool placed() const { return !names.front().starts_with('-'); }
    };
    std::string path;  // "guard policy"; empty: the program itself
    std::string text;
    std::vector<Option> options;
    std::vector<std::string> commands;  // the next word of those below it

    /// The last word of the path.
    std::string word() const { return path.substr(path.rfind(' ') + 1); }
};

/// All of them, the program itself first, each before those below it.
std::vector<CommandSpec> command_specs();

/// plimsoll(1), for groff's man macros.
std::string manual_page();

/// For `source`; they complete commands, options and files. Known shells: bash, zsh, fish; others have none: empty.
std::string completion_script(const std::string& shell);

}  // namespace plimsoll::bot::cli
