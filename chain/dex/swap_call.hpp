// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/dex/route.hpp"
#include "chain/types/contract_call.hpp"

namespace plimsoll::dex {

/// Routers by what their calls look like.
enum class RouterKind : std::uint8_t {
    UniswapV3,    // SwapRouter of v3-periphery: a deadline in its structs
    UniswapV302,  // SwapRouter02: without
    UniswapV2,    // UniswapV2Router02 and its likes
};

std::string_view to_string(RouterKind kind);

/// Whether a router of this kind goes through pools of that kind.
constexpr bool serves(RouterKind router, PoolKind pool) {
    return (router == RouterKind::UniswapV2) == (pool == PoolKind::UniswapV2);
}

/// What a router is told.
struct SwapOrder {
    U256 amount_in;
    U256 min_out;          // less, and the router reverts
    Address recipient;     // of the token out
    Timestamp deadline{};  // last second; SwapRouter02 is not told
};

/// Sells exactly order.amount_in of the caller's token, which has been allowed to the router, through the whole route:
/// exactInputSingle, exactInput or swapExactTokensForTokens. Errc::Unsupported when the router does not go through
/// these pools, Errc::Range for an amount of zero (SwapRouter02 would take all it holds).
Result<ContractCall> swap_call(const Address& router, RouterKind kind, std::span<const Pool> pools, const Route& route,
                               const SwapOrder& order);

}  // namespace plimsoll::dex
