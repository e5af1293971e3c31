// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "bot/journal/journal.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// The file's settings with what the operator has switched: a wallet can become a dry run by it, and none can become
/// live.
config::Settings in_force(config::Settings filed, const std::vector<journal::WalletDry>& dry);

/// Wallets and positions that act for real, by name, and "" when there is one.
std::unordered_set<std::string> live_subjects(const config::Settings& settings);

}  // namespace plimsoll::bot
