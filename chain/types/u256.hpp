// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "chain/types/bytes.hpp"
#include "chain/types/result.hpp"

namespace plimsoll {

__extension__ using u128 = unsigned __int128;

/// Unsigned 256-bit integer, little-endian limbs. There are no arithmetic operators: every operation that can leave the
/// range is a named function returning Math<U256>, and every division names its rounding.
struct U256 {
    std::array<std::uint64_t, 4> limbs{};

    constexpr U256() = default;
    constexpr U256(std::uint64_t value) : limbs{value, 0, 0, 0} {}  // NOLINT: small literals read as numbers
    constexpr U256(std::uint64_t l3, std::uint64_t l2, std::uint64_t l1, std::uint64_t l0) : limbs{l0, l1, l2, l3} {}
    static constexpr U256 from_u128(u128 value) {
        return {0, 0, static_cast<std::uint64_t>(value >> 64U), static_cast<std::uint64_t>(value)};
    }
    static constexpr U256 max() { return {~0ULL, ~0ULL, ~0ULL, ~0ULL}; }

    constexpr bool operator==(const U256&) const = default;
    constexpr std::strong_ordering operator<=>(const U256& other) const {
        for (std::size_t i = 4; i-- > 0;) {
            if (limbs[i] != other.limbs[i]) return limbs[i] <=> other.limbs[i];
        }
        return std::strong_ordering::equal;
    }

    constexpr bool is_zero() const { return (limbs[0] | limbs[1] | limbs[2] | limbs[3]) == 0; }
    constexpr bool fits_u64() const { return (limbs[1] | limbs[2] | limbs[3]) == 0; }
    constexpr bool fits_u128() const { return (limbs[2] | limbs[3]) == 0; }
    constexpr std::uint64_t low_u64() const { return limbs[0]; }
    constexpr u128 low_u128() const { return static_cast<u128>(limbs[1]) << 64U | limbs[0]; }

    /// Number of significant bits; 0 for zero.
    constexpr unsigned bit_width() const {
        for (std::size_t i = 4; i-- > 0;) {
            if (limbs[i] != 0)
                return static_cast<unsigned>(64 * i + 64) - static_cast<unsigned>(std::countl_zero(limbs[i]));
        }
        return 0;
    }
    constexpr bool bit(unsigned index) const { return index < 256 && (limbs[index / 64] >> (index % 64) & 1U) != 0; }
    /// `count` (1..64) bits from `from` upward, as bit fields of packed words are read.
    constexpr std::uint64_t bits(unsigned from, unsigned count) const {
        std::uint64_t out = 0;
        const unsigned limb = from / 64;
        const unsigned shift = from % 64;
        if (limb < 4) out = limbs[limb] >> shift;
        if (shift != 0 && limb + 1 < 4) out |= limbs[limb + 1] << (64 - shift);
        return count >= 64 ? out : out & ((1ULL << count) - 1);
    }
    constexpr U256 with_bit(unsigned index, bool value) const {
        U256 out = *this;
        const std::uint64_t mask = 1ULL << (index % 64);
        if (value)
            out.limbs[index / 64] |= mask;
        else
            out.limbs[index / 64] &= ~mask;
        return out;
    }

    constexpr std::array<std::uint8_t, 32> to_be_bytes() const {
        std::array<std::uint8_t, 32> out{};
        for (std::size_t i = 0; i < 32; ++i) out[i] = static_cast<std::uint8_t>(limbs[3 - i / 8] >> (56 - 8 * (i % 8)));
        return out;
    }
    static constexpr U256 from_be_bytes(const std::array<std::uint8_t, 32>& in) {
        U256 out;
        for (std::size_t i = 0; i < 32; ++i) out.limbs[3 - i / 8] = out.limbs[3 - i / 8] << 8U | in[i];
        return out;
    }
    /// Up to 32 big-endian bytes. Longer input is Errc::Decode.
    static Result<U256> from_be(ByteView bytes);
    /// Decimal digits only.
    static Result<U256> from_decimal(std::string_view text);
    /// JSON-RPC quantity or padded word: "0x" and 1..64 digits.
    static Result<U256> from_hex_quantity(std::string_view text);
    /// Compile-time decimal (with ' as separator), for constants such as 1e27.
    static consteval U256 literal(std::string_view decimal);
};
static_assert(sizeof(U256) == 32);

std::string to_string(const U256& value);        // decimal
std::string to_hex_quantity(const U256& value);  // "0x0", "0x1f"

struct U512 {
    std::array<std::uint64_t, 8> limbs{};
    constexpr bool operator==(const U512&) const = default;
};

struct DivResult {
    U256 quotient;
    U256 remainder;
};

constexpr Math<U256> checked_add(const U256& a, const U256& b) {
    U256 out;
    u128 carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += static_cast<u128>(a.limbs[i]) + b.limbs[i];
        out.limbs[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64U;
    }
    if (carry != 0) return tl::unexpected(MathError::Overflow);
    return out;
}

constexpr Math<U256> checked_sub(const U256& a, const U256& b) {
    U256 out;
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const u128 diff = static_cast<u128>(a.limbs[i]) - b.limbs[i] - borrow;
        out.limbs[i] = static_cast<std::uint64_t>(diff);
        borrow = static_cast<std::uint64_t>(diff >> 64U) & 1U;
    }
    if (borrow != 0) return tl::unexpected(MathError::Underflow);
    return out;
}

/// The larger of a - b and zero.
constexpr U256 saturating_sub(const U256& a, const U256& b) {
    auto out = checked_sub(a, b);
    return out ? *out : U256{};
}

constexpr U512 mul_wide(const U256& a, const U256& b) {
    U512 out;
    for (std::size_t i = 0; i < 4; ++i) {
        if (a.limbs[i] == 0) continue;
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const u128 t = static_cast<u128>(a.limbs[i]) * b.limbs[j] + out.limbs[i + j] + carry;
            out.limbs[i + j] = static_cast<std::uint64_t>(t);
            carry = static_cast<std::uint64_t>(t >> 64U);
        }
        out.limbs[i + 4] = carry;
    }
    return out;
}

constexpr Math<U256> checked_mul(const U256& a, const U256& b) {
    const U512 wide = mul_wide(a, b);
    if ((wide.limbs[4] | wide.limbs[5] | wide.limbs[6] | wide.limbs[7]) != 0)
        return tl::unexpected(MathError::Overflow);
    return U256{wide.limbs[3], wide.limbs[2], wide.limbs[1], wide.limbs[0]};
}

/// Quotient rounded down and remainder.
Math<DivResult> divide(const U256& numerator, const U256& denominator);
Math<U256> div_down(const U256& numerator, const U256& denominator);
Math<U256> div_up(const U256& numerator, const U256& denominator);

/// floor(a * b / c) and ceil(a * b / c) with a 512-bit product; Overflow only if the quotient leaves 256 bits.
Math<U256> mul_div_down(const U256& a, const U256& b, const U256& c);
Math<U256> mul_div_up(const U256& a, const U256& b, const U256& c);

/// 10^exponent; exponent above 77 is Overflow.
Math<U256> pow10(unsigned exponent);

constexpr U256 shift_left(const U256& value, unsigned bits) {
    U256 out;
    if (bits >= 256) return out;
    const unsigned limb = bits / 64;
    const unsigned shift = bits % 64;
    for (std::size_t i = 4; i-- > limb;) {
        out.limbs[i] = value.limbs[i - limb] << shift;
        if (shift != 0 && i > limb) out.limbs[i] |= value.limbs[i - limb - 1] >> (64 - shift);
    }
    return out;
}

constexpr U256 shift_right(const U256& value, unsigned bits) {
    U256 out;
    if (bits >= 256) return out;
    const unsigned limb = bits / 64;
    const unsigned shift = bits % 64;
    for (std::size_t i = 0; i + limb < 4; ++i) {
        out.limbs[i] = value.limbs[i + limb] >> shift;
        if (shift != 0 && i + limb + 1 < 4) out.limbs[i] |= value.limbs[i + limb + 1] << (64 - shift);
    }
    return out;
}

consteval U256 U256::literal(std::string_view decimal) {
    U256 out;
    for (char c : decimal) {
        if (c == '\'') continue;
        if (c < '0' || c > '9') throw "decimal digits only";
        auto next = checked_add(*checked_mul(out, U256{10}), U256{static_cast<std::uint64_t>(c - '0')});
        if (!next) throw "more than 256 bits";
        out = *next;
    }
    return out;
}

/// Two's-complement 256-bit integer, as contracts return int256 (Chainlink answers).
struct I256 {
    U256 word;

    constexpr bool operator==(const I256&) const = default;
    constexpr bool is_negative() const { return word.bit(255); }
    constexpr std::strong_ordering operator<=>(const I256& other) const {
        if (is_negative() != other.is_negative())
            return is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
        return word <=> other.word;
    }
    /// |value|; the most negative number gives 2^255.
    U256 magnitude() const;
    static Result<I256> from_decimal(std::string_view text);
    static I256 from_i64(std::int64_t value);
};

std::string to_string(const I256& value);

constexpr U256 kU256Max = U256::max();

}  // namespace plimsoll
