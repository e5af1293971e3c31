// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/task.hpp"

/// One question to an HttpWorker, waited for by a coroutine of `executor`. Errors are the worker's, and Errc::Refused
/// when too many wait. `more`: headers of this request alone. A cancelled caller goes on at once with Errc::Cancelled;
/// the reply still comes and finds nobody.
namespace plimsoll::rpc {

Task<Result<HttpReply>> http_get(boost::asio::any_io_executor executor, HttpWorker& worker, std::string target,
                                 std::chrono::milliseconds limit);
Task<Result<HttpReply>> http_post(boost::asio::any_io_executor executor, HttpWorker& worker, std::string body,
                                  std::chrono::milliseconds limit);
Task<Result<HttpReply>> http_post(boost::asio::any_io_executor executor, HttpWorker& worker, std::string body,
                                  std::chrono::milliseconds limit, std::vector<std::string> more);

}  // namespace plimsoll::rpc
