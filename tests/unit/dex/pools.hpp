// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "chain/dex/pool.hpp"

namespace plimsoll::dex::made {

inline Address address_of(std::uint8_t number) {
    Address out;
    out.bytes[0] = number;
    out.bytes[19] = number;
    return out;
}

struct Range {
    Tick lower{};
    Tick upper{};
    std::uint64_t liquidity{};
};

/// A V3 pool of token 1 and token 2 whose words from `word_low` to `word_high` are known.
Pool v3_pool(Tick tick, Tick spacing, std::uint32_t fee, std::initializer_list<Range> ranges, std::int32_t word_low,
             std::int32_t word_high);

Pool v2_pool(std::uint64_t reserve0, std::uint64_t reserve1);

/// The same pool with other names.
Pool renamed(Pool pool, std::uint8_t address, std::uint8_t token0, std::uint8_t token1);

}  // namespace plimsoll::dex::made
