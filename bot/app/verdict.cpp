// SPDX-License-Identifier: Apache-2.0
#include "bot/app/verdict.hpp"

#include "bot/app/find_chain.hpp"
#include "bot/app/look.hpp"
#include "config/find.hpp"

namespace plimsoll::bot {

Result<Verdict> verdict_of(const config::Settings& settings, const config::Position& position) {
    const auto* market = config::find_named(settings.markets, position.market);
    const auto* chain = market == nullptr ? nullptr : find_chain(settings, market->chain);
    if (chain == nullptr) return fail(Errc::NotFound, "market " + position.market + " has no chain");
    TRY(auto seen, look(*chain, config_of_one(settings, *chain, position.name)));
    Verdict verdict;
    verdict.position = &position;
    verdict.dollars = market->protocol == "aave-v3";
    verdict.status = std::move(seen.status);
    if (!seen.decisions.empty()) verdict.decision = std::move(seen.decisions.back());
    if (!seen.simulations.empty()) verdict.calls = std::move(seen.simulations.back().calls);
    for (const auto& entry : verdict.status.positions) {
        if (entry.name == position.name && entry.in_sync) verdict.health = entry.health;
    }
    return verdict;
}

}  // namespace plimsoll::bot
