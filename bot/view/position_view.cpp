// SPDX-License-Identifier: Apache-2.0
#include "bot/view/position_view.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plimsoll::bot {

namespace {

using nlohmann::json;

json asset_json(const lending::AssetPosition& asset, const PositionView& view) {
    const auto age = view.price_ages.find(asset.asset);
    const bool known = age != view.price_ages.end();
    const Timestamp at = view.position.block.timestamp;
    return {
        {"asset", to_string(asset.asset)},
        {"symbol", asset.symbol},
        {"decimals", asset.decimals},
        {"price_base", to_string(asset.price)},
        {"price_age_seconds", known ? json(at - std::min(at, age->second.updated_at)) : json(nullptr)},
        {"price_heartbeat_seconds", known && age->second.heartbeat > 0 ? json(age->second.heartbeat) : json(nullptr)},
        {"supplied", to_string(asset.supplied)},
        {"supplied_base", to_string(asset.supplied_value)},
        {"debt", to_string(asset.debt)},
        {"debt_base", to_string(asset.debt_value)},
        {"collateral", asset.collateral},
        {"ltv", std::to_string(asset.ltv_bps)},
        {"liquidation_threshold", std::to_string(asset.threshold_bps)},
        {"active", asset.active},
        {"frozen", asset.frozen},
        {"paused", asset.paused}};
}

json text_or_null(const std::optional<Wad>& value) {
    return value ? json(to_string(*value)) : json(nullptr);
}

}  // namespace

Result<PositionView> view_of(const lending::Market& market, const Address& account, Timestamp at) {
    PositionView view;
    TRY(view.position, market.position(account, at));
    TRY(view.liquidation_prices, market.liquidation_prices(account, at));
    TRY(view.seconds_to_liquidation, market.time_to_liquidation(account, at));
    TRY(view.liquidation_cost, market.liquidation_cost(account, at));
    return view;
}

json to_json(const PositionView& view) {
    const auto& position = view.position;
    json assets = json::array();
    for (const auto& asset : position.assets) assets.push_back(asset_json(asset, view));
    json prices = json::array();
    for (const auto& price : view.liquidation_prices) {
        prices.push_back({{"asset", to_string(price.asset)},
                          {"price_base", to_string(price.price)},
                          {"direction", price.rises ? "up" : "down"}});
    }
    json cost = nullptr;
    if (view.liquidation_cost) {
        cost = {{"collateral_asset", to_string(view.liquidation_cost->collateral_asset)},
                {"debt_asset", to_string(view.liquidation_cost->debt_asset)},
                {"debt_repaid", to_string(view.liquidation_cost->debt_repaid)},
                {"collateral_seized", to_string(view.liquidation_cost->collateral_seized)},
                {"loss_base", to_string(view.liquidation_cost->loss)}};
    }
    return {
        {"schema", 1},
        {"name", view.name},
        {"wallet", view.wallet},
        {"address", to_string(position.account)},
        {"market", view.market},
        {"chain_id", view.chain_id},
        {"mode", view.live ? "live" : "dry-run"},
        {"block",
         {{"number", position.block.number},
          {"hash", to_string(position.block.hash)},
          {"timestamp", position.block.timestamp}}},
        {"base_unit", to_string(position.base_unit)},
        {"collateral_base", to_string(position.summary.collateral)},
        {"debt_base", to_string(position.summary.debt)},
        {"available_borrow_base", to_string(position.summary.available_borrow)},
        {"liquidation_threshold", to_string(position.summary.liquidation_threshold)},
        {"ltv", to_string(position.summary.ltv)},
        {"health_factor", to_string(position.summary.health_factor)},
        {"warn", text_or_null(view.warn)},
        {"trigger", text_or_null(view.trigger)},
        {"target", text_or_null(view.target)},
        {"assets", std::move(assets)},
        {"liquidation_prices", std::move(prices)},
        {"seconds_to_liquidation", view.seconds_to_liquidation ? json(*view.seconds_to_liquidation) : json(nullptr)},
        {"liquidation_cost", std::move(cost)}};
}

std::string fixed(const U256& value, unsigned scale, unsigned digits) {
    std::string text = to_string(value);
    if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
    const std::size_t point = text.size() - scale;
    std::string out = text.substr(0, point);
    if (digits > 0) {
        std::string fraction = text.substr(point, digits);
        fraction.resize(digits, '0');
        out += '.' + fraction;
    }
    return out;
}

}  // namespace plimsoll::bot
