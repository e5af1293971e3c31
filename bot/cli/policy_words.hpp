// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "bot/cli/commands.hpp"

namespace plimsoll::bot::cli {

/// Options of `guard policy` as they were typed; empty where they were not.
struct PolicyWords {
    std::string guardian;
    std::string floor;
    std::string ceiling;
    std::string loss;
    std::string value;
};

/// Puts them into the command. What is wrong with one of them, naming its option; nothing when all is well.
std::optional<std::string> fill(GuardPolicyCommand& command, const PolicyWords& words);

}  // namespace plimsoll::bot::cli
