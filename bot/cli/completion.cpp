// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "bot/cli/command_spec.hpp"
#include "bot/cli/commands.hpp"

namespace plimsoll::bot::cli {

namespace {

using Option = CommandSpec::Option;

constexpr std::string_view kColorModes = "auto always never";

bool takes_file(const Option& option) {
    return option.value == "FILE" || option.value == "RECORDING" || option.value == "KEYSTORE";
}

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

/// Its own words and options, and those of the program, which every command takes.
std::string words_of(const CommandSpec& command, const CommandSpec& program) {
    std::vector<std::string> out = command.commands;
    for (const auto* source : {&command, &program}) {
        for (const auto& option : source->options) {
            if (option.placed()) continue;
            for (const auto& name : option.names) {
                if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
            }
        }
    }
    return joined(out);
}

/// The names of all options for which `picks` holds, each once.
template <class Picks>
std::vector<std::string> names_where(const std::vector<CommandSpec>& commands, Picks picks) {
    std::vector<std::string> out;
    for (const auto& command : commands) {
        for (const auto& option : command.options) {
            if (option.placed() || !picks(option)) continue;
            for (const auto& name : option.names) {
                if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
            }
        }
    }
    return out;
}

std::vector<std::string> paths_of(const std::vector<CommandSpec>& commands) {
    std::vector<std::string> out;
    for (const auto& command : commands) {
        if (!command.path.empty()) out.push_back(fmt::format("\"{}\"", command.path));
    }
    return out;
}

/// Both shells: finds the path of the command in `words` before the cursor, then offers what it takes. Options that
/// take a value are skipped with it.
std::string body(const std::vector<CommandSpec>& commands, std::string_view words, std::string_view count,
                 std::string_view first) {
    const auto valued = names_where(commands, [](const Option& option) { return !option.value.empty(); });
    const auto files = names_where(commands, takes_file);
    std::string out = fmt::format(
        "    local path=\"\" offer=\"\" file=\"\" i word\n"
        "    for ((i = {}; i < {}; i++)); do\n"
        "        word=\"${{{}[i]}}\"\n"
        "        case \"$word\" in\n"
        "            {}) ((i++)); continue ;;\n"
        "            -*) continue ;;\n"
        "        esac\n"
        "        case \"${{path:+$path }}$word\" in\n"
        "            {}) path=\"${{path:+$path }}$word\" ;;\n"
        "        esac\n"
        "    done\n"
        "    case \"$previous\" in\n"
        "        --color) offer=\"{}\" ;;\n"
        "        {}) file=yes ;;\n"
        "        {}) ;;\n"
        "        *) case \"$path\" in\n",
        first, count, words, fmt::join(valued, "|"), fmt::join(paths_of(commands), "|"), kColorModes,
        fmt::join(files, "|"), fmt::join(valued, "|"));
    for (const auto& command : commands) {
        const bool file = std::any_of(command.options.begin(), command.options.end(),
                                      [](const Option& option) { return option.placed() && takes_file(option); });
        out += fmt::format("            \"{}\") offer=\"{}\"{} ;;\n", command.path, words_of(command, commands.front()),
                           file ? "; file=yes" : "");
    }
    return out + "        esac ;;\n    esac\n";
}

std::string bash(const std::vector<CommandSpec>& commands) {
    return "# bash completion of plimsoll\n_plimsoll() {\n"
           "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD - 1]}\"\n" +
           body(commands, "COMP_WORDS", "COMP_CWORD", "1") +
           "    COMPREPLY=($(compgen -W \"$offer\" -- \"$current\"))\n"
           "    if [ -n \"$file\" ]; then COMPREPLY+=($(compgen -f -- \"$current\")); fi\n"
           "}\ncomplete -o filenames -F _plimsoll plimsoll\n";
}

std::string zsh(const std::vector<CommandSpec>& commands) {
    return "#compdef plimsoll\n_plimsoll() {\n"
           "    local previous=\"${words[CURRENT - 1]}\"\n" +
           body(commands, "words", "CURRENT", "2") +
           "    [[ -n \"$offer\" ]] && compadd -- ${=offer}\n"
           "    [[ -n \"$file\" ]] && _files\n"
           "    return 0\n}\n"
           "if [ \"$funcstack[1]\" = \"_plimsoll\" ]; then _plimsoll \"$@\"; else compdef _plimsoll plimsoll; fi\n";
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "'";
}

/// fish: each word in turn is asked for with the commands before it.
std::string condition(const CommandSpec& command) {
    if (command.path.empty()) return "__fish_use_subcommand";
    std::string out;
    std::string_view rest = command.path;
    while (!rest.empty()) {
        const auto blank = rest.find(' ');
        out += fmt::format("{}__fish_seen_subcommand_from {}", out.empty() ? "" : "; and ", rest.substr(0, blank));
        rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
    }
    if (!command.commands.empty()) out += "; and not __fish_seen_subcommand_from " + joined(command.commands);
    return out;
}

std::string fish(const std::vector<CommandSpec>& commands) {
    std::string out = "# fish completion of plimsoll\ncomplete -c plimsoll -f\n";
    const auto text_of = [&](const CommandSpec& parent, const std::string& word) -> std::string {
        const std::string path = parent.path.empty() ? word : parent.path + " " + word;
        const auto found = std::find_if(commands.begin(), commands.end(),
                                        [&](const CommandSpec& command) { return command.path == path; });
        return found == commands.end() ? "" : found->text.substr(0, found->text.find_first_of(".;:"));
    };
    for (const auto& command : commands) {
        const std::string when = shell_quoted(condition(command));
        for (const auto& word : command.commands)
            out += fmt::format("complete -c plimsoll -n {} -a {} -d {}\n", when, word,
                               shell_quoted(text_of(command, word)));
        for (const auto& option : command.options) {
            std::string line = "complete -c plimsoll";
            if (!command.path.empty()) line += " -n " + when;
            if (option.placed()) {
                if (takes_file(option)) out += line + " -F\n";
                continue;
            }
            for (const auto& name : option.names)
                line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            if (!option.value.empty()) line += takes_file(option) ? " -r -F" : " -x";
            if (option.names.back() == "--color") line += " -a " + shell_quoted(kColorModes);
            out += line + " -d " + shell_quoted(option.text) + "\n";
        }
    }
    return out;
}

}  // namespace

std::string completion_script(const std::string& shell) {
    const auto commands = command_specs();
    if (shell == "bash") return bash(commands);
    if (shell == "zsh") return zsh(commands);
    if (shell == "fish") return fish(commands);
    return {};
}

ExitCode completion(const Globals&, const CompletionCommand& command) {
    fmt::print("{}", completion_script(command.shell));
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
