// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace plimsoll {

/// Exit code of a process that was asked to end and had not ended after its grace time, or was asked twice. Nothing is
/// lost by it: what was signed is in the journal.
inline constexpr int kExitForced = 75;

/// SIGTERM and SIGINT ask for a clean end, SIGHUP for a reload; both callbacks run on the executor. When the clean end
/// takes longer than `grace`, even because the loop is stuck, the process leaves with kExitForced. SIGPIPE is ignored.
/// One at a time per process.
class Signals {
  public:
    Signals(boost::asio::any_io_executor executor, std::function<void()> stop, std::function<void()> reload,
            std::chrono::seconds grace = std::chrono::seconds(5));
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    /// Lets the executor run out of work; the forced end stays armed.
    void cancel();

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace plimsoll
