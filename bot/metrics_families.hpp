// SPDX-License-Identifier: Apache-2.0
// The families of all metrics: names, help, buckets. Included by metrics.cpp alone.
#pragma once

#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "bot/metrics.hpp"

namespace plimsoll::metrics {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;
using Values = std::initializer_list<std::string_view>;

inline constexpr std::size_t kSeriesMax = 1'024;  // per family, where label values are not ours alone
inline constexpr std::size_t kLabelLengthMax = 128;
inline constexpr std::size_t kPricesMax = 16;

inline const std::vector<double> kRpcBuckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
inline const std::vector<double> kDecisionBuckets = {1e-6, 1e-5, 5e-5, 1e-4, 3e-4, 1e-3, 3e-3,
                                                     0.01, 0.03, 0.1,  0.3,  1,    3};
inline const std::vector<double> kJournalBuckets = {1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3};
inline const std::vector<double> kCostBuckets = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000};
inline const std::vector<double> kBlockBuckets = {1, 2, 3, 5, 8, 13, 21, 34};

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

    Series<Histogram, std::vector<double>> block_seconds{
        histograms("plimsoll_block_decision_seconds", "From a block's arrival until it is decided on"),
        {"chain"},
        kRpcBuckets};
    Histogram& loop_late = histograms("plimsoll_loop_late_seconds", "By how much the event loop comes late to its work")
                               .Add({}, kDecisionBuckets);

    Series<Gauge> pending{gauges("plimsoll_tx_pending", "Transactions sent and not yet included"), {"chain"}};
    Series<Counter> replaced{counters("plimsoll_tx_replaced_total", "Replacements of stuck transactions"), {"chain"}};
    Series<Counter> ended{counters("plimsoll_tx_outcome_total", "Transactions by how they ended"),
                          {"chain", "outcome"}};
    Series<Histogram, std::vector<double>> inclusion{
        histograms("plimsoll_tx_inclusion_blocks", "Blocks from sending to inclusion"), {"chain"}, kBlockBuckets};

    Series<Gauge> head_block{gauges("plimsoll_head_block", "Number of the newest block"), {"chain", "endpoint"}};
    Series<Gauge> head_age{gauges("plimsoll_head_age_seconds", "Age of the newest block"), {"chain"}};
    Series<Gauge> price_updated{
        gauges("plimsoll_price_updated_timestamp_seconds", "When a feed behind the prices spoke last"),
        {"chain", "asset", "feed"}};
    Series<Gauge> price_heartbeat{
        gauges("plimsoll_price_heartbeat_seconds", "Seconds within which a feed speaks even so; 0: not known"),
        {"chain", "asset", "feed"}};
    Series<Counter> pending_prices{
        counters("plimsoll_pending_prices_total", "Pending reports to feeds by what became of them"),
        {"chain", "outcome"}};
    Series<Counter> endpoint_changes{
        counters("plimsoll_endpoint_changes_total", "Times that another endpoint was followed"), {"chain"}};
    Series<Gauge> requests_today{gauges("plimsoll_endpoint_requests_today", "Requests to a node since midnight UTC"),
                                 {"chain", "endpoint"}};
    Series<Gauge> requests_budget{
        gauges("plimsoll_endpoint_requests_budget", "Requests to a node that a day may have; 0: any number"),
        {"chain", "endpoint"}};
    Series<Gauge> requests_held_back{
        gauges("plimsoll_endpoint_requests_held_back",
               "Requests not made since the start, for the budget or because the node asked to be spared"),
        {"chain", "endpoint"}};
    Series<Counter> endpoint_news{
        counters("plimsoll_endpoint_news_total", "Times that a node lied, limited requests or refused credentials"),
        {"chain", "endpoint", "kind"}};
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
    Series<Gauge> alerts_waiting{gauges("plimsoll_alert_waiting", "Messages that wait for a channel"), {"channel"}};
    Series<Gauge> alert_channel_up{gauges("plimsoll_alert_channel_up", "Whether a channel took the last message"),
                                   {"channel"}};
    Series<Gauge> alert_channel_success{gauges("plimsoll_alert_channel_last_success_timestamp_seconds",
                                               "When a channel last took a message; 0: never, as far as is known"),
                                        {"channel"}};
    Series<Gauge> alert_channel_test_every{
        gauges("plimsoll_alert_channel_test_interval_seconds", "A channel gets a test message so often; 0: never"),
        {"channel"}};
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

}  // namespace plimsoll::metrics
