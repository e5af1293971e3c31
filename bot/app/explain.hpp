// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/app/online_checks.hpp"
#include "bot/outlook/outlook.hpp"

namespace plimsoll::bot {

/// What was found out about one position.
struct Explained {
    const config::Wallet* wallet{};
    const config::Position* position{};  // both of the settings
    std::string chain;
    bool dollars{};  // values are in USD; else in the loan token
    std::optional<outlook::Outlook> outlook;
    std::string trouble;              // why there is none
    std::vector<CheckLine> findings;  // whether levels and limits fit; with trouble, that
};

/// Called before each position: its number from 0, how many there are, its name. May be empty.
using ExplainProgress = std::function<void(std::size_t, std::size_t, const std::string&)>;

/// For every configured position: an engine of its own reads the newest block, its planner answers for supposed prices
/// (bot/outlook/). Nothing is signed or sent.
std::vector<Explained> explain(const config::Settings& settings, const ExplainProgress& progress);

}  // namespace plimsoll::bot
