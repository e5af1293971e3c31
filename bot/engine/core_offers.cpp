// SPDX-License-Identifier: Apache-2.0
// Offers of aggregators: asked for beside a plan, never waited for.
#include <algorithm>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

namespace {

constexpr std::size_t kOffersKept = 16;         // per position
constexpr std::int64_t kOfferLifeMs = 30'000;   // what says nothing of its end
constexpr std::int64_t kOfferMarginMs = 2'000;  // what ends sooner is not begun with

}  // namespace

void Core::ask_offers(std::size_t i, const std::vector<strategies::OfferWanted>& wanted) {
    PositionState& position = positions[i];
    if (!config.aggregates || wanted.empty() || !swapper_) return;
    if (position.offers_asked_at == follower.at().number) return;
    position.offers_asked_at = follower.at().number;
    FetchOffers fetch;
    fetch.id = request(Route::What::Offers, i);
    fetch.taker = *swapper_;
    fetch.origin = sender_of(i).address;
    fetch.slippage_bps = position.config.limits.max_slippage_bps;
    fetch.wanted = wanted;
    const auto* ours = pools_at_head();
    for (const auto& one : wanted) {
        const auto split =
            ours == nullptr ? dex::Split() : ours->best_split(one.token_in, one.token_out, one.amount_in.value);
        fetch.local.push_back(TokenAmount{split.complete() ? split.amount_out : U256{}});
    }
    out.put(std::move(fetch));
}

std::vector<strategies::Offer> Core::offers_for(std::size_t i) const {
    std::vector<strategies::Offer> out_offers = positions[i].offers;
    const std::int64_t until = now + config.block_time_ms + kOfferMarginMs;
    std::erase_if(out_offers, [&](const strategies::Offer& offer) { return offer.expires_ms < until; });
    return out_offers;
}

void Core::on(const OffersDone& event) {
    const auto route = take_route(event.id, Route::What::Offers);
    if (!route) return;
    const std::size_t i = route->index;
    PositionState& position = positions[i];
    if (!event.error.empty())
        alerts_.raise(out, now, AlertLevel::Warning, "aggregator", "", "no offer of an aggregator: " + event.error);
    else
        alerts_.clear(out, "aggregator", "", "aggregators answer again");
    std::erase_if(position.offers, [&](const strategies::Offer& offer) { return offer.expires_ms < now; });
    if (!event.offers.empty()) ++position.offers_come;
    for (const auto& offer : event.offers) {
        if (position.offers.size() >= kOffersKept) position.offers.erase(position.offers.begin());
        position.offers.push_back(offer);
        if (offer.expires_ms == 0) position.offers.back().expires_ms = now + kOfferLifeMs;
    }
    // What has no plan under way is looked at again: an offer may be the only way.
    const bool idle = at_risk_.contains(i) && !position.removed && position.evaluated == follower.at().hash &&
                      !(position.incident && position.incident->check) && sender_of(i).owner != i;
    if (idle && !event.offers.empty()) decide(i);
}

}  // namespace plimsoll::engine
