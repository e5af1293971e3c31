// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/pool.hpp"

#include "chain/dex/quote.hpp"

namespace plimsoll::dex {

bool V3State::operator==(const V3State& other) const {
    const bool same_ticks = ticks == other.ticks || (ticks && other.ticks && *ticks == *other.ticks);
    return sqrt_price == other.sqrt_price && tick == other.tick && liquidity == other.liquidity && fee == other.fee &&
           spacing == other.spacing && same_ticks;
}

std::string_view to_string(PoolKind kind) {
    switch (kind) {
        case PoolKind::UniswapV3:
            return "uniswap-v3";
        case PoolKind::UniswapV2:
            return "uniswap-v2";
    }
    return "?";
}

std::string_view to_string(QuoteEnd end) {
    switch (end) {
        case QuoteEnd::Complete:
            return "complete";
        case QuoteEnd::UnknownTicks:
            return "ticks-not-known";
        case QuoteEnd::Exhausted:
            return "liquidity-exhausted";
        case QuoteEnd::TooManyTicks:
            return "too-many-ticks";
        case QuoteEnd::Refused:
            return "refused";
    }
    return "?";
}

}  // namespace plimsoll::dex
