// SPDX-License-Identifier: Apache-2.0
#include "bot/metrics.hpp"

#include <cstdio>
#include <unistd.h>

#include "bot/metrics_families.hpp"

namespace plimsoll::metrics {

namespace {

double resident_bytes() {
    long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        long all = 0;
        if (std::fscanf(file, "%ld %ld", &all, &pages) != 2) pages = 0;  // NOLINT: the kernel writes it
        std::fclose(file);
    }
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

struct PositionSeries::Impl {
    Metrics::Impl& all;
    Labels labels;
    Gauge* health_factor;
    Gauge* distance;
    Gauge* trigger;
    Gauge* target;
    Gauge* collateral;
    Gauge* debt;
    Counter* at_risk;
    std::map<std::string, Gauge*, std::less<>> prices;

    Impl(Metrics::Impl& a, const PositionLabels& names)
        : all(a),
          labels{{"chain", names.chain}, {"market", names.market}, {"position", names.position}},
          health_factor(&all.health_factor.Add(with_basis())),
          distance(&all.distance.Add(labels)),
          trigger(&all.trigger.Add(labels)),
          target(&all.target.Add(labels)),
          collateral(&all.collateral.Add(labels)),
          debt(&all.debt.Add(labels)),
          at_risk(&all.at_risk.Add(labels)) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        if (all.closed) return;
        all.health_factor.Remove(health_factor);
        all.distance.Remove(distance);
        all.trigger.Remove(trigger);
        all.target.Remove(target);
        all.collateral.Remove(collateral);
        all.debt.Remove(debt);
        all.at_risk.Remove(at_risk);
        for (const auto& [asset, gauge] : prices) all.liquidation_price.Remove(gauge);
    }

    Labels with_basis() const {
        Labels out = labels;
        out.emplace("basis", "protocol");
        return out;
    }
    void set_prices(const std::vector<std::pair<std::string, double>>& wanted) {
        std::map<std::string, Gauge*, std::less<>> now;
        for (const auto& [asset, price] : wanted) {
            if (now.size() >= kPricesMax) break;
            Labels with_asset = labels;
            with_asset.emplace("asset", asset);
            const auto old = prices.find(asset);
            Gauge* gauge = old != prices.end() ? old->second : &all.liquidation_price.Add(with_asset);
            gauge->Set(price);
            now.emplace(asset, gauge);
        }
        for (const auto& [asset, gauge] : prices) {
            if (!now.contains(asset)) all.liquidation_price.Remove(gauge);
        }
        prices = std::move(now);
    }
};

PositionSeries::PositionSeries(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PositionSeries::~PositionSeries() = default;
PositionSeries::PositionSeries(PositionSeries&&) noexcept = default;
PositionSeries& PositionSeries::operator=(PositionSeries&&) noexcept = default;

void PositionSeries::set(const PositionFigures& figures) {
    impl_->health_factor->Set(figures.health_factor);
    impl_->distance->Set(figures.liquidation_distance);
    impl_->trigger->Set(figures.trigger);
    impl_->target->Set(figures.target);
    impl_->collateral->Set(figures.collateral_usd);
    impl_->debt->Set(figures.debt_usd);
    if (figures.at_risk) impl_->at_risk->Increment();
    impl_->set_prices(figures.liquidation_prices);
}

Metrics::Metrics(const BuildInfo& build, double started) : impl_(std::make_unique<Impl>()) {
    impl_->gauges("plimsoll_build_info", "1; the labels say what runs")
        .Add({{"version", build.version}, {"commit", build.commit}})
        .Set(1);
    impl_->start_time.Set(started);
}
Metrics::~Metrics() = default;

void Metrics::close() {
    impl_->closed = true;
}

PositionSeries Metrics::position(const PositionLabels& labels) {
    return PositionSeries(std::make_unique<PositionSeries::Impl>(*impl_, labels));
}

void Metrics::mode(bool live) {
    impl_->modes.at({"live"}).Set(live ? 1 : 0);
    impl_->modes.at({"dry-run"}).Set(live ? 0 : 1);
}

void Metrics::ready(bool ready) {
    impl_->is_ready.Set(ready ? 1 : 0);
}

void Metrics::config_loaded(bool success, double now) {
    impl_->reload_ok.Set(success ? 1 : 0);
    if (success) impl_->reload_time.Set(now);
}

void Metrics::decided(std::string_view position, std::string_view outcome, Seconds took) {
    impl_->decisions.at({position, outcome}).Increment();
    impl_->decision_seconds.Observe(took.count());
}

void Metrics::refused(std::string_view reason) {
    impl_->refusals.at({reason}).Increment();
}

void Metrics::acted(std::string_view position, std::string_view strategy, std::string_view outcome) {
    impl_->actions.at({position, strategy, outcome}).Increment();
}

void Metrics::rescued(std::string_view strategy, std::uint32_t rung, std::uint32_t cost_bps) {
    impl_->rescues.at({strategy, std::to_string(rung)}).Increment();
    impl_->rescue_cost.at({strategy}).Observe(static_cast<double>(cost_bps));
}

void Metrics::audited(std::string_view result, std::uint64_t count) {
    impl_->audits.at({result}).Increment(static_cast<double>(count));
}

void Metrics::transactions_pending(std::string_view chain, std::uint64_t count) {
    impl_->pending.at({chain}).Set(static_cast<double>(count));
}

void Metrics::transaction_replaced(std::string_view chain) {
    impl_->replaced.at({chain}).Increment();
}

void Metrics::transaction_ended(std::string_view chain, std::string_view outcome) {
    impl_->ended.at({chain, outcome}).Increment();
}

void Metrics::transaction_included(std::string_view chain, std::uint64_t after_blocks) {
    impl_->inclusion.at({chain}).Observe(static_cast<double>(after_blocks));
}

void Metrics::head(std::string_view chain, std::string_view endpoint, std::uint64_t number, std::uint64_t timestamp) {
    impl_->head_block.at({chain, endpoint}).Set(static_cast<double>(number));
    const std::scoped_lock lock(impl_->heads_mutex);
    auto& newest = impl_->head_times.try_emplace(std::string(chain), timestamp).first->second;
    newest = timestamp;
}

void Metrics::price(std::string_view chain, std::string_view asset, std::string_view feed, std::uint64_t updated_at,
                    std::uint64_t heartbeat) {
    impl_->price_updated.at({chain, asset, feed}).Set(static_cast<double>(updated_at));
    impl_->price_heartbeat.at({chain, asset, feed}).Set(static_cast<double>(heartbeat));
}

void Metrics::pending_prices(std::string_view chain, std::string_view outcome, std::uint64_t count) {
    impl_->pending_prices.at({chain, outcome}).Increment(static_cast<double>(count));
}

void Metrics::endpoint_budget(std::string_view chain, std::string_view endpoint, std::uint64_t used,
                              std::uint64_t budget, std::uint64_t held_back) {
    impl_->requests_today.at({chain, endpoint}).Set(static_cast<double>(used));
    impl_->requests_budget.at({chain, endpoint}).Set(static_cast<double>(budget));
    impl_->requests_held_back.at({chain, endpoint}).Set(static_cast<double>(held_back));
}

void Metrics::endpoint_news(std::string_view chain, std::string_view endpoint, std::string_view kind) {
    impl_->endpoint_news.at({chain, endpoint, kind}).Increment();
}

void Metrics::endpoint_changed(std::string_view chain) {
    impl_->endpoint_changes.at({chain}).Increment();
}

void Metrics::reorganised(std::string_view chain, std::uint64_t depth) {
    impl_->reorgs.at({chain}).Increment();
    impl_->reorg_depth.at({chain}).Set(static_cast<double>(depth));
}

void Metrics::rpc_done(std::string_view endpoint, std::string_view method, Seconds took) {
    impl_->requests.at({endpoint, method}).Increment();
    impl_->rpc_seconds.at({endpoint}).Observe(took.count());
}

void Metrics::rpc_failed(std::string_view endpoint, std::string_view code) {
    impl_->errors.at({endpoint, code}).Increment();
}

void Metrics::block_decided(std::string_view chain, Seconds took) {
    impl_->block_seconds.at({chain}).Observe(took.count());
}
void Metrics::loop_late(Seconds late) {
    impl_->loop_late.Observe(late.count());
}
void Metrics::journal_written(Seconds took) {
    impl_->journal_seconds.Observe(took.count());
}
void Metrics::journal_failed() {
    impl_->journal_errors.Increment();
}

void Metrics::alert(std::string_view level, std::string_view channel, std::string_view outcome) {
    impl_->alerts.at({level, channel, outcome}).Increment();
}

void Metrics::alert_channel(std::string_view channel, std::uint64_t waiting, bool works) {
    impl_->alerts_waiting.at({channel}).Set(static_cast<double>(waiting));
    impl_->alert_channel_up.at({channel}).Set(works ? 1 : 0);
}

void Metrics::alert_channel_tried(std::string_view channel, double last_success, double test_every) {
    impl_->alert_channel_success.at({channel}).Set(last_success);
    impl_->alert_channel_test_every.at({channel}).Set(test_every);
}

void Metrics::log_lines_dropped(std::uint64_t total) {
    const double more = static_cast<double>(total) - impl_->log_dropped.Value();
    if (more > 0) impl_->log_dropped.Increment(more);
}

std::string Metrics::text(double now) {
    {
        const std::scoped_lock lock(impl_->heads_mutex);
        for (const auto& [chain, time] : impl_->head_times)
            impl_->head_age.at({chain}).Set(now - static_cast<double>(time));
    }
    impl_->resident.Set(resident_bytes());
    return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace plimsoll::metrics
