// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>

#include "config/value.hpp"

namespace plimsoll::config {

namespace {

constexpr bool is_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<std::uint32_t> port_of(std::string_view text) {
    std::uint32_t value = 0;
    if (text.empty() || text.size() > 5) return std::nullopt;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value > 65'535) return std::nullopt;
    return value;
}

struct HostPort {
    std::string_view host;  // brackets kept
    std::string_view port;
    bool has_port = false;
};

HostPort split(std::string_view authority) {
    HostPort out;
    const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
    const auto colon = bracket == std::string_view::npos ? authority.rfind(':') : authority.find(':', bracket);
    out.host = authority.substr(0, colon);
    out.has_port = colon != std::string_view::npos;
    if (out.has_port) out.port = authority.substr(colon + 1);
    return out;
}

bool is_host(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        in6_addr address{};
        return ::inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address) == 1;
    }
    return !host.empty() && host.size() <= 253 && is_alnum(host.front()) &&
           std::all_of(host.begin(), host.end(),
                       [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

/// Nodes put API keys into the path or the query: one long run of letters and digits together.
bool looks_like_key(std::string_view part) {
    constexpr std::size_t kShortest = 24;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return part.size() >= kShortest && std::any_of(part.begin(), part.end(), digit) &&
           std::any_of(part.begin(), part.end(), [&](char c) { return is_alnum(c) && !digit(c); }) &&
           std::all_of(part.begin(), part.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
}

}  // namespace

std::optional<std::string> not_a_name(std::string_view text) {
    constexpr std::size_t kLongest = 64;
    if (text.empty()) return "a name cannot be empty";
    if (text.size() > kLongest) return "a name has at most 64 characters";
    if (!is_alnum(text.front())) return "a name begins with a letter or a digit";
    const bool plain =
        std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
    if (!plain) return "a name has only letters, digits, - and _";
    return std::nullopt;
}

std::optional<Wrong> wrong_url(std::string_view text) {
    constexpr std::array<std::string_view, 4> kSchemes = {"ws", "wss", "http", "https"};
    const std::string example = "ws://127.0.0.1:8546";
    const auto sign = text.find("://");
    if (sign == std::string_view::npos)
        return Wrong{Code::BadUrl, "ws://, wss://, http:// or https:// is missing", example};
    const std::string_view scheme = text.substr(0, sign);
    if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end())
        return Wrong{Code::BadUrl, "a node is reached by ws://, wss://, http:// or https://", example};
    constexpr std::size_t kLongest = 2'048;
    if (text.size() > kLongest) return Wrong{Code::BadUrl, "longer than 2048 characters", example};
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
    if (!plain) return Wrong{Code::BadUrl, "a URL has no blanks, no # and only ASCII characters", example};
    const std::string_view rest = text.substr(sign + 3);
    std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    std::string_view tail = rest.substr(authority.size());
    constexpr std::string_view kSecretUser = "{secret}@";
    if (authority.starts_with(kSecretUser)) authority.remove_prefix(kSecretUser.size());
    if (authority.find('@') != std::string_view::npos)
        return Wrong{Code::LiteralSecret, "a name and password in a URL are readable by everyone who reads this file",
                     fmt::format("{}://{{secret}}@{}", scheme, authority.substr(authority.rfind('@') + 1))};
    const HostPort parts = split(authority);
    if (!is_host(parts.host)) return Wrong{Code::BadUrl, "the host is missing or malformed", example};
    if (parts.has_port && port_of(parts.port).value_or(0) == 0)
        return Wrong{Code::BadUrl, "the port must be 1 to 65535", example};
    while (!tail.empty()) {
        tail.remove_prefix(1);
        const std::string_view part = tail.substr(0, tail.find_first_of("/?&="));
        if (looks_like_key(part))
            return Wrong{Code::LiteralSecret, "this looks like an API key; a secret is never written in this file",
                         fmt::format("{}://{}/{{secret}}", scheme, authority)};
        tail.remove_prefix(part.size());
    }
    return std::nullopt;
}

std::optional<Wrong> wrong_listen(std::string_view text) {
    const std::string example = "127.0.0.1:1876";
    const HostPort parts = split(text);
    if (!parts.has_port) return Wrong{Code::BadListen, "the port is missing", example};
    if (!port_of(parts.port)) return Wrong{Code::BadListen, "the port must be 0 to 65535", example};
    in_addr address{};
    const bool four = ::inet_pton(AF_INET, std::string(parts.host).c_str(), &address) == 1;
    if (!four && parts.host != "localhost" && !(parts.host.starts_with('[') && is_host(parts.host)))
        return Wrong{Code::BadListen, "the host must be an address of this machine, IPv6 in brackets", example};
    return std::nullopt;
}

}  // namespace plimsoll::config
