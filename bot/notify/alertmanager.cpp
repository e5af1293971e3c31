// SPDX-License-Identifier: Apache-2.0
// Prometheus' Alertmanager (github.com/prometheus/alertmanager, api/v2/openapi.yaml: postAlerts).
#include <nlohmann/json.hpp>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kLastsMs = 30 * kMinuteMs;  // what lasts is told again before this
constexpr std::int64_t kEventMs = 60 * kMinuteMs;

}  // namespace

Request alertmanager_request(const Target& target, const Bundle& bundle) {
    auto out = nlohmann::json::array();
    for (const auto& notice : bundle.notices) {
        const auto& alert = notice.alert;
        nlohmann::json labels = {{"alertname", alert.kind},
                                 {"job", "plimsoll"},
                                 {"instance", bundle.instance},
                                 {"severity", level_word(alert.level)}};
        if (!alert.position.empty()) labels["position"] = alert.position;
        if (!notice.chain.empty()) labels["chain"] = notice.chain;
        const std::int64_t lasts = alert.event ? kEventMs : kLastsMs;
        nlohmann::json one = {{"labels", std::move(labels)},
                              {"annotations", {{"summary", first_line(alert.text)}, {"description", alert.text}}},
                              {"endsAt", iso_time(alert.resolved ? notice.raised_ms : notice.raised_ms + lasts)}};
        out.push_back(std::move(one));
    }
    Request request{out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
    if (!target.secret.empty()) request.headers.push_back("Authorization: Bearer " + target.secret);
    return request;
}

}  // namespace plimsoll::bot::notify
