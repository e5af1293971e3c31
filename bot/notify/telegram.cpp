// SPDX-License-Identifier: Apache-2.0
// Telegram's Bot API (core.telegram.org/bots/api#sendmessage, #responseparameters). Plain text: markup loses messages.
#include <charconv>
#include <nlohmann/json.hpp>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

std::string telegram_url(const Target& target, std::string_view method) {
    std::string base = target.url.empty() ? "https://api.telegram.org" : target.url;
    if (base.ends_with('/')) base.pop_back();
    return base + "/bot" + target.secret + '/' + std::string(method);
}

Request telegram_request(const Target& target, const Bundle& bundle) {
    constexpr std::size_t kTextMax = 4'000;  // 4,096 characters
    std::int64_t chat = 0;
    std::from_chars(target.chat.data(), target.chat.data() + target.chat.size(), chat);
    const bool quiet = is_quiet(bundle);
    const nlohmann::json out = {{"chat_id", chat},
                                {"text", text_of(bundle, kTextMax)},
                                {"disable_notification", quiet},
                                {"link_preview_options", {{"is_disabled", true}}}};
    return {out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

/// {"ok":false,"error_code":429,"description":"...","parameters":{"retry_after":35}}
Verdict judge_telegram(const Reply& reply) {
    Verdict out = judge_status(reply);
    const auto body = nlohmann::json::parse(reply.body, nullptr, false);
    if (!body.is_object()) {
        if (out.took == Took::Yes) out = {Took::Later, "an answer that is none of Telegram's"};
        return out;
    }
    if (out.took == Took::Yes && !body.value("ok", false)) out = {Took::Later, "not ok"};
    if (out.took == Took::Yes) return out;
    if (const auto text = body.find("description"); text != body.end() && text->is_string())
        out.why += ", " + words_of(text->get_ref<const std::string&>());
    // A chat that is gone or was never written to is answered 400, as a text that cannot be read is.
    if (out.took == Took::Unfit && out.why.find("chat") != std::string::npos) out.took = Took::Denied;
    const auto more = body.find("parameters");
    if (more == body.end() || !more->is_object()) return out;
    const auto wait = more->find("retry_after");
    if (wait != more->end() && wait->is_number_unsigned() && wait->get<std::uint64_t>() <= 86'400) {
        out.took = Took::Later;
        out.after = std::chrono::seconds(wait->get<std::int64_t>());
    }
    return out;
}

}  // namespace plimsoll::bot::notify
