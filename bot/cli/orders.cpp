// SPDX-License-Identifier: Apache-2.0
// Commands that the running daemon obeys.
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <unistd.h>

#include "bot/cli/load_config.hpp"
#include "bot/control/socket.hpp"

namespace plimsoll::bot::cli {

namespace {

using nlohmann::json;

/// For people who read who paused what; whoever can open the socket may say what he likes.
std::string person() {
    if (const char* sudo = ::getenv("SUDO_USER"); sudo != nullptr && *sudo != '\0') return sudo;  // NOLINT: one thread
    const auto* entry = ::getpwuid(::geteuid());                                                  // NOLINT: one thread
    return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

ExitCode exit_of(Errc code) {
    return code == Errc::NotFound  ? ExitCode::NotRunning
           : code == Errc::Refused ? ExitCode::Refused
                                   : ExitCode::Internal;
}

/// What the daemon answers, or how the command ends.
struct Said {
    json answer;
    ExitCode code = ExitCode::Done;
};

Said give(const Globals& globals, json order) {
    const auto loaded = load_config(globals);
    if (!loaded) return {{}, ExitCode::ConfigInvalid};
    order["by"] = person();
    const auto line = control::ask(control::socket_path(loaded->settings.daemon.data_dir), order.dump());
    if (!line) {
        say_error(globals, line.error().message);
        return {{}, exit_of(line.error().code)};
    }
    Said out{json::parse(*line, nullptr, false)};
    if (out.answer.is_object() && out.answer.contains("ok")) return out;
    const bool told = out.answer.is_object() && out.answer.contains("error") && out.answer["error"].is_string();
    const std::string code = told ? out.answer.value("code", "") : "";
    say_error(globals, told ? out.answer["error"].get<std::string>() : "the daemon answers what is no answer");
    out.code = code == "io"                             ? ExitCode::Internal
               : code == "not-found" || code == "range" ? ExitCode::Usage
               : code == "refused"                      ? ExitCode::Refused
                                                        : ExitCode::Internal;
    return out;
}

}  // namespace

ExitCode pause(const Globals& globals, const PauseCommand& command) {
    json order = {{"order", "pause"}, {"wallet", command.wallet}};
    if (command.seconds) order["seconds"] = *command.seconds;
    const auto said = give(globals, std::move(order));
    if (said.code == ExitCode::Done)
        say(globals, command.wallet + " is paused: nothing new is signed for it, and it is not protected meanwhile");
    return said.code;
}

ExitCode resume(const Globals& globals, const ResumeCommand& command) {
    const auto said = give(globals, {{"order", "resume"}, {"wallet", command.wallet}});
    if (said.code == ExitCode::Done) say(globals, command.wallet + " is protected again");
    return said.code;
}

ExitCode dry_run(const Globals& globals, const DryRunCommand& command) {
    const auto said = give(globals, {{"order", command.off ? "live" : "dry-run"}, {"wallet", command.wallet}});
    if (said.code == ExitCode::Done)
        say(globals, command.off ? command.wallet + " is what its configuration says again"
                                 : command.wallet + " is a dry run: plans are told, nothing is signed or sent for it");
    return said.code;
}

ExitCode alert_ack(const Globals& globals, const AlertAckCommand& command) {
    if (command.which.empty() && !command.all) {
        say_error(globals, "which alert?", "plimsoll alert list prints their ids; --all takes every open one");
        return ExitCode::Usage;
    }
    const auto which = command.all ? std::vector<std::string>{""} : command.which;
    std::size_t count = 0;
    for (const auto& one : which) {
        const auto said = give(globals, {{"order", "acknowledge"}, {"which", one}});
        if (said.code != ExitCode::Done) return said.code;
        count += said.answer.value("acknowledged", std::size_t{0});
    }
    say(globals, count == 0 ? "nothing was open"
                            : fmt::format("noted: {} open alert{}; no repeats and no escalation until one is graver or "
                                          "over",
                                          count, count == 1 ? "" : "s"));
    return ExitCode::Done;
}

}  // namespace plimsoll::bot::cli
