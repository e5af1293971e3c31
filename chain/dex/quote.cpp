// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/quote.hpp"

#include <algorithm>

#include "chain/dex/pool_words.hpp"

namespace plimsoll::dex {

namespace {

struct NextTick {
    Tick tick{};
    const TickInfo* info = nullptr;  // nothing: the edge of a word, not an initialised tick
};

/// TickBitmap.nextInitializedTickWithinOneWord over the sorted table: `at` is the first entry above the current tick.
class TickWalk {
  public:
    TickWalk(const V3State& pool, bool down) : pool_(pool), table_(*pool.ticks), down_(down) {
        const auto above = [](Tick tick, const TickInfo& info) { return tick < info.tick; };
        const auto first = std::upper_bound(table_.ticks.begin(), table_.ticks.end(), pool.tick, above);
        at_ = static_cast<std::size_t>(first - table_.ticks.begin());
    }

    /// The word that holds the answer of next().
    std::int32_t word(Tick tick) const {
        const Tick compressed = floor_div(tick, pool_.spacing);
        return floor_div(down_ ? compressed : compressed + 1, 256);
    }

    NextTick next(std::int32_t word) const {
        if (down_) {
            const Tick edge = word * 256 * pool_.spacing;
            if (at_ > 0 && table_.ticks[at_ - 1].tick >= edge) return found(table_.ticks[at_ - 1]);
            return {std::max(edge, kMinTick)};
        }
        const Tick edge = (word * 256 + 255) * pool_.spacing;
        if (at_ < table_.ticks.size() && table_.ticks[at_].tick <= edge) return found(table_.ticks[at_]);
        return {std::min(edge, kMaxTick)};
    }

    void pass() { at_ = down_ ? at_ - 1 : at_ + 1; }

  private:
    static NextTick found(const TickInfo& info) { return {info.tick, &info}; }

    const V3State& pool_;
    const TickTable& table_;
    bool down_;
    std::size_t at_{};
};

/// One loop of UniswapV3Pool.swap.
class V3Swap {
  public:
    V3Swap(V3State& pool, bool down, const U256& amount, Exact exact)
        : pool_(pool), walk_(pool, down), down_(down), exact_(exact), remaining_(amount) {}

    Math<PoolQuote> run(const QuoteLimits& limits) {
        const U256 limit = down_ ? U256{kMinSqrtRatio.low_u64() + 1} : *checked_sub(kMaxSqrtRatio, U256{1});
        std::uint32_t steps = 0;
        while (!remaining_.is_zero()) {
            if (pool_.sqrt_price == limit) return ended(QuoteEnd::Exhausted);
            if (++steps > limits.steps || out_.ticks_crossed > limits.ticks) return ended(QuoteEnd::TooManyTicks);
            const std::int32_t word = walk_.word(pool_.tick);
            if (!pool_.ticks->knows(word)) {
                out_.missing_word = word;
                return ended(QuoteEnd::UnknownTicks);
            }
            TRY_VOID(step(walk_.next(word), limit));
        }
        return ended(QuoteEnd::Complete);
    }

  private:
    PoolQuote ended(QuoteEnd end) {
        out_.end = end;
        return out_;
    }

    Math<void> step(const NextTick& next, const U256& limit) {
        TRY(const auto price_next, sqrt_ratio_at_tick(next.tick));
        const bool beyond = down_ ? price_next < limit : price_next > limit;
        const U256 start = pool_.sqrt_price;
        TRY(const auto move,
            swap_step(start, beyond ? limit : price_next, pool_.liquidity, remaining_, exact_, pool_.fee));
        TRY(const auto paid, checked_add(move.amount_in, move.fee));
        TRY(out_.amount_in, checked_add(out_.amount_in, paid));
        TRY(out_.amount_out, checked_add(out_.amount_out, move.amount_out));
        TRY(remaining_, checked_sub(remaining_, exact_ == Exact::In ? paid : move.amount_out));
        pool_.sqrt_price = move.price_next;
        if (move.price_next == price_next) {
            if (next.info != nullptr) {
                const i128 net = next.info->net;
                TRY(pool_.liquidity, down_ ? subtract_net(pool_.liquidity, net) : add_net(pool_.liquidity, net));
                ++out_.ticks_crossed;
                walk_.pass();
            }
            pool_.tick = down_ ? next.tick - 1 : next.tick;
        } else if (move.price_next != start) {
            TRY(pool_.tick, tick_at_sqrt_ratio(move.price_next));
        }
        return {};
    }

    V3State& pool_;
    TickWalk walk_;
    bool down_;
    Exact exact_;
    U256 remaining_;
    PoolQuote out_;
};

PoolQuote swap_v3(V3State& pool, bool down, const U256& amount, Exact exact, const QuoteLimits& limits) {
    // amountSpecified is an int256.
    if (pool.sqrt_price.is_zero() || pool.ticks == nullptr || amount.is_zero() || amount.bit(255)) return {};
    auto out = V3Swap(pool, down, amount, exact).run(limits);
    return out ? *out : PoolQuote{};
}

Math<PoolQuote> swap_v2(V2State& pool, bool zero_for_one, const U256& amount, Exact exact) {
    U256& reserve_in = zero_for_one ? pool.reserve0 : pool.reserve1;
    U256& reserve_out = zero_for_one ? pool.reserve1 : pool.reserve0;
    PoolQuote out;
    if (amount.is_zero() || reserve_in.is_zero() || reserve_out.is_zero()) return out;
    out.end = QuoteEnd::Complete;
    if (exact == Exact::In) {
        TRY(const auto kept, checked_mul(amount, U256{pool.fee_kept}));
        TRY(const auto numerator, checked_mul(kept, reserve_out));
        TRY(const auto scaled, checked_mul(reserve_in, U256{pool.fee_unit}));
        TRY(const auto denominator, checked_add(scaled, kept));
        out.amount_in = amount;
        TRY(out.amount_out, div_down(numerator, denominator));
    } else {
        if (amount >= reserve_out) {
            out.end = QuoteEnd::Exhausted;
            return out;
        }
        TRY(const auto product, checked_mul(reserve_in, amount));
        TRY(const auto numerator, checked_mul(product, U256{pool.fee_unit}));
        TRY(const auto left, checked_sub(reserve_out, amount));
        TRY(const auto denominator, checked_mul(left, U256{pool.fee_kept}));
        TRY(const auto quotient, div_down(numerator, denominator));
        TRY(out.amount_in, checked_add(quotient, U256{1}));
        out.amount_out = amount;
    }
    TRY(reserve_in, checked_add(reserve_in, out.amount_in));
    TRY(reserve_out, checked_sub(reserve_out, out.amount_out));
    // UniswapV2Pair.swap: something must come out, and the reserves are uint112.
    if (out.amount_out.is_zero() || reserve_in.bit_width() > 112) out.end = QuoteEnd::Refused;
    return out;
}

}  // namespace

PoolQuote swap(Pool& pool, bool zero_for_one, const U256& amount, Exact exact, const QuoteLimits& limits) {
    if (auto* v3 = std::get_if<V3State>(&pool.state)) return swap_v3(*v3, zero_for_one, amount, exact, limits);
    auto out = swap_v2(std::get<V2State>(pool.state), zero_for_one, amount, exact);
    return out ? *out : PoolQuote{};
}

PoolQuote quote(const Pool& pool, bool zero_for_one, const U256& amount, Exact exact, const QuoteLimits& limits) {
    Pool copy = pool;
    return swap(copy, zero_for_one, amount, exact, limits);
}

Math<U256> at_mid_price(const Pool& pool, bool zero_for_one, const U256& amount) {
    if (const auto* v2 = std::get_if<V2State>(&pool.state)) {
        return zero_for_one ? mul_div_down(amount, v2->reserve1, v2->reserve0)
                            : mul_div_down(amount, v2->reserve0, v2->reserve1);
    }
    const U256& price = std::get<V3State>(pool.state).sqrt_price;
    const U256& first = zero_for_one ? price : kQ96;
    const U256& second = zero_for_one ? kQ96 : price;
    // Fractions of a unit matter between the two divisions.
    const unsigned fraction = amount.bit_width() <= 128 ? 64 : 0;
    if (const auto half = mul_div_down(shift_left(amount, fraction), first, second)) {
        if (const auto whole = mul_div_down(*half, first, second)) return shift_right(*whole, fraction);
    }
    TRY(const auto half, mul_div_down(amount, first, second));
    return mul_div_down(half, first, second);
}

}  // namespace plimsoll::dex
