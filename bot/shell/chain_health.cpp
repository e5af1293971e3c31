// SPDX-License-Identifier: Apache-2.0
// What a chain tells of itself: metrics of its positions, lines of /-/ready.
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "bot/engine/text.hpp"
#include "bot/journal/row.hpp"
#include "bot/shell/chain_shell.hpp"
#include "bot/view/position_view.hpp"

namespace plimsoll::bot {

namespace {

/// For dashboards only.
double to_double(const U256& value, double scale) {
    double out = 0;
    for (std::size_t i = 4; i-- > 0;) out = out * 0x1p64 + static_cast<double>(value.limbs[i]);
    return out / scale;
}

double health_to_double(const Wad& health) {
    return health.value == kU256Max ? std::numeric_limits<double>::infinity() : to_double(health.value, 1e18);
}

metrics::PositionFigures figures_of(const lending::Position& position,
                                    const std::vector<lending::LiquidationPrice>& prices) {
    const double unit = to_double(position.base_unit, 1);
    metrics::PositionFigures out;
    out.health_factor = health_to_double(position.summary.health_factor);
    out.collateral_usd = to_double(position.summary.collateral.value, unit);
    out.debt_usd = to_double(position.summary.debt.value, unit);
    out.liquidation_distance = std::isinf(out.health_factor) ? 1.0 : 1.0 - 1.0 / out.health_factor;
    for (const auto& price : prices) {
        for (const auto& asset : position.assets) {
            if (asset.asset == price.asset)
                out.liquidation_prices.emplace_back(asset.symbol, to_double(price.price.value, unit));
        }
    }
    return out;
}

}  // namespace

std::string ChainShell::endpoint_name() const {
    return endpoints_.empty() ? std::string() : endpoints_.front()->endpoint().stats().url;
}

void ChainShell::count(const std::vector<engine::JournalRecord>& records) {
    if (services_.metrics == nullptr) return;
    for (const auto& record : records) {
        if (record.stage == engine::Stage::Signed && record.attempt > 0)
            services_.metrics->transaction_replaced(chain_.name);
        if (record.stage != engine::Stage::Settled && record.stage != engine::Stage::Abandoned) continue;
        services_.metrics->acted(record.position, journal::to_string(record.purpose), record.outcome);
        services_.metrics->transaction_ended(chain_.name, record.outcome);
        if (record.block_number >= record.trigger_number && record.block_number != 0)
            services_.metrics->transaction_included(chain_.name, record.block_number - record.trigger_number);
    }
}

/// From the tick, not from the block: nothing of it delays a rescue.
void ChainShell::publish() {
    if (services_.metrics == nullptr) return;
    const auto status = engine_->status();
    if (!status.head || status.head->number == published_) return;
    published_ = status.head->number;
    services_.metrics->head(chain_.name, endpoint_name(), status.head->number, status.head->timestamp);
    for (const auto& entry : status.positions) {
        const auto* market = engine_->market(entry.market);
        if (market == nullptr || !entry.in_sync) continue;
        const auto position = market->position(entry.account, status.head->timestamp);
        const auto prices = market->liquidation_prices(entry.account, status.head->timestamp);
        if (!position || !prices) continue;
        auto figures = figures_of(*position, *prices);
        figures.at_risk = entry.at_risk;
        if (const auto levels = levels_.find(entry.name); levels != levels_.end()) {
            figures.trigger = health_to_double(levels->second.trigger);
            figures.target = health_to_double(levels->second.target);
        }
        auto series = series_.find(entry.name);
        if (series == series_.end()) {
            metrics::PositionLabels labels;
            labels.chain = chain_.name;
            labels.market = entry.market;
            labels.position = entry.name;
            series = series_.emplace(entry.name, services_.metrics->position(labels)).first;
        }
        series->second.set(figures);
    }
    services_.metrics->transactions_pending(chain_.name, status.in_flight);
}

std::vector<http::Check> ChainShell::checks() const {
    std::vector<http::Check> out;
    const auto status = engine_->status();
    http::Check feed;
    feed.name = "chain " + chain_.name;
    feed.ok = status.feed_live && status.head.has_value();
    feed.detail = !status.head ? "no block seen yet"
                               : fmt::format("block {}{}", status.head->number, status.feed_live ? "" : ", stale");
    if (!feed.ok && !endpoints_.empty()) {
        const auto stats = endpoints_.front()->endpoint().stats();
        feed.detail += fmt::format("; {} {} {}", stats.url, stats.state, stats.last_error);
    }
    out.push_back(std::move(feed));
    for (const auto& position : status.positions) {
        http::Check check;
        check.name = "position " + position.name;
        check.ok = position.in_sync;
        check.detail = position.in_sync ? "health factor " + engine::health_text(position.health) : "not in sync";
        out.push_back(std::move(check));
    }
    for (const auto& wallet : status.stopped_wallets) {
        http::Check check;
        check.name = "wallet " + wallet;
        check.detail = "stopped: its nonce was used by somebody else";
        out.push_back(std::move(check));
    }
    return out;
}

std::vector<rpc::EndpointStats> ChainShell::endpoint_stats() const {
    std::vector<rpc::EndpointStats> out;
    for (const auto& endpoint : endpoints_) out.push_back(endpoint->endpoint().stats());
    return out;
}

}  // namespace plimsoll::bot
