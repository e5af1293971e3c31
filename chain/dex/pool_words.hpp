// SPDX-License-Identifier: Apache-2.0
// Calls, answers and events of Uniswap V3 pools and V2 pairs.
#pragma once

#include "chain/codec/abi_words.hpp"
#include "chain/dex/pool.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::dex {

namespace topic_of {
inline constexpr Hash32 kInitialize = topic("Initialize(uint160,int24)");
inline constexpr Hash32 kSwap = topic("Swap(address,address,int256,int256,uint160,uint128,int24)");
inline constexpr Hash32 kMint = topic("Mint(address,address,int24,int24,uint128,uint256,uint256)");
inline constexpr Hash32 kBurn = topic("Burn(address,int24,int24,uint128,uint256,uint256)");
inline constexpr Hash32 kSync = topic("Sync(uint112,uint112)");
}  // namespace topic_of

namespace call_of {
inline constexpr Selector kToken0 = selector("token0()");
inline constexpr Selector kToken1 = selector("token1()");
inline constexpr Selector kFee = selector("fee()");
inline constexpr Selector kTickSpacing = selector("tickSpacing()");
inline constexpr Selector kSlot0 = selector("slot0()");
inline constexpr Selector kLiquidity = selector("liquidity()");
inline constexpr Selector kTickBitmap = selector("tickBitmap(int16)");
inline constexpr Selector kTicks = selector("ticks(int24)");
inline constexpr Selector kGetReserves = selector("getReserves()");
}  // namespace call_of

using abi::call_data;
inline Bytes call_data(Selector function, std::int32_t argument) {
    return abi::Encoder(function, 1).sint(I256::from_i64(argument)).finish();
}

/// intN with N up to 24, and int128.
Result<Tick> read_tick(abi::Reader& reader);
Result<i128> read_i128(abi::Reader& reader);
Result<u128> read_u128(abi::Reader& reader);
Result<Tick> tick_of_topic(const Hash32& topic);

struct Slot0 {
    U256 sqrt_price;
    Tick tick{};
};
Result<Slot0> read_slot0(ByteView data);

/// liquidityGross and liquidityNet of ticks(int24).
Result<TickInfo> read_tick_info(Tick tick, ByteView data);

/// liquidity + net. Errc::Math where LiquidityMath.addDelta reverts.
Math<u128> add_net(u128 liquidity, i128 net);
/// liquidity - net, for every net: -2^127 has no opposite in an i128.
Math<u128> subtract_net(u128 liquidity, i128 net);

}  // namespace plimsoll::dex
