// SPDX-License-Identifier: Apache-2.0
// What a chain tells of itself: metrics of its positions, lines of /-/ready.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "bot/console/board.hpp"
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

/// What is found out about a node. One alert of a kind for each node, said again while it goes on.
void ChainShell::tell(const std::string& url, const rpc::NodeNews& news) {
    using Kind = rpc::NodeNews::Kind;
    const auto kind = rpc::to_string(news.kind);
    if (services_.metrics != nullptr) services_.metrics->endpoint_news(chain_.name, url, kind);
    if (services_.alerts == nullptr) return;
    const auto level = news.kind == Kind::Odd     ? engine::AlertLevel::Info
                       : news.kind == Kind::Final ? engine::AlertLevel::Critical
                                                  : engine::AlertLevel::Warning;
    services_.alerts->raise(chain_.name, level, fmt::format("endpoint-{}", kind), url, url + ": " + news.text);
}

void ChainShell::tell_finality(const rpc::Finality& finality) {
    final_number_ = finality.number;
    deliver(engine::FinalityTold{finality.number, finality.hash, finality.known, finality.violated});
}

/// No node at all: told within a block, by ways that need none, and not first by the age of the head.
void ChainShell::mind_nodes() {
    if (services_.alerts == nullptr || !eth_) return;
    const auto now = std::chrono::steady_clock::now();
    const std::string trouble = eth_->trouble();
    if (trouble.empty()) {
        if (std::exchange(alone_since_, std::nullopt))
            services_.alerts->clear(chain_.name, "no-node", "", "a node answers again");
        return;
    }
    if (!alone_since_) alone_since_ = now;
    if (now - *alone_since_ < std::max<std::chrono::milliseconds>(chain_.block_time / 2, std::chrono::seconds(1)))
        return;
    services_.alerts->raise(chain_.name, engine::AlertLevel::Critical, "no-node", "",
                            "no node of this chain answers: nothing is seen and nothing can be sent; what is signed is "
                            "kept and goes out first (" +
                                trouble + ")");
}

void ChainShell::arrived(BlockNumber block) {
    if (undecided_ != 0 || !began_) return;  // before the first decision there is much to read
    undecided_ = block;
    arrived_ = std::chrono::steady_clock::now();
}

/// A block that is known and not decided on: asked after each event, and by the clock.
void ChainShell::mind_decisions() {
    using namespace std::chrono_literals;
    const BlockNumber decided = engine_->decided();
    began_ = began_ || decided != 0;  // zero again after a reorganisation, until what is new has been read
    if (undecided_ == 0) return;
    const auto took = std::chrono::steady_clock::now() - arrived_;
    const auto bound = std::clamp<std::chrono::milliseconds>(chain_.block_time / 2, 2s, 4s);
    if (decided >= undecided_) {
        undecided_ = 0;
        if (services_.metrics != nullptr) services_.metrics->block_decided(chain_.name, took);
        if (services_.alerts != nullptr && took < bound)
            services_.alerts->clear(chain_.name, "late", "", "blocks are decided on in time again");
        return;
    }
    if (took < bound || services_.alerts == nullptr || !eth_->trouble().empty()) return;
    services_.alerts->raise(
        chain_.name, engine::AlertLevel::Critical, "late", "",
        fmt::format("block {} has been known for {} and is not decided on: nodes answer late, or "
                    "the host is busy",
                    undecided_, duration_text(std::chrono::floor<std::chrono::milliseconds>(took).count())));
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
    constexpr unsigned kStill = 6;  // periods after which the console is told again, though no block came
    if (services_.metrics == nullptr) co_return;
    BlockNumber published = 0;
    std::uint64_t agreed = 0;
    std::uint64_t differed = 0;
    unsigned still = 0;  // rounds without a new head
    while (!stopped_) {
        publisher_.expires_after(kPeriod);
        co_await publisher_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (stopped_) co_return;
        const auto head = engine_->head();
        if (!head || head->number == published) {
            if (services_.board != nullptr && still++ % kStill == 0) show(engine_->chain());
            continue;
        }
        published = head->number;
        still = 1;
        const auto status = engine_->status();
        show(status);
        services_.metrics->head(chain_.name, endpoint_name(), head->number, head->timestamp);
        for (const auto& stats : endpoint_stats())
            services_.metrics->endpoint_budget(chain_.name, stats.url, stats.used_today, stats.per_day,
                                               stats.held_back);
        publish_prices(status);
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

void ChainShell::publish_prices(const engine::ChainStatus& status) {
    for (const auto& feed : status.feeds)
        services_.metrics->price(chain_.name, feed.name, to_string(feed.feed), feed.updated_at, feed.heartbeat);
    if (!pending_) return;
    const auto& now = status.pending;
    services_.metrics->pending_prices(chain_.name, "shown", now.shown - told_pending_.shown);
    services_.metrics->pending_prices(chain_.name, "without_effect", now.without - told_pending_.without);
    services_.metrics->pending_prices(chain_.name, "gone", now.fallen - told_pending_.fallen);
    told_pending_ = now;
}

void ChainShell::publish(const engine::PositionStatus& entry) {
    const auto levels = levels_.find(entry.name);
    const auto* market = engine_->market(entry.market);
    if (market == nullptr || !entry.in_sync || levels == levels_.end()) return show_behind(entry);
    const auto block = market->synced();
    if (!block) return;
    PositionView view;
    auto position = market->position(entry.account, block->timestamp);
    auto prices = market->liquidation_prices(entry.account, block->timestamp);
    if (!position || !prices) return;
    view.position = *std::move(position);
    view.liquidation_prices = *std::move(prices);
    auto figures = figures_of(view.position, view.liquidation_prices);
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
    show(entry, std::move(view));
}

bool ChainShell::follows() const {
    return engine_->follows();
}

std::vector<http::Check> ChainShell::checks(Lines lines) const {
    std::vector<http::Check> out;
    const auto status = engine_->chain();
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
    if (lines == Lines::Together)
        out.push_back({"positions", status.out_of_sync == 0, fmt::format("{} not in sync", status.out_of_sync)});
    else
        for (const auto& position : engine_->status().positions)
            out.push_back({"position " + position.name, position.in_sync,
                           position.in_sync ? "health factor " + engine::health_text(position.health) : "not in sync"});
    for (const auto& [wallet, why] : status.held_wallets) {
        http::Check check;
        check.name = "wallet " + wallet;
        check.detail = why;
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
