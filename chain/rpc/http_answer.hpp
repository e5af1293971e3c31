// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/jsonrpc.hpp"

namespace plimsoll::rpc {

/// What a service answered to request `id` by HTTP. An error of the service counts whatever the status; a result only
/// with 200. Errc::Rpc with the service's own words, Errc::Refused for HTTP 401 and 403, Errc::Io for another HTTP
/// status without a JSON-RPC error, Errc::Decode for what is no answer.
Result<Answer> read_answer(HttpReply reply, RequestId id, std::string_view method);

}  // namespace plimsoll::rpc
