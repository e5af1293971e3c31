// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bot/app/online_checks.hpp"

namespace plimsoll::bot {

/// Asks every signing service of the settings whether it answers and has the key, live or not. Nothing is signed.
std::vector<CheckLine> signer_checks(const config::Settings& settings);

}  // namespace plimsoll::bot
