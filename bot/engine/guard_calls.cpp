// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/guard_calls.hpp"

#include <algorithm>
#include <limits>

#include "chain/codec/keccak.hpp"

namespace plimsoll::engine::guard_calls {

namespace {

constexpr std::size_t kWord = 32;
constexpr std::size_t kAddress = 20;

Call view(const Address& to, const Selector& function) {
    return {to, Bytes(function.bytes.begin(), function.bytes.end())};
}

Result<U256> word(const CallResult& result) {
    if (!result.success) return fail(Errc::Reverted, "the view reverts");
    if (result.data.size() != kWord) return fail(Errc::Decode, "the view did not answer with one word");
    return U256::from_be(result.data).value_or(U256{});
}

}  // namespace

Call swapper(const Address& guard) {
    return view(guard, selector("swapper()"));
}

std::optional<Call> authorised(const lending::GuardMarket& market, const Address& account, const Address& guard) {
    if (market.protocol != kMorphoBlue) return std::nullopt;
    Call out = view(market.entry, selector("isAuthorized(address,address)"));
    for (const auto& one : {account, guard}) {
        out.data.insert(out.data.end(), kWord - kAddress, 0);
        out.data.insert(out.data.end(), one.bytes.begin(), one.bytes.end());
    }
    return out;
}

Result<Address> one_address(const CallResult& result) {
    TRY(const U256 value, word(result));
    if (value.bit_width() > 8 * kAddress || value.is_zero()) return fail(Errc::Decode, "the view answered no address");
    const auto bytes = value.to_be_bytes();
    Address out;
    std::copy_n(bytes.begin() + (kWord - kAddress), kAddress, out.bytes.begin());
    return out;
}

std::vector<Call> pool_terms(const Address& pool) {
    return {view(pool, selector("token0()")), view(pool, selector("token1()")), view(pool, selector("fee()"))};
}

Result<PoolTerms> pool_terms(std::span<const CallResult> results) {
    if (results.size() != 3) return fail(Errc::Decode, "not one answer per view");
    PoolTerms out;
    TRY(out.token0, one_address(results[0]));
    TRY(out.token1, one_address(results[1]));
    TRY(const U256 fee, word(results[2]));
    constexpr std::uint64_t kMillion = 1'000'000;
    if (fee >= U256{kMillion}) return fail(Errc::Decode, "the fee is no part of a million");
    out.fee_ppm = static_cast<std::uint32_t>(fee.low_u64());
    return out;
}

}  // namespace plimsoll::engine::guard_calls
