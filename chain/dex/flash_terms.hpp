// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "chain/types/block.hpp"
#include "chain/types/result.hpp"

namespace plimsoll::dex {

/// What a Uniswap V3 pool lends for one transaction (UniswapV3Pool.flash), and for what.
struct FlashTerms {
    Address token0;
    Address token1;
    std::uint32_t fee_ppm{};  // of the amount, rounded up
};
/// token0(), token1(), fee().
std::vector<Call> flash_terms_calls(const Address& pool);
/// Errc::Reverted or Errc::Decode when the contract there answers as no such pool.
Result<FlashTerms> flash_terms(std::span<const CallResult> results);

}  // namespace plimsoll::dex
