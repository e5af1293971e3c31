// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/load_config.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

#include "bot/cli/table.hpp"

namespace plimsoll::bot::cli {

std::string config_path(const Globals& globals) {
    if (!globals.config.empty()) return globals.config;
    std::error_code ignored;
    if (std::filesystem::exists("plimsoll.toml", ignored)) return "plimsoll.toml";
    return "/etc/plimsoll/plimsoll.toml";
}

std::optional<config::Loaded> load_config(const Globals& globals) {
    const bool color = Style::of(globals.color, STDERR_FILENO).color();
    auto loaded = config::load_file(config_path(globals), config::process_environment());
    if (!loaded) {
        fmt::print(stderr, "{}", config::render(loaded.error(), color));
        return std::nullopt;
    }
    if (!globals.quiet && !loaded->warnings.empty())
        fmt::print(stderr, "{}\n", config::render(loaded->warnings, color));
    return *std::move(loaded);
}

void say_error(const Globals& globals, std::string_view what, std::string_view help) {
    const Style style = Style::of(globals.color, STDERR_FILENO);
    fmt::print(stderr, "{}: {}\n", style.bad("error"), what);
    if (!help.empty()) fmt::print(stderr, "help: {}\n", help);
}

void say(const Globals& globals, std::string_view text) {
    if (!globals.quiet) fmt::print(stderr, "{}\n", text);
}

const config::Position* find_position(const Globals& globals, const config::Settings& settings, std::string_view name) {
    std::vector<std::string> known;
    for (const auto& wallet : settings.wallets) {
        for (const auto& position : wallet.positions) {
            if (position.name == name) return &position;
            known.push_back(position.name);
        }
    }
    const std::string close = config::nearest(name, known);
    const std::string help = close.empty() ? fmt::format("{} has: {}", settings.source, fmt::join(known, ", "))
                                           : fmt::format("did you mean `{}`?", close);
    say_error(globals, fmt::format("no position is named `{}`", name), help);
    return nullptr;
}

}  // namespace plimsoll::bot::cli
