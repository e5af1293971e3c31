// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/settings.hpp"

namespace plimsoll::bot {

/// What stands against taking `next` over while running; empty when nothing does. Levels, limits, positions and a step
/// back to dry-run are taken over; chains, markets, keys, the daemon's own settings and a step to live need a restart.
std::string restart_needed(const config::Settings& now, const config::Settings& next);

}  // namespace plimsoll::bot
