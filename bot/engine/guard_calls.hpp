// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chain/lending/market.hpp"
#include "chain/types/block.hpp"
#include "chain/types/result.hpp"

/// Views of the guard, and of who lends to it, that plans need.
namespace plimsoll::engine::guard_calls {

/// Guard.swapper(): where swaps come from.
Call swapper(const Address& guard);
/// IGuard.Protocol.
inline constexpr std::uint8_t kAaveV3 = 0;
inline constexpr std::uint8_t kMorphoBlue = 1;

/// Whether the account lets the guard act in the market, where the market itself keeps that: Morpho's
/// isAuthorized(account, guard). nullopt where allowances of tokens say it.
std::optional<Call> authorised(const lending::GuardMarket& market, const Address& account, const Address& guard);

/// The address in a one-word answer. Errc::Reverted or Errc::Decode when it is none.
Result<Address> one_address(const CallResult& result);

/// What a Uniswap V3 pool lends, and for what.
struct PoolTerms {
    Address token0;
    Address token1;
    std::uint32_t fee_ppm{};
};
/// token0(), token1(), fee().
std::vector<Call> pool_terms(const Address& pool);
Result<PoolTerms> pool_terms(std::span<const CallResult> results);

}  // namespace plimsoll::engine::guard_calls
