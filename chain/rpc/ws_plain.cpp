// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/ws_transport.ipp"

namespace plimsoll::rpc {

template <>
Task<Result<void>> WsTransport<beast::tcp_stream>::secure() {
    co_return Result<void>{};
}

TransportFactory ws_transports(asio::any_io_executor executor, TransportOptions options) {
    return [executor = std::move(executor), options = std::move(options)]() -> Result<std::shared_ptr<Transport>> {
        return std::make_shared<WsTransport<beast::tcp_stream>>(executor, options);
    };
}

}  // namespace plimsoll::rpc
