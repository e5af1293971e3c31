// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.hpp"

namespace plimsoll::bot {

/// What stands against taking `next` over while running; empty when nothing does. Levels, limits, positions and a step
/// back to dry-run are taken over; chains, markets, keys, the daemon's own settings and a step to live need a restart.
std::string restart_needed(const config::Settings& now, const config::Settings& next);

/// What `next` lets live wallets do that they may not now, a line each: higher limits, another target, more
/// strategies. It needs a second word of the owner.
std::vector<std::string> raised(const config::Settings& now, const config::Settings& next);

/// The owner's second word for what raises limits: the same file once more, within five minutes.
class Confirmation {
  public:
    /// What is to be said instead of taking `next` over; empty when it may be.
    std::string missing(const config::Settings& now, const config::Settings& next, std::int64_t now_ms);

  private:
    std::optional<std::pair<std::int64_t, config::Settings>> asked_;  // when, and with what
};

/// By position of live wallets: "position.main" and all of its limits, for the journal.
std::vector<std::pair<std::string, std::string>> limits_of(const config::Settings& settings);

}  // namespace plimsoll::bot
