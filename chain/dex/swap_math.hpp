// SPDX-License-Identifier: Apache-2.0
// SqrtPriceMath.sol and SwapMath.sol of Uniswap V3: the same roundings, and an error wherever the contract reverts.
// Prices are square roots in Q64.96, amounts in the smallest units of token0 and token1, fees in millionths.
#pragma once

#include "chain/dex/tick_math.hpp"

namespace plimsoll::dex {

inline constexpr std::uint32_t kFeeUnit = 1'000'000;

enum class Rounding : std::uint8_t { Down, Up };

/// SqrtPriceMath.getAmount0Delta and getAmount1Delta: what moves when the price goes between `a` and `b`.
Math<U256> amount0_delta(const U256& a, const U256& b, u128 liquidity, Rounding rounding);
Math<U256> amount1_delta(const U256& a, const U256& b, u128 liquidity, Rounding rounding);

/// SqrtPriceMath.getNextSqrtPriceFromInput and ...FromOutput.
Math<U256> next_price_from_input(const U256& price, u128 liquidity, const U256& amount_in, bool zero_for_one);
Math<U256> next_price_from_output(const U256& price, u128 liquidity, const U256& amount_out, bool zero_for_one);

enum class Exact : std::uint8_t { In, Out };

struct SwapStep {
    U256 price_next;
    U256 amount_in;  // without the fee
    U256 amount_out;
    U256 fee;
};

/// SwapMath.computeSwapStep: towards `target`, at most `remaining` of input (fee included) or output.
Math<SwapStep> swap_step(const U256& price, const U256& target, u128 liquidity, const U256& remaining, Exact exact,
                         std::uint32_t fee);

}  // namespace plimsoll::dex
