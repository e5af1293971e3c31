// SPDX-License-Identifier: Apache-2.0
// Discord's webhooks (discord.com/developers/docs/resources/webhook, .../topics/rate-limits).
#include <cmath>
#include <nlohmann/json.hpp>

#include "bot/notify/message.hpp"

namespace plimsoll::bot::notify {

namespace {

constexpr std::size_t kContentMax = 2'000;  // characters

/// Nothing in it is markup. The result has at most `size` bytes.
std::string escaped(std::string_view text, std::size_t size) {
    constexpr std::string_view kMarkup = "\\*_~`|>#-[]()";
    constexpr std::string_view kMore = " [...]";
    std::string out;
    for (const char c : text) {
        if (out.size() + 2 + kMore.size() > size && (static_cast<unsigned char>(c) & 0xc0U) != 0x80U)
            return out.append(kMore);
        if (kMarkup.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

Request discord_request(const Target&, const Bundle& bundle) {
    constexpr unsigned kNoEmbeds = 1U << 2U;
    constexpr unsigned kSilent = 1U << 12U;
    const bool quiet = is_quiet(bundle);
    nlohmann::json out = {{"content", escaped(text_of(bundle, kContentMax), kContentMax - 20)},
                          {"flags", quiet ? kNoEmbeds | kSilent : kNoEmbeds},
                          {"allowed_mentions", {{"parse", nlohmann::json::array()}}}};
    return {out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

/// A limited request says in seconds with a fraction when the next may come.
Verdict judge_discord(const Reply& reply) {
    Verdict out = judge_described(reply);
    const auto body = nlohmann::json::parse(reply.body, nullptr, false);
    if (out.took != Took::Later || !body.is_object()) return out;
    const auto wait = body.find("retry_after");
    if (wait == body.end() || !wait->is_number()) return out;
    const double seconds = wait->get<double>();
    constexpr double kMost = 86'400;
    if (std::isfinite(seconds) && seconds >= 0 && seconds <= kMost)
        out.after = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1'000)));
    return out;
}

}  // namespace plimsoll::bot::notify
