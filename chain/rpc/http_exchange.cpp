// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/http_exchange.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include "chain/rpc/parked.hpp"

namespace plimsoll::rpc {

namespace asio = boost::asio;

namespace {

using Reply = Result<HttpReply>;
using Place = std::shared_ptr<std::unique_ptr<Parked<Reply>>>;

/// Comes on the worker's thread and goes on the executor's, which is kept at work until then.
HttpWorker::Done resume_at(const asio::any_io_executor& executor, const Place& place) {
    asio::any_io_executor tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    return [tracked, place](Reply reply) {
        auto resume = [place, reply = std::move(reply)]() mutable {
            if (*place) Parked<Reply>::resume(std::move(*place), std::move(reply));
        };
        asio::post(tracked, std::move(resume));
    };
}

Task<Reply> wait(asio::any_io_executor executor, Place place) {
    std::function<void()> on_cancel = [executor, place] {
        auto resume = [place] {
            if (*place) Parked<Reply>::resume(std::move(*place), fail(Errc::Cancelled, "the question was cancelled"));
        };
        asio::post(executor, std::move(resume));
    };
    co_return co_await park<Reply>(*place, std::move(on_cancel));
}

constexpr const char* kFull = "too many questions are waiting";

}  // namespace

Task<Result<HttpReply>> http_get(asio::any_io_executor executor, HttpWorker& worker, std::string target,
                                 std::chrono::milliseconds limit) {
    const auto place = std::make_shared<std::unique_ptr<Parked<Reply>>>();
    if (!worker.get(std::move(target), limit, resume_at(executor, place))) co_return fail(Errc::Refused, kFull);
    co_return co_await wait(executor, place);
}

Task<Result<HttpReply>> http_post(asio::any_io_executor executor, HttpWorker& worker, std::string body,
                                  std::chrono::milliseconds limit) {
    return http_post(std::move(executor), worker, std::move(body), limit, std::vector<std::string>());
}

Task<Result<HttpReply>> http_post(asio::any_io_executor executor, HttpWorker& worker, std::string body,
                                  std::chrono::milliseconds limit, std::vector<std::string> more) {
    const auto place = std::make_shared<std::unique_ptr<Parked<Reply>>>();
    if (!worker.post(std::move(body), limit, resume_at(executor, place), more)) co_return fail(Errc::Refused, kFull);
    co_return co_await wait(executor, place);
}

}  // namespace plimsoll::rpc
