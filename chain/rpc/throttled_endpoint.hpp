// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "chain/rpc/endpoint.hpp"
#include "chain/rpc/node_news.hpp"
#include "chain/rpc/throttle.hpp"

namespace plimsoll::rpc {

/// An endpoint that is asked no more often than the owner and the node allow. What may not go now waits up to a second
/// for its turn; what may not go soon fails at once with Errc::Refused, so that another endpoint can be asked.
class ThrottledEndpoint final : public Endpoint, public std::enable_shared_from_this<ThrottledEndpoint> {
  public:
    /// `wall_ms` gives unix milliseconds.
    ThrottledEndpoint(boost::asio::any_io_executor executor, std::shared_ptr<Endpoint> inner, ThrottleOptions options,
                      std::function<std::int64_t()> wall_ms);

    Task<Outcome> request(Request request) override;
    Task<std::vector<Outcome>> batch(std::vector<Request> requests) override;
    Task<std::vector<Outcome>> all(std::vector<Request> requests) override;
    std::unique_ptr<Subscription> subscribe(std::string params) override {
        return inner_->subscribe(std::move(params));
    }
    EndpointStats stats() const override;
    void stop() override;
    bool has_spare() override { return throttle_.has_spare(now(), wall_ms_()); }
    void tell_news(TellNews tell) override;

  private:
    static Throttle::TimePoint now() { return std::chrono::steady_clock::now(); }
    Task<std::vector<Outcome>> pass(std::vector<Request> requests, bool one_frame);
    /// Why they may not go; nothing when they may.
    Task<std::optional<std::string>> admit(Priority priority, std::size_t count, std::chrono::milliseconds limit);
    void learn(const std::vector<Outcome>& outcomes);
    void say(NodeNews::Kind kind, std::string text, std::chrono::milliseconds rest);
    void mind_budget();

    boost::asio::any_io_executor executor_;
    std::shared_ptr<Endpoint> inner_;
    Throttle throttle_;
    std::function<std::int64_t()> wall_ms_;
    TellNews tell_;
    bool stopped_ = false;
    std::uint64_t limited_ = 0;
    std::uint64_t held_back_ = 0;
    unsigned told_share_ = 0;  // of the day's budget, in hundredths
};

}  // namespace plimsoll::rpc
