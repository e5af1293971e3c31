// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

#include "chain/rpc/eth_pool.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// The clients of a chain and what each is for, in the same order.
struct Endpoints {
    std::vector<std::shared_ptr<rpc::EthClient>> clients;
    std::vector<rpc::Roles> roles;

    std::vector<std::shared_ptr<rpc::EthClient>> readable() const;
};

/// A client for every node of the chain, its secret put in; a WebSocket first, because it is followed. They connect by
/// themselves. Errc::Io when the secret cannot be read.
Result<Endpoints> connect_endpoints(const boost::asio::any_io_executor& executor, const config::Chain& chain);

}  // namespace plimsoll::bot
