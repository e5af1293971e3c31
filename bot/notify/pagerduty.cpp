// SPDX-License-Identifier: Apache-2.0
// PagerDuty's Events API v2 (developer.pagerduty.com/docs/send-alert-event).
#include <nlohmann/json.hpp>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

Request pagerduty_request(const Target& target, const Bundle& bundle) {
    constexpr std::size_t kSummaryMax = 1'000;  // 1,024 characters
    constexpr std::size_t kKeyMax = 255;
    const auto& notice = bundle.notices.front();
    const auto& alert = notice.alert;
    nlohmann::json out = {{"routing_key", target.secret},
                          {"event_action", alert.resolved        ? "resolve"
                                           : notice.acknowledged ? "acknowledge"
                                                                 : "trigger"},
                          {"dedup_key", notice.key.substr(0, kKeyMax)}};
    if (!alert.resolved && !notice.acknowledged) {
        out["client"] = "plimsoll";
        out["payload"] = {{"summary", cut_text(first_line(alert.text), kSummaryMax)},
                          {"source", bundle.instance},
                          {"severity", level_word(alert.level)},
                          {"timestamp", iso_time(notice.raised_ms)},
                          {"component", alert.position.empty() ? notice.chain : alert.position},
                          {"group", notice.chain},
                          {"class", alert.kind},
                          {"custom_details", {{"text", alert.text}}}};
    }
    return {out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace plimsoll::bot::notify
