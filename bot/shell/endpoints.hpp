// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

#include "chain/rpc/eth_client.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// A client for every URL of the chain, its secret put in; a WebSocket first, because it is followed. They connect by
/// themselves. Errc::Io when the secret cannot be read.
Result<std::vector<std::shared_ptr<rpc::EthClient>>> connect_endpoints(const boost::asio::any_io_executor& executor,
                                                                       const config::Chain& chain);

}  // namespace plimsoll::bot
