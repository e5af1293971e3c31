// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "chain/types/u256.hpp"

namespace plimsoll::dex {

__extension__ using i128 = __int128;

/// Logarithm of a price (token1 per token0, both in smallest units) to the base 1.0001, rounded down.
using Tick = std::int32_t;

// TickMath.sol of Uniswap V3.
inline constexpr Tick kMinTick = -887'272;
inline constexpr Tick kMaxTick = 887'272;
inline constexpr U256 kMinSqrtRatio{4'295'128'739};
inline constexpr U256 kMaxSqrtRatio = U256::literal("1461446703485210103287273052203988822378723970342");
inline constexpr U256 kQ96 = shift_left(U256{1}, 96);

/// TickMath.getSqrtRatioAtTick: sqrt(1.0001^tick) in Q64.96. Overflow outside [kMinTick, kMaxTick].
Math<U256> sqrt_ratio_at_tick(Tick tick);

/// TickMath.getTickAtSqrtRatio: the greatest tick whose ratio is not above `ratio`. Overflow outside
/// [kMinSqrtRatio, kMaxSqrtRatio).
Math<Tick> tick_at_sqrt_ratio(const U256& ratio);

/// Division that rounds towards minus infinity, for the words of a tick bitmap.
constexpr Tick floor_div(Tick a, Tick b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

}  // namespace plimsoll::dex
