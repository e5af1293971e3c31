// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/pool_words.hpp"

namespace plimsoll::dex {

namespace {

Tick small(const I256& value) {
    const auto size = static_cast<Tick>(value.magnitude().low_u64());
    return value.is_negative() ? -size : size;
}

}  // namespace

Result<Tick> read_tick(abi::Reader& reader) {
    TRY(const auto value, reader.sint(24));
    return small(value);
}

Result<i128> read_i128(abi::Reader& reader) {
    TRY(const auto value, reader.sint(128));
    // Sign-extended: the low half alone is the number in two's complement.
    return static_cast<i128>(value.word.low_u128());
}

Result<u128> read_u128(abi::Reader& reader) {
    TRY(const auto value, reader.uint(128));
    return value.low_u128();
}

Result<Tick> tick_of_topic(const Hash32& topic) {
    abi::Reader reader(topic.view());
    return read_tick(reader);
}

Result<Slot0> read_slot0(ByteView data) {
    abi::Reader reader(data);
    Slot0 out;
    TRY(out.sqrt_price, reader.uint(160));
    TRY(out.tick, read_tick(reader));
    const bool in_range = out.sqrt_price >= kMinSqrtRatio && out.sqrt_price < kMaxSqrtRatio;
    if (!out.sqrt_price.is_zero() && !in_range) return fail(Errc::Range, "a price outside Uniswap V3's range");
    return out;
}

Result<TickInfo> read_tick_info(Tick tick, ByteView data) {
    abi::Reader reader(data);
    TickInfo out;
    out.tick = tick;
    TRY(out.gross, read_u128(reader));
    TRY(out.net, read_i128(reader));
    return out;
}

namespace {

Math<u128> add_size(u128 liquidity, u128 size) {
    if (size > ~u128{0} - liquidity) return tl::unexpected(MathError::Overflow);
    return liquidity + size;
}
Math<u128> subtract_size(u128 liquidity, u128 size) {
    if (size > liquidity) return tl::unexpected(MathError::Underflow);
    return liquidity - size;
}
u128 size_of(i128 net) {
    return net < 0 ? u128{0} - static_cast<u128>(net) : static_cast<u128>(net);
}

}  // namespace

Math<u128> add_net(u128 liquidity, i128 net) {
    return net < 0 ? subtract_size(liquidity, size_of(net)) : add_size(liquidity, size_of(net));
}

Math<u128> subtract_net(u128 liquidity, i128 net) {
    return net < 0 ? add_size(liquidity, size_of(net)) : subtract_size(liquidity, size_of(net));
}

}  // namespace plimsoll::dex
