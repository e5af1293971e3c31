// SPDX-License-Identifier: Apache-2.0
#include "strategies/fair.hpp"

#include <algorithm>

#include "chain/dex/twap.hpp"

namespace plimsoll::strategies {

namespace {

/// Through one reference; nullopt where it is not of this pair.
std::optional<U256> through(const Situation& s, const Reference& reference, const Address& from, const Address& to,
                            const U256& amount) {
    const auto pools = pools_of(s);
    if (reference.pool >= pools.size()) return std::nullopt;
    const auto& pool = pools[reference.pool];
    const bool forward = pool.token0 == from && pool.token1 == to;
    if (!forward && !(pool.token1 == from && pool.token0 == to)) return std::nullopt;
    const auto out = dex::quote_at_tick(reference.mean_tick, amount, forward);
    if (!out) return std::nullopt;
    return *out;
}

/// The highest of what the references say: a low one must not loosen what the others ask for.
std::optional<U256> referred(const Situation& s, const Address& from, const Address& to, const U256& amount) {
    std::optional<U256> out;
    for (const auto& reference : s.references) {
        if (const auto direct = through(s, reference, from, to, amount)) out = std::max(out.value_or(U256{}), *direct);
    }
    if (out) return out;
    const auto pools = pools_of(s);
    for (const auto& first : s.references) {
        if (first.pool >= pools.size() || !pools[first.pool].has(from)) continue;
        const Address& middle = pools[first.pool].other(from);
        const auto half = through(s, first, from, middle, amount);
        if (!half) continue;
        for (const auto& second : s.references) {
            if (const auto whole = through(s, second, middle, to, *half)) out = std::max(out.value_or(U256{}), *whole);
        }
    }
    return out;
}

/// With the prices that feeds give where a cap holds the protocol's down; nullopt where none of the two is capped.
Result<std::optional<U256>> uncapped(const Situation& s, AssetPosition from, AssetPosition to, const U256& amount) {
    bool capped = false;
    for (const auto& [asset, price] : s.uncapped) {
        if (asset != from.asset && asset != to.asset) continue;
        (asset == from.asset ? from : to).price = price;
        capped = true;
    }
    if (!capped) return std::optional<U256>();
    TRY(const auto out, exchanged_up(from, to, amount));
    return std::optional<U256>(out);
}

}  // namespace

Result<Fair> fair_price(const Situation& situation, const AssetPosition& from, const AssetPosition& to,
                        const U256& amount) {
    Fair out;
    TRY(out.oracle, exchanged_up(from, to, amount));
    if (from.asset == to.asset) return out;
    out.reference = referred(situation, from.asset, to.asset, amount);
    TRY(const auto free, uncapped(situation, from, to, amount));
    if (free) out.reference = std::max(out.reference.value_or(*free), *free);
    if (!out.reference) return out;
    const U256 low = std::min(out.oracle, *out.reference);
    const U256 gap = saturating_sub(out.tighter(), low);
    const auto bps = mul_div_up(gap, kBps, low);
    out.apart_bps = bps && bps->fits_u64()
                        ? static_cast<std::uint32_t>(std::min<std::uint64_t>(bps->low_u64(), 1'000'000))
                        : 1'000'000;
    return out;
}

bool disagree(const Situation& situation, const Fair& fair) {
    return fair.reference && fair.apart_bps > situation.allowed.slippage_bps + kReferenceSpreadBps;
}

std::uint32_t slippage_bps(const Situation& situation) {
    const std::uint32_t most = std::min(situation.allowed.slippage_bps, 10'000U);
    switch (situation.urgency) {
        case Urgency::Watch:
            return most / 2;
        case Urgency::Act:
            return most / 4 * 3 + most % 4 * 3 / 4;
        case Urgency::Emergency:
            return most;
    }
    return most;
}

U256 least_out(const Situation& situation, const Fair& fair, const U256& quoted) {
    U256 price = fair.tighter();
    if (situation.urgency != Urgency::Watch) price = std::max(fair.oracle, std::min(price, quoted));
    return less_bps(price, slippage_bps(situation));
}

}  // namespace plimsoll::strategies
