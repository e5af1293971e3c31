// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/ws_transport.ipp"

namespace plimsoll::rpc {

template <>
Task<Result<void>> WsTransport<beast::tcp_stream>::secure() {
    co_return Result<void>{};
}

std::shared_ptr<Transport> make_ws_transport(const asio::any_io_executor& executor, TransportOptions options) {
    return std::make_shared<WsTransport<beast::tcp_stream>>(executor, std::move(options));
}

}  // namespace plimsoll::rpc
