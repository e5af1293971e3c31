// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/relay.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "chain/rpc/http_exchange.hpp"

namespace plimsoll::rpc {

namespace {

constexpr std::size_t kAnswerMost = 64U << 10U;
constexpr std::size_t kRelayQuestionsMost = 64;

HttpWorkerOptions worker_options(const Url& url, const std::string& ca_file) {
    HttpWorkerOptions out;
    out.url = url;
    out.ca_file = ca_file;
    out.body_bytes = kAnswerMost;
    out.queued = kRelayQuestionsMost;
    out.connections = 4;
    return out;
}

}  // namespace

Relay::Relay(RelayOptions options, keys::PrivateKey identity)
    : options_(std::move(options)),
      identity_(std::move(identity)),
      worker_(worker_options(options_.url, options_.ca_file)) {
    if (options_.status_url)
        status_worker_ = std::make_unique<HttpWorker>(worker_options(*options_.status_url, options_.ca_file));
}

Error Relay::named(Error error) const {
    error.message = fmt::format("relay {}: {}", options_.name, error.message);
    return error;
}

Task<Result<HttpReply>> Relay::ask(RequestId id, Request request) {
    std::string body = encode_request(id, request);
    CO_TRY(auto header, identity_header(identity_, body));
    std::vector<std::string> headers;
    headers.push_back(std::move(header));
    const auto executor = co_await boost::asio::this_coro::executor;
    co_return co_await http_post(executor, worker_, std::move(body), options_.deadline, std::move(headers));
}

Task<Result<void>> Relay::send(Submission submission) {
    const auto self = shared_from_this();
    const bool alone = options_.kind == RelayOptions::Kind::PrivateTransaction;
    const RequestId id = ++last_id_;
    // Not within the co_await: g++ 12 destroys what a conditional expression makes there twice.
    Request request = alone ? private_transaction(submission) : bundle(submission);
    auto reply = co_await ask(id, std::move(request));
    if (!reply) co_return tl::unexpected(named(std::move(reply).error()));
    auto out = alone ? read_taken(*std::move(reply), id, submission.hash) : read_bundle_taken(*std::move(reply), id);
    if (!out) co_return tl::unexpected(named(std::move(out).error()));
    last_ = submission.hash;
    co_return out;
}

Task<Result<RelayStatus>> Relay::status(Hash32 hash) {
    const auto self = shared_from_this();
    if (!status_worker_) co_return tl::unexpected(named({Errc::Unsupported, "no status_url is configured"}));
    const auto executor = co_await boost::asio::this_coro::executor;
    std::string target = options_.status_url->target + to_hex(hash.view());
    auto reply = co_await http_get(executor, *status_worker_, std::move(target), options_.deadline);
    if (!reply) co_return tl::unexpected(named(std::move(reply).error()));
    auto out = read_status(*std::move(reply), hash);
    if (!out) co_return tl::unexpected(named(std::move(out).error()));
    co_return out;
}

Task<Result<void>> Relay::check() {
    const auto self = shared_from_this();
    Request request;
    request.method = "eth_blockNumber";
    auto reply = co_await ask(++last_id_, std::move(request));
    if (!reply) co_return tl::unexpected(named(std::move(reply).error()));
    if (reply->status == 401 || reply->status == 403)
        co_return tl::unexpected(named({Errc::Refused, fmt::format("HTTP {}: it refuses us", reply->status)}));
    co_return Result<void>();
}

void Relay::stop() {
    worker_.stop();
    if (status_worker_) status_worker_->stop();
}

}  // namespace plimsoll::rpc
