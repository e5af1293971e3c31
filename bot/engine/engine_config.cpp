// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/engine_config.hpp"

#include <algorithm>

namespace plimsoll::engine {

EngineConfig engine_config(const config::Settings& settings, const config::Chain& chain,
                           const SenderAddresses& senders) {
    EngineConfig out;
    out.chain = chain.name;
    out.chain_id = chain.id;
    out.block_time_ms = chain.block_time.count();
    out.head_age_max_ms = chain.head_age_max.count();
    out.audit_interval = chain.audit_interval;
    out.confirmations = chain.confirmations;
    out.replace_after = chain.replace_after;
    out.guard = chain.guard;
    out.wrapped_native = chain.wrapped_native;
    const auto keep = [&](const auto& from, auto& to) {
        std::copy_if(from.begin(), from.end(), std::back_inserter(to),
                     [&](const auto& entry) { return entry.chain == chain.name; });
    };
    keep(settings.markets, out.markets);
    keep(settings.lenders, out.lenders);
    keep(settings.pools, out.pools);
    keep(settings.routers, out.routers);
    out.aggregates = std::any_of(settings.aggregators.begin(), settings.aggregators.end(),
                                 [&](const config::Aggregator& entry) { return entry.chain == chain.name; });
    const auto here = [&](const config::Position& position) {
        return std::any_of(out.markets.begin(), out.markets.end(),
                           [&](const config::Market& market) { return market.name == position.market; });
    };
    for (const auto& wallet : settings.wallets) {
        const auto sender = senders.find(wallet.name);
        WalletConfig mine{
            wallet.name,           wallet.address, sender == senders.end() ? wallet.address : sender->second,
            settings.live(wallet), wallet.guard,   {}};
        std::copy_if(wallet.positions.begin(), wallet.positions.end(), std::back_inserter(mine.positions), here);
        if (!mine.positions.empty()) out.wallets.push_back(std::move(mine));
    }
    return out;
}

}  // namespace plimsoll::engine
