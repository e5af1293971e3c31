// SPDX-License-Identifier: Apache-2.0
#include "bot/outlook/outlook.hpp"

#include <algorithm>

#include "bot/outlook/moved_pools.hpp"
#include "chain/lending/supposing.hpp"
#include "strategies/urgency.hpp"

namespace plimsoll::bot::outlook {

namespace {

using lending::Supposing;
using strategies::Situation;

/// A situation at supposed prices, with the pools it speaks of. Only while the prices are supposed.
struct Supposed {
    std::vector<dex::Pool> pools;
    Situation situation;
};

std::optional<BaseValue> price_of(const std::vector<lending::AssetPosition>& assets,
                                  const std::optional<Address>& coin) {
    for (const auto& asset : assets) {
        if (coin && asset.asset == *coin) return BaseValue{asset.price.value};
    }
    return std::nullopt;
}

Result<void> suppose(Supposed& supposed, const Course& course, std::uint32_t part, const std::optional<Address>& coin) {
    Situation& s = supposed.situation;
    const Address account = s.now.account;
    TRY(s.now, s.market.position(account, s.as_of));
    TRY(auto offered, s.market.offered(account, s.as_of));
    s.coin_price = price_of(offered, coin);
    if (!s.offered.empty()) s.offered = std::move(offered);
    TRY(s.urgency, strategies::urgency_of(s.market, s.now));
    for (auto& reference : s.references) {
        if (reference.pool < supposed.pools.size())
            reference.mean_tick += ticks_moved(supposed.pools[reference.pool], course, part);
    }
    for (auto& pool : supposed.pools) pool = moved(std::move(pool), course, part);
    s.pools = nullptr;
    s.pool_states = supposed.pools;
    s.offers.clear();
    for (auto& [asset, price] : s.uncapped) {
        if (std::find(course.assets.begin(), course.assets.end(), asset) != course.assets.end())
            price = moved(price, course, part);
    }
    return {};
}

Result<Answer> answer_at(const Situation& situation, const Course& course, std::uint32_t part,
                         const std::optional<Address>& coin) {
    const auto prices = prices_at(situation.market, course, part);
    const Supposing as_if(situation.market, prices);
    const auto pools = strategies::pools_of(situation);
    Supposed supposed{{pools.begin(), pools.end()}, situation};
    TRY_VOID(suppose(supposed, course, part, coin));
    Answer out;
    out.part = part;
    out.health = supposed.situation.now.summary.health_factor;
    TRY(out.liquidation, situation.market.liquidation_cost(situation.now.account, situation.as_of));
    auto ladder = strategies::plan_ladder(supposed.situation);
    if (!ladder.rungs.empty()) out.plan = std::move(ladder.rungs.front());
    out.refused = std::move(ladder.refused);
    return out;
}

/// The health factor at `part` of an account that was rescued by `plan` on the way there.
Result<Wad> rescued_before(const Situation& situation, const Course& course, std::uint32_t part,
                           const strategies::Plan& plan) {
    const auto prices = prices_at(situation.market, course, part);
    const Supposing as_if(situation.market, prices);
    TRY(const auto summary, situation.market.after(situation.now.account, plan.changes, situation.as_of));
    return summary.health_factor;
}

}  // namespace

Result<Outlook> outlook_of(const strategies::Situation& situation, const config::Position& position,
                           const std::optional<Address>& coin) {
    const auto& market = situation.market;
    const Address& account = situation.now.account;
    Outlook out;
    out.now = situation.now;
    TRY(out.course, course_of(market, situation.now));
    out.fee_per_gas = situation.fee_per_gas;
    if (!out.course) return out;
    const Course& course = *out.course;
    out.step = worst_step(market, course);
    TRY(const auto offered, market.offered(account, situation.as_of));
    out.coin_price = price_of(offered, coin);
    TRY(const auto later, market.summary(account, situation.as_of + out.step.heartbeat));
    out.after_heartbeat = later.health_factor;
    TRY(out.to_warn, part_to(market, account, course, position.warn, situation.as_of));
    TRY(out.to_trigger, part_to(market, account, course, position.trigger, situation.as_of));
    TRY(out.to_liquidation, part_to(market, account, course, Wad{kWad}, situation.as_of));
    if (out.to_trigger) {
        TRY(out.at_trigger, answer_at(situation, course, *out.to_trigger, coin));
    }
    for (const auto part : kParts) {
        TRY(auto answer, answer_at(situation, course, part, coin));
        const bool passes = out.to_trigger && *out.to_trigger < part && out.at_trigger->plan;
        if (passes) {
            TRY(answer.after_rescue, rescued_before(situation, course, part, *out.at_trigger->plan));
        }
        out.steps.push_back(std::move(answer));
    }
    return out;
}

}  // namespace plimsoll::bot::outlook
