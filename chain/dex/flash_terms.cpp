// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/flash_terms.hpp"

#include "chain/dex/pool_words.hpp"

namespace plimsoll::dex {

std::vector<Call> flash_terms_calls(const Address& pool) {
    return {{pool, call_data(call_of::kToken0)}, {pool, call_data(call_of::kToken1)}, {pool, call_data(call_of::kFee)}};
}

Result<FlashTerms> flash_terms(std::span<const CallResult> results) {
    if (results.size() != 3) return fail(Errc::Decode, "not one answer per view");
    FlashTerms out;
    TRY(out.token0, abi::sole_address(results[0]));
    TRY(out.token1, abi::sole_address(results[1]));
    TRY(const U256 fee, abi::sole_uint(results[2]));
    constexpr std::uint64_t kMillion = 1'000'000;
    if (fee >= U256{kMillion}) return fail(Errc::Decode, "the fee is no part of a million");
    out.fee_ppm = static_cast<std::uint32_t>(fee.low_u64());
    return out;
}

}  // namespace plimsoll::dex
