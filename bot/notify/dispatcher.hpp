// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/alerts.hpp"
#include "bot/notify/channel.hpp"
#include "bot/notify/queue.hpp"
#include "chain/rpc/task.hpp"

namespace plimsoll::bot::notify {

struct DispatcherServices {
    std::string instance = "plimsoll";       // in keys, and where several messages are told in one
    std::string name;                        // of this daemon, before each text; empty: nothing is
    std::function<std::size_t()> positions;  // that are watched, for tests
    journal::JournalWriter* journal = nullptr;
    metrics::Metrics* metrics = nullptr;
    AlertDesk* alerts = nullptr;
    std::function<std::int64_t()> now_ms;  // unix milliseconds
};

/// Takes alerts to people: keeps them in the journal until a channel has taken them, and says through the others when
/// one does not work. Nothing waits for it, whatever hangs. Used on the loop's thread.
class Dispatcher {
  public:
    /// Errors are those of a channel's secret or URL.
    static Result<std::unique_ptr<Dispatcher>> make(const boost::asio::any_io_executor& executor,
                                                    const std::vector<config::AlertChannel>& channels,
                                                    Queue::Memory memory, DispatcherServices services);
    ~Dispatcher();

    /// For the desk, which it must not outlive.
    std::unique_ptr<AlertSink> sink();
    /// Until stop().
    Task<void> run();
    void stop();

    /// As Queue::acknowledge.
    std::size_t acknowledge(const std::string& by);
    bool acknowledge(const std::string& which, const std::string& by);
    AlertsNow overview() const { return queue_.overview(); }
    std::uint64_t revision() const { return queue_.revision(); }
    std::vector<Queue::LaneState> lanes() const { return queue_.lanes(services_.now_ms()); }

  private:
    class Sink;
    Dispatcher(const boost::asio::any_io_executor& executor, std::vector<LaneRule> rules, Queue::Memory memory,
               DispatcherServices services);
    void take(const AlertMessage& message);
    void pump();
    void flush();
    void count(const journal::DeliveryRow& row);
    void look();
    void test();

    /// A lane's channel, and which of its readers.
    struct Way {
        Channel* channel = nullptr;
        std::size_t reader{};
    };

    DispatcherServices services_;
    std::vector<LaneRule> rules_;
    Queue queue_;
    std::vector<std::unique_ptr<Channel>> channels_;
    std::vector<Way> ways_;  // by lane
    boost::asio::steady_timer timer_;
    Queue::Changes pending_;  // not yet given to the journal
    bool writing_ = false;
    std::int64_t write_after_ms_ = 0;
    bool stopped_ = false;
};

}  // namespace plimsoll::bot::notify
