// SPDX-License-Identifier: Apache-2.0
#include "chain/types/u256.hpp"

#include <algorithm>
#include <vector>

namespace plimsoll {

namespace {

using Limbs = std::span<std::uint64_t>;

std::size_t significant(std::span<const std::uint64_t> limbs) {
    std::size_t n = limbs.size();
    while (n > 0 && limbs[n - 1] == 0) --n;
    return n;
}

/// Knuth, The Art of Computer Programming vol. 2, 4.3.1, algorithm D. `u` holds the numerator and receives the
/// remainder; `q` receives the quotient. v has n >= 1 significant limbs.
void knuth_divide(Limbs u, std::size_t u_size, std::span<const std::uint64_t> v, std::size_t n, Limbs q) {
    if (n == 1) {
        u128 rest = 0;
        for (std::size_t i = u_size; i-- > 0;) {
            const u128 current = rest << 64U | u[i];
            q[i] = static_cast<std::uint64_t>(current / v[0]);
            rest = current % v[0];
            u[i] = 0;
        }
        u[0] = static_cast<std::uint64_t>(rest);
        return;
    }
    const auto shift = static_cast<unsigned>(std::countl_zero(v[n - 1]));
    std::array<std::uint64_t, 4> d{};
    for (std::size_t i = n; i-- > 0;) {
        d[i] = v[i] << shift;
        if (shift != 0 && i > 0) d[i] |= v[i - 1] >> (64 - shift);
    }
    std::array<std::uint64_t, 9> w{};
    w[u_size] = shift != 0 ? u[u_size - 1] >> (64 - shift) : 0;
    for (std::size_t i = u_size; i-- > 0;) {
        w[i] = u[i] << shift;
        if (shift != 0 && i > 0) w[i] |= u[i - 1] >> (64 - shift);
    }
    for (std::size_t j = u_size - n + 1; j-- > 0;) {
        const u128 top = static_cast<u128>(w[j + n]) << 64U | w[j + n - 1];
        u128 guess = 0;
        u128 rest = 0;
        if (w[j + n] >= d[n - 1]) {
            guess = ~0ULL;
            rest = top - guess * d[n - 1];
        } else {
            guess = top / d[n - 1];
            rest = top % d[n - 1];
        }
        while (rest >> 64U == 0 && guess * d[n - 2] > (rest << 64U | w[j + n - 2])) {
            --guess;
            rest += d[n - 1];
        }
        u128 carry = 0;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < n; ++i) {
            carry += guess * d[i];
            const u128 diff = static_cast<u128>(w[i + j]) - static_cast<std::uint64_t>(carry) - borrow;
            w[i + j] = static_cast<std::uint64_t>(diff);
            borrow = static_cast<std::uint64_t>(diff >> 64U) & 1U;
            carry >>= 64U;
        }
        const u128 diff = static_cast<u128>(w[j + n]) - static_cast<std::uint64_t>(carry) - borrow;
        w[j + n] = static_cast<std::uint64_t>(diff);
        if ((static_cast<std::uint64_t>(diff >> 64U) & 1U) != 0) {
            --guess;
            u128 sum = 0;
            for (std::size_t i = 0; i < n; ++i) {
                sum += static_cast<u128>(w[i + j]) + d[i];
                w[i + j] = static_cast<std::uint64_t>(sum);
                sum >>= 64U;
            }
            w[j + n] += static_cast<std::uint64_t>(sum);
        }
        q[j] = static_cast<std::uint64_t>(guess);
    }
    std::fill(u.begin(), u.end(), 0);
    for (std::size_t i = 0; i < n; ++i) {
        u[i] = w[i] >> shift;
        if (shift != 0) u[i] |= w[i + 1] << (64 - shift);
    }
}

struct WideDivResult {
    U256 quotient;
    bool exact;
};

Math<WideDivResult> divide_wide(const U512& numerator, const U256& denominator) {
    const std::size_t n = significant(denominator.limbs);
    if (n == 0) return tl::unexpected(MathError::DivisionByZero);
    U512 u = numerator;
    U512 q;
    const std::size_t m = significant(u.limbs);
    if (m >= n) knuth_divide(u.limbs, m, denominator.limbs, n, q.limbs);
    if ((q.limbs[4] | q.limbs[5] | q.limbs[6] | q.limbs[7]) != 0) return tl::unexpected(MathError::Overflow);
    return WideDivResult{U256{q.limbs[3], q.limbs[2], q.limbs[1], q.limbs[0]}, significant(u.limbs) == 0};
}

constexpr U256 negate(const U256& value) {
    U256 inverted{~value.limbs[3], ~value.limbs[2], ~value.limbs[1], ~value.limbs[0]};
    auto out = checked_add(inverted, U256{1});
    return out ? *out : U256{};
}

}  // namespace

Math<DivResult> divide(const U256& numerator, const U256& denominator) {
    const std::size_t n = significant(denominator.limbs);
    if (n == 0) return tl::unexpected(MathError::DivisionByZero);
    const std::size_t m = significant(numerator.limbs);
    if (m < n) return DivResult{U256{}, numerator};
    DivResult out{U256{}, numerator};
    knuth_divide(out.remainder.limbs, m, denominator.limbs, n, out.quotient.limbs);
    return out;
}

Math<U256> div_down(const U256& numerator, const U256& denominator) {
    TRY(const auto out, divide(numerator, denominator));
    return out.quotient;
}

Math<U256> div_up(const U256& numerator, const U256& denominator) {
    TRY(const auto out, divide(numerator, denominator));
    if (out.remainder.is_zero()) return out.quotient;
    return checked_add(out.quotient, U256{1});
}

Math<U256> mul_div_down(const U256& a, const U256& b, const U256& c) {
    TRY(const auto out, divide_wide(mul_wide(a, b), c));
    return out.quotient;
}

Math<U256> mul_div_up(const U256& a, const U256& b, const U256& c) {
    TRY(const auto out, divide_wide(mul_wide(a, b), c));
    if (out.exact) return out.quotient;
    return checked_add(out.quotient, U256{1});
}

Math<U256> pow10(unsigned exponent) {
    U256 out{1};
    for (unsigned i = 0; i < exponent; ++i) {
        TRY(out, checked_mul(out, U256{10}));
    }
    return out;
}

Result<U256> U256::from_be(ByteView bytes) {
    if (bytes.size() > 32) return fail(Errc::Decode, "more than 32 bytes for a 256-bit integer");
    std::array<std::uint8_t, 32> padded{};
    std::copy(bytes.begin(), bytes.end(), padded.end() - static_cast<std::ptrdiff_t>(bytes.size()));
    return from_be_bytes(padded);
}

Result<U256> U256::from_decimal(std::string_view text) {
    if (text.empty()) return fail(Errc::Decode, "empty number");
    U256 out;
    for (char c : text) {
        if (c < '0' || c > '9') return fail(Errc::Decode, "not a decimal number: \"" + std::string(text) + "\"");
        TRY(const auto scaled, checked_mul(out, U256{10}));
        TRY(out, checked_add(scaled, U256{static_cast<std::uint64_t>(c - '0')}));
    }
    return out;
}

Result<U256> U256::from_hex_quantity(std::string_view text) {
    if (text.size() < 3 || text[0] != '0' || text[1] != 'x')
        return fail(Errc::Decode, "quantity without 0x and digits");
    text.remove_prefix(2);
    if (text.size() > 64) return fail(Errc::Decode, "quantity of more than 256 bits");
    U256 out;
    for (char c : text) {
        const int digit = hex_digit(c);
        if (digit < 0) return fail(Errc::Decode, "not a hex digit in a quantity");
        out = shift_left(out, 4);
        out.limbs[0] |= static_cast<std::uint64_t>(digit);
    }
    return out;
}

std::string to_string(const U256& value) {
    if (value.is_zero()) return "0";
    constexpr std::uint64_t kChunk = 10'000'000'000'000'000'000ULL;
    std::string out;
    U256 rest = value;
    while (!rest.is_zero()) {
        const auto step = *divide(rest, U256{kChunk});
        std::uint64_t digits = step.remainder.low_u64();
        rest = step.quotient;
        for (int i = 0; i < 19 && (digits != 0 || !rest.is_zero()); ++i) {
            out += static_cast<char>('0' + digits % 10);
            digits /= 10;
        }
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::string to_hex_quantity(const U256& value) {
    if (value.is_zero()) return "0x0";
    const std::string padded = to_hex(value.to_be_bytes());
    return "0x" + padded.substr(padded.find_first_not_of('0', 2));
}

U256 I256::magnitude() const {
    return is_negative() ? negate(word) : word;
}

Result<I256> I256::from_decimal(std::string_view text) {
    const bool negative = !text.empty() && text[0] == '-';
    TRY(const auto size, U256::from_decimal(negative ? text.substr(1) : text));
    const U256 limit = shift_left(U256{1}, 255);
    if (negative ? size > limit : size >= limit) return fail(Errc::Range, "outside int256");
    return I256{negative ? negate(size) : size};
}

I256 I256::from_i64(std::int64_t value) {
    if (value >= 0) return I256{U256{static_cast<std::uint64_t>(value)}};
    return I256{negate(U256{~static_cast<std::uint64_t>(value) + 1})};
}

std::string to_string(const I256& value) {
    return (value.is_negative() ? "-" : "") + to_string(value.magnitude());
}

}  // namespace plimsoll
