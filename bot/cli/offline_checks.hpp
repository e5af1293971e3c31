// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bot/app/online_checks.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot::cli {

/// What can be told without a node: the folder of the journal, secrets, and that each keystore opens and is of its
/// wallet. Descriptors are only looked at, since they can be read once.
std::vector<CheckLine> offline_checks(const config::Settings& settings);

}  // namespace plimsoll::bot::cli
