// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/endpoints.hpp"

#include <algorithm>
#include <string_view>

#include "chain/rpc/url.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace {

bool is_socket(const config::RpcNode& node) {
    return node.url.starts_with("ws");
}

}  // namespace

std::vector<std::shared_ptr<rpc::EthClient>> Endpoints::readable() const {
    std::vector<std::shared_ptr<rpc::EthClient>> out;
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (roles[i].read) out.push_back(clients[i]);
    }
    return out;
}

Result<Endpoints> connect_endpoints(const boost::asio::any_io_executor& executor, const config::Chain& chain) {
    auto nodes = chain.rpc;
    std::stable_partition(nodes.begin(), nodes.end(), is_socket);
    if (chain.rpc_secret) {
        TRY(const auto secret, config::read_secret(*chain.rpc_secret));
        for (auto& node : nodes) node.url = config::with_secret(std::move(node.url), secret);
    }
    rpc::EthClientOptions client_options;
    client_options.headers = std::make_shared<rpc::HeaderCheck>(rpc::hashes_headers(chain.id));
    Endpoints out;
    for (auto& node : nodes) {
        rpc::EndpointOptions options;
        options.url = std::move(node.url);
        options.chain_id = chain.id;
        options.deadline = chain.call_deadline;
        options.throttle.per_second = node.requests_per_second;
        options.throttle.per_day = node.requests_per_day;
        rpc::Roles roles;
        roles.follow = node.has("follow");
        roles.read = node.has("read");
        roles.send = node.has("send");
        options.chain_id_untold = !roles.follow && !roles.read;
        TRY(auto client, rpc::make_eth(executor, std::move(options), client_options));
        out.clients.emplace_back(std::move(client));
        out.roles.push_back(roles);
    }
    return out;
}

}  // namespace plimsoll::bot
