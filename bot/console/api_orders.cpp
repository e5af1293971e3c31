// SPDX-License-Identifier: Apache-2.0
// What a page may order: each needs the token, JSON and the page's own origin (bot/console/gate.hpp).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "bot/console/api.hpp"

namespace plimsoll::console {

using nlohmann::json;

namespace {

/// {"wallet": name} and what else is allowed; nullopt for anything else.
std::optional<json> order_of(const std::string& body, std::size_t keys) {
    json order = json::parse(body, nullptr, false);
    if (!order.is_object() || order.size() > keys || !order.contains("wallet") || !order["wallet"].is_string())
        return std::nullopt;
    return order;
}

http::Response done_or_trouble(const Result<void>& done) {
    return done ? answer_of({{"done", true}}) : trouble(done.error());
}

}  // namespace

void Api::ask_pause(const http::Request& request, http::Answer answer) {
    if (!desk_.pause) return answer(refusal(501, "this daemon cannot be paused"));
    const auto order = order_of(request.body, 2);
    const bool timed = order && order->contains("seconds");
    if (!order || (order->size() == 2 && !timed) || (timed && !(*order)["seconds"].is_number_unsigned()))
        return answer(refusal(400, "expected {\"wallet\": name}, and \"seconds\" for a pause that ends by itself"));
    std::optional<std::chrono::seconds> span;
    if (timed) span.emplace(std::min<std::uint64_t>((*order)["seconds"].get<std::uint64_t>(), UINT32_MAX));
    desk_.pause((*order)["wallet"].get<std::string>(), span, back<Result<void>>(std::move(answer), done_or_trouble));
}

void Api::ask_resume(const http::Request& request, http::Answer answer) {
    if (!desk_.resume) return answer(refusal(501, "this daemon cannot be paused"));
    const auto order = order_of(request.body, 1);
    if (!order) return answer(refusal(400, "expected {\"wallet\": name}"));
    desk_.resume((*order)["wallet"].get<std::string>(), back<Result<void>>(std::move(answer), done_or_trouble));
}

void Api::ask_dry_run(const http::Request& request, http::Answer answer) {
    if (!desk_.dry_run) return answer(refusal(501, "this daemon cannot be switched"));
    const auto order = order_of(request.body, 2);
    if (!order || !order->contains("dry") || !(*order)["dry"].is_boolean())
        return answer(refusal(400, "expected {\"wallet\": name, \"dry\": true or false}"));
    desk_.dry_run((*order)["wallet"].get<std::string>(), (*order)["dry"].get<bool>(),
                  back<Result<void>>(std::move(answer), done_or_trouble));
}

void Api::ask_acknowledge(const http::Request& request, http::Answer answer) {
    if (!desk_.acknowledge) return answer(refusal(501, "this daemon has no alerts to acknowledge"));
    const json order = json::parse(request.body, nullptr, false);
    const bool one = order.is_object() && order.size() == 1 && order.contains("id") && order["id"].is_string() &&
                     !order["id"].get<std::string>().empty();
    const bool all = order.is_object() && order.size() == 1 && order.contains("all") && order["all"] == true;
    if (!one && !all) return answer(refusal(400, "expected {\"id\": id} or {\"all\": true}"));
    desk_.acknowledge(one ? order["id"].get<std::string>() : std::string(),
                      back<Result<std::size_t>>(std::move(answer), [](const Result<std::size_t>& count) {
                          return count ? answer_of({{"done", true}, {"acknowledged", *count}}) : trouble(count.error());
                      }));
}

}  // namespace plimsoll::console
