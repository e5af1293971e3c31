// SPDX-License-Identifier: Apache-2.0
// ntfy, published as JSON (docs.ntfy.sh/publish/#publish-as-json).
#include <nlohmann/json.hpp>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

namespace {

std::string topic_of(const Target& target) {
    return target.url.substr(target.url.rfind('/') + 1);
}

int priority_of(const engine::Alert& alert) {
    switch (alert.level) {
        case engine::AlertLevel::Info:
            return alert.resolved ? 3 : 2;
        case engine::AlertLevel::Warning:
            return 4;
        case engine::AlertLevel::Critical:
            return 5;
    }
    return 3;
}

const char* tag_of(const engine::Alert& alert) {
    if (alert.resolved) return "white_check_mark";
    switch (alert.level) {
        case engine::AlertLevel::Info:
            return "information_source";
        case engine::AlertLevel::Warning:
            return "warning";
        case engine::AlertLevel::Critical:
            return "rotating_light";
    }
    return "warning";
}

}  // namespace

std::string ntfy_server(const Target& target) {
    return target.url.substr(0, target.url.rfind('/') + 1);
}

Request ntfy_request(const Target& target, const Bundle& bundle) {
    constexpr std::size_t kTextMax = 3'800;  // 4,096 bytes
    constexpr std::size_t kTitleMax = 200;
    const auto& worst = bundle.notices.front();
    const std::string text = text_of(bundle, kTextMax);
    const nlohmann::json out = {{"topic", topic_of(target)},
                                {"title", cut_text(first_line(text), kTitleMax)},
                                {"message", text},
                                {"priority", priority_of(worst.alert)},
                                {"tags", {tag_of(worst.alert)}}};
    Request request{out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
    if (!target.secret.empty()) request.headers.push_back("Authorization: Bearer " + target.secret);
    return request;
}

/// {"error":"..."}, {"message":"...","errors":[...]}, {"description":"..."}, or a line of text.
Verdict judge_described(const Reply& reply) {
    Verdict out = judge_status(reply);
    if (out.took == Took::Yes || reply.body.empty()) return out;
    const auto body = nlohmann::json::parse(reply.body, nullptr, false);
    if (!body.is_object()) {
        if (!reply.body.starts_with('<')) out.why += ", " + words_of(first_line(reply.body));
        return out;
    }
    for (const char* key : {"error", "message", "description"}) {
        const auto text = body.find(key);
        if (text == body.end() || !text->is_string()) continue;
        out.why += ", " + words_of(text->get_ref<const std::string&>());
        break;
    }
    return out;
}

}  // namespace plimsoll::bot::notify
