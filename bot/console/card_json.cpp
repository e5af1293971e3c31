// SPDX-License-Identifier: Apache-2.0
#include "bot/console/card_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bot/view/decision_view.hpp"
#include "strategies/limits.hpp"

namespace plimsoll::console {

namespace {

using nlohmann::json;

constexpr std::uint64_t kBps = 10'000;
constexpr std::size_t kSparkPoints = 60;
constexpr std::size_t kChartPoints = 1'500;

std::string_view word(strategies::Urgency urgency) {
    switch (urgency) {
        case strategies::Urgency::Watch:
            return "watch";
        case strategies::Urgency::Act:
            return "act";
        case strategies::Urgency::Emergency:
            return "emergency";
    }
    return "?";
}

/// How far one price is from another, as a part of the first.
json bps_between(const Price& from, const Price& to) {
    const U256 apart = saturating_sub(std::max(from.value, to.value), std::min(from.value, to.value));
    const auto bps = mul_div_down(apart, U256{kBps}, from.value);
    return bps && *bps <= U256{1'000'000'000} ? json(bps->low_u64()) : json(nullptr);
}

/// The fall of all collateral together that brings the health factor to `level`; null when it is there or has no debt.
json fall_to(const Wad& health, const Wad& level) {
    if (health.value == kU256Max || !(level < health)) return nullptr;
    const auto left = mul_div_up(level.value, U256{kBps}, health.value);
    return left ? json(kBps - std::min(left->low_u64(), kBps)) : json(nullptr);
}

const lending::AssetPosition* find(const lending::Position& position, const Address& asset) {
    const auto found = std::find_if(position.assets.begin(), position.assets.end(),
                                    [&](const auto& one) { return one.asset == asset; });
    return found == position.assets.end() ? nullptr : &*found;
}

json liquidation_json(const PositionCard& card) {
    json out = json::array();
    for (const auto& price : card.view.liquidation_prices) {
        const auto* asset = find(card.view.position, price.asset);
        if (asset == nullptr || price.price.is_zero()) continue;
        out.push_back({{"asset", to_string(price.asset)},
                       {"symbol", asset->symbol},
                       {"price_base", to_string(price.price)},
                       {"now_base", to_string(asset->price)},
                       {"direction", price.rises ? "up" : "down"},
                       {"distance_bps", bps_between(asset->price, price.price)}});
    }
    return out;
}

template <class Quantity>
json text_or_null(const std::optional<Quantity>& value) {
    return value ? json(to_string(*value)) : json(nullptr);
}

json limits_json(const PositionCard& card) {
    const auto& limits = card.limits;
    const U256& unit = card.view.position.base_unit;
    const auto in_base = [&](const std::optional<BaseValue>& given) {
        return given ? json(to_string(strategies::in_base(*given, unit))) : json(nullptr);
    };
    return {{"max_value_per_action_base", in_base(limits.max_value_per_action)},
            {"max_value_per_day_base", in_base(limits.max_value_per_day)},
            {"max_cost_per_action_base", in_base(limits.max_cost_per_action)},
            {"value_today_base", to_string(card.usage.value_today)},
            {"max_gas_per_day_wei", to_string(limits.max_gas_per_day)},
            {"gas_today_wei", to_string(card.usage.gas_today)},
            {"max_fee_per_gas_wei", to_string(limits.max_fee_per_gas)},
            {"max_slippage_bps", limits.max_slippage_bps},
            {"cooldown_seconds", limits.cooldown.count()},
            {"last_action_ms", card.usage.last_action_ms ? json(*card.usage.last_action_ms) : json(nullptr)}};
}

/// What the daemon knows of a position beside the view; in both the row and the page.
void add_standing(json& out, const PositionCard& card) {
    const auto& view = card.view;
    out["chain"] = card.chain;
    out["base_currency"] = card.currency;
    out["state"] = state_of(card);
    out["urgency"] = word(card.urgency);
    out["paused"] = card.paused;
    out["behind"] = card.behind;
    out["acting"] = card.acting;
    out["incident"] = card.incident;
    out["blocked_by"] = card.blocked_by;
    out["health_factor_counted"] = to_string(card.health);
    out["fall_to_liquidation_bps"] = fall_to(card.health, Wad{kWad});
    out["fall_to_trigger_bps"] = view.trigger ? fall_to(card.health, *view.trigger) : json(nullptr);
    out["liquidation"] = liquidation_json(card);
    if (!out.contains("assets")) out["assets"] = names_json(card);
}

}  // namespace

std::string_view state_of(const Wad& health, const bot::PositionView& levels) {
    if (health.value == kU256Max) return "no-debt";
    if (health.value < kWad) return "liquidatable";
    if (levels.trigger && health < *levels.trigger) return "below-trigger";
    return levels.warn && health < *levels.warn ? "warned" : "safe";
}

std::string_view state_of(const PositionCard& card) {
    const auto state = state_of(card.health, card.view);
    if (card.acting && state != "liquidatable") return "rescuing";
    return card.at_risk && state == "warned" ? "below-trigger" : state;
}

json names_json(const PositionCard& card) {
    json out = json::array();
    for (const auto& asset : card.view.position.assets)
        out.push_back({{"asset", to_string(asset.asset)}, {"symbol", asset.symbol}, {"decimals", asset.decimals}});
    return out;
}

json trail_json(const std::vector<TrailPoint>& trail, std::size_t most) {
    json out = json::array();
    const std::size_t step = std::max<std::size_t>((trail.size() + most - 1) / std::max<std::size_t>(most, 1), 1);
    for (std::size_t i = 0; i < trail.size(); i += step) {
        const std::size_t end = std::min(i + step, trail.size());
        auto lowest = trail[i];  // what is left out was higher
        for (std::size_t j = i; j < end; ++j) {
            if (trail[j].health <= lowest.health) lowest = trail[j];
        }
        if (end == trail.size()) lowest = trail.back();
        out.push_back({lowest.time_ms, lowest.health});
    }
    return out;
}

json row_json(const PositionCard& card, const std::optional<DecisionNote>& decision,
              const std::vector<TrailPoint>& trail) {
    const auto& view = card.view;
    const auto& position = view.position;
    json out = {
        {"name", view.name},
        {"wallet", view.wallet},
        {"market", view.market},
        {"chain_id", view.chain_id},
        {"mode", view.live ? "live" : "dry-run"},
        {"block", {{"number", position.block.number}, {"timestamp", position.block.timestamp}}},
        {"base_unit", to_string(position.base_unit)},
        {"collateral_base", to_string(position.summary.collateral)},
        {"debt_base", to_string(position.summary.debt)},
        {"health_factor", to_string(position.summary.health_factor)},
        {"warn", text_or_null(view.warn)},
        {"trigger", text_or_null(view.trigger)},
        {"target", text_or_null(view.target)},
        {"seconds_to_liquidation", view.seconds_to_liquidation ? json(*view.seconds_to_liquidation) : json(nullptr)},
        {"limits", limits_json(card)},
        {"trail", trail_json(trail, kSparkPoints)}};
    add_standing(out, card);
    if (decision) {
        out["outcome"] = journal::to_string(decision->decision->outcome);
        out["reason"] = decision->decision->reason;
        out["plan"] = decision->decision->plan;
    }
    return out;
}

json page_json(const PositionCard& card, const std::optional<DecisionNote>& decision,
               const std::vector<TrailPoint>& trail) {
    json out = bot::to_json(card.view);
    add_standing(out, card);
    out["strategies"] = card.strategies;
    out["limits"] = limits_json(card);
    out["trail"] = trail_json(trail, kChartPoints);
    if (decision) {
        out["decision"] = bot::to_json(*decision->decision);
        out["decision"]["time_ms"] = decision->time_ms;
    }
    return out;
}

json what_if_json(const WhatIf& answer, const PositionCard& card) {
    bot::PositionView view = card.view;
    view.position = answer.supposed.position;
    const auto price_list = [&](const std::vector<lending::SupposedPrice>& prices) {
        json out = json::array();
        for (const auto& price : prices) {
            const auto* asset = find(view.position, price.asset);
            if (asset != nullptr)
                out.push_back({{"asset", to_string(price.asset)},
                               {"symbol", asset->symbol},
                               {"price_base", to_string(price.price)},
                               {"distance_bps", bps_between(asset->price, price.price)},
                               {"direction", asset->price < price.price ? "up" : "down"}});
        }
        return out;
    };
    const auto& summary = view.position.summary;
    json ladder = json::array();
    for (const auto& rung : answer.supposed.ladder) ladder.push_back(bot::to_json(rung));
    json falls = json::array();
    for (const auto& fall : answer.falls)
        falls.push_back(
            {{"bps", fall.bps}, {"health_factor", to_string(fall.health)}, {"state", state_of(fall.health, view)}});
    json assets = json::array();
    for (const auto& asset : view.position.assets)
        assets.push_back({{"asset", to_string(asset.asset)},
                          {"symbol", asset.symbol},
                          {"price_base", to_string(asset.price)},
                          {"supplied_base", to_string(asset.supplied_value)},
                          {"debt_base", to_string(asset.debt_value)}});
    return {{"name", view.name},
            {"block", {{"number", view.position.block.number}, {"timestamp", view.position.block.timestamp}}},
            {"health_factor", to_string(summary.health_factor)},
            {"collateral_base", to_string(summary.collateral)},
            {"debt_base", to_string(summary.debt)},
            {"available_borrow_base", to_string(summary.available_borrow)},
            {"state", state_of(summary.health_factor, view)},
            {"assets", std::move(assets)},
            {"to_trigger", price_list(answer.to_trigger)},
            {"to_liquidation", price_list(answer.to_liquidation)},
            {"falls", std::move(falls)},
            {"ladder", std::move(ladder)}};
}

json chain_json(const ChainCard& chain) {
    json endpoints = json::array();
    for (const auto& stats : chain.endpoints) {
        endpoints.push_back({{"url", stats.url},
                             {"state", stats.state},
                             {"following", stats.url == chain.following},
                             {"last_error", stats.last_error},
                             {"answers", stats.answers},
                             {"errors", stats.errors},
                             {"timeouts", stats.timeouts},
                             {"connections", stats.connections},
                             {"waiting", stats.waiting},
                             {"latency_us", stats.mean_latency.count()},
                             {"limited", stats.limited},
                             {"held_back", stats.held_back},
                             {"used_today", stats.used_today},
                             {"per_day", stats.per_day},
                             {"resting_ms", stats.resting.count()}});
    }
    json held = json::array();
    for (const auto& [wallet, why] : chain.held_wallets) held.push_back({{"wallet", wallet}, {"why", why}});
    json head = nullptr;
    if (chain.head)
        head = {{"number", chain.head->number},
                {"hash", to_string(chain.head->hash)},
                {"timestamp", chain.head->timestamp}};
    return {{"name", chain.name},
            {"id", chain.id},
            {"head", std::move(head)},
            {"live", chain.feed_live},
            {"block_time_ms", chain.block_time_ms},
            {"in_flight", chain.in_flight},
            {"audits_agreed", chain.audits_agreed},
            {"audits_differed", chain.audits_differed},
            {"endpoints", std::move(endpoints)},
            {"stopped_wallets", chain.stopped_wallets},
            {"held_wallets", std::move(held)}};
}

}  // namespace plimsoll::console
