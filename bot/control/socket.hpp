// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "chain/types/result.hpp"

/// How commands of the same host reach the running daemon: a Unix socket in its data folder, which nobody but the
/// daemon's own user and root can open. One line each way, then it is closed.
namespace plimsoll::bot::control {

/// "<data_dir>/control.sock"
std::string socket_path(const std::string& data_dir);

class ControlSocket {
  public:
    using Answer = std::function<void(std::string)>;
    /// Called on the executor with a line; `answer` at once or later, on the executor.
    using Handler = std::function<void(const std::string& line, Answer answer)>;

    static constexpr std::size_t kConnections = 8;  // more are closed at once
    static constexpr std::chrono::milliseconds kPatience{10'000};

    /// Takes the place of a socket that a daemon before left there: the journal's lock says that it is gone. Errc::Io.
    /// `patience`: for an order and its answer together; then the connection is closed.
    static Result<std::unique_ptr<ControlSocket>> open(const boost::asio::any_io_executor& executor,
                                                       const std::string& path, Handler handler,
                                                       std::chrono::milliseconds patience = kPatience);
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    /// Closes every connection and removes the socket.
    void stop();

  private:
    class Impl;
    explicit ControlSocket(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

/// The other side, for commands: waits for the answer, at most kPatience. Errc::NotFound: no daemon serves there;
/// Errc::Refused: it is not ours to open; Errc::Timeout: no answer in time, and what became of the order is not known.
Result<std::string> ask(const std::string& path, const std::string& line);

}  // namespace plimsoll::bot::control
