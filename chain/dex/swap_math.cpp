// SPDX-License-Identifier: Apache-2.0
#include "chain/dex/swap_math.hpp"

namespace plimsoll::dex {

namespace {

U256 shifted(u128 liquidity) {
    return shift_left(U256::from_u128(liquidity), 96);
}

Math<U256> as_price(const U256& value) {
    if (value.bit_width() > 160) return tl::unexpected(MathError::Overflow);
    return value;
}

/// getNextSqrtPriceFromAmount0RoundingUp with add.
Math<U256> price_after_token0_in(const U256& price, u128 liquidity, const U256& amount) {
    if (amount.is_zero()) return price;
    const U256 numerator = shifted(liquidity);
    if (const auto product = checked_mul(amount, price)) {
        if (const auto denominator = checked_add(numerator, *product))
            return mul_div_up(numerator, price, *denominator);
    }
    TRY(const auto quotient, div_down(numerator, price));
    TRY(const auto denominator, checked_add(quotient, amount));
    return div_up(numerator, denominator);
}

/// The same without add.
Math<U256> price_after_token0_out(const U256& price, u128 liquidity, const U256& amount) {
    if (amount.is_zero()) return price;
    const U256 numerator = shifted(liquidity);
    TRY(const auto product, checked_mul(amount, price));
    if (numerator <= product) return tl::unexpected(MathError::Underflow);
    TRY(const auto denominator, checked_sub(numerator, product));
    TRY(const auto out, mul_div_up(numerator, price, denominator));
    return as_price(out);
}

Math<U256> price_after_token1_in(const U256& price, u128 liquidity, const U256& amount) {
    TRY(const auto quotient, mul_div_down(amount, kQ96, U256::from_u128(liquidity)));
    TRY(const auto out, checked_add(price, quotient));
    return as_price(out);
}

Math<U256> price_after_token1_out(const U256& price, u128 liquidity, const U256& amount) {
    TRY(const auto quotient, mul_div_up(amount, kQ96, U256::from_u128(liquidity)));
    if (price <= quotient) return tl::unexpected(MathError::Underflow);
    return checked_sub(price, quotient);
}

Math<U256> input_between(const U256& from, const U256& to, u128 liquidity, bool zero_for_one) {
    return zero_for_one ? amount0_delta(to, from, liquidity, Rounding::Up)
                        : amount1_delta(from, to, liquidity, Rounding::Up);
}

Math<U256> output_between(const U256& from, const U256& to, u128 liquidity, bool zero_for_one) {
    return zero_for_one ? amount1_delta(to, from, liquidity, Rounding::Down)
                        : amount0_delta(from, to, liquidity, Rounding::Down);
}

}  // namespace

Math<U256> amount0_delta(const U256& a, const U256& b, u128 liquidity, Rounding rounding) {
    const U256& low = a < b ? a : b;
    const U256& high = a < b ? b : a;
    TRY(const auto width, checked_sub(high, low));
    if (rounding == Rounding::Up) {
        TRY(const auto scaled, mul_div_up(shifted(liquidity), width, high));
        return div_up(scaled, low);
    }
    TRY(const auto scaled, mul_div_down(shifted(liquidity), width, high));
    return div_down(scaled, low);
}

Math<U256> amount1_delta(const U256& a, const U256& b, u128 liquidity, Rounding rounding) {
    TRY(const auto width, a < b ? checked_sub(b, a) : checked_sub(a, b));
    const U512 product = mul_wide(U256::from_u128(liquidity), width);
    // 128 and 160 bits: the upper half and what is shifted out stay within these limbs.
    const auto& limbs = product.limbs;
    const U256 low{limbs[3], limbs[2], limbs[1], limbs[0]};
    const U256 high{limbs[7], limbs[6], limbs[5], limbs[4]};
    if (high.bit_width() > 96) return tl::unexpected(MathError::Overflow);
    U256 out = shift_right(low, 96);
    const U256 upper = shift_left(high, 160);
    for (std::size_t i = 0; i < 4; ++i) out.limbs[i] |= upper.limbs[i];
    const bool rest = limbs[0] != 0 || (limbs[1] & 0xffff'ffffU) != 0;
    return rest && rounding == Rounding::Up ? checked_add(out, U256{1}) : out;
}

Math<U256> next_price_from_input(const U256& price, u128 liquidity, const U256& amount_in, bool zero_for_one) {
    if (price.is_zero() || liquidity == 0) return tl::unexpected(MathError::DivisionByZero);
    return zero_for_one ? price_after_token0_in(price, liquidity, amount_in)
                        : price_after_token1_in(price, liquidity, amount_in);
}

Math<U256> next_price_from_output(const U256& price, u128 liquidity, const U256& amount_out, bool zero_for_one) {
    if (price.is_zero() || liquidity == 0) return tl::unexpected(MathError::DivisionByZero);
    return zero_for_one ? price_after_token1_out(price, liquidity, amount_out)
                        : price_after_token0_out(price, liquidity, amount_out);
}

Math<SwapStep> swap_step(const U256& price, const U256& target, u128 liquidity, const U256& remaining, Exact exact,
                         std::uint32_t fee) {
    if (fee >= kFeeUnit) return tl::unexpected(MathError::Underflow);
    const bool zero_for_one = price >= target;
    SwapStep out;
    if (exact == Exact::In) {
        TRY(const auto less_fee, mul_div_down(remaining, U256{kFeeUnit - fee}, U256{kFeeUnit}));
        TRY(out.amount_in, input_between(price, target, liquidity, zero_for_one));
        if (less_fee >= out.amount_in) {
            out.price_next = target;
        } else {
            TRY(out.price_next, next_price_from_input(price, liquidity, less_fee, zero_for_one));
        }
    } else {
        TRY(out.amount_out, output_between(price, target, liquidity, zero_for_one));
        if (remaining >= out.amount_out) {
            out.price_next = target;
        } else {
            TRY(out.price_next, next_price_from_output(price, liquidity, remaining, zero_for_one));
        }
    }
    const bool reached = out.price_next == target;
    if (!reached || exact == Exact::Out) {
        TRY(out.amount_in, input_between(price, out.price_next, liquidity, zero_for_one));
    }
    if (!reached || exact == Exact::In) {
        TRY(out.amount_out, output_between(price, out.price_next, liquidity, zero_for_one));
    }
    if (exact == Exact::Out && out.amount_out > remaining) out.amount_out = remaining;
    if (exact == Exact::In && !reached) {
        TRY(out.fee, checked_sub(remaining, out.amount_in));
    } else {
        TRY(out.fee, mul_div_up(out.amount_in, U256{fee}, U256{kFeeUnit - fee}));
    }
    return out;
}

}  // namespace plimsoll::dex
