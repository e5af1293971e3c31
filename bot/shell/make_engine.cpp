// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/make_engine.hpp"

#include "chain/lending/registry.hpp"

namespace plimsoll::bot {

Result<std::vector<std::unique_ptr<lending::Market>>> make_markets(const engine::EngineConfig& config) {
    std::vector<std::unique_ptr<lending::Market>> markets;
    for (const auto& entry : config.markets) {
        auto market = lending::make_market(entry.protocol, entry.entry());
        if (!market) return fail(std::move(market).error(), "market " + entry.name);
        markets.push_back(*std::move(market));
    }
    return markets;
}

Result<std::unique_ptr<engine::Engine>> make_engine(const engine::EngineConfig& config, engine::Planner planner) {
    TRY(auto markets, make_markets(config));
    return std::make_unique<engine::Engine>(config, std::move(markets), std::move(planner));
}

}  // namespace plimsoll::bot
