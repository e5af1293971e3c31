// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/twap.hpp"

#include "chain/codec/abi_words.hpp"

namespace plimsoll::dex {

Call twap_call(const Address& pool, std::uint32_t seconds) {
    const std::array<U256, 2> ago = {U256{seconds}, U256{}};
    return {pool, abi::Encoder(selector("observe(uint32[])"), 4).uints(ago).finish()};
}

Result<Tick> mean_tick(const CallResult& answer, std::uint32_t seconds) {
    if (!answer.success) return fail(Errc::Reverted, "observe(" + std::to_string(seconds) + " s)");
    if (seconds == 0) return fail(Errc::Range, "a mean over no time");
    abi::Reader reader(answer.data);
    TRY(auto cumulatives, reader.array());
    if (cumulatives.count != 2) return fail(Errc::Decode, "observe() does not answer for two moments");
    std::int64_t at[2] = {};
    for (auto& value : at) {
        TRY(const auto word, cumulatives.elements.sint(56));
        const auto size = static_cast<std::int64_t>(word.magnitude().low_u64());
        value = word.is_negative() ? -size : size;
    }
    // int56 wraps around, and the difference with it.
    constexpr std::int64_t kWrap = std::int64_t{1} << 56U;
    std::int64_t delta = (at[1] - at[0]) % kWrap;
    if (delta >= kWrap / 2) delta -= kWrap;
    if (delta < -kWrap / 2) delta += kWrap;
    const auto span = static_cast<std::int64_t>(seconds);
    const std::int64_t mean = delta / span - (delta < 0 && delta % span != 0 ? 1 : 0);
    if (mean < kMinTick || mean > kMaxTick) return fail(Errc::Range, "a mean tick outside Uniswap V3's range");
    return static_cast<Tick>(mean);
}

Math<U256> quote_at_tick(Tick tick, const U256& amount, bool zero_for_one) {
    TRY(const auto price, sqrt_ratio_at_tick(tick));
    unsigned fraction = 192;
    U256 ratio;
    if (price.fits_u128()) {
        TRY(ratio, checked_mul(price, price));
    } else {
        fraction = 128;
        TRY(ratio, mul_div_down(price, price, shift_left(U256{1}, 64)));
    }
    const U256 one = shift_left(U256{1}, fraction);
    return zero_for_one ? mul_div_down(ratio, amount, one) : mul_div_down(one, amount, ratio);
}

}  // namespace plimsoll::dex
