// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/narrow.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

constexpr u128 kHalfRayNarrow = kHalfRay.low_u128();
constexpr std::uint64_t kWadNarrow = kWad.low_u64();

/// scaled * index / RAY; false if the product reaches 2^192 or the balance 2^128.
inline bool balance_of(u128 scaled, u128 index, Rounding rounding, u128& out) {
    const U256 n = mul_u128(scaled, index);
    if (n.limbs[3] != 0) return false;
    U192 sum{n.limbs[0], n.limbs[1], n.limbs[2]};
    if (rounding == Rounding::HalfUp && !sum.add(kHalfRayNarrow)) return false;
    bool exact = false;
    if (!kByRay.divide(sum, out, exact)) return false;
    if (rounding == Rounding::Up && !exact) return ++out != 0;
    return true;
}

/// balance * price / unit; false from 2^64 on.
inline bool value_of(u128 balance, std::uint64_t price, const InvariantDivisor& unit, bool up, std::uint64_t& out) {
    const u128 low = static_cast<u128>(static_cast<std::uint64_t>(balance)) * price;
    const u128 high = (balance >> 64U) * price + (low >> 64U);
    const U192 n{static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high),
                 static_cast<std::uint64_t>(high >> 64U)};
    u128 quotient = 0;
    bool exact = false;
    if (!unit.divide(n, quotient, exact)) return false;
    if (up && !exact) ++quotient;
    out = static_cast<std::uint64_t>(quotient);
    return quotient >> 64U == 0;
}

inline bool add_to(std::uint64_t& sum, std::uint64_t value) {
    return !__builtin_add_overflow(sum, value, &sum);
}

/// (n * WAD + d / 2) / d for a numerator below 2^128.
inline bool wad_ratio(u128 n, std::uint64_t d, U256& out) {
    const u128 low = static_cast<u128>(static_cast<std::uint64_t>(n)) * kWadNarrow;
    const u128 high = (n >> 64U) * kWadNarrow + (low >> 64U);
    U192 sum{static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high),
             static_cast<std::uint64_t>(high >> 64U)};
    if (!sum.add(d / 2)) return false;
    if (sum.limbs[2] == 0) {
        out = U256::from_u128((static_cast<u128>(sum.limbs[1]) << 64U | sum.limbs[0]) / d);
        return true;
    }
    if (sum.limbs[2] >= d) return false;
    const u128 top = static_cast<u128>(sum.limbs[2]) << 64U | sum.limbs[1];
    const u128 rest = (top % d) << 64U | sum.limbs[0];
    out = U256{0, 0, static_cast<std::uint64_t>(top / d), static_cast<std::uint64_t>(rest / d)};
    return true;
}

}  // namespace

bool narrow_totals(const View& view, const AccountState& account, NarrowTotals& out) {
    if (!account.stable.empty()) return false;
    const Profile& profile = view.profile();
    const bool directed = profile.balances == Profile::Balances::Directed;
    const bool any_threshold = profile.emode == Profile::EMode::Decoupled || profile.emode == Profile::EMode::Isolated;
    for (const auto& holding : account.holdings) {
        if (!holding.collateral && holding.debt == 0) continue;
        const auto found = view.reserve(holding.reserve);
        if (!found || !(*found)->narrow) return false;
        const ReserveView& reserve = **found;
        std::uint64_t price = reserve.price.low_u64();
        std::uint16_t ltv = reserve.ltv;
        std::uint16_t threshold = reserve.threshold;
        bool counts = any_threshold || threshold != 0;
        if (account.emode != 0) {
            const Terms terms = view.terms(reserve, holding.reserve, account.emode);
            if (!terms.price.fits_u64()) return false;
            price = terms.price.low_u64();
            ltv = terms.ltv;
            threshold = terms.threshold;
            counts = terms.counts;
        }
        u128 balance = 0;
        std::uint64_t value = 0;
        if (holding.collateral && counts) {
            const Rounding rounding = directed ? Rounding::Down : Rounding::HalfUp;
            if (!balance_of(holding.supply, reserve.income.low_u128(), rounding, balance)) return false;
            if (!value_of(balance, price, reserve.unit.divisor(), false, value)) return false;
            if (!add_to(out.collateral, value)) return false;
            out.ltv_sum += static_cast<u128>(value) * ltv;
            out.threshold_sum += static_cast<u128>(value) * threshold;
            out.zero_ltv = out.zero_ltv || ltv == 0;
        }
        if (holding.debt != 0) {
            const Rounding rounding = directed ? Rounding::Up : Rounding::HalfUp;
            if (!balance_of(holding.debt, reserve.debt_index.low_u128(), rounding, balance)) return false;
            if (!value_of(balance, price, reserve.unit.divisor(), directed, value)) return false;
            if (!add_to(out.debt, value)) return false;
        }
    }
    return true;
}

bool narrow_summary(const Profile& profile, const NarrowTotals& totals, AccountSummary& out) {
    std::uint64_t average_ltv = 0;
    std::uint64_t average_threshold = 0;
    if (totals.collateral != 0) {  // the averages are at most 65535, as each weight is
        average_ltv = static_cast<std::uint64_t>(totals.ltv_sum / totals.collateral);
        average_threshold = static_cast<std::uint64_t>(totals.threshold_sum / totals.collateral);
    }
    out.collateral.value = U256{totals.collateral};
    out.debt.value = U256{totals.debt};
    out.ltv = U256{average_ltv};
    out.liquidation_threshold = U256{average_threshold};
    const u128 half = profile.borrows == Profile::Borrows::HalfUp ? 5'000 : 0;
    const u128 cap = kByBps.divide_u128(static_cast<u128>(totals.collateral) * average_ltv + half);
    out.available_borrow.value = cap > totals.debt ? U256::from_u128(cap - totals.debt) : U256{};
    if (totals.debt == 0) {
        out.health_factor.value = kU256Max;
        return true;
    }
    U256& health = out.health_factor.value;
    if (profile.health == Profile::Health::Average) {
        const u128 weighted = static_cast<u128>(totals.collateral) * average_threshold + 5'000;
        return wad_ratio(kByBps.divide_u128(weighted), totals.debt, health);
    }
    if (!wad_ratio(totals.threshold_sum, totals.debt, health)) return false;
    if (!health.fits_u128()) return false;
    health = U256::from_u128(kByBps.divide_u128(health.low_u128()));
    return true;
}

}  // namespace plimsoll::lending::aave_v3
