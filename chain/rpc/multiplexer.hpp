// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "chain/rpc/jsonrpc.hpp"

namespace plimsoll::rpc {

using TimePoint = std::chrono::steady_clock::time_point;

struct MultiplexerLimits {
    std::size_t in_flight = 256;  // requests written and not answered
    std::size_t queued = 4096;    // requests not yet written; more are refused
    std::size_t subscriptions = 16;
    std::size_t early_notifications = 64;  // kept while the answer that names their subscription is under way
    std::size_t frame_bytes = 32U << 20U;
    std::chrono::milliseconds subscribe_deadline{10'000};
};

using SubscriptionHandle = std::uint32_t;

/// What a subscription hears.
struct SubscriptionNote {
    enum class Kind : std::uint8_t {
        Began,  // the node has agreed, now or again after a new connection: what was said between is lost
        Item,
        Ended,    // the connection is gone, or could not be made; Began follows
        Refused,  // the node does not give it; `error` says why. renew() asks again
    };
    SubscriptionHandle handle{};
    Kind kind{};
    Answer item;
    Error error;
};

struct Completion {
    RequestId id{};
    Outcome outcome;
};

/// What came of one input, in order.
struct Events {
    std::vector<Completion> completions;
    std::vector<SubscriptionNote> notes;
    std::vector<std::string> faults;  // messages that fit nothing; counted and dropped
};

/// Many calls and subscriptions over one connection at a time, without I/O: who waits for which id until when, what may
/// be written now, what is made again after a loss. Ids never repeat, so an answer of an earlier connection fits
/// nothing.
///
/// The driver's duties: after every call that takes or frees work, write what next_frame() gives; hand every Completion
/// to its waiter; call expire() at next_deadline().
class Multiplexer {
  public:
    Multiplexer() = default;
    explicit Multiplexer(MultiplexerLimits limits) : limits_(limits) {}

    /// Errc::Refused when the queue is full or the request is larger than a frame may be.
    Result<RequestId> submit(Request request, TimePoint deadline);
    /// As one frame; every request is answered by itself. Errc::Range if it is empty.
    Result<std::vector<RequestId>> submit_batch(std::vector<Request> requests, TimePoint deadline);
    /// Goes out before the connection is declared open: the check of the chain id.
    Result<RequestId> submit_urgent(Request request, TimePoint deadline);
    /// The caller no longer waits; an answer is dropped.
    void cancel(RequestId id);

    /// Errc::Refused when there are too many.
    Result<SubscriptionHandle> subscribe(std::string params, TimePoint now);
    void unsubscribe(SubscriptionHandle handle, TimePoint now);
    /// Asks for the subscription anew: it is silent or was refused.
    void renew(SubscriptionHandle handle, TimePoint now);

    /// The connection serves the right chain: regular traffic may go, subscriptions are made again.
    void open(TimePoint now);
    /// The connection is gone. Reads go back to the front of the queue; of the rest the outcome is unknown (Errc::Io).
    Events lost(const std::string& reason);
    /// Every waiting call fails with this error: the endpoint will not serve.
    Events fail_all(const Error& error);

    std::optional<std::string> next_frame();
    Events on_frame(std::string frame);
    Events expire(TimePoint now);
    std::optional<TimePoint> next_deadline() const;

    std::size_t waiting() const { return pending_.size(); }
    std::size_t in_flight() const { return in_flight_; }
    std::uint64_t written() const { return written_; }

  private:
    struct Pending {
        Request request;
        TimePoint deadline;
        std::uint64_t packet{};  // requests of one frame
        bool sent = false;
        std::optional<SubscriptionHandle> subscribes;  // an eth_subscribe of ours
        bool internal = false;                         // nobody waits for it
    };
    struct Subscription {
        std::string params;
        std::string server_id;           // empty until the node has agreed
        std::optional<RequestId> asked;  // the eth_subscribe under way
    };
    struct Early {
        std::string server_id;
        Answer item;
    };

    RequestId add(Request request, TimePoint deadline, std::uint64_t packet);
    std::string encode(const std::vector<RequestId>& ids);
    std::optional<Pending> take(RequestId id);
    void ask(SubscriptionHandle handle, Subscription& subscription, TimePoint now);
    void forget_server_id(Subscription& subscription, TimePoint now);
    void add_internal(Request request, std::optional<SubscriptionHandle> subscribes, TimePoint now);
    void settle(RequestId id, Outcome outcome, Events& events);
    void settle_subscribe(SubscriptionHandle handle, Outcome outcome, Events& events);
    void on_message(const std::shared_ptr<const JsonDocument>& document, JsonValue value, Events& events);
    void on_unattributed(JsonValue error, Events& events);
    void on_notification(Notification notification, const std::shared_ptr<const JsonDocument>& document,
                         Events& events);

    MultiplexerLimits limits_;
    bool open_ = false;
    RequestId last_id_ = 0;
    std::uint64_t last_packet_ = 0;
    SubscriptionHandle last_handle_ = 0;
    std::size_t in_flight_ = 0;
    std::uint64_t written_ = 0;
    std::unordered_map<RequestId, Pending> pending_;
    std::set<std::pair<TimePoint, RequestId>> deadlines_;
    std::deque<std::vector<RequestId>> queue_;
    std::deque<RequestId> urgent_;
    std::map<SubscriptionHandle, Subscription> subscriptions_;
    std::deque<Early> early_;
};

}  // namespace plimsoll::rpc
