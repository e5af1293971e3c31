// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/settings.hpp"

namespace plimsoll::bot {

/// What would be done for a position on the newest block, in a few lines: as `plimsoll plan` finds it, with an engine
/// of its own that can send nothing. Asks the nodes, and waits for them. Errc::NotFound: no such position.
Result<std::string> plan_text(const config::Settings& settings, const std::string& name);

}  // namespace plimsoll::bot
