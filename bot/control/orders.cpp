// SPDX-License-Identifier: Apache-2.0
#include "bot/control/orders.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "bot/notify/message.hpp"
#include "bot/view/alerts_view.hpp"

namespace plimsoll::bot::control {

namespace {

using nlohmann::json;
using Answer = std::function<void(std::string)>;

std::string line_of(const json& answer) {
    return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string refusal(Errc code, std::string_view why) {
    return line_of({{"error", why}, {"code", to_string(code)}});
}

OrderServices::Done answered(const Answer& answer) {
    return [answer](const Result<void>& done) {
        answer(done ? line_of({{"ok", true}}) : refusal(done.error().code, done.error().message));
    };
}

/// Its members are texts, but "seconds"; none but `known` are there.
bool well_formed(const json& order, const std::set<std::string>& known) {
    for (const auto& [name, value] : order.items()) {
        const bool good = name == "seconds" ? value.is_number_unsigned() : value.is_string();
        if (!good || !known.contains(name)) return false;
    }
    return true;
}

std::string text_of(const json& order, const char* name) {
    const auto found = order.find(name);
    return found == order.end() ? std::string() : found->get<std::string>();
}

/// Who orders: the name that the command gives, on one short line.
std::string person(const json& order) {
    constexpr std::size_t kLongest = 40;
    const std::string name = notify::words_of(text_of(order, "by"));
    return name.empty() ? "command line" : "command line, " + name.substr(0, kLongest);
}

void pause(const json& order, const OrderServices& services, const Answer& answer) {
    std::optional<std::chrono::milliseconds> span;
    if (const auto seconds = order.find("seconds"); seconds != order.end())
        span = std::chrono::seconds(std::min<std::uint64_t>(seconds->get<std::uint64_t>(), UINT32_MAX));
    services.pause(text_of(order, "wallet"), span, person(order), answered(answer));
}

void acknowledge(const json& order, const OrderServices& services, const Answer& answer) {
    const auto count = services.acknowledge(text_of(order, "which"), person(order));
    answer(count ? line_of({{"ok", true}, {"acknowledged", *count}})
                 : refusal(count.error().code, count.error().message));
}

}  // namespace

void obey(std::string_view line, const OrderServices& services, const Answer& answer) {
    const json order = json::parse(line, nullptr, false);
    const bool known = order.is_object() && order.contains("order") && order["order"].is_string();
    const std::string verb = known ? order["order"].get<std::string>() : std::string();
    const auto fits = [&](std::string_view name, const std::set<std::string>& members) {
        return verb == name && well_formed(order, members);
    };
    if (fits("pause", {"order", "by", "wallet", "seconds"})) return pause(order, services, answer);
    if (fits("resume", {"order", "by", "wallet"}))
        return services.resume(text_of(order, "wallet"), person(order), answered(answer));
    for (const bool dry : {true, false}) {
        if (fits(dry ? "dry-run" : "live", {"order", "by", "wallet"}))
            return services.dry_run(text_of(order, "wallet"), dry, person(order), answered(answer));
    }
    if (fits("acknowledge", {"order", "by", "which"})) return acknowledge(order, services, answer);
    if (fits("alerts", {"order", "by"})) {
        json out = to_json(services.alerts());
        out["ok"] = true;
        out["now_ms"] = services.now_ms();
        return answer(line_of(out));
    }
    answer(refusal(Errc::Decode, "no order that this daemon knows: is it older than the command?"));
}

}  // namespace plimsoll::bot::control
