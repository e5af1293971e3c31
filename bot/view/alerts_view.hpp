// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bot/notify/open_alerts.hpp"

namespace plimsoll::bot {

/// {"open": [...], "open_total": n, "waiting": [...], "waiting_total": n, "channels": [...]}. Times are unix
/// milliseconds; null where there is none.
nlohmann::json to_json(const notify::AlertsNow& alerts);

}  // namespace plimsoll::bot
