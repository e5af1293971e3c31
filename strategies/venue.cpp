// SPDX-License-Identifier: Apache-2.0
#include "strategies/venue.hpp"

#include <algorithm>

#include "strategies/gas.hpp"
#include "strategies/order.hpp"
#include "strategies/policy.hpp"

namespace plimsoll::strategies {

namespace {

constexpr std::size_t kRoutes = 16;

const Router* router_of(const Situation& s, dex::PoolKind kind) {
    for (const auto& router : s.routers) {
        if (dex::serves(router.kind, kind) && venue_allowed(s, router.address)) return &router;
    }
    return nullptr;
}

bool share_pool(const dex::Route& a, const dex::Route& b) {
    return std::any_of(a.hops.begin(), a.hops.end(), [&](const dex::Hop& hop) {
        return std::any_of(b.hops.begin(), b.hops.end(), [&](const dex::Hop& other) { return other.pool == hop.pool; });
    });
}

Venue single(const Situation& s, const dex::Route& route) {
    Venue out;
    out.name = route.hops.size() == 1 ? "pool " + to_string(pools_of(s)[route.hops[0].pool].address)
                                      : std::to_string(route.hops.size()) + " pools in a row";
    out.routes = {route};
    out.shares = {U256{1}};
    return out;
}

dex::RouteLimits limits_for(const Situation& s, const std::vector<Address>& avoid) {
    dex::RouteLimits out;
    out.avoid = avoid;
    for (const auto& pool : pools_of(s)) {
        if (router_of(s, pool.kind()) == nullptr) out.avoid.push_back(pool.address);
    }
    return out;
}

/// What this much gas is worth in an asset; zero where the market does not price it.
U256 gas_in(const Situation& s, const Address& asset, Gas gas) {
    const auto* row = offered(s, asset);
    return row == nullptr || row->price.is_zero() ? U256{} : amount_worth(*row, gas_value(s, gas).value);
}

/// Single routes by what they bring after their gas, best first, no pool twice.
std::vector<Venue> singles(const Situation& s, const Address& from, const Address& to, const U256& amount,
                           const dex::RouteLimits& limits) {
    const auto pools = pools_of(s);
    std::vector<std::pair<U256, dex::Route>> found;
    for (auto& route : dex::find_routes(pools, from, to, limits)) {
        const auto quote = dex::quote_exact_in(pools, route, amount, limits.quote);
        if (quote.missing && s.pools != nullptr) s.pools->quote_exact_in(route, amount, limits.quote);
        // What cannot take all of it may still take a part.
        const Gas gas =
            kGas.hop * static_cast<Gas>(route.hops.size()) + kGas.tick * static_cast<Gas>(quote.ticks_crossed);
        const U256 kept = saturating_sub(quote.amount_out, gas_in(s, to, gas));
        found.emplace_back(quote.complete() ? kept : U256{}, std::move(route));
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Venue> out;
    for (const auto& candidate : found) {
        const dex::Route& route = candidate.second;
        const bool again =
            std::any_of(out.begin(), out.end(), [&](const Venue& venue) { return share_pool(venue.routes[0], route); });
        if (!again && out.size() + 1 < kVenues) out.push_back(single(s, route));
    }
    return out;
}

}  // namespace

std::vector<Venue> venues_for(const Situation& situation, const Address& from, const Address& to, const U256& amount,
                              const std::vector<Address>& avoid) {
    if (from == to) {
        Venue itself;
        itself.name = "itself";
        itself.itself = true;
        return {itself};
    }
    std::vector<Venue> out;
    auto limits = limits_for(situation, avoid);
    limits.routes = kRoutes;
    dex::SplitLimits divided;
    divided.routes = limits;
    divided.parts = 3;
    divided.slices = 12;
    divided.part_cost = gas_in(situation, to, kGas.swap + kGas.hop);
    const auto split = dex::best_split(pools_of(situation), from, to, amount, divided);
    if (split.complete() && split.parts.size() > 1) {
        Venue venue;
        venue.name = std::to_string(split.parts.size()) + " routes";
        for (const auto& part : split.parts) {
            venue.routes.push_back(part.route);
            venue.shares.push_back(part.amount_in);
        }
        out.push_back(std::move(venue));
    }
    for (auto& venue : singles(situation, from, to, amount, limits)) {
        if (out.size() < kVenues) out.push_back(std::move(venue));
    }
    for (const auto& offer : situation.offers) {
        if (offer.token_in != from || offer.token_out != to || !venue_allowed(situation, offer.target)) continue;
        if (offer.expires_ms <= static_cast<std::int64_t>(situation.as_of) * 1'000) continue;
        Venue venue;
        venue.name = offer.name;
        venue.offer = &offer;
        out.push_back(std::move(venue));
    }
    return out;
}

const std::vector<Venue>& VenueMemory::venues(const Situation& situation, const Address& from, const Address& to,
                                              const U256& amount, const std::vector<Address>& avoid) {
    for (const auto& entry : entries_) {
        if (entry.from == from && entry.to == to && entry.amount == amount && entry.avoid == avoid) return entry.venues;
    }
    if (entries_.size() >= kEntries) entries_.clear();
    return entries_.emplace_back(Entry{from, to, amount, avoid, venues_for(situation, from, to, amount, avoid)}).venues;
}

std::optional<Sale> sell(const Situation& situation, const Venue& venue, const U256& amount, dex::Overlay& pools) {
    Sale out;
    out.amount_in = amount;
    if (amount.is_zero()) return std::nullopt;
    if (venue.itself) {
        out.amount_out = amount;
        return out;
    }
    if (venue.offer != nullptr) {
        if (venue.offer->amount_in.value != amount) return std::nullopt;
        out.amount_out = venue.offer->amount_out.value;
        out.fills = {{0, amount, out.amount_out}};
        out.gas = venue.offer->gas;
        return out;
    }
    U256 total;
    for (const auto& share : venue.shares) total = checked_add(total, share).value_or(kU256Max);
    U256 left = amount;
    for (std::size_t i = 0; i < venue.routes.size(); ++i) {
        const bool last = i + 1 == venue.routes.size();
        const U256 part = last ? left : std::min(left, mul_div_down(amount, venue.shares[i], total).value_or(U256{}));
        if (part.is_zero()) continue;
        const auto quote = pools.swap(venue.routes[i], part, dex::Exact::In, {});
        if (!quote.complete() || quote.amount_out.is_zero()) {
            if (quote.missing && situation.pools != nullptr) situation.pools->quote_exact_in(venue.routes[i], part);
            return std::nullopt;
        }
        const auto sum = checked_add(out.amount_out, quote.amount_out);
        if (!sum) return std::nullopt;
        out.amount_out = *sum;
        out.fills.push_back({i, part, quote.amount_out});
        out.gas += kGas.swap + kGas.hop * static_cast<Gas>(venue.routes[i].hops.size()) +
                   kGas.tick * static_cast<Gas>(quote.ticks_crossed);
        left = saturating_sub(left, part);
    }
    return out;
}

Result<std::vector<guard::Step>> swap_steps(const Situation& situation, const Venue& venue, const Sale& sale,
                                            const U256& least) {
    std::vector<guard::Step> out;
    if (venue.itself) return out;
    U256 left = least;
    for (const auto& fill : sale.fills) {
        guard::Step step;
        step.action = guard::Action::Swap;
        step.amount = TokenAmount{fill.amount_in};
        TRY(const U256 share, mul_div_up(least, fill.amount_out, sale.amount_out));
        step.min_out = TokenAmount{&fill == &sale.fills.back() ? left : std::min(share, left)};
        left = saturating_sub(left, step.min_out.value);
        if (venue.offer != nullptr) {
            step.asset = venue.offer->token_in;
            step.asset_out = venue.offer->token_out;
            step.min_out = std::max(step.min_out, venue.offer->min_out);
            step.target = venue.offer->target;
            step.data = venue.offer->data;
            out.push_back(std::move(step));
            continue;
        }
        const auto& route = venue.routes[fill.route];
        const auto pools = pools_of(situation);
        const Router* router = router_of(situation, pools[route.hops[0].pool].kind());
        if (router == nullptr) return fail(Errc::Refused, "guard-venue: no router of the policy takes this route");
        step.asset = route.token_in;
        step.asset_out = route.token_out;
        step.target = router->address;
        const dex::SwapOrder order{fill.amount_in, step.min_out.value, situation.seat->swapper, situation.deadline};
        TRY(auto call, dex::swap_call(router->address, router->kind, pools, route, order));
        step.data = std::move(call.data);
        out.push_back(std::move(step));
    }
    return out;
}

}  // namespace plimsoll::strategies
