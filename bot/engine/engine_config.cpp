// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/engine_config.hpp"

#include <algorithm>

namespace plimsoll::engine {

EngineConfig engine_config(const config::Settings& settings, const config::Chain& chain) {
    EngineConfig out;
    out.chain = chain.name;
    out.chain_id = chain.id;
    out.block_time_ms = chain.block_time.count();
    out.head_age_max_ms = chain.head_age_max.count();
    out.audit_interval = chain.audit_interval;
    out.confirmations = chain.confirmations;
    out.replace_after = chain.replace_after;
    for (const auto& market : settings.markets) {
        if (market.chain == chain.name) out.markets.push_back(market);
    }
    const auto here = [&](const config::Position& position) {
        return std::any_of(out.markets.begin(), out.markets.end(),
                           [&](const config::Market& market) { return market.name == position.market; });
    };
    for (const auto& wallet : settings.wallets) {
        WalletConfig mine{wallet.name, wallet.address, wallet.address, settings.live(wallet), {}};
        std::copy_if(wallet.positions.begin(), wallet.positions.end(), std::back_inserter(mine.positions), here);
        if (!mine.positions.empty()) out.wallets.push_back(std::move(mine));
    }
    return out;
}

}  // namespace plimsoll::engine
