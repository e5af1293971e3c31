// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "chain/types/u256.hpp"

namespace plimsoll::lending::aave_v3 {

/// Quotient rounded down, and whether nothing was cut off.
struct Quotient {
    U256 value;
    bool exact{};
};

/// Product of two numbers below 2^128: always fits.
constexpr U256 mul_u128(u128 a, u128 b) {
    const auto a0 = static_cast<std::uint64_t>(a);
    const auto a1 = static_cast<std::uint64_t>(a >> 64U);
    const auto b0 = static_cast<std::uint64_t>(b);
    const auto b1 = static_cast<std::uint64_t>(b >> 64U);
    const u128 low = static_cast<u128>(a0) * b0;
    const u128 mid = static_cast<u128>(a1) * b0 + static_cast<std::uint64_t>(low >> 64U);
    const u128 mid2 = static_cast<u128>(a0) * b1 + static_cast<std::uint64_t>(mid);
    const u128 high =
        static_cast<u128>(a1) * b1 + static_cast<std::uint64_t>(mid >> 64U) + static_cast<std::uint64_t>(mid2 >> 64U);
    return {static_cast<std::uint64_t>(high >> 64U), static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(mid2),
            static_cast<std::uint64_t>(low)};
}

/// Three limbs, little-endian: what products of real balances and prices need.
struct U192 {
    std::array<std::uint64_t, 3> limbs{};

    /// False if the sum leaves 192 bits.
    constexpr bool add(u128 value) {
        u128 sum = static_cast<u128>(limbs[0]) + static_cast<std::uint64_t>(value);
        limbs[0] = static_cast<std::uint64_t>(sum);
        sum = (sum >> 64U) + limbs[1] + static_cast<std::uint64_t>(value >> 64U);
        limbs[1] = static_cast<std::uint64_t>(sum);
        sum = (sum >> 64U) + limbs[2];
        limbs[2] = static_cast<std::uint64_t>(sum);
        return sum >> 64U == 0;
    }
};

/// Exact division by a constant d = 2^k * m with m below 2^64: a shift, and one multiplication by a reciprocal per limb
/// (Moeller and Granlund, "Improved division by invariant integers", 2011, algorithm 4).
/// The powers of ten up to 10^27 have this form; so every division in a health factor but the last two does.
class InvariantDivisor {
  public:
    constexpr InvariantDivisor() : InvariantDivisor(1, 0) {}

    /// The divisor odd * 2^twos; odd is not zero, twos is below 64.
    constexpr InvariantDivisor(std::uint64_t odd, unsigned twos) {
        const auto lead = static_cast<unsigned>(std::countl_zero(odd));
        divisor_ = odd << lead;
        shift_ = static_cast<int>(twos) - static_cast<int>(lead);
        reciprocal_ = static_cast<std::uint64_t>((~static_cast<u128>(0)) / divisor_);  // the low 64 bits: minus 2^64
    }

    /// 10^exponent; exponent is at most kMaxExponent.
    static constexpr unsigned kMaxExponent = 27;
    static constexpr InvariantDivisor power_of_ten(unsigned exponent) {
        std::uint64_t odd = 1;
        for (unsigned i = 0; i < exponent; ++i) odd *= 5;
        return {odd, exponent};
    }

    constexpr Quotient divide(const U256& n) const {
        std::array<std::uint64_t, 4> w = n.limbs;
        std::uint64_t rest = 0;
        std::uint64_t lost = 0;
        if (shift_ > 0) {
            const auto right = static_cast<unsigned>(shift_);
            lost = w[0] << (64 - right);
            w[0] = w[0] >> right | w[1] << (64 - right);
            w[1] = w[1] >> right | w[2] << (64 - right);
            w[2] = w[2] >> right | w[3] << (64 - right);
            w[3] = w[3] >> right;
        } else if (shift_ < 0) {
            const auto left = static_cast<unsigned>(-shift_);
            rest = w[3] >> (64 - left);
            w[3] = w[3] << left | w[2] >> (64 - left);
            w[2] = w[2] << left | w[1] >> (64 - left);
            w[1] = w[1] << left | w[0] >> (64 - left);
            w[0] = w[0] << left;
        }
        Quotient out;
        for (std::size_t i = 4; i-- > 0;) out.value.limbs[i] = step(rest, w[i]);
        out.exact = (rest | lost) == 0;
        return out;
    }

    /// The same for three limbs with a quotient below 2^128; false if it is not.
    constexpr bool divide(const U192& n, u128& quotient, bool& exact) const {
        std::uint64_t w0 = n.limbs[0];
        std::uint64_t w1 = n.limbs[1];
        std::uint64_t w2 = n.limbs[2];
        std::uint64_t lost = 0;
        if (shift_ > 0) {
            const auto right = static_cast<unsigned>(shift_);
            lost = w0 << (64 - right);
            w0 = w0 >> right | w1 << (64 - right);
            w1 = w1 >> right | w2 << (64 - right);
            w2 = w2 >> right;
        } else if (shift_ < 0) {
            const auto left = static_cast<unsigned>(-shift_);
            if (w2 >> (64 - left) != 0) return false;
            w2 = w2 << left | w1 >> (64 - left);
            w1 = w1 << left | w0 >> (64 - left);
            w0 = w0 << left;
        }
        if (w2 >= divisor_) return false;
        std::uint64_t rest = w2;
        const std::uint64_t q1 = step(rest, w1);
        const std::uint64_t q0 = step(rest, w0);
        quotient = static_cast<u128>(q1) << 64U | q0;
        exact = (rest | lost) == 0;
        return true;
    }
    constexpr u128 divide_u128(u128 n) const {
        u128 quotient = 0;
        bool exact = false;
        const U192 wide{static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(n >> 64U), 0};
        if (divide(wide, quotient, exact)) return quotient;
        return divide(U256::from_u128(n)).value.low_u128();
    }

  private:
    /// (rest, low) / divisor; rest is below the divisor and receives the remainder.
    constexpr std::uint64_t step(std::uint64_t& rest, std::uint64_t low) const {
        if (rest == 0 && low < divisor_) {
            rest = low;
            return 0;
        }
        const u128 guess = static_cast<u128>(reciprocal_) * rest + (static_cast<u128>(rest) << 64U | low);
        auto quotient = static_cast<std::uint64_t>(guess >> 64U) + 1;
        std::uint64_t remainder = low - quotient * divisor_;
        if (remainder > static_cast<std::uint64_t>(guess)) {
            --quotient;
            remainder += divisor_;
        }
        if (remainder >= divisor_) [[unlikely]] {
            ++quotient;
            remainder -= divisor_;
        }
        rest = remainder;
        return quotient;
    }

    std::uint64_t divisor_{};     // the odd part, shifted until its top bit is set
    std::uint64_t reciprocal_{};  // floor((2^128 - 1) / divisor) - 2^64
    int shift_{};                 // n / d = (n >> shift) / divisor; negative: to the left
};

inline constexpr InvariantDivisor kByRay = InvariantDivisor::power_of_ten(27);
inline constexpr InvariantDivisor kByBps = InvariantDivisor::power_of_ten(4);
inline constexpr InvariantDivisor kByYear{246'375, 7};
static_assert(246'375ULL << 7U == 31'536'000ULL);

}  // namespace plimsoll::lending::aave_v3
