// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What dashboards and alert rules read, in Prometheus text. Figures here are doubles for people's eyes: nothing that
/// decides or spends reads them back. All methods may be called from any thread. Label values come from the
/// configuration or from short fixed lists; where a node could invent them, the number of series is bounded and the
/// rest is counted under "other".
namespace plimsoll::metrics {

using Seconds = std::chrono::duration<double>;

struct PositionLabels {
    std::string chain;
    std::string market;
    std::string position;
};

struct PositionFigures {
    double health_factor{};  // 1.0 is liquidation; infinity without debt
    double trigger{};
    double target{};
    double collateral_usd{};  // whole units of the market's base currency
    double debt_usd{};
    double liquidation_distance{};  // fall of the collateral's value that liquidates, as a ratio: 0.25 is 25 %
    bool at_risk{};                 // below the trigger at this block
    std::vector<std::pair<std::string, double>> liquidation_prices;  // asset symbol, price; at most 16 are shown
};

struct BuildInfo {
    std::string version;
    std::string commit;
};

class Metrics;

/// The series of one position. They disappear with it, so a position taken out of the configuration leaves no ghost.
class PositionSeries {
  public:
    ~PositionSeries();
    PositionSeries(PositionSeries&&) noexcept;
    PositionSeries& operator=(PositionSeries&&) noexcept;
    /// Called once per block.
    void set(const PositionFigures& figures);

  private:
    friend class Metrics;
    struct Impl;
    explicit PositionSeries(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

class Metrics {
  public:
    /// `started` is seconds since 1970 UTC.
    Metrics(const BuildInfo& build, double started);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Must not outlive the Metrics. One at a time for the same labels: at a reload the old ones go first.
    PositionSeries position(const PositionLabels& labels);

    /// The process ends: series are no longer taken out one by one, which costs by the square of their number.
    void close();

    void mode(bool live);
    void ready(bool ready);
    /// Outcome of loading the configuration at start or SIGHUP; `now` is seconds since 1970 UTC.
    void config_loaded(bool success, double now);

    void decided(std::string_view position, std::string_view outcome, Seconds took);
    void refused(std::string_view reason);
    /// From a block's arrival until it was decided on.
    void block_decided(std::string_view chain, Seconds took);
    /// By how much later than it was due the event loop came to its work.
    void loop_late(Seconds late);
    void acted(std::string_view position, std::string_view strategy, std::string_view outcome);
    /// A rescue that succeeded: by which strategy, at which place of the ladder (from 1), and what it was expected to
    /// cost, gas included, in bps of the debt repaid.
    void rescued(std::string_view strategy, std::uint32_t rung, std::uint32_t cost_bps);
    void audited(std::string_view result, std::uint64_t count);

    void transactions_pending(std::string_view chain, std::uint64_t count);
    void transaction_replaced(std::string_view chain);
    void transaction_ended(std::string_view chain, std::string_view outcome);
    void transaction_included(std::string_view chain, std::uint64_t after_blocks);

    /// `timestamp` of the head; its age is computed when the metrics are read, so it grows when heads stop coming.
    void head(std::string_view chain, std::string_view endpoint, std::uint64_t number, std::uint64_t timestamp);
    /// When a feed behind the prices spoke last, and within how many seconds it speaks even when nothing moves (zero:
    /// not known). `asset` is what it prices, `feed` its address.
    void price(std::string_view chain, std::string_view asset, std::string_view feed, std::uint64_t updated_at,
               std::uint64_t heartbeat);
    /// Pending reports to feeds by what became of them: "shown", "without_effect", "gone".
    void pending_prices(std::string_view chain, std::string_view outcome, std::uint64_t count);
    /// Another endpoint of the chain is followed.
    void endpoint_changed(std::string_view chain);
    /// Requests to one node today (UTC) out of its budget (zero: none), and those not made for it, since the start.
    void endpoint_budget(std::string_view chain, std::string_view endpoint, std::uint64_t used, std::uint64_t budget,
                         std::uint64_t held_back);
    /// Something was found out about a node: "lied", "odd", "limited", "denied", "budget".
    void endpoint_news(std::string_view chain, std::string_view endpoint, std::string_view kind);
    void reorganised(std::string_view chain, std::uint64_t depth);

    /// `endpoint` is a host, never a URL with its key.
    void rpc_done(std::string_view endpoint, std::string_view method, Seconds took);
    void rpc_failed(std::string_view endpoint, std::string_view code);

    void journal_written(Seconds took);
    void journal_failed();
    void alert(std::string_view level, std::string_view channel, std::string_view outcome);
    /// Messages that wait for a channel, and whether it took the last one.
    void alert_channel(std::string_view channel, std::uint64_t waiting, bool works);
    /// When it last took a message, and how often it is tried; seconds. 0: never.
    void alert_channel_tried(std::string_view channel, double last_success, double test_every);
    /// The log's own count of lines given up since the start.
    void log_lines_dropped(std::uint64_t total);

    /// The exposition, content type kContentType; `now` is seconds since 1970 UTC.
    std::string text(double now);

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace plimsoll::metrics
