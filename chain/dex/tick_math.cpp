// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/tick_math.hpp"

#include <array>

namespace plimsoll::dex {

namespace {

/// 2^128 / sqrt(1.0001)^(2^i), as TickMath has them.
constexpr std::array<U256, 20> kFactors = {{
    {0, 0, 0xfffcb933bd6fad37, 0xaa2d162d1a594001}, {0, 0, 0xfff97272373d4132, 0x59a46990580e213a},
    {0, 0, 0xfff2e50f5f656932, 0xef12357cf3c7fdcc}, {0, 0, 0xffe5caca7e10e4e6, 0x1c3624eaa0941cd0},
    {0, 0, 0xffcb9843d60f6159, 0xc9db58835c926644}, {0, 0, 0xff973b41fa98c081, 0x472e6896dfb254c0},
    {0, 0, 0xff2ea16466c96a38, 0x43ec78b326b52861}, {0, 0, 0xfe5dee046a99a2a8, 0x11c461f1969c3053},
    {0, 0, 0xfcbe86c7900a88ae, 0xdcffc83b479aa3a4}, {0, 0, 0xf987a7253ac41317, 0x6f2b074cf7815e54},
    {0, 0, 0xf3392b0822b70005, 0x940c7a398e4b70f3}, {0, 0, 0xe7159475a2c29b74, 0x43b29c7fa6e889d9},
    {0, 0, 0xd097f3bdfd2022b8, 0x845ad8f792aa5825}, {0, 0, 0xa9f746462d870fdf, 0x8a65dc1f90e061e5},
    {0, 0, 0x70d869a156d2a1b8, 0x90bb3df62baf32f7}, {0, 0, 0x31be135f97d08fd9, 0x81231505542fcfa6},
    {0, 0, 0x09aa508b5b7a84e1, 0xc677de54f3e99bc9}, {0, 0, 0x005d6af8dedb8119, 0x6699c329225ee604},
    {0, 0, 0x00002216e584f5fa, 0x1ea926041bedfe98}, {0, 0, 0x00000000048a1703, 0x91f7dc42444e8fa2},
}};

/// Floor of log2(ratio / 2^96) in Q32.
std::int64_t log2_q32(const U256& ratio) {
    const unsigned width = ratio.bit_width();
    const U256 aligned = width > 64 ? shift_right(ratio, width - 64) : shift_left(ratio, 64 - width);
    std::uint64_t mantissa = aligned.low_u64();  // [1, 2) in Q63
    std::int64_t out = (static_cast<std::int64_t>(width) - 97) * (std::int64_t{1} << 32U);
    for (unsigned i = 1; i <= 20; ++i) {
        const u128 square = static_cast<u128>(mantissa) * mantissa;  // [1, 4) in Q126
        const bool above = square >> 127U != 0;
        mantissa = static_cast<std::uint64_t>(square >> (above ? 64U : 63U));
        if (above) out += std::int64_t{1} << (32U - i);
    }
    return out;
}

}  // namespace

Math<U256> sqrt_ratio_at_tick(Tick tick) {
    if (tick < kMinTick || tick > kMaxTick) return tl::unexpected(MathError::Overflow);
    const auto size = static_cast<std::uint32_t>(tick < 0 ? -tick : tick);
    U256 ratio = shift_left(U256{1}, 128);
    for (unsigned i = 0; i < kFactors.size(); ++i) {
        if ((size >> i & 1U) == 0) continue;
        TRY(const auto product, checked_mul(ratio, kFactors[i]));
        ratio = shift_right(product, 128);
    }
    if (tick > 0) {
        TRY(ratio, div_down(kU256Max, ratio));
    }
    const U256 out = shift_right(ratio, 32);
    // Rounded up, so that tick_at_sqrt_ratio of the result is the tick again.
    return shift_left(out, 32) == ratio ? out : checked_add(out, U256{1});
}

Math<Tick> tick_at_sqrt_ratio(const U256& ratio) {
    if (ratio < kMinSqrtRatio || ratio >= kMaxSqrtRatio) return tl::unexpected(MathError::Overflow);
    // 2 / log2(1.0001) in Q16. The estimate is a tick or two off; what counts is the comparison below.
    constexpr std::int64_t kTicksPerOctave = 908'567'298;
    Tick tick = static_cast<Tick>((log2_q32(ratio) >> 16U) * kTicksPerOctave >> 32U);
    if (tick < kMinTick) tick = kMinTick;
    if (tick > kMaxTick - 1) tick = kMaxTick - 1;
    TRY(auto here, sqrt_ratio_at_tick(tick));
    while (here > ratio) {
        --tick;
        TRY(here, sqrt_ratio_at_tick(tick));
    }
    while (tick + 1 < kMaxTick) {
        TRY(const auto next, sqrt_ratio_at_tick(tick + 1));
        if (next > ratio) break;
        ++tick;
    }
    return tick;
}

}  // namespace plimsoll::dex
