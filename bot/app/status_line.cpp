// SPDX-License-Identifier: Apache-2.0
#include "bot/app/status_line.hpp"

#include <fmt/format.h>

#include "bot/engine/text.hpp"

namespace plimsoll::bot {

std::string status_line(const std::vector<std::unique_ptr<ChainShell>>& chains, bool live) {
    std::string lowest;
    Wad health{kU256Max};
    for (const auto& chain : chains) {
        auto status = chain->engine().chain();
        if (status.lowest_health >= health) continue;
        health = status.lowest_health;
        lowest = std::move(status.lowest);
    }
    std::string text = live ? "live" : "dry run";
    if (!lowest.empty()) text += fmt::format(", lowest health factor {} ({})", engine::health_text(health), lowest);
    return text;
}

}  // namespace plimsoll::bot
