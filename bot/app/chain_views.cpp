// SPDX-License-Identifier: Apache-2.0
#include "bot/app/chain_views.hpp"

#include "bot/engine/known_rules.hpp"
#include "bot/sync.hpp"
#include "chain/lending/registry.hpp"

namespace plimsoll::bot {

ChainLook configured_on(const config::Settings& settings, const config::Chain& chain) {
    ChainLook out{chain, {}, engine::feed_rules(settings, chain)};
    for (const auto& wallet : settings.wallets) {
        for (const auto& position : wallet.positions) {
            for (const auto& market : settings.markets) {
                if (market.name == position.market && market.chain == chain.name)
                    out.looked.push_back({market, wallet.address, wallet.name, position, settings.live(wallet)});
            }
        }
    }
    return out;
}

ChainLook one_account(const config::Chain& chain, const config::Market& market, const Address& account) {
    ChainLook out{chain, {}, engine::feed_rules(config::Settings(), chain)};
    Looked looked;
    looked.market = market;
    looked.account = account;
    out.looked.push_back(std::move(looked));
    return out;
}

Result<std::unique_ptr<ChainViews>> ChainViews::connect(const boost::asio::any_io_executor& executor, ChainLook look) {
    TRY(auto endpoints, connect_endpoints(executor, look.chain));
    std::unique_ptr<ChainViews> out(new ChainViews(std::move(look), endpoints.readable()));
    for (const auto& one : out->look_.looked) {
        auto& market = out->markets_[one.market.name];
        if (market == nullptr) {
            TRY(market, lending::make_market(one.market.protocol, one.market.entry()));
        }
        market->watch(one.account);
    }
    return out;
}

Task<Result<BlockRef>> ChainViews::block(std::optional<BlockNumber> number) {
    rpc::BlockId id;
    if (number) id.value = *number;
    std::optional<Error> first;
    for (std::size_t tries = 0; tries < clients_.size(); ++tries) {
        const auto header = co_await clients_[asked_]->header(id);
        if (header) co_return header->ref;
        if (!first) first = header.error();
        asked_ = (asked_ + 1) % clients_.size();
    }
    if (!first) co_return fail(Errc::NotFound, "no node of the chain can be read from");
    co_return fail(*std::move(first), "reading the block");
}

Task<Result<std::vector<PositionView>>> ChainViews::read(BlockRef block) {
    for (const auto& [name, market] : markets_) {
        const auto had = market->synced();
        if (had && had->hash != block.hash) market->reset();
        CO_TRY_VOID(co_await sync(*clients_[asked_], *market, block, told_));
        if (!market->unsupported().empty()) co_return fail(Errc::Unsupported, market->unsupported());
    }
    co_await read_feeds(block);
    std::vector<PositionView> out;
    for (const auto& looked : look_.looked) {
        CO_TRY(auto one, view(looked, block));
        out.push_back(std::move(one));
    }
    co_return out;
}

/// What is behind the markets' prices, of the block that they are of. It is told beside them: what cannot be read is
/// left out.
Task<void> ChainViews::read_feeds(BlockRef block) {
    constexpr int kRounds = 8;  // a proxy, what it stands on, and so on: each looked at and then read
    constexpr std::size_t kLooks = 64;
    std::vector<oracle::SourceUse> uses;
    for (const auto& [name, market] : markets_) {
        for (const auto& use : market->price_uses()) uses.push_back({use.source, use.symbol});
    }
    feeds_.follow(std::move(uses));
    for (int round = 0; round < kRounds; ++round) {
        auto calls = feeds_.calls(block, kLooks);
        if (calls.empty()) co_return;
        const auto answers = co_await clients_[asked_]->state_of(std::move(calls), block);
        if (!answers) co_return;
        feeds_.answer(block, *answers);
    }
}

Result<PositionView> ChainViews::view(const Looked& looked, const BlockRef& block) const {
    const auto& market = *markets_.at(looked.market.name);
    TRY(auto out, view_of(market, looked.account, block.timestamp));
    out.market = looked.market.name;
    out.chain_id = look_.chain.id;
    for (const auto& use : market.price_uses()) {
        if (auto age = feeds_.oldest(use.source)) out.price_ages.emplace(use.asset, *std::move(age));
    }
    out.wallet = looked.wallet;
    out.live = looked.live;
    if (!looked.position) return out;
    out.name = looked.position->name;
    out.warn = looked.position->warn;
    out.trigger = looked.position->trigger;
    out.target = looked.position->target;
    return out;
}

void ChainViews::stop() {
    for (const auto& client : clients_) client->endpoint().stop();
}

}  // namespace plimsoll::bot
