// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/remote_signer.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "chain/rpc/http_exchange.hpp"
#include "chain/rpc/sign_messages.hpp"

namespace plimsoll::rpc {

namespace {

constexpr std::size_t kSignerQuestionsMost = 1'024;

}  // namespace

std::shared_ptr<HttpWorker> signing_service(Url url, std::shared_ptr<const HttpIdentity> identity) {
    HttpWorkerOptions out;
    out.url = std::move(url);
    out.identity = std::move(identity);
    out.body_bytes = kSignAnswerMost;
    out.queued = kSignerQuestionsMost;
    out.connections = 64;  // a question that waits for a connection is not yet on its clock
    out.reuse = false;     // so that one more try is one more try
    return std::make_shared<HttpWorker>(std::move(out));
}

RemoteSigner::RemoteSigner(std::shared_ptr<HttpWorker> service, std::string shown, RemoteSignerOptions options)
    : service_(std::move(service)), shown_(std::move(shown)), options_(options) {}

Error RemoteSigner::named(Error error) const {
    error.message = fmt::format("signing service {}: {}", shown_, error.message);
    return error;
}

Task<Result<HttpReply>> RemoteSigner::ask(RequestId id, Request request) {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + options_.timeout;
    const std::string body = encode_request(id, request);
    const auto executor = co_await boost::asio::this_coro::executor;
    auto reply = co_await http_post(executor, *service_, body, options_.timeout);
    if (reply || reply.error().code != Errc::Io) co_return reply;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) co_return reply;
    co_return co_await http_post(executor, *service_, body, left);
}

Task<Result<tx::SignedTransaction>> RemoteSigner::sign(tx::Transaction transaction) {
    const auto self = shared_from_this();
    const auto* asked = std::get_if<tx::Eip1559>(&transaction);
    if (asked == nullptr || !asked->access_list.empty())
        co_return tl::unexpected(named({Errc::Unsupported,
                                        "it signs plain transactions of type 2 alone: no authorisations (EIP-7702), no "
                                        "access lists"}));
    const RequestId id = ++last_id_;
    auto reply = co_await ask(id, sign_request(*asked, address()));
    if (!reply) co_return tl::unexpected(named(std::move(reply).error()));
    auto out = read_signed(*std::move(reply), id, *asked, address());
    if (!out) co_return tl::unexpected(named(std::move(out).error()));
    co_return out;
}

Task<Result<void>> RemoteSigner::check() {
    const auto self = shared_from_this();
    const RequestId id = ++last_id_;
    Request request;
    request.method = "eth_accounts";
    auto reply = co_await ask(id, std::move(request));
    if (!reply) co_return tl::unexpected(named(std::move(reply).error()));
    auto out = read_accounts(*std::move(reply), id, address());
    if (!out) co_return tl::unexpected(named(std::move(out).error()));
    co_return out;
}

}  // namespace plimsoll::rpc
