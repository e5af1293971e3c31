// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/overlay.hpp"

namespace plimsoll::dex {

namespace {

bool share_pool(const Route& a, const Route& b) {
    for (const Hop& hop : a.hops) {
        for (const Hop& other : b.hops) {
            if (hop.pool == other.pool) return true;
        }
    }
    return false;
}

class Splitter {
  public:
    Splitter(std::span<const Pool> pools, std::vector<Route> routes, const U256& amount, const SplitLimits& limits)
        : pools_(pools), routes_(std::move(routes)), amount_(amount), limits_(limits) {}

    Split run() {
        Split best = best_single();
        if (routes_.size() > 1 && limits_.slices > 1) {
            // Fewer parts are looked at only where parts cost something.
            for (std::size_t parts = limits_.part_cost.is_zero() ? limits_.parts : 2; parts <= limits_.parts; ++parts) {
                if (parts > 1) best = better(std::move(best), divided(parts));
            }
        }
        if (best.complete()) best.cost_bps = shortfall_bps(fair(best), best.amount_out);
        best.missing = std::move(missing_);
        return best;
    }

  private:
    struct Share {
        std::size_t route{};
        U256 amount;
    };
    static constexpr std::size_t kMissingNoted = 32;

    Split divided(std::size_t parts) {
        auto shares = hand_out(parts);
        Split out = shares.empty() ? Split() : execute(shares);
        if (out.complete() && out.parts.size() > 1) refine(shares, out);
        return out;
    }

    /// What is left of the amount out when its parts are paid.
    U256 net(const Split& split) const {
        const auto cost = checked_mul(limits_.part_cost, U256{split.parts.empty() ? 0 : split.parts.size() - 1});
        return cost ? saturating_sub(split.amount_out, *cost) : U256{};
    }

    Split better(Split a, Split b) const {
        if (!b.complete()) return a;
        return !a.complete() || net(b) > net(a) ? std::move(b) : std::move(a);
    }

    RouteQuote swap(Overlay& pools, const Route& route, const U256& amount) {
        auto out = pools.swap(route, amount, Exact::In, limits_.routes.quote);
        if (out.missing && missing_.size() < kMissingNoted &&
            std::find(missing_.begin(), missing_.end(), *out.missing) == missing_.end())
            missing_.push_back(*out.missing);
        return out;
    }

    Split best_single() {
        Split best;
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            Split single = execute({{i, amount_}});
            if (single.complete() ? !best.complete() || single.amount_out > best.amount_out : !best.complete())
                best = std::move(single);
        }
        return best;
    }

    /// The shares one after the other, each as one swap.
    Split execute(const std::vector<Share>& shares) {
        Overlay after(pools_);
        Split out;
        for (const auto& share : shares) {
            if (share.amount.is_zero()) continue;
            const auto quote = swap(after, routes_[share.route], share.amount);
            out.end = quote.end;
            if (!quote.complete()) return out;
            const auto total_in = checked_add(out.amount_in, quote.amount_in);
            const auto total_out = checked_add(out.amount_out, quote.amount_out);
            out.end = total_in && total_out ? QuoteEnd::Complete : QuoteEnd::Refused;
            if (!out.complete()) return out;
            out.amount_in = *total_in;
            out.amount_out = *total_out;
            out.ticks_crossed += quote.ticks_crossed;
            out.parts.push_back({routes_[share.route], quote.amount_in, quote.amount_out});
        }
        return out;
    }

    /// Slice by slice to the route that pays most for it then. Empty when a slice finds no taker.
    std::vector<Share> hand_out(std::size_t parts) {
        const auto slice = div_down(amount_, U256{limits_.slices});
        if (!slice || slice->is_zero()) return {};
        Overlay after(pools_);
        std::vector<Share> shares;
        std::vector<std::optional<U256>> pays(routes_.size());
        U256 left = amount_;
        for (std::size_t n = 0; n < limits_.slices; ++n) {
            const U256 part = n + 1 == limits_.slices ? left : *slice;
            left = saturating_sub(left, part);
            const auto chosen = best_taker(after, shares, pays, part, parts);
            if (!chosen) return {};
            swap(after, routes_[*chosen], part);
            for (std::size_t i = 0; i < routes_.size(); ++i) {
                if (n + 2 == limits_.slices || share_pool(routes_[i], routes_[*chosen])) pays[i].reset();
            }
            auto share = std::find_if(shares.begin(), shares.end(), [&](const Share& s) { return s.route == *chosen; });
            if (share == shares.end()) share = shares.insert(shares.end(), {*chosen, U256{}});
            const auto sum = checked_add(share->amount, part);
            if (!sum) return {};
            share->amount = *sum;
        }
        return shares;
    }

    std::optional<std::size_t> best_taker(const Overlay& after, const std::vector<Share>& shares,
                                          std::vector<std::optional<U256>>& pays, const U256& part, std::size_t parts) {
        std::optional<std::size_t> out;
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            const bool used =
                std::any_of(shares.begin(), shares.end(), [&](const Share& share) { return share.route == i; });
            if (!used && shares.size() >= parts) continue;
            if (!pays[i]) {
                Overlay trial = after;
                const auto quote = swap(trial, routes_[i], part);
                pays[i] = quote.complete() ? quote.amount_out : U256{};
            }
            if (!pays[i]->is_zero() && (!out || *pays[i] > *pays[*out])) out = i;
        }
        return out;
    }

    /// Moves ever smaller pieces from one share to another while that pays.
    void refine(std::vector<Share>& shares, Split& split) {
        auto step = *div_down(amount_, U256{2 * limits_.slices});
        for (int round = 0; round < 5 && !step.is_zero(); ++round, step = shift_right(step, 1)) {
            for (std::size_t from = 0; from < shares.size(); ++from) {
                for (std::size_t to = 0; to < shares.size(); ++to) {
                    if (from == to || shares[from].amount < step) continue;
                    auto trial = shares;
                    trial[from].amount = saturating_sub(trial[from].amount, step);
                    const auto grown = checked_add(trial[to].amount, step);
                    if (!grown) continue;
                    trial[to].amount = *grown;
                    Split better = execute(trial);
                    if (!better.complete() || better.amount_out <= split.amount_out) continue;
                    shares = std::move(trial);
                    split = std::move(better);
                }
            }
        }
    }

    U256 fair(const Split& split) const {
        U256 out;
        for (const auto& part : split.parts) {
            if (const auto value = at_mid_price(pools_, part.route, split.amount_in)) out = std::max(out, *value);
        }
        return out;
    }

    std::span<const Pool> pools_;
    std::vector<Route> routes_;
    U256 amount_;
    const SplitLimits& limits_;
    std::vector<MissingTicks> missing_;
};

}  // namespace

Split best_split(std::span<const Pool> pools, const Address& token_in, const Address& token_out, const U256& amount,
                 const SplitLimits& limits) {
    return Splitter(pools, find_routes(pools, token_in, token_out, limits.routes), amount, limits).run();
}

Split best_exact_out(std::span<const Pool> pools, const Address& token_in, const Address& token_out, const U256& amount,
                     const RouteLimits& limits) {
    Split out;
    for (const auto& route : find_routes(pools, token_in, token_out, limits)) {
        const auto quote = quote_exact_out(pools, route, amount, limits.quote);
        if (quote.missing && std::find(out.missing.begin(), out.missing.end(), *quote.missing) == out.missing.end())
            out.missing.push_back(*quote.missing);
        if (!quote.complete()) {
            if (!out.complete()) out.end = quote.end;
            continue;
        }
        if (out.complete() && out.amount_in <= quote.amount_in) continue;
        out.end = QuoteEnd::Complete;
        out.parts = {{route, quote.amount_in, quote.amount_out}};
        out.amount_in = quote.amount_in;
        out.amount_out = quote.amount_out;
        out.ticks_crossed = quote.ticks_crossed;
        out.cost_bps = quote.cost_bps;
    }
    return out;
}

}  // namespace plimsoll::dex
