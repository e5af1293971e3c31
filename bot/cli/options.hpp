// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bot/cli/command_spec.hpp"
#include "bot/cli/commands.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// Options that several commands share.
namespace plimsoll::bot::cli {

/// --NAME-file and --NAME-fd, of which one may be given.
void add_secret(CLI::App& app, const std::string& name, SecretSource& source);

/// How the guard's transactions are signed, printed and confirmed.
void add_sending(CLI::App& app, GuardSending& sending);

/// A number from 1 to `most`.
CLI::Option* count_option(CLI::App& app, const char* name, std::uint32_t& to, std::uint32_t most, const char* help);

/// "2h" in seconds, up to a year; nothing of an empty text. What is wrong with it otherwise.
std::optional<std::string> fill_span(const std::string& text, std::optional<std::uint32_t>& seconds);

/// A word of the command line that nobody knows, and the nearest one that is known there; both empty: none is near.
struct UnknownWord {
    std::string word;
    std::string close;
};
UnknownWord unknown_word(const CLI::App& root, const CLI::App& chosen, const std::string& path,
                         const std::vector<std::string>& arguments);

/// A command as its user sees it.
CommandSpec spec_of(const CLI::App& app, const std::string& path);

}  // namespace plimsoll::bot::cli
