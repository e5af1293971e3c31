// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/route.hpp"

#include <limits>

#include "chain/dex/overlay.hpp"

namespace plimsoll::dex {

namespace {

bool tradable(const Pool& pool) {
    if (pool.token0 == pool.token1) return false;
    if (const auto* v3 = std::get_if<V3State>(&pool.state)) return !v3->sqrt_price.is_zero() && v3->ticks != nullptr;
    const auto& v2 = std::get<V2State>(pool.state);
    return !v2.reserve0.is_zero() && !v2.reserve1.is_zero();
}

/// In parts of a million, as both kinds take it from what goes in.
std::uint64_t fee_ppm(const Pool& pool) {
    if (const auto* v3 = std::get_if<V3State>(&pool.state)) return v3->fee;
    const auto& v2 = std::get<V2State>(pool.state);
    return 1'000'000ULL * (v2.fee_unit - v2.fee_kept) / v2.fee_unit;
}

/// Depth first at one length at a time, so that the shorter routes come first.
class Search {
  public:
    Search(std::span<const Pool> pools, const Address& token_out, const RouteLimits& limits)
        : pools_(pools), token_out_(token_out), limits_(limits) {
        for (std::size_t i = 0; i < pools.size(); ++i) {
            const auto& avoid = limits.avoid;
            if (tradable(pools[i]) && std::find(avoid.begin(), avoid.end(), pools[i].address) == avoid.end())
                usable_.push_back(i);
        }
    }

    std::vector<Route> run(const Address& token_in) {
        for (std::size_t length = 1; length <= limits_.hops; ++length) {
            tokens_.assign(1, token_in);
            bound_ = length <= kPlainHops ? kNoBound : cheapest_;
            extend(token_in, length, 0);
        }
        return std::move(found_);
    }

  private:
    static constexpr std::size_t kMaxVisits = 100'000;
    static constexpr std::size_t kPlainHops = 2;
    static constexpr std::uint64_t kNoBound = std::numeric_limits<std::uint64_t>::max();

    void extend(const Address& token, std::size_t left, std::uint64_t fees) {
        for (const std::size_t index : usable_) {
            if (found_.size() >= limits_.routes || ++visits_ > kMaxVisits) return;
            const Pool& pool = pools_[index];
            if (!pool.has(token) || (!limits_.mixed && !hops_.empty() && pool.kind() != pools_[hops_[0].pool].kind()))
                continue;
            const Address& next = pool.other(token);
            if ((left == 1) != (next == token_out_)) continue;
            if (std::find(tokens_.begin(), tokens_.end(), next) != tokens_.end()) continue;
            const std::uint64_t sum = fees + fee_ppm(pool);
            if (sum >= bound_) continue;
            hops_.push_back({index, token == pool.token0});
            if (left == 1) {
                found_.push_back({tokens_.front(), token_out_, hops_});
                cheapest_ = std::min(cheapest_, sum);
            } else {
                tokens_.push_back(next);
                extend(next, left - 1, sum);
                tokens_.pop_back();
            }
            hops_.pop_back();
        }
    }

    std::span<const Pool> pools_;
    const Address& token_out_;
    const RouteLimits& limits_;
    std::vector<std::size_t> usable_;
    std::vector<Address> tokens_;
    std::vector<Hop> hops_;
    std::vector<Route> found_;
    std::size_t visits_ = 0;
    std::uint64_t cheapest_ = kNoBound;
    std::uint64_t bound_ = kNoBound;
};

RouteQuote quote_route(std::span<const Pool> pools, const Route& route, const U256& amount, Exact exact,
                       const QuoteLimits& limits) {
    auto out = Overlay(pools).swap(route, amount, exact, limits);
    if (!out.complete()) return out;
    const auto fair = at_mid_price(pools, route, out.amount_in);
    out.cost_bps = fair ? shortfall_bps(*fair, out.amount_out) : 10'000;
    return out;
}

}  // namespace

RouteQuote Overlay::swap(const Route& route, const U256& amount, Exact exact, const QuoteLimits& limits) {
    RouteQuote out;
    if (route.hops.empty()) return out;
    U256 carried = amount;
    PoolQuote step;
    for (std::size_t i = 0; i < route.hops.size(); ++i) {
        const Hop& hop = route.hops[exact == Exact::In ? i : route.hops.size() - 1 - i];
        Pool* pool = edit(hop.pool);
        if (pool == nullptr) return out;
        step = dex::swap(*pool, hop.zero_for_one, carried, exact, limits);
        out.ticks_crossed += step.ticks_crossed;
        if (!step.complete()) {
            out.end = step.end;
            if (step.end == QuoteEnd::UnknownTicks) out.missing = MissingTicks{hop.pool, step.missing_word};
            return out;
        }
        carried = exact == Exact::In ? step.amount_out : step.amount_in;
    }
    out.end = QuoteEnd::Complete;
    out.amount_in = exact == Exact::In ? amount : carried;
    out.amount_out = exact == Exact::In ? carried : amount;
    return out;
}

Math<U256> at_mid_price(std::span<const Pool> pools, const Route& route, const U256& amount_in) {
    U256 out = amount_in;
    for (const Hop& hop : route.hops) {
        TRY(out, at_mid_price(pools[hop.pool], hop.zero_for_one, out));
    }
    return out;
}

std::uint32_t shortfall_bps(const U256& fair, const U256& got) {
    if (fair.is_zero() || got >= fair) return 0;
    const auto bps = mul_div_up(saturating_sub(fair, got), kBps, fair);
    return bps ? static_cast<std::uint32_t>(bps->low_u64()) : 10'000;
}

std::vector<Route> find_routes(std::span<const Pool> pools, const Address& token_in, const Address& token_out,
                               const RouteLimits& limits) {
    if (token_in == token_out) return {};
    return Search(pools, token_out, limits).run(token_in);
}

RouteQuote quote_exact_in(std::span<const Pool> pools, const Route& route, const U256& amount,
                          const QuoteLimits& limits) {
    return quote_route(pools, route, amount, Exact::In, limits);
}

RouteQuote quote_exact_out(std::span<const Pool> pools, const Route& route, const U256& amount,
                           const QuoteLimits& limits) {
    return quote_route(pools, route, amount, Exact::Out, limits);
}

}  // namespace plimsoll::dex
