// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/http_endpoint.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <fmt/format.h>

#include "chain/rpc/decode.hpp"

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::minutes kVerifyAgainAfter{10};

TimePoint now() {
    return std::chrono::steady_clock::now();
}

HttpWorkerOptions worker_options(const EndpointOptions& options, Url url) {
    HttpWorkerOptions out;
    out.url = std::move(url);
    out.ca_file = options.ca_file;
    out.body_bytes = options.limits.frame_bytes;
    out.queued = options.limits.queued;
    return out;
}

Failure status_error(const HttpReply& reply) {
    if (reply.status == 401 || reply.status == 403) {
        Failure out(Error(Errc::Refused, fmt::format("HTTP {}: the node refuses the credentials", reply.status)));
        out.turned = Failure::Turned::Denied;
        return out;
    }
    if (reply.status == 429) {
        Failure out(Error(Errc::Io, "HTTP 429: the node limits the rate of requests"));
        out.turned = Failure::Turned::Limited;
        out.retry_after = reply.retry_after;
        return out;
    }
    return Error(Errc::Io, fmt::format("HTTP {}", reply.status));
}

}  // namespace

HttpEndpoint::HttpEndpoint(asio::any_io_executor executor, EndpointOptions options, Url url)
    : executor_(std::move(executor)), options_(std::move(options)), worker_(worker_options(options_, url)) {
    stats_.url = url.shown();
    stats_.state = "not yet used";
}

void HttpEndpoint::settle(const Body& body, std::size_t index, Outcome outcome) {
    if (outcome) {
        ++stats_.answers;
        if (!options_.chain_id) stats_.state = "live";
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now() - body.group->asked);
        stats_.last_latency = took;
        stats_.mean_latency = stats_.answers == 1 ? took : stats_.mean_latency + (took - stats_.mean_latency) / 16;
    } else if (outcome.error().error.code == Errc::Timeout) {
        ++stats_.timeouts;
    } else if (outcome.error().error.code != Errc::Reverted) {
        ++stats_.errors;
    }
    body.group->outcomes[body.first_index + index] = std::move(outcome);
}

Failure HttpEndpoint::told(const Body& body, std::size_t index, Failure why) const {
    why.error.message.insert(0, fmt::format("{}: {}: ", body.methods[index], stats_.url));
    return why;
}

void HttpEndpoint::fail_body(const Body& body, const Failure& failure) {
    stats_.last_error = failure.error.message;
    for (std::size_t i = 0; i < body.methods.size(); ++i) settle(body, i, tl::unexpected(told(body, i, failure)));
}

/// An error of the node counts whatever the status; a result only with 200.
void HttpEndpoint::read_reply(const Body& body, HttpReply reply) {
    const auto parsed = JsonDocument::parse(std::move(reply.body));
    if (!parsed) {
        if (reply.status != 429) verified_at_.reset();  // else every request would be two
        ++stats_.faults;
        fail_body(body, reply.status == 200 ? Failure(parsed.error()) : status_error(reply));
        return;
    }
    const auto& document = *parsed;
    const auto root = document->root();
    std::vector<JsonValue> parts;
    if (root.kind() == JsonValue::Kind::Array)
        parts = *root.elements();
    else
        parts.push_back(root);
    std::vector<bool> settled(body.methods.size(), false);
    for (const auto& part : parts) {
        const auto message = decode_message(part);
        if (const auto* unattributed = std::get_if<Unattributed>(&message)) {
            for (std::size_t i = 0; i < settled.size(); ++i) {
                if (!settled[i])
                    settle(body, i,
                           tl::unexpected(decode_error(JsonValue(*document, unattributed->error), body.methods[i])));
                settled[i] = true;
            }
            continue;
        }
        const auto* response = std::get_if<Response>(&message);
        const std::size_t index = response == nullptr ? settled.size() : response->id - body.first_id;
        if (response == nullptr || response->id < body.first_id || index >= settled.size() || settled[index]) {
            ++stats_.faults;
            continue;
        }
        if (response->error != 0) {
            auto why = decode_error(JsonValue(*document, response->error), body.methods[index]);
            if (reply.status == 429) why.turned = Failure::Turned::Limited;
            why.retry_after = reply.retry_after;
            settle(body, index, tl::unexpected(std::move(why)));
        } else if (reply.status != 200 || response->result == 0) {
            continue;
        } else {
            settle(body, index, Answer{document, response->result});
        }
        settled[index] = true;
    }
    for (std::size_t i = 0; i < settled.size(); ++i) {
        if (settled[i]) continue;
        const Failure why =
            reply.status == 200 ? Failure(Error(Errc::Decode, "no answer to it in the reply")) : status_error(reply);
        settle(body, i, tl::unexpected(told(body, i, why)));
    }
}

void HttpEndpoint::on_reply(Body body, Result<HttpReply> reply) {
    if (reply) {
        read_reply(body, *std::move(reply));
    } else {
        if (verified_at_) stats_.state = "failing";
        verified_at_.reset();
        fail_body(body, reply.error());
    }
    auto& group = *body.group;
    if (--group.missing == 0 && group.parked) Parked<bool>::resume(std::move(group.parked), true);
}

void HttpEndpoint::post(Body body, const std::vector<Request>& requests, Milliseconds limit) {
    std::string text;
    for (std::size_t i = 0; i < body.methods.size(); ++i) {
        text += i == 0 ? (body.methods.size() > 1 ? "[" : "") : ",";
        text += encode_request(body.first_id + i, requests[body.first_index + i]);
    }
    if (body.methods.size() > 1) text += ']';
    stats_.requests_sent += body.methods.size();
    ++body.group->missing;
    // The executor is kept at work until the reply is in; the worker's thread keeps nothing of ours after its post.
    auto tracked = asio::prefer(executor_, asio::execution::outstanding_work.tracked);
    std::function<void(Result<HttpReply>)> take = [self = shared_from_this(), body](Result<HttpReply> reply) {
        self->on_reply(body, std::move(reply));
    };
    auto done = [tracked, take = std::move(take)](Result<HttpReply> reply) mutable {
        auto handler = [take = std::exchange(take, nullptr), reply = std::move(reply)]() mutable {
            take(std::move(reply));
        };
        asio::post(tracked, std::move(handler));
    };
    if (worker_.post(std::move(text), limit, std::move(done))) return;
    --body.group->missing;
    fail_body(body, Error{stopped_ ? Errc::Cancelled : Errc::Refused,
                          stopped_ ? "stopped" : "too many requests are waiting"});
}

Task<std::vector<Outcome>> HttpEndpoint::exchange(std::vector<Request> requests, bool one_body) {
    const auto self = shared_from_this();
    const auto group = std::make_shared<Group>();
    group->outcomes.assign(requests.size(), failure(Errc::Cancelled, "the call was cancelled"));
    group->asked = now();
    if (requests.empty() || stopped_) co_return std::move(group->outcomes);
    const auto limit = requests.front().deadline.count() > 0 ? requests.front().deadline : options_.deadline;
    const std::size_t bodies = one_body ? 1 : requests.size();
    for (std::size_t i = 0; i < bodies; ++i) {
        Body body;
        body.group = group;
        body.first_index = i;
        body.first_id = last_id_ + 1;
        const std::size_t count = one_body ? requests.size() : 1;
        for (std::size_t k = 0; k < count; ++k) body.methods.push_back(requests[i + k].method);
        last_id_ += count;
        post(std::move(body), requests, limit);
    }
    if (group->missing > 0) {
        // A cancelled caller goes on at once; the replies still come and find nobody.
        std::function<void()> on_cancel = [executor = executor_, group] {
            asio::post(executor, [group] {
                if (group->parked) Parked<bool>::resume(std::move(group->parked), false);
            });
        };
        const bool settled = co_await park<bool>(group->parked, std::move(on_cancel));
        if (!settled) group->outcomes.assign(requests.size(), failure(Errc::Cancelled, "the call was cancelled"));
    }
    co_return group->outcomes;
}

/// Nothing when the node may be asked.
Task<std::optional<Failure>> HttpEndpoint::verify() {
    if (!options_.chain_id || (verified_at_ && now() - *verified_at_ < kVerifyAgainAfter)) co_return std::nullopt;
    std::vector<Request> ask(1);
    ask.front().method = "eth_chainId";
    const auto outcomes = co_await exchange(std::move(ask), true);
    const auto& answer = outcomes.front();
    if (answer) {
        const auto chain_id = decode_u64(answer->value());
        if (!chain_id) co_return Failure(chain_id.error());
        if (*chain_id != *options_.chain_id) {
            stats_.state = "wrong chain";
            stats_.last_error = fmt::format("the node serves chain {}, not {}", *chain_id, *options_.chain_id);
            co_return Failure(Error(Errc::Mismatch, fmt::format("{}: {}", stats_.url, stats_.last_error)));
        }
    } else {
        const auto& why = answer.error();
        const bool untold = options_.chain_id_untold && why.error.code == Errc::Rpc;
        if (!untold || why.turned != Failure::Turned::No) co_return why;
    }
    if (!verified_at_) ++stats_.connections;
    verified_at_ = now();
    stats_.state = "live";
    co_return std::nullopt;
}

Task<std::vector<Outcome>> HttpEndpoint::verified(std::vector<Request> requests, bool one_body) {
    const auto self = shared_from_this();
    const auto wrong = co_await verify();
    if (wrong) co_return std::vector<Outcome>(requests.size(), tl::unexpected(*wrong));
    co_return co_await exchange(std::move(requests), one_body);
}

Task<std::vector<Outcome>> HttpEndpoint::batch(std::vector<Request> requests) {
    return verified(std::move(requests), true);
}
Task<std::vector<Outcome>> HttpEndpoint::all(std::vector<Request> requests) {
    return verified(std::move(requests), false);
}

Task<Outcome> HttpEndpoint::request(Request request) {
    std::vector<Request> one;
    one.push_back(std::move(request));
    auto outcomes = co_await verified(std::move(one), true);
    co_return std::move(outcomes.front());
}

std::unique_ptr<Subscription> HttpEndpoint::subscribe(std::string) {
    return nullptr;
}

EndpointStats HttpEndpoint::stats() const {
    EndpointStats out = stats_;
    if (stopped_) out.state = "stopped";
    return out;
}

void HttpEndpoint::stop() {
    if (stopped_) return;
    stopped_ = true;
    worker_.stop();
}

}  // namespace plimsoll::rpc
