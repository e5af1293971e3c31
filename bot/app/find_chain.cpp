// SPDX-License-Identifier: Apache-2.0
#include "bot/app/find_chain.hpp"

#include "bot/app/run_task.hpp"
#include "chain/rpc/eth_client.hpp"
#include "config/find.hpp"

namespace plimsoll::bot {

namespace {

Task<Result<ChainId>> ask(rpc::EthClient& eth) {
    const auto id = co_await eth.chain_id();
    eth.endpoint().stop();
    co_return id;
}

}  // namespace

const config::Chain* find_chain(const config::Settings& settings, const std::string& name) {
    return config::find_named(settings.chains, name);
}

Result<ChainId> ask_chain_id(const std::string& url) {
    boost::asio::io_context io(1);
    rpc::EndpointOptions options;
    options.url = url;
    TRY(const auto eth, rpc::make_eth(io.get_executor(), std::move(options)));
    return run_task(io, ask(*eth));
}

}  // namespace plimsoll::bot
