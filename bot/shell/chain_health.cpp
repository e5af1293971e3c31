// SPDX-License-Identifier: Apache-2.0
// What a chain tells of itself: metrics of its positions, lines of /-/ready.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>

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
    return eth_ ? eth_->current().endpoint().stats().url : std::string();
}

void ChainShell::count(const std::vector<engine::JournalRecord>& records) {
    if (services_.metrics == nullptr) return;
    for (const auto& record : records) {
        if (record.stage == engine::Stage::Signed && record.attempt > 0)
            services_.metrics->transaction_replaced(chain_.name);
        if (record.stage != engine::Stage::Settled && record.stage != engine::Stage::Abandoned) continue;
        const bool rescue = record.purpose == engine::Purpose::Rescue && !record.strategy.empty();
        services_.metrics->acted(record.position,
                                 rescue ? std::string_view(record.strategy) : engine::to_string(record.purpose),
                                 record.outcome);
        if (rescue && record.succeeded) services_.metrics->rescued(record.strategy, record.rung, record.cost_bps);
        services_.metrics->transaction_ended(chain_.name, record.outcome);
        if (record.block_number >= record.trigger_number && record.block_number != 0)
            services_.metrics->transaction_included(chain_.name, record.block_number - record.trigger_number);
    }
}

/// A round over all positions after each new head, a little at a time: with thousands of them a round takes seconds
/// (the liquidation prices are exact, and searched for), and no rescue may wait for it.
Task<void> ChainShell::publish() {
    constexpr auto kPeriod = std::chrono::milliseconds(500);
    constexpr auto kSlice = std::chrono::microseconds(100);
    constexpr auto kPause = std::chrono::milliseconds(2);
    if (services_.metrics == nullptr) co_return;
    BlockNumber published = 0;
    std::uint64_t agreed = 0;
    std::uint64_t differed = 0;
    while (!stopped_) {
        publisher_.expires_after(kPeriod);
        co_await publisher_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (stopped_) co_return;
        const auto head = engine_->head();
        if (!head || head->number == published) continue;
        published = head->number;
        const auto status = engine_->status();
        services_.metrics->head(chain_.name, endpoint_name(), head->number, head->timestamp);
        services_.metrics->transactions_pending(chain_.name, status.in_flight);
        services_.metrics->audited("equal", status.audits_agreed - std::exchange(agreed, status.audits_agreed));
        services_.metrics->audited("mismatch",
                                   status.audits_differed - std::exchange(differed, status.audits_differed));
        auto began = std::chrono::steady_clock::now();
        for (const auto& entry : status.positions) {
            publish(entry);
            if (std::chrono::steady_clock::now() - began < kSlice) continue;
            publisher_.expires_after(kPause);
            co_await publisher_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            if (stopped_) co_return;
            began = std::chrono::steady_clock::now();
        }
    }
}

void ChainShell::publish(const engine::PositionStatus& entry) {
    const auto levels = levels_.find(entry.name);
    const auto* market = engine_->market(entry.market);
    if (market == nullptr || !entry.in_sync || levels == levels_.end()) return;
    const auto block = market->synced();
    if (!block) return;
    const auto position = market->position(entry.account, block->timestamp);
    const auto prices = market->liquidation_prices(entry.account, block->timestamp);
    if (!position || !prices) return;
    auto figures = figures_of(*position, *prices);
    figures.at_risk = entry.at_risk;
    figures.trigger = health_to_double(levels->second.trigger);
    figures.target = health_to_double(levels->second.target);
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

std::vector<http::Check> ChainShell::checks() const {
    std::vector<http::Check> out;
    const auto status = engine_->status();
    http::Check feed;
    feed.name = "chain " + chain_.name;
    feed.ok = status.feed_live && status.head.has_value();
    feed.detail = !status.head ? "no block seen yet"
                               : fmt::format("block {}{}", status.head->number, status.feed_live ? "" : ", stale");
    if (!feed.ok && eth_) {
        const auto stats = eth_->current().endpoint().stats();
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
    if (!eth_) return out;
    for (const auto& client : eth_->clients()) out.push_back(client->endpoint().stats());
    return out;
}

}  // namespace plimsoll::bot
