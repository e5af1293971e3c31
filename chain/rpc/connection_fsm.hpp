// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "chain/types/quantity.hpp"
#include "chain/types/result.hpp"

namespace plimsoll::rpc {

using TimePoint = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

struct LifeOptions {
    std::optional<ChainId> chain_id;  // what the endpoint must serve; nothing: any
    bool chain_id_untold = false;     // an error of the node's in place of its chain id is accepted
    /// TCP, TLS and WebSocket handshake together; finding the host's address is bounded by the system's resolver.
    Milliseconds connect_limit{10'000};
    Milliseconds verify_limit{5'000};
    Milliseconds ping_after{10'000};  // silence after which the peer is pinged
    Milliseconds dead_after{20'000};  // silence after which the connection is given up
    Milliseconds backoff_base{250};
    Milliseconds backoff_max{30'000};
    Milliseconds stable_after{10'000};  // a connection that lived this long starts the backoff anew
};

/// The life of one connection, without I/O: connect, verify the chain id, live, and back off with full jitter for ever.
///
///   Waiting -> Connecting -> Verifying -> Live -> Waiting ...
///
/// The driver does what an input's Action says and calls tick() at wake(). It reports a loss exactly once per
/// connection, also of one that it was told to Drop.
class ConnectionFsm {
  public:
    enum class State : std::uint8_t { Waiting, Connecting, Verifying, Live };
    enum class Action : std::uint8_t {
        None,
        Connect,  // from Waiting; the driver bounds it by connect_limit
        Verify,   // ask for the chain id, report by on_chain_id
        GoLive,   // regular traffic may go
        Ping,
        Drop,  // close; last_error() says why
    };

    /// `random` gives numbers in [0, 1).
    ConnectionFsm(LifeOptions options, std::function<double()> random);

    Action on_connected(TimePoint now);
    void on_connect_failed(TimePoint now, Error error);
    Action on_chain_id(TimePoint now, const Result<ChainId>& answer);
    /// Anything at all was received, a pong too.
    void on_activity(TimePoint now);
    void on_lost(TimePoint now, Error error);
    Action tick(TimePoint now);
    /// When tick() has something to do; nothing while the driver owes a report.
    std::optional<TimePoint> wake() const;

    State state() const { return state_; }
    bool wrong_chain() const { return wrong_chain_; }
    /// Why the last attempt or connection ended; empty message if none has.
    const Error& last_error() const { return last_error_; }
    std::uint64_t connections() const { return connections_; }  // that went live

  private:
    void wait(TimePoint now, Error error);

    LifeOptions options_;
    std::function<double()> random_;
    State state_ = State::Waiting;
    TimePoint retry_at_{};
    TimePoint state_since_{};
    TimePoint last_activity_{};
    bool pinged_ = false;
    bool dropped_ = false;
    bool wrong_chain_ = false;
    unsigned failures_ = 0;
    std::uint64_t connections_ = 0;
    Error last_error_{Errc::Io, ""};
};

std::string_view to_string(ConnectionFsm::State state);

}  // namespace plimsoll::rpc
