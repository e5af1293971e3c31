// SPDX-License-Identifier: Apache-2.0
#include "bot/view/alerts_view.hpp"

#include <nlohmann/json.hpp>

#include "bot/journal/journal.hpp"

namespace plimsoll::bot {

namespace {

using nlohmann::json;

json time_or_null(std::int64_t ms) {
    return ms == 0 ? json(nullptr) : json(ms);
}

json to_json(const notify::OpenAlert& open) {
    json ways = json::array();
    for (const auto& way : open.ways)
        ways.push_back({{"channel", way.channel},
                        {"use", notify::to_string(way.use)},
                        {"due_ms", time_or_null(way.due_ms)},
                        {"told_ms", time_or_null(way.told_ms)}});
    return {{"id", open.id},
            {"key", open.key},
            {"level", journal::to_string(open.level)},
            {"kind", open.kind},
            {"subject", open.position},
            {"text", open.text},
            {"since_ms", open.since_ms},
            {"event", open.event},
            {"acknowledged_by", open.acknowledged_by.empty() ? json(nullptr) : json(open.acknowledged_by)},
            {"ways", std::move(ways)}};
}

}  // namespace

json to_json(const notify::AlertsNow& alerts) {
    json open = json::array();
    for (const auto& one : alerts.open) open.push_back(to_json(one));
    json waiting = json::array();
    for (const auto& one : alerts.waiting)
        waiting.push_back({{"channel", one.channel},
                           {"level", journal::to_string(one.level)},
                           {"kind", one.kind},
                           {"subject", one.position},
                           {"resolved", one.resolved},
                           {"raised_ms", one.raised_ms},
                           {"due_ms", one.due_ms},
                           {"tries", one.tries},
                           {"note", one.note}});
    json channels = json::array();
    for (const auto& one : alerts.channels)
        channels.push_back({{"channel", one.name},
                            {"waiting", one.waiting},
                            {"failures", one.failures},
                            {"failing_since_ms", time_or_null(one.failing_since_ms)},
                            {"why", one.why},
                            {"last_taken_ms", time_or_null(one.last_taken_ms)}});
    return {{"open", std::move(open)},
            {"open_total", alerts.open_total},
            {"waiting", std::move(waiting)},
            {"waiting_total", alerts.waiting_total},
            {"channels", std::move(channels)}};
}

}  // namespace plimsoll::bot
