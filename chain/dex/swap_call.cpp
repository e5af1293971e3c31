// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/swap_call.hpp"

#include "chain/codec/abi_words.hpp"

namespace plimsoll::dex {

namespace {

struct Leg {
    Address token_in;
    Address token_out;
    std::uint32_t fee{};
};

Result<std::vector<Leg>> legs_of(RouterKind kind, std::span<const Pool> pools, const Route& route) {
    std::vector<Leg> out;
    Address token = route.token_in;
    for (const Hop& hop : route.hops) {
        if (hop.pool >= pools.size()) return fail(Errc::Range, "a route through a pool that is not in the list");
        const Pool& pool = pools[hop.pool];
        if (!serves(kind, pool.kind())) {
            return fail(Errc::Unsupported, "a router of kind " + std::string(to_string(kind)) +
                                               " does not go through the " + std::string(to_string(pool.kind())) +
                                               " pool " + to_string(pool.address));
        }
        if ((hop.zero_for_one ? pool.token0 : pool.token1) != token)
            return fail(Errc::Mismatch, "a route whose pools do not join");
        const auto* v3 = std::get_if<V3State>(&pool.state);
        out.push_back({token, pool.other(token), v3 != nullptr ? v3->fee : 0});
        token = out.back().token_out;
    }
    if (out.empty() || token != route.token_out) return fail(Errc::Mismatch, "a route that does not reach its end");
    return out;
}

/// Path.sol: token, fee, token, fee, token.
Bytes path_of(const std::vector<Leg>& legs) {
    Bytes out(legs.front().token_in.bytes.begin(), legs.front().token_in.bytes.end());
    for (const auto& leg : legs) {
        for (const unsigned shift : {16U, 8U, 0U}) out.push_back(static_cast<std::uint8_t>(leg.fee >> shift));
        out.insert(out.end(), leg.token_out.bytes.begin(), leg.token_out.bytes.end());
    }
    return out;
}

Bytes single(const Leg& leg, const SwapOrder& order, bool with_deadline) {
    constexpr auto kWith =
        selector("exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))");
    constexpr auto kWithout = selector("exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))");
    abi::Encoder out(with_deadline ? kWith : kWithout, 8);
    out.address(leg.token_in).address(leg.token_out).uint(leg.fee).address(order.recipient);
    if (with_deadline) out.uint(order.deadline);
    return out.uint(order.amount_in).uint(order.min_out).uint({}).finish();
}

Bytes along_path(const std::vector<Leg>& legs, const SwapOrder& order, bool with_deadline) {
    constexpr auto kWith = selector("exactInput((bytes,address,uint256,uint256,uint256))");
    constexpr auto kWithout = selector("exactInput((bytes,address,uint256,uint256))");
    abi::Encoder tuple;
    tuple.bytes(path_of(legs)).address(order.recipient);
    if (with_deadline) tuple.uint(order.deadline);
    tuple.uint(order.amount_in).uint(order.min_out);
    return abi::Encoder(with_deadline ? kWith : kWithout, 12).tuple(tuple).finish();
}

Bytes through_pairs(const std::vector<Leg>& legs, const SwapOrder& order) {
    std::vector<Address> path{legs.front().token_in};
    for (const auto& leg : legs) path.push_back(leg.token_out);
    return abi::Encoder(selector("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"), 9)
        .uint(order.amount_in)
        .uint(order.min_out)
        .addresses(path)
        .address(order.recipient)
        .uint(order.deadline)
        .finish();
}

}  // namespace

std::string_view to_string(RouterKind kind) {
    switch (kind) {
        case RouterKind::UniswapV3:
            return "uniswap-v3";
        case RouterKind::UniswapV302:
            return "uniswap-v3-02";
        case RouterKind::UniswapV2:
            return "uniswap-v2";
    }
    return "?";
}

Result<ContractCall> swap_call(const Address& router, RouterKind kind, std::span<const Pool> pools, const Route& route,
                               const SwapOrder& order) {
    if (order.amount_in.is_zero()) return fail(Errc::Range, "a swap of nothing");
    TRY(const auto legs, legs_of(kind, pools, route));
    if (kind == RouterKind::UniswapV2) return ContractCall{router, through_pairs(legs, order)};
    const bool with_deadline = kind == RouterKind::UniswapV3;
    if (legs.size() == 1) return ContractCall{router, single(legs.front(), order, with_deadline)};
    return ContractCall{router, along_path(legs, order, with_deadline)};
}

}  // namespace plimsoll::dex
