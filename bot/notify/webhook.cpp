// SPDX-License-Identifier: Apache-2.0
// A POST of all that is known, for programs of the owner's own.
#include <nlohmann/json.hpp>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

Request webhook_request(const Target& target, const Bundle& bundle) {
    nlohmann::ordered_json out = {{"schema", 1},
                                  {"source", "plimsoll"},
                                  {"instance", bundle.instance},
                                  {"alerts", nlohmann::ordered_json::array()}};
    for (const auto& notice : bundle.notices) {
        out["alerts"].push_back({{"level", level_word(notice.alert.level)},
                                 {"kind", notice.alert.kind},
                                 {"position", notice.alert.position},
                                 {"chain", notice.chain},
                                 {"resolved", notice.alert.resolved},
                                 {"event", notice.alert.event},
                                 {"test", notice.is_test()},
                                 {"title", first_line(notice.alert.text)},
                                 {"text", notice.alert.text},
                                 {"key", notice.key},
                                 {"raised_at", iso_time(notice.raised_ms)}});
    }
    Request request{out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
    if (!target.secret.empty()) request.headers.push_back("Authorization: Bearer " + target.secret);
    return request;
}

}  // namespace plimsoll::bot::notify
