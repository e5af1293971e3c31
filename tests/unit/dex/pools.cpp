// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/dex/pools.hpp"

#include <map>

namespace plimsoll::dex::made {

Pool v3_pool(Tick tick, Tick spacing, std::uint32_t fee, std::initializer_list<Range> ranges, std::int32_t word_low,
             std::int32_t word_high) {
    std::map<Tick, TickInfo> ticks;
    V3State state;
    state.sqrt_price = *sqrt_ratio_at_tick(tick);
    state.tick = tick;
    state.fee = fee;
    state.spacing = spacing;
    for (const auto& range : ranges) {
        const auto amount = static_cast<i128>(range.liquidity);
        for (const Tick end : {range.lower, range.upper}) {
            auto& info = ticks[end];
            info.tick = end;
            info.gross += range.liquidity;
            info.net += end == range.lower ? amount : -amount;
        }
        if (tick >= range.lower && tick < range.upper) state.liquidity += range.liquidity;
    }
    TickTable table;
    table.word_low = word_low;
    table.word_high = word_high;
    for (const auto& [key, info] : ticks) {
        if (table.knows(state.word_of(key))) table.ticks.push_back(info);
    }
    state.ticks = std::make_shared<const TickTable>(std::move(table));
    return {address_of(0x10), address_of(1), address_of(2), state};
}

Pool v2_pool(std::uint64_t reserve0, std::uint64_t reserve1) {
    V2State state;
    state.reserve0 = U256{reserve0};
    state.reserve1 = U256{reserve1};
    return {address_of(0x20), address_of(1), address_of(2), state};
}

Pool renamed(Pool pool, std::uint8_t address, std::uint8_t token0, std::uint8_t token1) {
    pool.address = address_of(address);
    pool.token0 = address_of(token0);
    pool.token1 = address_of(token1);
    return pool;
}

}  // namespace plimsoll::dex::made
