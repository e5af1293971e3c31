// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace plimsoll::bot {

/// What the process ends with. Stable: scripts rely on the numbers. Besides these, kExitForced (75) is a daemon that
/// was asked to end and did not within its grace time.
enum class ExitCode : std::uint8_t {
    Done = 0,
    Internal = 1,
    Usage = 2,
    ConfigInvalid = 3,
    Chain = 4,
    NotRunning = 5,
    Attention = 6,
    PlanFailed = 7,
    Refused = 8,
    Replay = 9,
    Notify = 10,
};

struct ExitCodeText {
    ExitCode code{};
    std::string_view text;
};

/// As printed by --help.
inline constexpr std::array<ExitCodeText, 11> kExitCodes = {{
    {ExitCode::Done, "done"},
    {ExitCode::Internal, "internal error"},
    {ExitCode::Usage, "wrong usage of the command line"},
    {ExitCode::ConfigInvalid, "the configuration or a file it names is invalid"},
    {ExitCode::Chain, "a node or chain is unreachable, or the wrong one"},
    {ExitCode::NotRunning, "the daemon is not running"},
    {ExitCode::Attention, "a position is below its trigger, or its protection is blocked"},
    {ExitCode::PlanFailed, "there is no plan, or its simulation failed"},
    {ExitCode::Refused, "refused by a limit, or a confirmation is missing"},
    {ExitCode::Replay, "the replay differs from the recording"},
    {ExitCode::Notify, "a notification could not be delivered"},
}};

constexpr int to_int(ExitCode code) {
    return static_cast<int>(code);
}

}  // namespace plimsoll::bot
