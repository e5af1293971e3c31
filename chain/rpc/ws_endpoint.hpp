// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <unordered_map>

#include "chain/rpc/endpoint.hpp"
#include "chain/rpc/mailbox.hpp"
#include "chain/rpc/transport.hpp"

namespace plimsoll::rpc {

/// The shell around a ConnectionFsm and a Multiplexer: sockets and timers, no rules of its own. What a frame brings is
/// handed to its waiter inside the read, what a caller asks is written inside the call.
class WsEndpoint : public Endpoint, public std::enable_shared_from_this<WsEndpoint> {
  public:
    using Notes = Mailbox<SubscriptionNote>;

    WsEndpoint(boost::asio::any_io_executor executor, EndpointOptions options, TransportFactory factory,
               std::string shown_url);

    /// Connects, serves and reconnects until stop() or cancellation.
    Task<void> run();

    Task<Outcome> request(Request request) override;
    Task<std::vector<Outcome>> batch(std::vector<Request> requests) override;
    Task<std::vector<Outcome>> all(std::vector<Request> requests) override;
    std::unique_ptr<Subscription> subscribe(std::string params) override;
    EndpointStats stats() const override;
    void stop() override;

    void renew(SubscriptionHandle handle);
    void unsubscribe(SubscriptionHandle handle);

  private:
    /// The calls of one frame, answered when all are settled.
    struct Group {
        std::vector<Outcome> outcomes;
        std::vector<RequestId> ids;
        std::size_t missing{};
        TimePoint asked;
        std::unique_ptr<Parked<bool>> parked;
    };
    struct Waiter {
        std::shared_ptr<Group> group;
        std::size_t index{};
    };

    Task<std::vector<Outcome>> settle_all(std::vector<Request> requests, bool one_frame);
    Result<std::vector<RequestId>> submit(std::vector<Request> requests, bool one_frame);
    Task<void> connection();
    void tell_not_there();
    Task<Error> serve();
    void cancel(const std::shared_ptr<Group>& group);
    void perform(ConnectionFsm::Action action);
    void lose(Error error);
    void pump();
    void arm();
    void on_timer();
    void deliver(Events events);
    void settle(Completion completion);
    void count(const Outcome& outcome, TimePoint asked);

    boost::asio::any_io_executor executor_;
    EndpointOptions options_;
    TransportFactory factory_;
    Multiplexer mux_;
    ConnectionFsm fsm_;
    boost::asio::steady_timer retry_;
    boost::asio::steady_timer timer_;
    std::optional<TimePoint> armed_;
    std::shared_ptr<Transport> transport_;
    bool writing_ = false;
    bool stopped_ = false;
    std::optional<RequestId> verifying_;
    std::unordered_map<RequestId, Waiter> waiters_;
    std::unordered_map<SubscriptionHandle, std::shared_ptr<Notes>> notes_;
    EndpointStats stats_;
};

}  // namespace plimsoll::rpc
