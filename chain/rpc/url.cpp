// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/url.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "chain/codec/base64.hpp"
#include "chain/types/bytes.hpp"

namespace plimsoll::rpc {

namespace {

struct SchemeName {
    std::string_view text;
    Url::Scheme scheme;
    std::string_view port;
};
constexpr std::array<SchemeName, 4> kSchemes = {{{"ws", Url::Scheme::Ws, "80"},
                                                 {"wss", Url::Scheme::Wss, "443"},
                                                 {"http", Url::Scheme::Http, "80"},
                                                 {"https", Url::Scheme::Https, "443"}}};

const SchemeName& name_of(Url::Scheme scheme) {
    return kSchemes[static_cast<std::size_t>(scheme)];
}

bool is_port(std::string_view text) {
    std::uint32_t value = 0;
    if (text.empty() || text.size() > 5) return false;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return value > 0 && value <= 65'535;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool coded =
            text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
        if (!coded) {
            out.push_back(text[i]);
            continue;
        }
        out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
        i += 2;
    }
    return out;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    Url out;
    const auto colon = text.find("://");
    const auto scheme = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    const SchemeName* name = nullptr;
    for (const auto& candidate : kSchemes) {
        if (candidate.text == scheme) name = &candidate;
    }
    if (name == nullptr) return fail(Errc::Decode, "URL of a node: must start with ws://, wss://, http:// or https://");
    out.scheme = name->scheme;
    for (const char c : text) {
        if (static_cast<std::uint8_t>(c) <= 0x20 || c == '\x7f')
            return fail(Errc::Decode, "URL of a node: holds a space or control character");
    }
    auto rest = text.substr(colon + 3);
    const auto path = rest.find_first_of("/?#");
    auto authority = rest.substr(0, path);
    if (path != std::string_view::npos) {
        auto target = rest.substr(path);
        target = target.substr(0, target.find('#'));
        out.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    }
    if (out.target.empty()) out.target = "/";
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        out.user_info = std::string(authority.substr(0, at));
        authority.remove_prefix(at + 1);
    }
    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return fail(Errc::Decode, "URL of a node: the IPv6 address lacks its ]");
        out.host = std::string(authority.substr(1, end - 1));
        if (out.host.find(':') == std::string::npos || out.host.find('[') != std::string::npos)
            return fail(Errc::Decode, "URL of a node: no IPv6 address stands in the brackets");
        const auto tail = authority.substr(end + 1);
        has_port = tail.starts_with(':');
        if (!tail.empty() && !has_port) return fail(Errc::Decode, "URL of a node: text after the IPv6 address");
        if (has_port) port = tail.substr(1);
    } else {
        const auto end = authority.find(':');
        out.host = std::string(authority.substr(0, end));
        if (out.host.find_first_of("[]") != std::string::npos)
            return fail(Errc::Decode, "URL of a node: a bracket inside the host");
        has_port = end != std::string_view::npos;
        if (has_port) port = authority.substr(end + 1);
    }
    if (out.host.empty()) return fail(Errc::Decode, "URL of a node: has no host");
    if (has_port && !is_port(port)) return fail(Errc::Decode, "URL of a node: the port must be 1 to 65535");
    out.port = has_port ? std::string(port) : std::string(name->port);
    return out;
}

std::string Url::authority() const {
    const std::string shown_host = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == name_of(scheme).port ? shown_host : shown_host + ":" + port;
}

std::string Url::shown() const {
    return fmt::format("{}://{}{}", name_of(scheme).text, authority(), target == "/" ? "" : "/…");
}

std::string Url::full() const {
    return fmt::format("{}://{}{}", name_of(scheme).text, authority(), target);
}

std::string Url::basic_authorization() const {
    return user_info.empty() ? std::string{} : "Basic " + base64(percent_decoded(user_info));
}

}  // namespace plimsoll::rpc
