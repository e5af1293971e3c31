// SPDX-License-Identifier: Apache-2.0
// Slack's incoming webhooks (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
#include <nlohmann/json.hpp>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

namespace {

/// Slack asks for these three, and for no other, to be written so.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

}  // namespace

Request slack_request(const Target&, const Bundle& bundle) {
    constexpr std::size_t kTextMax = 3'500;  // 4,000 characters are advised
    const nlohmann::json out = {{"text", escaped(text_of(bundle, kTextMax))},
                                {"mrkdwn", false},
                                {"unfurl_links", false},
                                {"unfurl_media", false}};
    return {out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace plimsoll::bot::notify
