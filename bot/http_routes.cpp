// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "bot/http_server.hpp"
#include "bot/metrics.hpp"
#include "config/loopback.hpp"

namespace plimsoll::http {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

/// "host", "host:port", "[v6]", "[v6]:port" -> host. Anything else gives an empty view.
std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return {};
        const std::string_view rest = authority.substr(end + 1);
        if (!rest.empty() && rest.front() != ':') return {};
        return authority.substr(1, end - 1);
    }
    const auto colon = authority.find(':');
    if (colon != std::string_view::npos && authority.find(':', colon + 1) != std::string_view::npos) return {};
    return authority.substr(0, colon);
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto wrong = [&](std::string_view why) {
        return fail(Errc::Range,
                    "listen address \"" + std::string(text) + "\": " + std::string(why) + ", as in \"127.0.0.1:1876\"");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong("a port is missing");
    const std::string_view host = host_of(text);
    if (host.empty()) return wrong("the host is missing or malformed");
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size()) return wrong("the port must be 0 to 65535");
    return Endpoint{std::string(host), port};
}

bool host_allowed(std::string_view host_header, std::string_view listen_host) {
    const std::string host = lower(host_of(host_header));
    if (host.empty()) return false;
    if (config::is_loopback(host)) return true;
    const bool any = listen_host == "0.0.0.0" || listen_host == "::";
    return !any && host == lower(listen_host);
}

std::vector<Route> standard_routes(std::function<std::string()> metrics, std::function<std::vector<Check>()> checks) {
    std::vector<Route> routes;
    routes.push_back({"GET", "/metrics", [metrics = std::move(metrics)](const Request&) {
                          return Response{200, std::string(metrics::kContentType), metrics()};
                      }});
    routes.push_back({"GET", "/-/healthy", [](const Request&) {
                          return Response{200, "text/plain; charset=utf-8", "plimsoll is alive\n"};
                      }});
    routes.push_back(
        {"GET", "/-/ready", [checks = std::move(checks)](const Request&) {
             const auto all = checks();
             bool ready = !all.empty();
             auto list = nlohmann::ordered_json::array();
             for (const Check& check : all) {
                 ready = ready && check.ok;
                 list.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
             }
             const nlohmann::ordered_json body = {{"ready", ready}, {"checks", std::move(list)}};
             constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
             return Response{ready ? 200U : 503U, "application/json", body.dump(2, ' ', false, kReplace) + '\n'};
         }});
    return routes;
}

}  // namespace plimsoll::http
