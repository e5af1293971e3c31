// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

#include "chain/types/u256.hpp"

namespace plimsoll {

/// A U256 with a unit. Sums and differences of one unit stay in it; crossing units goes through the formulas of the
/// module that owns them, by `.value`. A wei amount cannot be passed where a price is wanted.
template <class Tag>
struct Quantity {
    U256 value;

    constexpr Quantity() = default;
    constexpr explicit Quantity(const U256& v) : value(v) {}
    constexpr auto operator<=>(const Quantity&) const =
        default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it
    constexpr bool is_zero() const { return value.is_zero(); }
};

template <class Tag>
constexpr Math<Quantity<Tag>> checked_add(const Quantity<Tag>& a, const Quantity<Tag>& b) {
    return checked_add(a.value, b.value).map([](const U256& v) { return Quantity<Tag>{v}; });
}
template <class Tag>
constexpr Math<Quantity<Tag>> checked_sub(const Quantity<Tag>& a, const Quantity<Tag>& b) {
    return checked_sub(a.value, b.value).map([](const U256& v) { return Quantity<Tag>{v}; });
}
template <class Tag>
std::string to_string(const Quantity<Tag>& q) {
    return to_string(q.value);
}

using Wei = Quantity<struct WeiTag>;                    // native currency, 1e18 to the coin; also fees per gas
using TokenAmount = Quantity<struct TokenAmountTag>;    // smallest unit of an ERC-20, scale = its decimals
using ScaledAmount = Quantity<struct ScaledAmountTag>;  // balance divided by a reserve index (Aave "scaled balance")
using Price = Quantity<struct PriceTag>;                // base currency per whole token, scale of the market's oracle
using BaseValue = Quantity<struct BaseValueTag>;        // value in the market's base currency (1e8 per USD on Aave)
using Ray = Quantity<struct RayTag>;                    // 1e27: indices and rates
using Wad = Quantity<struct WadTag>;                    // 1e18: health factors

constexpr U256 kRay = U256::literal("1'000'000'000'000'000'000'000'000'000");
constexpr U256 kWad = U256::literal("1'000'000'000'000'000'000");
constexpr U256 kBps = U256{10'000};

/// Seconds since 1970 UTC, as block headers carry them.
using Timestamp = std::uint64_t;
using ChainId = std::uint64_t;
using BlockNumber = std::uint64_t;
using Nonce = std::uint64_t;
using Gas = std::uint64_t;

}  // namespace plimsoll
