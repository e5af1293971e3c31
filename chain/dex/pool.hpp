// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "chain/dex/tick_math.hpp"
#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

namespace plimsoll::dex {

enum class PoolKind : std::uint8_t { UniswapV3, UniswapV2 };

std::string_view to_string(PoolKind kind);

/// An initialised tick. Tick.Info of Uniswap V3, as far as swaps need it.
struct TickInfo {
    Tick tick{};
    u128 gross{};  // liquidity that refers to it; never zero here
    i128 net{};    // added to the active liquidity when crossed upwards

    bool operator==(const TickInfo&) const = default;
};

/// The initialised ticks of a range of whole bitmap words. A word holds 256 usable ticks: word w those of
/// (256 w .. 256 w + 255) * spacing.
struct TickTable {
    std::int32_t word_low{};      // first word known
    std::int32_t word_high{-1};   // last word known; below word_low: nothing is known
    std::vector<TickInfo> ticks;  // ascending, all within the known words

    bool knows(std::int32_t word) const { return word >= word_low && word <= word_high; }
    bool operator==(const TickTable&) const = default;
};

/// A Uniswap V3 pool at one moment. `ticks` is shared: a swap changes only price, tick and liquidity.
struct V3State {
    U256 sqrt_price;  // Q64.96, token1 per token0; zero: not initialised
    Tick tick{};
    u128 liquidity{};     // active at `tick`
    std::uint32_t fee{};  // millionths of the input
    Tick spacing{1};      // distance of usable ticks
    std::shared_ptr<const TickTable> ticks;

    std::int32_t word_of(Tick at) const { return floor_div(floor_div(at, spacing), 256); }
    bool operator==(const V3State& other) const;
};

/// A constant-product pool. The fee is 1 - fee_kept / fee_unit: 997 of 1000 on Uniswap V2.
struct V2State {
    U256 reserve0;  // 112 bits
    U256 reserve1;
    std::uint32_t fee_kept = 997;
    std::uint32_t fee_unit = 1'000;

    bool operator==(const V2State&) const = default;
};

struct Pool {
    Address address;
    Address token0;
    Address token1;
    std::variant<V3State, V2State> state;

    PoolKind kind() const { return state.index() == 0 ? PoolKind::UniswapV3 : PoolKind::UniswapV2; }
    bool has(const Address& token) const { return token == token0 || token == token1; }
    const Address& other(const Address& token) const { return token == token0 ? token1 : token0; }
    bool operator==(const Pool&) const = default;
};

}  // namespace plimsoll::dex
