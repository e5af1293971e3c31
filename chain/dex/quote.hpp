// SPDX-License-Identifier: Apache-2.0
// What one pool gives for an amount, computed from its state: equal to the contracts to the unit.
#pragma once

#include "chain/dex/pool.hpp"
#include "chain/dex/swap_math.hpp"

namespace plimsoll::dex {

/// How a quote ended. Only Complete may be traded.
enum class QuoteEnd : std::uint8_t {
    Complete,
    UnknownTicks,  // the price left the ticks that are known: read more of them
    Exhausted,     // the pool has no more to give at any price
    TooManyTicks,  // more ticks crossed than the bound
    Refused,       // the contract would revert (zero or too large an amount, a pool not initialised)
};

std::string_view to_string(QuoteEnd end);

struct PoolQuote {
    QuoteEnd end{QuoteEnd::Refused};
    U256 amount_in;                 // with the fee; what was taken as far as it went
    U256 amount_out;                // what is given for it
    std::uint32_t ticks_crossed{};  // initialised ones: each costs the swap some gas
    std::int32_t missing_word{};    // with UnknownTicks: the bitmap word that is wanted

    bool complete() const { return end == QuoteEnd::Complete; }
};

struct QuoteLimits {
    std::uint32_t ticks = 500;    // initialised ticks crossed
    std::uint32_t steps = 8'000;  // bitmap words and ticks passed: the whole range at spacing 1 has 6,932 words
};

/// Swaps `amount` of input (Exact::In) or for output (Exact::Out) and moves `pool` to the state after, however the
/// quote ends. token0 is sold when `zero_for_one`. UniswapV3Pool.swap without a price limit;
/// UniswapV2Library.getAmountOut and getAmountIn.
PoolQuote swap(Pool& pool, bool zero_for_one, const U256& amount, Exact exact, const QuoteLimits& limits = {});

/// The same without moving it.
PoolQuote quote(const Pool& pool, bool zero_for_one, const U256& amount, Exact exact, const QuoteLimits& limits = {});

/// `amount` at the price before any swap and without fee, rounded down: token1 for token0 when `zero_for_one`.
Math<U256> at_mid_price(const Pool& pool, bool zero_for_one, const U256& amount);

}  // namespace plimsoll::dex
