// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/position_table.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "bot/engine/text.hpp"

namespace plimsoll::bot::cli {

namespace {

std::string money(const U256& value, const U256& unit) {
    const auto decimals = static_cast<unsigned>(to_string(unit).size() - 1);
    return fixed(value, decimals, 2);
}

std::string liquidation_text(const PositionView& view) {
    std::string out;
    for (const auto& price : view.liquidation_prices) {
        if (price.price.is_zero()) continue;
        for (const auto& asset : view.position.assets) {
            if (asset.asset != price.asset) continue;
            if (!out.empty()) out += ", ";
            out += fmt::format("{} {} {}", asset.symbol,
                               price.rises ? ">=" : "<=", money(price.price.value, view.position.base_unit));
        }
    }
    return out.empty() ? "-" : out;
}

std::string health_cell(const PositionView& view, const Style& style) {
    const auto& health = view.position.summary.health_factor;
    std::string text = engine::health_text(health);
    if (health.value < kWad || (view.trigger && health < *view.trigger)) return style.bad(text);
    if (view.warn && health < *view.warn) return style.warn(text);
    return text;
}

/// Of what the position has or owes, the price whose feed spoke longest ago.
std::string price_cell(const PositionView& view, const Style& style) {
    constexpr std::uint64_t kMinute = 60;
    constexpr std::uint64_t kHour = 60 * kMinute;
    const Timestamp at = view.position.block.timestamp;
    std::optional<std::uint64_t> most;
    bool old = false;
    for (const auto& asset : view.position.assets) {
        const auto age = view.price_ages.find(asset.asset);
        if (age == view.price_ages.end() || (asset.supplied.is_zero() && asset.debt.is_zero())) continue;
        const std::uint64_t seconds = at - std::min(at, age->second.updated_at);
        old = old || (age->second.heartbeat > 0 && seconds > age->second.heartbeat);
        most = std::max(most.value_or(0), seconds);
    }
    if (!most) return "-";
    const std::string text = *most < kMinute ? fmt::format("{} s", *most)
                             : *most < kHour ? fmt::format("{} min", *most / kMinute)
                                             : fmt::format("{} h {} min", *most / kHour, *most % kHour / kMinute);
    return old ? style.warn(text) : text;
}

std::string name_of(const PositionView& view) {
    return view.name.empty() ? to_string(view.position.account) : view.name;
}

}  // namespace

void sort_by_risk(std::vector<PositionView>& views) {
    std::sort(views.begin(), views.end(), [](const auto& a, const auto& b) {
        return a.position.summary.health_factor < b.position.summary.health_factor;
    });
}

std::string position_table(const std::vector<PositionView>& views, const Style& style) {
    using Column = Table::Column;
    Table table({Column{"position"}, Column{"market"}, Column{"mode"}, Column{"health", Table::Align::Right},
                 Column{"trigger", Table::Align::Right}, Column{"collateral", Table::Align::Right},
                 Column{"debt", Table::Align::Right}, Column{"liquidated at"}, Column{"price age", Table::Align::Right},
                 Column{"block", Table::Align::Right}});
    for (const auto& view : views) {
        const auto& position = view.position;
        table.add({name_of(view), view.market, view.name.empty() ? "-" : (view.live ? "live" : "dry-run"),
                   health_cell(view, style), view.trigger ? engine::health_text(*view.trigger) : "-",
                   money(position.summary.collateral.value, position.base_unit),
                   money(position.summary.debt.value, position.base_unit), liquidation_text(view),
                   price_cell(view, style), std::to_string(position.block.number)});
    }
    return table.render(style);
}

std::string position_line(const PositionView& view) {
    const auto& position = view.position;
    return fmt::format("block {} {} {} health {} trigger {} collateral {} debt {} liquidated at {}",
                       position.block.number, name_of(view), view.live ? "live" : "dry-run",
                       engine::health_text(position.summary.health_factor),
                       view.trigger ? engine::health_text(*view.trigger) : "-",
                       money(position.summary.collateral.value, position.base_unit),
                       money(position.summary.debt.value, position.base_unit), liquidation_text(view));
}

}  // namespace plimsoll::bot::cli
