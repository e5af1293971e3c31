// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "config/diagnostic.hpp"
#include "config/units.hpp"

namespace plimsoll::bot::cli {

void add_sending(CLI::App& app, GuardSending& sending) {
    app.add_option("--keystore", sending.keystore, "Key of the account that sends or signs")->type_name("FILE");
    add_secret(app, "passphrase", sending.passphrase);
    app.add_flag("--unsigned", sending.print, "Print the transactions as JSON; send nothing");
    app.add_flag("--safe", sending.safe, "Print them for the Transaction Builder of a Safe; send nothing");
    app.add_flag("-y,--yes", sending.yes, "Do not ask");
    app.add_flag("--json", sending.json, "Print JSON");
}

void add_secret(CLI::App& app, const std::string& name, SecretSource& source) {
    auto* file =
        app.add_option(fmt::format("--{}-file", name), source.file, fmt::format("File of the {}, mode 0600", name))
            ->type_name("FILE");
    app.add_option(fmt::format("--{}-fd", name), source.fd, fmt::format("Open descriptor to read the {} from", name))
        ->type_name("N")
        ->check(CLI::Range(0, 1'023).description(""))
        ->excludes(file);
}

CLI::Option* count_option(CLI::App& app, const char* name, std::uint32_t& to, std::uint32_t most, const char* help) {
    return app.add_option(name, to, help)
        ->type_name("N")
        ->check(CLI::Range(1U, most).description(""))
        ->capture_default_str();
}

std::optional<std::string> fill_span(const std::string& text, std::optional<std::uint32_t>& seconds) {
    if (text.empty()) return std::nullopt;
    const auto ms = config::parse_amount(config::Unit::Duration, text);
    constexpr std::uint64_t kSecondMs = 1'000;
    constexpr std::uint64_t kYearMs = 365 * 86'400 * kSecondMs;
    if (!ms || *ms > U256{kYearMs} || *ms < U256{kSecondMs})
        return "a time of a second to a year is wanted, as in 30m, 2h or 1d";
    seconds = static_cast<std::uint32_t>(ms->low_u64() / kSecondMs);
    return std::nullopt;
}

UnknownWord unknown_word(const CLI::App& root, const CLI::App& chosen, const std::string& path,
                         const std::vector<std::string>& arguments) {
    std::vector<std::string> known;
    for (const auto* app : {&chosen, &root}) {
        for (const auto* option : app->get_options()) {
            for (const auto& name : option->get_lnames()) known.push_back("--" + name);
        }
    }
    for (const auto* sub : chosen.get_subcommands([](const CLI::App*) { return true; }))
        known.push_back(sub->get_name());
    for (const auto& argument : arguments) {
        const std::string word = argument.substr(0, argument.find('='));
        const bool named = path.find(word) != std::string::npos;
        if (std::find(known.begin(), known.end(), word) != known.end() || named) continue;
        const std::string close = config::nearest(word, known);
        if (!close.empty() && close.starts_with("--") == word.starts_with("--")) return {word, close};
    }
    return {};
}

CommandSpec spec_of(const CLI::App& app, const std::string& path) {
    CommandSpec out{path, app.get_description(), {}, {}};
    for (const auto* option : app.get_options()) {
        CommandSpec::Option one{{}, option->get_type_name(), option->get_description(), option->get_required()};
        for (const auto& name : option->get_snames()) one.names.push_back("-" + name);
        for (const auto& name : option->get_lnames()) one.names.push_back("--" + name);
        if (option->get_positional()) one.names = {one.value = option->get_name(true)};
        out.options.push_back(std::move(one));
    }
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        out.commands.push_back(sub->get_name());
    return out;
}

}  // namespace plimsoll::bot::cli
