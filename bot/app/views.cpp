// SPDX-License-Identifier: Apache-2.0
#include "bot/app/views.hpp"

#include "bot/app/run_task.hpp"
#include "bot/shell/endpoints.hpp"
#include "bot/sync.hpp"
#include "chain/lending/registry.hpp"

namespace plimsoll::bot {

namespace {

using Clients = std::vector<std::shared_ptr<rpc::EthClient>>;

Task<Result<BlockRef>> find_block(rpc::EthClient& eth, std::optional<BlockNumber> number) {
    rpc::BlockId id;
    if (number) id.value = *number;
    CO_TRY(const auto header, co_await eth.header(id));
    co_return header.ref;
}

/// Reads the markets, all at one block, and ends the connections.
Task<Result<void>> sync_all(Clients clients, std::vector<lending::Market*> markets, std::optional<BlockNumber> number) {
    Result<void> out;
    const auto block = co_await find_block(*clients.front(), number);
    if (!block) out = fail(block.error(), "reading the block");
    for (auto* market : markets) {
        if (!out) break;
        out = co_await sync(*clients.front(), *market, *block);
        if (out && !market->unsupported().empty()) out = fail(Errc::Unsupported, market->unsupported());
    }
    for (const auto& client : clients) client->endpoint().stop();
    co_return out;
}

Result<void> read(const config::Chain& chain, std::vector<lending::Market*> markets,
                  std::optional<BlockNumber> number) {
    boost::asio::io_context io(1);
    TRY(auto clients, connect_endpoints(io.get_executor(), chain));
    return run_task(io, sync_all(std::move(clients), std::move(markets), number));
}

Result<PositionView> make_view(const config::Chain& chain, const std::string& market_name,
                               const lending::Market& market, const Address& account) {
    const auto block = market.synced();
    if (!block) return fail(Errc::Internal, "the market is not in sync");
    TRY(auto view, view_of(market, account, block->timestamp));
    view.market = market_name;
    view.chain_id = chain.id;
    return view;
}

}  // namespace

Result<std::vector<PositionView>> configured_views(const config::Settings& settings, const config::Chain& chain,
                                                   std::optional<BlockNumber> block) {
    std::map<std::string, std::unique_ptr<lending::Market>> markets;
    for (const auto& entry : settings.markets) {
        if (entry.chain != chain.name) continue;
        TRY(auto market, lending::make_market(entry.protocol, entry.entry()));
        markets.emplace(entry.name, std::move(market));
    }
    for (const auto& wallet : settings.wallets) {
        for (const auto& position : wallet.positions) {
            const auto market = markets.find(position.market);
            if (market != markets.end()) market->second->watch(wallet.address);
        }
    }
    std::erase_if(markets, [](const auto& entry) { return entry.second->accounts().empty(); });
    std::vector<PositionView> out;
    if (markets.empty()) return out;
    std::vector<lending::Market*> to_read;
    to_read.reserve(markets.size());
    for (const auto& [name, market] : markets) to_read.push_back(market.get());
    TRY_VOID(read(chain, std::move(to_read), block));
    for (const auto& wallet : settings.wallets) {
        for (const auto& position : wallet.positions) {
            const auto market = markets.find(position.market);
            if (market == markets.end()) continue;
            TRY(auto view, make_view(chain, position.market, *market->second, wallet.address));
            view.name = position.name;
            view.wallet = wallet.name;
            view.live = settings.live(wallet);
            view.warn = position.warn;
            view.trigger = position.trigger;
            view.target = position.target;
            out.push_back(std::move(view));
        }
    }
    return out;
}

Result<PositionView> address_view(const config::Chain& chain, const config::Market& market, const Address& account,
                                  std::optional<BlockNumber> block) {
    TRY(auto adapter, lending::make_market(market.protocol, market.entry()));
    adapter->watch(account);
    std::vector<lending::Market*> to_read(1, adapter.get());
    TRY_VOID(read(chain, std::move(to_read), block));
    return make_view(chain, market.name, *adapter, account);
}

}  // namespace plimsoll::bot
