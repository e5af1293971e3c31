// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/endpoints.hpp"

#include <algorithm>
#include <string_view>

#include "chain/rpc/url.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace {

constexpr std::string_view kPlaceholder = "{secret}";

bool is_socket(const std::string& url) {
    return url.starts_with("ws");
}

}  // namespace

Result<std::vector<std::shared_ptr<rpc::EthClient>>> connect_endpoints(const boost::asio::any_io_executor& executor,
                                                                       const config::Chain& chain) {
    auto urls = chain.rpc;
    std::stable_partition(urls.begin(), urls.end(), is_socket);
    if (chain.rpc_secret) {
        TRY(const auto secret, config::read_secret(*chain.rpc_secret));
        for (auto& url : urls) {
            const auto at = url.find(kPlaceholder);
            if (at != std::string::npos) url.replace(at, kPlaceholder.size(), secret.text());
        }
    }
    std::vector<std::shared_ptr<rpc::EthClient>> out;
    for (auto& url : urls) {
        rpc::EndpointOptions options;
        options.url = std::move(url);
        options.chain_id = chain.id;
        options.deadline = chain.call_deadline;
        TRY(auto client, rpc::make_eth(executor, std::move(options)));
        out.emplace_back(std::move(client));
    }
    return out;
}

}  // namespace plimsoll::bot
