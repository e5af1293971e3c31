// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/throttled_endpoint.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kWaitMost{1'000};

}  // namespace

ThrottledEndpoint::ThrottledEndpoint(asio::any_io_executor executor, std::shared_ptr<Endpoint> inner,
                                     ThrottleOptions options, std::function<std::int64_t()> wall_ms)
    : executor_(std::move(executor)), inner_(std::move(inner)), throttle_(options), wall_ms_(std::move(wall_ms)) {}

void ThrottledEndpoint::tell_news(TellNews tell) {
    tell_ = tell;
    inner_->tell_news(std::move(tell));
}

void ThrottledEndpoint::say(NodeNews::Kind kind, std::string text, std::chrono::milliseconds rest) {
    if (!tell_) return;
    NodeNews news;
    news.kind = kind;
    news.text = std::move(text);
    news.rest = rest;
    tell_(std::move(news));
}

Task<std::optional<std::string>> ThrottledEndpoint::admit(Priority priority, std::size_t count,
                                                          std::chrono::milliseconds limit) {
    const auto until = now() + (limit.count() > 0 ? std::min(limit, kWaitMost) : kWaitMost);
    for (;;) {
        auto answer = throttle_.ask(priority, count, now(), wall_ms_());
        if (answer.granted) {
            mind_budget();
            co_return std::nullopt;
        }
        const bool soon = answer.wait.count() > 0 && now() + answer.wait <= until && priority != Priority::Spare;
        if (!soon || stopped_) {
            ++held_back_;
            co_return std::move(answer.why);
        }
        asio::steady_timer timer(executor_, answer.wait);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

/// Said at four fifths and when nothing but what matters most is left.
void ThrottledEndpoint::mind_budget() {
    const auto most = throttle_.options().per_day;
    if (most == 0) return;
    const auto used = throttle_.used_today(wall_ms_());
    const unsigned share = used >= most / 100 * 95 ? 95 : used >= most / 100 * 80 ? 80 : 0;
    if (share > told_share_)
        say(NodeNews::Kind::Budget, fmt::format("{} of the {} requests of today are used", used, most), {});
    told_share_ = share;
}

/// What the node says of itself, once for all of a frame.
void ThrottledEndpoint::learn(const std::vector<Outcome>& outcomes) {
    bool answered = false;
    for (const auto& outcome : outcomes) {
        if (outcome || outcome.error().turned == Failure::Turned::No) {
            answered = answered || outcome.has_value();
            continue;
        }
        const auto& why = outcome.error();
        if (why.turned == Failure::Turned::Denied) {
            say(NodeNews::Kind::Denied, why.error.message, throttle_.denied(now()));
        } else {
            ++limited_;
            say(NodeNews::Kind::Limited, why.error.message, throttle_.limited(now(), why.retry_after));
        }
        return;
    }
    if (answered) throttle_.answered();
}

Task<std::vector<Outcome>> ThrottledEndpoint::pass(std::vector<Request> requests, bool one_frame) {
    const auto self = shared_from_this();
    if (requests.empty()) co_return std::vector<Outcome>();
    auto priority = Priority::Spare;
    for (const auto& request : requests) priority = std::max(priority, priority_of(request));
    const auto why = co_await admit(priority, requests.size(), requests.front().deadline);
    if (why) {
        std::vector<Outcome> out;
        out.reserve(requests.size());
        for (const auto& request : requests)
            out.push_back(failure(Errc::Refused, fmt::format("{}: {}: {}", request.method, inner_->stats().url, *why)));
        co_return out;
    }
    std::vector<Outcome> out;
    if (one_frame)
        out = co_await inner_->batch(std::move(requests));
    else
        out = co_await inner_->all(std::move(requests));
    learn(out);
    co_return out;
}

Task<std::vector<Outcome>> ThrottledEndpoint::batch(std::vector<Request> requests) {
    return pass(std::move(requests), true);
}

Task<std::vector<Outcome>> ThrottledEndpoint::all(std::vector<Request> requests) {
    return pass(std::move(requests), false);
}

Task<Outcome> ThrottledEndpoint::request(Request request) {
    std::vector<Request> one;
    one.push_back(std::move(request));
    auto outcomes = co_await pass(std::move(one), false);
    co_return std::move(outcomes.front());
}

EndpointStats ThrottledEndpoint::stats() const {
    EndpointStats out = inner_->stats();
    out.limited = limited_;
    out.held_back = held_back_;
    out.used_today = throttle_.used_today(wall_ms_());
    out.per_day = throttle_.options().per_day;
    out.resting = throttle_.resting(now());
    return out;
}

void ThrottledEndpoint::stop() {
    stopped_ = true;
    inner_->stop();
}

}  // namespace plimsoll::rpc
