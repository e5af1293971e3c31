// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/http_server.hpp"
#include "bot/notify_systemd.hpp"
#include "bot/own_clock.hpp"
#include "bot/watchdog.hpp"
#include "chain/rpc/task.hpp"

namespace plimsoll::metrics {
class Metrics;
}

namespace plimsoll::bot {

class AlertDesk;

struct VitalSigns {
    /// Asked once a second: without a line for each of thousands of positions.
    std::function<std::vector<http::Check>()> checks;
    std::function<std::string()> status;  // one line
    /// Events that the engine of each chain has taken in; at least one a second while it turns.
    std::function<std::vector<std::uint64_t>()> turns;
    /// Writes something durable and sets the journal's reserve aside again.
    std::function<void()> probe_disk;
    std::function<void()> at_second;  // whatever else is to be looked at; may be empty
    OwnClock* clock = nullptr;
    AlertDesk* alerts = nullptr;
    metrics::Metrics* metrics = nullptr;
};

/// What the outside hears of the daemon's life, once a second and from the loop itself: the service manager (ready,
/// status, watchdog), our own watchdog, and alerts of clocks that disagree. Both watchdogs are kept quiet only by
/// engines that turn.
class Vitals {
  public:
    Vitals(const boost::asio::any_io_executor& executor, VitalSigns signs);

    /// Until stop().
    Task<void> run();
    void stop();

  private:
    void tell(bool turns);
    void watch_clock();
    void mind_lateness();

    VitalSigns signs_;
    boost::asio::steady_timer timer_;
    SystemdNotifier service_manager_ = SystemdNotifier::from_environment();
    std::unique_ptr<Watchdog> watchdog_;
    TurnJudge engines_;
    LateJudge late_;
    std::chrono::steady_clock::time_point due_{};  // when the loop should have been here
    std::uint32_t seconds_ = 0;
    bool told_ready_ = false;
    bool stopped_ = false;
};

}  // namespace plimsoll::bot
