// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/rpc/endpoint.hpp"
#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/parked.hpp"

namespace plimsoll::rpc {

/// JSON-RPC by HTTP POST. The chain id is verified before the first call, after every transport failure and every ten
/// minutes: behind one name there may be many nodes.
class HttpEndpoint : public Endpoint, public std::enable_shared_from_this<HttpEndpoint> {
  public:
    HttpEndpoint(boost::asio::any_io_executor executor, EndpointOptions options, Url url);

    Task<Outcome> request(Request request) override;
    Task<std::vector<Outcome>> batch(std::vector<Request> requests) override;
    Task<std::vector<Outcome>> all(std::vector<Request> requests) override;
    std::unique_ptr<Subscription> subscribe(std::string params) override;
    EndpointStats stats() const override;
    void stop() override;

  private:
    struct Group {
        std::vector<Outcome> outcomes;
        std::size_t missing{};  // bodies under way
        TimePoint asked;
        std::unique_ptr<Parked<bool>> parked;
    };
    /// One body: which outcomes of the group it settles, by consecutive ids from `first_id`.
    struct Body {
        std::shared_ptr<Group> group;
        std::size_t first_index{};
        RequestId first_id{};
        std::vector<std::string> methods;
    };

    Task<std::vector<Outcome>> verified(std::vector<Request> requests, bool one_body);
    Task<std::vector<Outcome>> exchange(std::vector<Request> requests, bool one_body);
    Task<std::optional<Failure>> verify();
    void post(Body body, const std::vector<Request>& requests, Milliseconds limit);
    void on_reply(Body body, Result<HttpReply> reply);
    void read_reply(const Body& body, HttpReply reply);
    void settle(const Body& body, std::size_t index, Outcome outcome);
    Failure told(const Body& body, std::size_t index, Failure why) const;
    void fail_body(const Body& body, const Failure& failure);

    boost::asio::any_io_executor executor_;
    EndpointOptions options_;
    HttpWorker worker_;
    bool stopped_ = false;
    RequestId last_id_ = 0;
    std::optional<TimePoint> verified_at_;
    EndpointStats stats_;
};

}  // namespace plimsoll::rpc
