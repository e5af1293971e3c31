// SPDX-License-Identifier: Apache-2.0
// Ways through several pools, and a sale divided among them. All amounts are in the tokens' smallest units.
#pragma once

#include <functional>

#include "chain/dex/quote.hpp"

namespace plimsoll::dex {

/// One pool of a route, and the direction.
struct Hop {
    std::size_t pool{};  // place in the list of pools that the route was made from
    bool zero_for_one{};

    bool operator==(const Hop&) const = default;
};

/// From token_in to token_out; no pool and no token twice.
struct Route {
    Address token_in;
    Address token_out;
    std::vector<Hop> hops;

    bool operator==(const Route&) const = default;
};

struct RouteLimits {
    std::size_t hops = 3;     // more than two only where their fees are lower than those of all that are shorter
    std::size_t routes = 64;  // the shorter ones first, then in the order of the pools
    bool mixed = false;       // V3 and V2 pools in one route: no router takes both in one call
    std::vector<Address> avoid = {};  // pools not to be used, e.g. the one that lends for this plan: it is locked
    QuoteLimits quote = {};
};

/// A bitmap word that a quote would have needed.
struct MissingTicks {
    std::size_t pool{};
    std::int32_t word{};

    bool operator==(const MissingTicks&) const = default;
};

struct RouteQuote {
    QuoteEnd end{QuoteEnd::Refused};
    U256 amount_in;
    U256 amount_out;
    std::uint32_t ticks_crossed{};
    /// What fees and price impact take: (amount at the mid price - amount_out) / amount at the mid price in bps,
    /// rounded up. At most 10,000.
    std::uint32_t cost_bps{};
    std::optional<MissingTicks> missing;  // with QuoteEnd::UnknownTicks

    bool complete() const { return end == QuoteEnd::Complete; }
};

/// Every route within the limits. Pools that cannot be quoted (nothing read, no liquidity) are left out.
std::vector<Route> find_routes(std::span<const Pool> pools, const Address& token_in, const Address& token_out,
                               const RouteLimits& limits = {});

/// The whole amount through the route, hop by hop, as SwapRouter.exactInput and exactOutput (and their V2 likes) do.
RouteQuote quote_exact_in(std::span<const Pool> pools, const Route& route, const U256& amount,
                          const QuoteLimits& limits = {});
RouteQuote quote_exact_out(std::span<const Pool> pools, const Route& route, const U256& amount,
                           const QuoteLimits& limits = {});

struct Part {
    Route route;
    U256 amount_in;
    U256 amount_out;
};

/// A sale in parts, to be made in this order: a part that shares a pool with an earlier one is quoted after it.
struct Split {
    QuoteEnd end{QuoteEnd::Refused};
    std::vector<Part> parts;
    U256 amount_in;
    U256 amount_out;
    std::uint32_t ticks_crossed{};
    std::uint32_t cost_bps{};           // against the best mid price of its routes
    std::vector<MissingTicks> missing;  // what better quotes would need; a complete split may have some too

    bool complete() const { return end == QuoteEnd::Complete; }
};

struct SplitLimits {
    std::size_t parts = 4;
    std::size_t slices = 20;  // the sale is handed out in this many pieces, each to the route that pays most for it
    U256 part_cost = {};      // what each part beyond the first costs to carry out (gas), in units of the token out
    RouteLimits routes = {};
};

/// Sells exactly `amount` where it yields most after the cost of its parts. Never less than the best single route.
Split best_split(std::span<const Pool> pools, const Address& token_in, const Address& token_out, const U256& amount,
                 const SplitLimits& limits = {});

/// The single route that gives exactly `amount` for the least input; one part, or none when there is no way.
Split best_exact_out(std::span<const Pool> pools, const Address& token_in, const Address& token_out, const U256& amount,
                     const RouteLimits& limits = {});

}  // namespace plimsoll::dex
