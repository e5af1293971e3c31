// SPDX-License-Identifier: Apache-2.0
#include "bot/console/what_if.hpp"

#include <algorithm>

#include "bot/view/level_price.hpp"
#include "chain/lending/supposing.hpp"

namespace plimsoll::console {

namespace {

constexpr std::uint32_t kFalls[] = {500, 1'000, 2'000, 3'000, 5'000};
constexpr std::uint64_t kBps = 10'000;

Result<std::vector<Fall>> falls_of(const lending::Market& market, const lending::Position& position,
                                   std::span<const lending::SupposedPrice> given) {
    std::vector<Fall> out;
    for (const auto bps : kFalls) {
        std::vector<lending::SupposedPrice> prices(given.begin(), given.end());
        for (const auto& asset : position.assets) {
            if (!asset.collateral || !asset.debt.is_zero()) continue;
            TRY(const U256 fallen, mul_div_down(asset.price.value, U256{kBps - bps}, U256{kBps}));
            std::erase_if(prices, [&](const auto& other) { return other.asset == asset.asset; });
            prices.push_back({asset.asset, Price{fallen}});
        }
        const lending::Supposing as_if(market, prices);
        TRY(const auto summary, market.summary(position.account, position.as_of));
        out.push_back({bps, summary.health_factor});
    }
    return out;
}

}  // namespace

Result<WhatIf> what_if(const engine::Engine& engine, const std::string& market_name, const Wad& trigger,
                       const Question& question) {
    const auto* market = engine.market(market_name);
    if (market == nullptr) return fail(Errc::NotFound, "there is no market " + market_name);
    WhatIf out;
    TRY(out.supposed, engine.suppose(question.position, question.prices));
    const auto& position = out.supposed.position;
    TRY(out.to_trigger, bot::prices_at_health(*market, position, trigger, question.prices));
    const Wad last{*checked_sub(kWad, U256{1})};  // liquidation begins below 1
    TRY(out.to_liquidation, bot::prices_at_health(*market, position, last, question.prices));
    TRY(out.falls, falls_of(*market, position, question.prices));
    return out;
}

}  // namespace plimsoll::console
