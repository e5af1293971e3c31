// SPDX-License-Identifier: Apache-2.0
// When an account becomes liquidatable: by the price of one asset, or by time alone.
#include <algorithm>

#include "chain/lending/aave_v3/liquidation.hpp"
#include "chain/lending/first_second.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

constexpr unsigned kPriceBits = 128;  // prices above are not searched
constexpr std::uint64_t kNearSteps = 256;

/// An account with the price of one reserve left open.
struct OpenAccount {
    const Profile* profile{};
    AccountTotals fixed;  // of all other reserves
    U256 supply;          // of the open reserve; zero if it is no collateral
    U256 debt;
    std::uint16_t threshold{};
    Unit unit;

    Math<AccountTotals> totals(const U256& price) const {
        AccountTotals out = fixed;
        TRY(const auto value, value_of(supply, price, unit, Rounding::Down));
        TRY(out.collateral, checked_add(out.collateral, value));
        TRY(const auto weighted, product(value, U256{threshold}));
        TRY(out.threshold_sum, checked_add(out.threshold_sum, weighted));
        const bool directed = profile->balances == Profile::Balances::Directed;
        TRY(const auto owed, value_of(debt, price, unit, directed ? Rounding::Up : Rounding::Down));
        TRY(out.debt, checked_add(out.debt, owed));
        return out;
    }

    Math<bool> liquidatable(const U256& price) const {
        TRY(const auto sums, totals(price));
        TRY(const auto health, health_factor(*profile, sums));
        return health < kWad;
    }

    /// The threshold averaged to whole bps: monotonic in the price, and between two of its steps so is the health
    /// factor.
    Math<U256> average(const U256& price) const {
        TRY(const auto sums, totals(price));
        if (sums.collateral.is_zero()) return U256{};
        return divide_rounded(sums.threshold_sum, sums.collateral, Rounding::Down);
    }
};

Math<U256> middle_of(const U256& low, const U256& high) {
    TRY(const auto gap, checked_sub(high, low));
    return checked_add(low, shift_right(gap, 1));
}

U256 next(const U256& value) {
    return checked_add(value, U256{1}).value_or(value);
}

/// The price in (bad, good] or [good, bad) nearest to `good` that liquidates, `bad` being one that does.
Math<U256> nearest_bad(const OpenAccount& account, U256 good, U256 bad) {
    for (;;) {
        const U256& low = std::min(good, bad);
        const U256& high = std::max(good, bad);
        TRY(const auto gap, checked_sub(high, low));
        if (gap <= U256{1}) return bad;
        TRY(const auto middle, middle_of(low, high));
        TRY(const bool liquidated, account.liquidatable(middle));
        (liquidated ? bad : good) = middle;
    }
}

/// Lowest price above `floor` (exclusive) up to `price` whose average threshold equals that at `price`.
Math<U256> segment_start(const OpenAccount& account, const U256& price, U256 floor) {
    TRY(const auto average, account.average(price));
    U256 inside = price;
    for (;;) {
        TRY(const auto gap, checked_sub(inside, floor));
        if (gap <= U256{1}) return inside;
        TRY(const auto middle, middle_of(floor, inside));
        TRY(const auto there, account.average(middle));
        (there == average ? inside : floor) = middle;
    }
}

/// The highest price below `price` that liquidates; zero if none does. Segment by segment of equal average threshold:
/// within one the health factor falls with the price, at its border it may jump up.
Math<U256> first_fall(const OpenAccount& account, const U256& price) {
    U256 upper = price;
    while (!upper.is_zero()) {
        U256 lower{1};
        if (account.profile->health == Profile::Health::Average) {
            TRY(lower, segment_start(account, upper, U256{}));
        }
        TRY(const bool at_lower, account.liquidatable(lower));
        if (at_lower) return nearest_bad(account, upper, lower);
        TRY(upper, checked_sub(lower, U256{1}));
        if (upper.is_zero()) break;
        TRY(const bool at_border, account.liquidatable(upper));
        if (at_border) return upper;
    }
    return U256{};
}

/// The lowest price above `price` with the wanted answer, found by doubling and halving; nullopt below 2^128.
Math<std::optional<U256>> first_rise(const OpenAccount& account, const U256& price, bool wanted) {
    U256 before = price;
    for (U256 probe = next(price); probe.bit_width() <= kPriceBits; probe = shift_left(probe, 1)) {
        const auto there = account.liquidatable(probe);
        if (!there) return std::optional<U256>{};  // past what the contract can count
        if (*there != wanted) {
            before = probe;
            continue;
        }
        U256 found = probe;
        while (next(before) < found) {
            TRY(const auto middle, middle_of(before, found));
            TRY(const bool liquidated, account.liquidatable(middle));
            (liquidated == wanted ? found : before) = middle;
        }
        return std::optional<U256>{found};
    }
    return std::optional<U256>{};
}

/// Both sides of one asset round on their own: a few units nearer to today's price the answer may already be "yes".
Math<U256> settle(const OpenAccount& account, U256 found, const U256& price, bool rises) {
    U256 probe = found;
    for (std::uint64_t i = 0; i < kNearSteps; ++i) {
        if (rises) {
            if (probe <= next(price)) break;
            TRY(probe, checked_sub(probe, U256{1}));
        } else {
            probe = next(probe);
            if (probe >= price) break;
        }
        TRY(const bool liquidated, account.liquidatable(probe));
        if (liquidated) found = probe;
    }
    return found;
}

Math<LiquidationPrice> price_of(const OpenAccount& account, const U256& price, bool net_debt) {
    LiquidationPrice out;
    TRY(const bool already, account.liquidatable(price));
    if (already) {
        out.price.value = price;
        if (net_debt) {
            TRY(out.price.value, [&]() -> Math<U256> {
                TRY(const bool at_one, account.liquidatable(U256{1}));
                if (at_one) return price;  // no fall of this price heals the account
                return nearest_bad(account, U256{1}, price);
            }());
            out.rises = true;
            return out;
        }
        TRY(const auto healed, first_rise(account, price, false));
        if (healed) {
            TRY(out.price.value, checked_sub(*healed, U256{1}));
        }
        return out;
    }
    if (net_debt) {
        TRY(const auto risen, first_rise(account, price, true));
        if (risen) {
            TRY(out.price.value, settle(account, *risen, price, true));
            out.rises = true;
        }
        return out;
    }
    TRY(out.price.value, first_fall(account, price));
    if (!out.price.is_zero() && !account.debt.is_zero()) {
        TRY(out.price.value, settle(account, out.price.value, price, false));
    }
    return out;
}

/// Takes the reserve out of the sums, and says whether a rise of its price hurts.
Math<bool> open(const View& view, const AccountState& account, const AccountTotals& whole, const Holding& holding,
                const ReserveView& reserve, OpenAccount& out) {
    AccountState rest = account;
    std::erase_if(rest.holdings, [&](const Holding& h) { return h.reserve == holding.reserve; });
    std::erase_if(rest.stable, [&](const StableDebt& s) { return s.reserve == holding.reserve; });
    const Terms terms = view.terms(reserve, holding.reserve, account.emode);
    out.profile = &view.profile();
    TRY(out.fixed, account_totals(view, rest));
    out.threshold = terms.threshold;
    out.unit = reserve.unit;
    if (holding.collateral && terms.counts) {
        TRY(out.supply, supply_of(view, reserve, holding.supply));
    }
    if (holding.debt != 0) {
        TRY(out.debt, debt_of(view, reserve, holding.debt));
    }
    if (const auto* stable = account.stable_of(holding.reserve)) {
        TRY(const auto more, stable_debt_of(view, *stable));
        TRY(out.debt, checked_add(out.debt, more));
    }
    // What one unit of price adds to either side: supply * threshold against debt * 10000; averaged rules weigh with
    // the account's average.
    U256 weight{terms.threshold};
    if (view.profile().health == Profile::Health::Average && !whole.collateral.is_zero()) {
        TRY(weight, divide_rounded(whole.threshold_sum, whole.collateral, Rounding::Down));
    }
    TRY(const auto gain, product(out.supply, weight));
    TRY(const auto burden, product(out.debt, kBps));
    return burden > gain;
}

}  // namespace

Result<std::vector<LiquidationPrice>> liquidation_prices(const View& view, const AccountState& account) {
    std::vector<LiquidationPrice> out;
    TRY(const auto whole, account_totals(view, account));
    if (whole.debt.is_zero()) return out;
    for (const auto& holding : account.holdings) {
        TRY(const auto* reserve, view.reserve(holding.reserve));
        const Terms terms = view.terms(*reserve, holding.reserve, account.emode);
        OpenAccount opened;
        TRY(const bool net_debt, open(view, account, whole, holding, *reserve, opened));
        if (opened.supply.is_zero() && opened.debt.is_zero()) continue;
        LiquidationPrice price;
        // In an eMode with a common price the asset's own price counts for nothing.
        if (terms.price == reserve->price) {
            TRY(price, price_of(opened, terms.price, net_debt));
        }
        price.asset = view.state().reserves[holding.reserve].asset;
        out.push_back(price);
    }
    return out;
}

/// Between updates supply grows linearly and debt convexly: the surplus is concave in time, so it ends once and for
/// all.
Result<std::optional<std::uint64_t>> time_to_liquidation(const View& view, const AccountState& account) {
    const auto liquidatable = [&](std::uint64_t seconds) -> Math<bool> {
        const View later(view.state(), view.at() + seconds);
        TRY(const auto totals, account_totals(later, account));
        TRY(const auto health, health_factor(view.profile(), totals));
        return health < kWad;
    };
    TRY(const auto out, first_second(liquidatable));
    return out;
}

}  // namespace plimsoll::lending::aave_v3
