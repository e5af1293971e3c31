// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "chain/types/result.hpp"

namespace plimsoll {

/// Tells the service manager how we are: "READY=1", "WATCHDOG=1", "STATUS=...", "RELOADING=1", "STOPPING=1", one a
/// line. The protocol is sd_notify(3): one datagram to the socket named by NOTIFY_SOCKET.
class SystemdNotifier {
  public:
    /// An empty path (not started by a service manager) makes every call succeed and do nothing.
    explicit SystemdNotifier(std::string socket_path) : path_(std::move(socket_path)) {}
    static SystemdNotifier from_environment();

    /// Never waits. Errc::Io names the socket.
    Result<void> send(std::string_view state) const;

  private:
    std::string path_;
};

/// Half of what WATCHDOG_USEC allows between two "WATCHDOG=1", if this process is the one that is watched.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace plimsoll
