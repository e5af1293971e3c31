// SPDX-License-Identifier: Apache-2.0
// The mean price of a Uniswap V3 pool over time: a reference that one block's trades cannot move.
#pragma once

#include "chain/dex/tick_math.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::dex {

/// observe([seconds, 0]); `seconds` is not zero. The pool reverts ("OLD") where its observations do not go back so far.
Call twap_call(const Address& pool, std::uint32_t seconds);

/// OracleLibrary.consult: the arithmetic mean tick, rounded towards minus infinity. Errc::Reverted where the pool did.
Result<Tick> mean_tick(const CallResult& answer, std::uint32_t seconds);

/// OracleLibrary.getQuoteAtTick: what `amount` (128 bits) of one token is worth in the other, rounded down.
Math<U256> quote_at_tick(Tick tick, const U256& amount, bool zero_for_one);

}  // namespace plimsoll::dex
