// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bot/app/online_checks.hpp"

namespace plimsoll::bot {

/// Of each relay: its identity can be read, it answers and does not refuse our signature.
std::vector<CheckLine> relay_checks(const config::Settings& settings);

}  // namespace plimsoll::bot
