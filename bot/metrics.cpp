// SPDX-License-Identifier: Apache-2.0
#include "bot/metrics.hpp"

#include <cstdio>
#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

namespace plimsoll::metrics {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;
using Values = std::initializer_list<std::string_view>;

constexpr std::size_t kSeriesMax = 1'024;  // per family, where label values are not ours alone
constexpr std::size_t kLabelLengthMax = 128;
constexpr std::size_t kPricesMax = 16;

const std::vector<double> kRpcBuckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
const std::vector<double> kDecisionBuckets = {1e-6, 1e-5, 5e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3};
const std::vector<double> kJournalBuckets = {1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3};
const std::vector<double> kCostBuckets = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000};
const std::vector<double> kBlockBuckets = {1, 2, 3, 5, 8, 13, 21, 34};

/// The series of one name, found by their label values. Beyond kSeriesMax new values share one series "other".
template <class T, class... Extra>
class Series {
  public:
    Series(Family<T>& family, std::vector<std::string> names, Extra... extra)
        : family_(family), names_(std::move(names)), extra_(std::move(extra)...) {}

    T& at(Values values) {
        std::string key;
        for (const auto value : values) key.append(value.substr(0, kLabelLengthMax)).push_back('\0');
        const std::scoped_lock lock(mutex_);
        if (const auto found = known_.find(key); found != known_.end()) return *found->second;
        const bool full = known_.size() >= kSeriesMax;
        Labels labels;
        auto value = values.begin();
        for (const auto& name : names_) {
            labels.emplace(name, full ? "other" : std::string(value->substr(0, kLabelLengthMax)));
            ++value;
        }
        T& made = std::apply([&](const auto&... extra) -> T& { return family_.Add(labels, extra...); }, extra_);
        if (!full) known_.emplace(std::move(key), &made);
        return made;
    }

  private:
    Family<T>& family_;
    std::vector<std::string> names_;
    std::tuple<Extra...> extra_;
    std::mutex mutex_;
    std::map<std::string, T*, std::less<>> known_;
};

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

struct Metrics::Impl {
    bool closed = false;
    prometheus::Registry registry;

    Family<Gauge>& gauges(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
    Family<Counter>& counters(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    Family<Histogram>& histograms(const char* name, const char* help) {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }

    Family<Gauge>& health_factor =
        gauges("plimsoll_position_health_factor", "Health factor, 1 is liquidation; by the protocol's own prices");
    Family<Gauge>& distance = gauges("plimsoll_position_liquidation_distance_ratio",
                                     "Fall of the collateral's value that liquidates the position");
    Family<Gauge>& trigger = gauges("plimsoll_position_trigger", "Health factor below which plimsoll acts");
    Family<Gauge>& target = gauges("plimsoll_position_target", "Health factor that an action restores");
    Family<Gauge>& collateral = gauges("plimsoll_position_collateral_usd", "Collateral in the market's base currency");
    Family<Gauge>& debt = gauges("plimsoll_position_debt_usd", "Debt in the market's base currency");
    Family<Gauge>& liquidation_price =
        gauges("plimsoll_position_liquidation_price", "Price of one asset at which the position can be liquidated");
    Family<Counter>& at_risk =
        counters("plimsoll_position_blocks_at_risk_total", "Blocks at which the position was below its trigger");

    Series<Counter> decisions{counters("plimsoll_decision_total", "Decisions by outcome"), {"position", "outcome"}};
    Series<Counter> refusals{counters("plimsoll_refusal_total", "Actions refused, by the gate that refused"),
                             {"reason"}};
    Series<Counter> actions{counters("plimsoll_action_total", "Actions by outcome"),
                            {"position", "strategy", "outcome"}};
    Series<Counter> rescues{counters("plimsoll_rescue_total", "Rescues that succeeded, by strategy and rung used"),
                            {"strategy", "rung"}};
    Series<Histogram, std::vector<double>> rescue_cost{
        histograms("plimsoll_rescue_cost_bps", "Expected cost of a rescue with gas, of the debt repaid"),
        {"strategy"},
        kCostBuckets};
    Series<Counter> audits{counters("plimsoll_audit_total", "Comparisons with the contracts' own answer"), {"result"}};
    Histogram& decision_seconds =
        histograms("plimsoll_decision_seconds", "From the event to its decision").Add({}, kDecisionBuckets);

    Series<Gauge> pending{gauges("plimsoll_tx_pending", "Transactions sent and not yet included"), {"chain"}};
    Series<Counter> replaced{counters("plimsoll_tx_replaced_total", "Replacements of stuck transactions"), {"chain"}};
    Series<Counter> ended{counters("plimsoll_tx_outcome_total", "Transactions by how they ended"),
                          {"chain", "outcome"}};
    Series<Histogram, std::vector<double>> inclusion{
        histograms("plimsoll_tx_inclusion_blocks", "Blocks from sending to inclusion"), {"chain"}, kBlockBuckets};

    Series<Gauge> head_block{gauges("plimsoll_head_block", "Number of the newest block"), {"chain", "endpoint"}};
    Series<Gauge> head_age{gauges("plimsoll_head_age_seconds", "Age of the newest block"), {"chain"}};
    Series<Counter> endpoint_changes{
        counters("plimsoll_endpoint_changes_total", "Times that another endpoint was followed"), {"chain"}};
    Series<Counter> reorgs{counters("plimsoll_reorg_total", "Reorganisations seen"), {"chain"}};
    Series<Gauge> reorg_depth{gauges("plimsoll_reorg_depth", "Depth of the last reorganisation"), {"chain"}};

    Series<Counter> requests{counters("plimsoll_rpc_requests_total", "Requests to nodes"), {"endpoint", "method"}};
    Series<Counter> errors{counters("plimsoll_rpc_errors_total", "Failed requests to nodes"), {"endpoint", "code"}};
    Series<Histogram, std::vector<double>> rpc_seconds{
        histograms("plimsoll_rpc_seconds", "Time to a node's answer"), {"endpoint"}, kRpcBuckets};

    Histogram& journal_seconds =
        histograms("plimsoll_journal_write_seconds", "Time until a record is on disk").Add({}, kJournalBuckets);
    Counter& journal_errors = counters("plimsoll_journal_errors_total", "Records that could not be written").Add({});
    Series<Counter> alerts{counters("plimsoll_alert_total", "Alerts by level, channel and outcome"),
                           {"level", "channel", "outcome"}};
    Counter& log_dropped = counters("plimsoll_log_lines_dropped_total", "Log lines given up").Add({});

    Series<Gauge> modes{gauges("plimsoll_mode", "1 for the mode in force"), {"mode"}};
    Gauge& is_ready = gauges("plimsoll_ready", "1 while /-/ready says so").Add({});
    Gauge& reload_ok = gauges("plimsoll_config_last_reload_successful", "1 if the last load succeeded").Add({});
    Gauge& reload_time = gauges("plimsoll_config_last_reload_success_timestamp_seconds",
                                "When the configuration was last loaded with success")
                             .Add({});
    Gauge& start_time = gauges("process_start_time_seconds", "Start of the process").Add({});
    Gauge& resident = gauges("process_resident_memory_bytes", "Resident memory").Add({});

    std::mutex heads_mutex;
    std::map<std::string, std::uint64_t, std::less<>> head_times;
};

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

void Metrics::journal_written(Seconds took) {
    impl_->journal_seconds.Observe(took.count());
}
void Metrics::journal_failed() {
    impl_->journal_errors.Increment();
}

void Metrics::alert(std::string_view level, std::string_view channel, std::string_view outcome) {
    impl_->alerts.at({level, channel, outcome}).Increment();
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
