// SPDX-License-Identifier: Apache-2.0
#include "bot/outlook/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bot/engine/text.hpp"
#include "bot/view/position_view.hpp"
#include "config/units.hpp"

namespace plimsoll::bot::outlook {

namespace {

using engine::health_text;
using nlohmann::ordered_json;

constexpr unsigned kCoinDecimals = 18;
constexpr unsigned kCoinShown = 5;

std::string factor(Wad level) {
    return config::format_amount(config::Unit::Factor, level.value);
}

/// "-10 %" or "+10 %".
std::string sign_of(const Course& course, std::uint32_t part) {
    constexpr std::uint32_t kPercent = kWhole / 100;
    return fmt::format("{}{} %", course.rises ? '+' : '-', part / kPercent);
}

Wei gas_of(const Outlook& outlook, const strategies::Plan& plan) {
    const Wei gas{checked_mul(outlook.fee_per_gas.value, U256{plan.gas}).value_or(kU256Max)};
    return checked_add(gas, plan.besides_gas).value_or(Wei{kU256Max});
}

/// Why there is no plan: the reason of the strategy asked last, as the engine tells it.
std::string why_none(const Answer& answer) {
    if (answer.refused.empty()) return "no strategy has a plan";
    const auto& last = answer.refused.back();
    return fmt::format("{} ({})", last.text, last.gate);
}

std::string rescue_text(const Outlook& outlook, const Answer& answer, const Currency& currency, bool live) {
    if (!answer.plan) return fmt::format("NOTHING could be done: {}", why_none(answer));
    const auto& plan = *answer.plan;
    std::string out =
        fmt::format("{} would {}; then {}, for {}", live ? "plimsoll" : "when live, plimsoll", plan_text(outlook, plan),
                    health_text(plan.after.health_factor), cost_text(outlook, plan, currency));
    if (!plan.shortfall.empty()) out += fmt::format(". That is short of the target, by {}", plan.shortfall);
    return out;
}

std::string step_text(const Outlook& outlook, const Answer& answer, const config::Position& position,
                      const Currency& currency, bool live) {
    const Course& course = *outlook.course;
    std::string out =
        fmt::format("{}: {} at {}, health factor {}", sign_of(course, answer.part), course.name,
                    levels_text(outlook.now, course, answer.part, currency.name), health_text(answer.health));
    if (answer.health >= position.warn) return out + ". Nothing happens";
    if (answer.health >= position.trigger)
        return out + fmt::format(", below warn {}: you are told, nothing is done", factor(position.warn));
    out += fmt::format(", below trigger {}", factor(position.trigger));
    if (answer.after_rescue)
        out += fmt::format(". Step by step: rescued at {} on the way, and here {}{}",
                           levels_text(outlook.now, course, *outlook.to_trigger, currency.name),
                           health_text(*answer.after_rescue),
                           *answer.after_rescue < position.trigger ? ", for which it is rescued again" : "");
    if (answer.health.value < kWad) {
        out += ". In one step: anybody may liquidate";
        if (answer.liquidation) out += fmt::format(", which costs {}", currency.text(answer.liquidation->loss));
        return out + "; " + rescue_text(outlook, answer, currency, live) + ", if it is first";
    }
    return out + (answer.after_rescue ? ". In one step: " : ": ") + rescue_text(outlook, answer, currency, live);
}

std::string level_text(const Outlook& outlook, std::string_view what, const std::optional<std::uint32_t>& part,
                       const Currency& currency) {
    const Course& course = *outlook.course;
    if (!part) return fmt::format("{}: never by {} alone", what, course.name);
    if (*part == 0) return fmt::format("{}: now", what);
    return fmt::format("{}: {} {} {} ({} {} now)", what, course.name, course.rises ? "up to" : "down to",
                       levels_text(outlook.now, course, *part, currency.name), part_text(*part),
                       course.rises ? "above" : "below");
}

ordered_json plan_json(const Outlook& outlook, const strategies::Plan& plan) {
    return {{"strategy", plan.strategy},
            {"text", plan_text(outlook, plan)},
            {"health_factor_after", to_string(plan.after.health_factor)},
            {"repaid_base", to_string(saturating_sub(plan.before.debt.value, plan.after.debt.value))},
            {"moved_base", to_string(plan.value)},
            {"cost_base", to_string(plan.cost)},
            {"gas", std::to_string(plan.gas)},
            {"gas_cost_wei", to_string(gas_of(outlook, plan))},
            {"shortfall", plan.shortfall}};
}

ordered_json answer_json(const Outlook& outlook, const Answer& answer, const Currency& currency) {
    ordered_json refused = ordered_json::array();
    for (const auto& none : answer.refused) refused.push_back({{"gate", none.gate}, {"why", none.text}});
    const auto& rescued = answer.after_rescue;
    return {
        {"ppm", answer.part},
        {"price", levels_text(outlook.now, *outlook.course, answer.part, currency.name)},
        {"health_factor", to_string(answer.health)},
        {"plan", answer.plan ? plan_json(outlook, *answer.plan) : ordered_json(nullptr)},
        {"health_factor_after_rescue_on_the_way", rescued ? ordered_json(to_string(*rescued)) : ordered_json(nullptr)},
        {"refused", std::move(refused)}};
}

}  // namespace

std::string Currency::text(const BaseValue& value) const {
    return amount_text(value.value, decimals) + ' ' + name;
}

Currency currency_of(const Outlook& outlook, bool dollars) {
    return {currency_of(outlook.now, dollars), decimals_of(outlook.now.base_unit)};
}

std::string plan_text(const Outlook& outlook, const strategies::Plan& plan) {
    if (!plan.text.empty()) return plan.text;
    for (const auto& asset : outlook.now.assets) {
        if (asset.asset == plan.asset)
            return fmt::format("repay {} {} from the wallet{}", amount_text(plan.amount.value, asset.decimals),
                               asset.symbol, plan.closes_debt ? ", all of it" : "");
    }
    return plan.strategy;
}

std::string cost_text(const Outlook& outlook, const strategies::Plan& plan, const Currency& currency) {
    const Wei gas = gas_of(outlook, plan);
    std::string coin = fixed(gas.value, kCoinDecimals, kCoinShown) + " of the coin";
    if (outlook.coin_price) {
        const auto worth = mul_div_up(gas.value, outlook.coin_price->value, kWad);
        if (worth) coin += " (" + currency.text(BaseValue{*worth}) + ')';
    }
    const std::string trade = plan.cost.is_zero() ? "" : currency.text(plan.cost) + " of swaps and fees and ";
    return trade + coin + " of gas";
}

std::vector<std::string> in_words(const Outlook& outlook, const config::Position& position, bool live,
                                  const Currency& currency) {
    if (!outlook.course) return {"nothing is owed, or nothing pledged: no price liquidates it"};
    std::vector<std::string> out = {
        level_text(outlook, "told at", outlook.to_warn, currency),
        level_text(outlook, "acts at", outlook.to_trigger, currency),
        level_text(outlook, "liquidation at", outlook.to_liquidation, currency),
    };
    for (const auto& answer : outlook.steps) out.push_back(step_text(outlook, answer, position, currency, live));
    return out;
}

ordered_json to_json(const Outlook& outlook, const config::Position& position, const Currency& currency) {
    ordered_json out = {{"position", position.name},
                        {"health_factor", to_string(outlook.now.summary.health_factor)},
                        {"moves", outlook.course ? ordered_json(outlook.course->name) : ordered_json(nullptr)},
                        {"direction", outlook.course && outlook.course->rises ? "up" : "down"}};
    const auto part = [](const std::optional<std::uint32_t>& at) {
        return at ? ordered_json(*at) : ordered_json(nullptr);
    };
    out["ppm_to_warn"] = part(outlook.to_warn);
    out["ppm_to_trigger"] = part(outlook.to_trigger);
    out["ppm_to_liquidation"] = part(outlook.to_liquidation);
    out["at_trigger"] =
        outlook.at_trigger ? answer_json(outlook, *outlook.at_trigger, currency) : ordered_json(nullptr);
    out["steps"] = ordered_json::array();
    for (const auto& answer : outlook.steps) out["steps"].push_back(answer_json(outlook, answer, currency));
    return out;
}

}  // namespace plimsoll::bot::outlook
