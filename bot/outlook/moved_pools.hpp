// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bot/outlook/course.hpp"
#include "chain/dex/pool.hpp"

namespace plimsoll::bot::outlook {

/// By how many ticks the price of token1 in token0's terms moves in a pool when the course has gone by `part`; zero
/// where both tokens are of the course, or none.
dex::Tick ticks_moved(const dex::Pool& pool, const Course& course, std::uint32_t part);

/// The pool with its price and all its liquidity moved along: as deep as now, around the supposed price. What traders
/// would have taken and brought meanwhile is not foreseen.
dex::Pool moved(dex::Pool pool, const Course& course, std::uint32_t part);

}  // namespace plimsoll::bot::outlook
