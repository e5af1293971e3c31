// SPDX-License-Identifier: Apache-2.0
// What people ask: a position at other prices, and how much of its limits is used. Nothing is changed by it.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "chain/lending/supposing.hpp"

namespace plimsoll::engine {

Result<Supposed> Core::suppose(const std::string& name, std::span<const lending::SupposedPrice> prices) const {
    const auto i = position_named(name);
    if (!i) return fail(Errc::NotFound, "there is no position " + name);
    const PositionState& position = positions[*i];
    if (!follower.in_sync(position.market)) return fail(Errc::NotFound, "its market is not in sync");
    const auto& market = market_at(position.market);
    Supposed answer;
    {
        const lending::Supposing as_if(market, prices);
        TRY(answer.position, market.position(account_of(*i), follower.at().timestamp));
    }
    if (!(answer.position.summary.health_factor < position.config.target)) return answer;
    // As decisions do, plans count with what a public feed says already, unless somebody wonders about that price.
    std::vector<lending::SupposedPrice> all(prices.begin(), prices.end());
    for (const auto& ahead : position.ahead) {
        const auto same = [&](const lending::SupposedPrice& one) { return one.asset == ahead.asset; };
        if (std::none_of(prices.begin(), prices.end(), same)) all.push_back(ahead);
    }
    const lending::Supposing as_if(market, all);
    auto situation = situation_of(*i);
    strategies::Ladder ladder;
    if (situation) {
        // The book would have ticks read for quotes that lack some: a question must not change what is done next.
        if (situation->pools != nullptr) situation->pool_states = situation->pools->pools();
        situation->pools = nullptr;
        ladder = planner_(*situation);
    } else {
        ladder.refused.push_back({"accounting", situation.error().message});
    }
    if (ladder.rungs.size() > strategies::kRungs) ladder.rungs.resize(strategies::kRungs);
    answer.ladder = told(ladder);
    return answer;
}

Usage Core::usage(const std::string& name) const {
    return {budget_.value(name, now), budget_.gas(name, now), budget_.last_action(name)};
}

}  // namespace plimsoll::engine
