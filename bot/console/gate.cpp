// SPDX-License-Identifier: Apache-2.0
#include "bot/console/gate.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "chain/codec/keccak.hpp"
#include "chain/keys/secret.hpp"
#include "chain/types/text_bytes.hpp"

namespace plimsoll::console {

namespace {

/// "Bearer x" -> "x"; empty for anything else.
std::string_view bearer(std::string_view authorization) {
    constexpr std::string_view kScheme = "bearer ";
    if (authorization.size() <= kScheme.size()) return {};
    for (std::size_t i = 0; i < kScheme.size(); ++i) {
        const char c = authorization[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return {};
    }
    return authorization.substr(kScheme.size());
}

bool from_another_site(const http::Request& request) {
    return !request.fetch_site.empty() && request.fetch_site != "same-origin" && request.fetch_site != "none";
}

/// "https://bot.lan:1877" with Host "bot.lan:1877".
bool own_origin(const http::Request& request) {
    const std::string_view origin = request.origin;
    const auto at = origin.find("://");
    return at != std::string_view::npos && origin.substr(at + 3) == request.host;
}

}  // namespace

http::Response refusal(unsigned status, std::string_view text) {
    constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
    return {status, "application/json", nlohmann::json{{"error", text}}.dump(-1, ' ', false, kReplace)};
}

Result<Gate> Gate::make(std::optional<std::string_view> token, std::function<std::int64_t()> now_ms) {
    if (!token) return Gate(std::nullopt, std::move(now_ms));
    if (token->size() < kTokenLeast || token->size() > kTokenMost)
        return fail(Errc::Range, "the token of the console must have 16 to 256 characters (openssl rand -hex 24)");
    const bool printable = std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!printable)
        return fail(Errc::Range,
                    "the token of the console may only have printable characters without blanks "
                    "(openssl rand -hex 24)");
    return Gate(keccak256(bytes_of(*token)), std::move(now_ms));
}

Gate::Gate(std::optional<Hash32> digest, std::function<std::int64_t()> now_ms)
    : digest_(digest), now_ms_(std::move(now_ms)) {}

bool Gate::waits(const std::string& peer) {
    const auto found = failures_.find(peer);
    if (found == failures_.end()) return false;
    const std::int64_t age = now_ms_() - found->second.since_ms;
    if (age >= 0 && age < kWindowMs) return found->second.count >= kFailures;
    failures_.erase(found);
    return false;
}

void Gate::failed(const std::string& peer) {
    if (failures_.size() >= kPeers && !failures_.contains(peer)) {
        const auto oldest = std::min_element(failures_.begin(), failures_.end(), [](const auto& a, const auto& b) {
            return a.second.since_ms < b.second.since_ms;
        });
        failures_.erase(oldest);
    }
    auto& entry = failures_[peer];
    if (entry.count == 0) entry.since_ms = now_ms_();
    ++entry.count;
}

std::optional<http::Response> Gate::refuse(const http::Request& request) {
    if (from_another_site(request)) return refusal(403, "asked for by a page of another site");
    if (!digest_) return std::nullopt;
    if (waits(request.peer)) {
        auto response = refusal(429, "too many wrong tokens: wait a minute");
        response.headers.emplace_back("Retry-After", "60");
        return response;
    }
    const std::string_view given = bearer(request.authorization);
    // Digests are compared, so neither content nor length of the token shows in the time that it takes.
    if (!given.empty() && given.size() <= kTokenMost &&
        keys::equal_constant_time(keccak256(bytes_of(given)).view(), digest_->view()))
        return std::nullopt;
    if (!given.empty()) failed(request.peer);
    auto response = refusal(401, given.empty() ? "the token of the console is needed" : "wrong token");
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"plimsoll\"");
    return response;
}

std::optional<http::Response> Gate::refuse_act(const http::Request& request) {
    if (!digest_) return refusal(403, "read only: give [console] a token to pause and resume from here");
    if (auto refused = refuse(request)) return refused;
    if (!request.origin.empty() && !own_origin(request)) return refusal(403, "asked for by a page of another site");
    if (request.content_type != "application/json") return refusal(415, "the body must be application/json");
    return std::nullopt;
}

}  // namespace plimsoll::console
