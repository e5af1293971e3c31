// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "chain/rpc/task.hpp"
#include "chain/rpc/url.hpp"
#include "chain/types/result.hpp"

namespace plimsoll::rpc {

/// One connection that carries whole messages. Used once: connect, read and write until an error, close.
///
/// One read() and one write() may be under way at a time, and ping() besides. After close() every operation under way
/// ends with Errc::Cancelled or Errc::Io. Callbacks come from the executor that the transport was made for.
class Transport {
  public:
    using WriteDone = std::function<void(Result<void>)>;

    virtual ~Transport() = default;

    virtual Task<Result<void>> connect(std::chrono::milliseconds limit) = 0;
    /// The next message. Errc::Range if it is longer than allowed, after which the connection is closed.
    virtual Task<Result<std::string>> read() = 0;
    /// Starts at once: the bytes are with the kernel on return if it takes them. `done` comes later.
    virtual void write(std::string message, WriteDone done) = 0;
    virtual void ping() = 0;
    virtual void on_pong(std::function<void()> heard) = 0;
    virtual void close() = 0;
};

struct TransportOptions {
    Url url;
    std::string ca_file;  // PEM; certificates trusted besides the system's, empty for none
    std::size_t frame_bytes = 32U << 20U;
};

/// A fresh transport for every connection.
using TransportFactory = std::function<Result<std::shared_ptr<Transport>>()>;

/// ws://, and wss:// with certificate and host name verified. There is no way from one to the other.
TransportFactory ws_transports(boost::asio::any_io_executor executor, TransportOptions options);
/// The certificates are loaded once, here: Errc::Io if they cannot be.
Result<TransportFactory> wss_transports(boost::asio::any_io_executor executor, TransportOptions options);

}  // namespace plimsoll::rpc
