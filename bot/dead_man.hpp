// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/task.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

class AlertDesk;

struct DeadManServices {
    /// Why the daemon does not do its work now ("chain ethereum is stale"); nothing: it does.
    std::function<std::optional<std::string>()> trouble;
    /// Writes something durable and says whether that worked; may never answer.
    std::function<void(std::function<void(Result<void>)>)> prove_disk;
    AlertDesk* alerts = nullptr;
};

/// The heartbeat to somebody outside, who alarms when it stops: whatever ends, hangs or blinds the daemon ends it too.
/// Each call is made only after a look at the chains and a write to the disk. Nothing waits for it.
class DeadMan {
  public:
    /// Nothing without a URL. Errors are those of the URL and of reading its secret.
    static Result<std::unique_ptr<DeadMan>> make(boost::asio::any_io_executor executor,
                                                 const config::Heartbeat& settings, DeadManServices services);

    /// Until stop().
    Task<void> run();
    void stop();

  private:
    DeadMan(boost::asio::any_io_executor executor, rpc::HttpWorkerOptions worker, std::chrono::seconds every,
            DeadManServices services);
    Task<void> call();
    Task<Result<void>> disk_works();
    void withhold(const std::string& reason);

    boost::asio::any_io_executor executor_;
    std::string target_;
    std::string shown_;
    std::chrono::seconds every_;
    DeadManServices services_;
    rpc::HttpWorker worker_;
    boost::asio::steady_timer timer_;
    std::string withheld_;  // why, while nobody is called
    bool stopped_ = false;
};

}  // namespace plimsoll::bot
