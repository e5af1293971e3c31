// SPDX-License-Identifier: Apache-2.0
#include "bot/alert_storm.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace plimsoll::bot {

bool AlertStorm::passes(const std::string& chain, const engine::Alert& alert, std::int64_t now) {
    Burst& burst = bursts_[Key{chain, alert.kind, alert.level, alert.resolved}];
    const bool old = now < burst.since_ms || now - burst.since_ms >= kWindowMs;
    if (burst.held == 0 && (burst.told == 0 || old)) burst = Burst{now, 0, 0, 0, {}, {}};
    if (burst.told < kAlone) {
        ++burst.told;
        return true;
    }
    if (burst.held++ == 0) burst.held_since_ms = now;
    if (burst.subjects.size() < kNamed && !alert.position.empty() &&
        std::find(burst.subjects.begin(), burst.subjects.end(), alert.position) == burst.subjects.end())
        burst.subjects.push_back(alert.position);
    burst.text = alert.text;
    return false;
}

std::vector<AlertStorm::Group> AlertStorm::due(std::int64_t now) {
    std::vector<Group> out;
    for (auto& [key, burst] : bursts_) {
        if (burst.held == 0 || (now >= burst.held_since_ms && now - burst.held_since_ms < kHoldMs)) continue;
        engine::Alert alert{key.level, key.kind, "", fmt::format("{} more of {}", burst.held, key.kind), key.resolved};
        if (!burst.subjects.empty()) alert.text += ": " + fmt::format("{}", fmt::join(burst.subjects, ", "));
        if (burst.held > burst.subjects.size() && !burst.subjects.empty()) alert.text += " and others";
        alert.text += "\nThe last one: " + burst.text;
        out.push_back({key.chain, std::move(alert)});
        burst = Burst{now, kAlone, 0, 0, {}, {}};  // a storm that goes on stays grouped
    }
    return out;
}

}  // namespace plimsoll::bot
