// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chain/rpc/connection_fsm.hpp"
#include "chain/rpc/jsonrpc.hpp"
#include "chain/rpc/multiplexer.hpp"
#include "chain/rpc/node_news.hpp"
#include "chain/rpc/task.hpp"
#include "chain/rpc/throttle.hpp"

namespace plimsoll::rpc {

struct EndpointOptions {
    std::string url;                            // ws://, wss://, http:// or https://
    std::optional<ChainId> chain_id;            // verified on every connection; nothing: any chain
    std::chrono::milliseconds deadline{5'000};  // of a call that names none
    std::string ca_file;                        // PEM, trusted besides the system's certificates
    LifeOptions life;                           // its chain_id is set from the above
    MultiplexerLimits limits;
    std::function<double()> random;  // [0, 1); empty: a generator of its own
    ThrottleOptions throttle;
    /// A node that only takes transactions may answer eth_chainId with an error; only another chain's id is refused
    /// then.
    bool chain_id_untold = false;
    std::function<std::int64_t()> wall_ms;  // unix milliseconds, for the budget of a day; empty: the system's clock
};

/// Counters of one endpoint since it was made, for metrics.
struct EndpointStats {
    std::string url;  // as it may be shown
    std::string state;
    std::string last_error;
    std::uint64_t requests_sent = 0;
    std::uint64_t answers = 0;  // results
    std::uint64_t errors = 0;   // JSON-RPC errors, reverts not counted
    std::uint64_t timeouts = 0;
    std::uint64_t faults = 0;       // messages that fitted nothing
    std::uint64_t connections = 0;  // that went live; reconnects are one less
    std::uint64_t notifications = 0;
    std::size_t waiting = 0;
    std::chrono::microseconds last_latency{0};
    std::chrono::microseconds mean_latency{0};  // moving mean, 1/16 per call
    std::uint64_t limited = 0;                  // times that the node asked for fewer requests
    std::uint64_t held_back = 0;                // requests not made, for the budget or because the node is spared
    std::uint64_t used_today = 0;               // of the budget; UTC
    std::uint64_t per_day = 0;                  // the budget; zero: none
    std::chrono::milliseconds resting{0};       // so long the node is spared
};

/// A subscription for as long as it lives, across connections.
class Subscription {
  public:
    virtual ~Subscription() = default;
    /// One waiter at a time. At most 256 notes are kept; then the oldest item goes, which a feed sees as a gap.
    /// Errc::Cancelled when the endpoint has stopped.
    virtual Task<Result<SubscriptionNote>> next() = 0;
    /// A next() that waits ends with Errc::Timeout; later ones wait again.
    virtual void interrupt() = 0;
    virtual void renew() = 0;
};

/// JSON-RPC to one node, whatever carries it. Calls may be made by many coroutines at once, all on the executor that it
/// was made for, which must run on one thread.
class Endpoint {
  public:
    virtual ~Endpoint() = default;

    virtual Task<Outcome> request(Request request) = 0;
    /// All in one frame or body, each settled by itself, in the order asked. The deadline is the first one's.
    virtual Task<std::vector<Outcome>> batch(std::vector<Request> requests) = 0;
    /// All at once, each in a frame or body of its own: a node works on them side by side.
    virtual Task<std::vector<Outcome>> all(std::vector<Request> requests) = 0;
    /// Nothing if the endpoint cannot notify (HTTP).
    virtual std::unique_ptr<Subscription> subscribe(std::string params) = 0;
    virtual EndpointStats stats() const = 0;
    /// Whether something that can as well be left may be asked now.
    virtual bool has_spare() { return true; }
    /// Who is told what is found out about the node besides its answers.
    virtual void tell_news(TellNews) {}
    /// Ends its life: calls under way and later ones end with Errc::Cancelled.
    virtual void stop() = 0;
};

/// A started endpoint. Errc::Decode for a URL that is none, Errc::Io for a CA file that cannot be read.
Result<std::shared_ptr<Endpoint>> make_endpoint(const boost::asio::any_io_executor& executor, EndpointOptions options);

}  // namespace plimsoll::rpc
