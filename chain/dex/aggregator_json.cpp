// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/aggregator_json.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace plimsoll::dex::aggregator_json {

namespace {

constexpr int kDepthMost = 32;

tl::unexpected<Error> bad(std::string_view service, const char* key, std::string_view what) {
    return fail(Errc::Decode, fmt::format("{}: \"{}\" {}", service, key, what));
}

/// Nesting, counted before the parser recurses into it.
bool is_shallow(std::string_view body) {
    int depth = 0;
    bool text = false;
    for (std::size_t i = 0; i < body.size(); ++i) {
        const char c = body[i];
        if (text && c == '\\') {
            ++i;
        } else if (c == '"') {
            text = !text;
        } else if (!text && (c == '{' || c == '[')) {
            if (++depth > kDepthMost) return false;
        } else if (!text && (c == '}' || c == ']')) {
            --depth;
        }
    }
    return true;
}

const std::string* text_of(const nlohmann::json& object, const char* key) {
    const auto it = object.find(key);
    return it == object.end() ? nullptr : it->get_ptr<const std::string*>();
}

}  // namespace

Result<nlohmann::json> parse_object(std::string_view service, std::string_view body) {
    if (!is_shallow(body)) return fail(Errc::Decode, fmt::format("{}: JSON too deep", service));
    auto out = nlohmann::json::parse(body, nullptr, false);
    if (out.is_discarded() || !out.is_object())
        return fail(Errc::Decode, fmt::format("{}: not a JSON object: {}", service, shown(body)));
    return out;
}

Result<U256> amount(std::string_view service, const nlohmann::json& object, const char* key) {
    const auto* text = text_of(object, key);
    if (text == nullptr) return bad(service, key, "is missing or not text");
    const auto out = U256::from_decimal(text->size() <= 78 ? std::string_view(*text) : std::string_view());
    if (!out) return bad(service, key, "is no amount");
    return *out;
}

Result<Address> address(std::string_view service, const nlohmann::json& object, const char* key) {
    const auto* text = text_of(object, key);
    if (text == nullptr) return bad(service, key, "is missing or not text");
    const auto out = Address::parse(*text);
    if (!out) return bad(service, key, "is no address");
    return *out;
}

Result<Bytes> calldata(std::string_view service, const nlohmann::json& object, const char* key) {
    const auto* text = text_of(object, key);
    if (text == nullptr) return bad(service, key, "is missing or not text");
    if (text->size() > 2 * kCalldataMost + 2)
        return fail(Errc::Range, fmt::format("{}: calldata of more than {} bytes", service, kCalldataMost));
    auto out = from_hex(*text);
    if (!out) return bad(service, key, "is no calldata");
    return *std::move(out);
}

Gas gas(const nlohmann::json& object, const char* key) {
    constexpr Gas kMost = 100'000'000;
    const auto it = object.find(key);
    if (it == object.end()) return 0;
    if (it->is_number_unsigned()) return std::min(it->get<Gas>(), kMost);
    const auto* text = it->get_ptr<const std::string*>();
    if (text == nullptr || text->size() > 18) return 0;
    const auto out = U256::from_decimal(*text);
    return out ? std::min(out->low_u64(), kMost) : 0;
}

Result<nlohmann::json> object(std::string_view service, const nlohmann::json& from, const char* key) {
    const auto it = from.find(key);
    if (it == from.end() || !it->is_object()) return bad(service, key, "is missing or no object");
    return *it;
}

std::string shown(std::string_view text) {
    constexpr std::size_t kMost = 120;
    std::string out;
    for (const char c : text.substr(0, kMost)) out += c >= 0x20 && c < 0x7f ? c : '?';
    return out;
}

Error status_error(std::string_view service, long status, std::string_view said) {
    const std::string detail = said.empty() ? std::string() : ": " + shown(said);
    if (status == 401 || status == 403)
        return {Errc::Refused, fmt::format("{}: HTTP {}: the key is not accepted{}", service, status, detail)};
    if (status == 429) return {Errc::Refused, fmt::format("{}: HTTP 429: the rate of requests is limited", service)};
    if (status >= 400 && status < 500) return {Errc::Refused, fmt::format("{}: HTTP {}{}", service, status, detail)};
    return {Errc::Io, fmt::format("{}: HTTP {}{}", service, status, detail)};
}

}  // namespace plimsoll::dex::aggregator_json
