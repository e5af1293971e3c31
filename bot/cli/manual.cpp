// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "bot/cli/command_spec.hpp"
#include "bot/cli/commands.hpp"
#include "bot/cli/exit_code.hpp"
#include "bot/cli/help_text.hpp"
#include "bot/signals.hpp"
#include "bot/version.hpp"

namespace plimsoll::bot::cli {

namespace {

/// A dash as typed, a backslash as itself, and no line that groff takes for a request.
std::string roff(std::string_view text) {
    std::string out;
    bool fresh = true;
    for (const char c : text) {
        if (fresh && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
        fresh = c == '\n';
    }
    return out;
}

std::string synopsis(const CommandSpec& command) {
    std::string out = command.path.empty() ? "plimsoll" : "plimsoll " + command.path;
    for (const auto& option : command.options) {
        if (option.placed())
            out += option.required ? " " + option.names.front() : fmt::format(" [{}]", option.names[0]);
    }
    return out + (command.commands.empty() ? "" : " COMMAND");
}

std::string options_of(const CommandSpec& command) {
    std::string out;
    for (const auto& option : command.options) {
        std::string names;
        for (const auto& name : option.names) names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
        if (!option.value.empty() && !option.placed()) names += " \\fI" + roff(option.value) + "\\fR";
        out += fmt::format(".TP\n{}\n{}\n", names, roff(option.text));
    }
    return out;
}

std::string examples_of(std::string_view path) {
    const std::string_view examples = help_of(path).examples;
    return examples.empty() ? "" : fmt::format(".PP\n.nf\n{}.fi\n", roff(examples));
}

}  // namespace

std::string manual_page() {
    const auto commands = command_specs();
    const CommandSpec& program = commands.front();
    std::string out = fmt::format(
        ".TH PLIMSOLL 1 \"\" \"plimsoll {}\" \"User Commands\"\n"
        ".SH NAME\nplimsoll \\- keeps leveraged lending positions above their liquidation line\n"
        ".SH SYNOPSIS\n.B plimsoll\n[\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n{}\n"
        ".SH OPTIONS\n{}.SH COMMANDS\n",
        roff(kVersion), roff(program.text), options_of(program));
    for (const auto& command : commands) {
        if (command.path.empty()) continue;
        out += fmt::format(".SS {}\n{}\n{}{}", roff(synopsis(command)), roff(command.text), options_of(command),
                           examples_of(command.path));
    }
    out += ".SH EXIT STATUS\n";
    for (const auto& row : kExitCodes) out += fmt::format(".TP\n.B {}\n{}\n", to_int(row.code), roff(row.text));
    out += fmt::format(".TP\n.B {}\n{}\n", kExitForced,
                       "the daemon was asked to end and had not after its grace time; nothing is lost");
    out +=
        ".SH FILES\n.TP\n.I ./plimsoll.toml\nthe configuration without \\fB\\-\\-config\\fR, if there is one\n"
        ".TP\n.I /etc/plimsoll/plimsoll.toml\nelse this\n"
        ".TP\n.I /var/lib/plimsoll/journal.db\nwhat was decided and done, where \\fIdata_dir\\fR says nothing else\n"
        ".SH ENVIRONMENT\n.TP\n.B PLIMSOLL__SECTION__KEY\noverrides the configuration file\n"
        ".TP\n.B NO_COLOR\nturns colours off\n";
    return out;
}

ExitCode manual(const Globals&, const ManualCommand&) {
    fmt::print("{}", manual_page());
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
