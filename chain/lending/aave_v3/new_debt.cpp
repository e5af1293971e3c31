// SPDX-License-Identifier: Apache-2.0
// Steps of the walk: new debt. BorrowLogic.executeBorrow and ValidationLogic.validateBorrow, at a variable rate.
#include <algorithm>

#include "chain/lending/aave_v3/refuse.hpp"
#include "chain/lending/aave_v3/rules.hpp"

namespace plimsoll::lending::aave_v3 {

Result<void> Walk::borrow(Target& t) {
    const U256& amount = t.change.amount.value;
    const Rounding more = directions(view_.profile()).more;
    const bool late = view_.profile().checks == Profile::Checks::V34;
    if (t.room == nullptr) return fail(Errc::NotFound, "what limits new debt was not read");
    if (amount.is_zero()) return refuse("amount", "nothing of " + t.info.symbol + " would be borrowed");
    TRY_VOID(check_usable(t, true));
    TRY_VOID(check_borrow_flags(t));
    if (conditions_.borrowing_barred)
        return refuse("sequencer", "no new debt until the sequencer has been up for its grace period");
    if (amount > t.room->borrow_room.value)
        return refuse("borrow-cap", to_string(amount) + " " + t.info.symbol + " borrowed, there is room for " +
                                        to_string(t.room->borrow_room.value));
    if (!late) TRY_VOID(check_isolation(t));
    TRY_VOID(check_emode_debt(t));
    if (!directed()) TRY_VOID(check_power_before(t));
    TRY_VOID(check_siloed(t));
    TRY_VOID(check_scaled(t, amount, t.reserve.debt_index, more));
    if (late) TRY_VOID(check_isolation(t));
    if (amount > t.room->liquidity.value)
        return refuse("liquidity", to_string(amount) + " " + t.info.symbol + " borrowed, the pool has " +
                                       to_string(t.room->liquidity.value));
    TRY_VOID(apply(t.change));
    t.room->liquidity.value = saturating_sub(t.room->liquidity.value, amount);
    if (t.room->borrow_room.value != kU256Max)
        t.room->borrow_room.value = saturating_sub(t.room->borrow_room.value, amount);
    return directed() ? check_power_after(t) : Result<void>{};
}

/// From 3.6 on the flag of the reserve says nothing inside an eMode.
Result<void> Walk::check_borrow_flags(const Target& t) const {
    const auto form = view_.profile().emode;
    const bool decoupled = form == Profile::EMode::Decoupled || form == Profile::EMode::Isolated;
    if (!decoupled || account_.emode == 0) {
        if (t.info.state.config.borrowing) return {};
        return refuse("borrowing-disabled", t.info.symbol + " cannot be borrowed");
    }
    return check_emode_debt(t);
}

Result<void> Walk::check_emode_debt(const Target& t) const {
    if (account_.emode == 0 || borrowable_in(account_.emode, t.id)) return {};
    return refuse("emode", t.info.symbol + " cannot be borrowed in category " + std::to_string(account_.emode));
}

Result<void> Walk::check_isolation(const Target& t) {
    const auto confined = isolating(view_, account_);
    if (!confined) return {};
    const Reserve& collateral = view_.state().reserves[*confined];
    if (!t.room->borrowable_isolated)
        return refuse("isolation", t.info.symbol + " cannot be borrowed against " + collateral.symbol + " alone");
    AssetConditions* room = conditions_of(collateral.asset);
    if (room == nullptr) return fail(Errc::NotFound, "the debt ceiling of " + collateral.symbol + " was not read");
    TRY(const auto owed, checked_add(room->isolated_debt, ceiling_units(t.change.amount.value, t.info)));
    if (owed > room->debt_ceiling)
        return refuse("debt-ceiling", "debts against " + collateral.symbol + " would reach " + to_string(owed) +
                                          " hundredths, the ceiling is " + to_string(room->debt_ceiling));
    room->isolated_debt = owed;
    return {};
}

/// UserConfiguration.getSiloedBorrowingState; up to 3.6.
Result<void> Walk::check_siloed(const Target& t) const {
    if (view_.profile().emode == Profile::EMode::Isolated || !borrows_any()) return {};
    const Holding* only = nullptr;
    std::size_t count = 0;
    for (const auto& holding : account_.holdings) {
        if (holding.debt == 0 && account_.stable_of(holding.reserve) == nullptr) continue;
        only = &holding;
        ++count;
    }
    if (count == 1) {
        const Reserve& owed = view_.state().reserves[only->reserve];
        const auto found = std::find_if(conditions_.assets.begin(), conditions_.assets.end(),
                                        [&](const AssetConditions& c) { return c.asset == owed.asset; });
        if (found != conditions_.assets.end() && found->siloed) {
            if (only->reserve == t.id) return {};
            return refuse("siloed", owed.symbol + " may be the account's only debt");
        }
    }
    if (t.room->siloed) return refuse("siloed", t.info.symbol + " may be the account's only debt");
    return {};
}

/// Up to 3.4: the account must carry the new debt before it has it.
Result<void> Walk::check_power_before(const Target& t) const {
    TRY(const auto sums, totals());
    if (sums.collateral.is_zero()) return refuse("no-collateral", "the account has no collateral");
    TRY(const auto ltv, divide_rounded(sums.ltv_sum, sums.collateral, Rounding::Down));
    if (ltv.is_zero()) return refuse("zero-ltv", "the account's collateral gives no borrowing power");
    TRY(const auto health, health_factor(view_.profile(), sums));
    if (health <= kWad) return refuse("health", "new debt needs a health factor above 1");
    if (!t.info.state.priced)
        return refuse("price", "the oracle gives no price for " + t.info.symbol + " " + to_string(t.info.asset));
    const Terms terms = view_.terms(t.reserve, t.id, account_.emode);
    TRY(const auto value, value_of(t.change.amount.value, terms.price, t.reserve.unit, Rounding::Down));
    TRY(const auto debt, checked_add(sums.debt, value));
    TRY(const auto needed, percent_div(debt, ltv, Rounding::HalfUp));
    if (needed > sums.collateral) return refuse("ltv", "the collateral cannot cover the new debt of " + t.info.symbol);
    return {};
}

/// From 3.5 on: the account with the new debt. ValidationLogic.validateHFAndLtv.
Result<void> Walk::check_power_after(const Target& t) const {
    TRY(const auto sums, totals());
    U256 ltv;
    if (!sums.collateral.is_zero()) {
        TRY(ltv, divide_rounded(sums.ltv_sum, sums.collateral, Rounding::Down));
    }
    if (ltv.is_zero()) return refuse("zero-ltv", "the account's collateral gives no borrowing power");
    TRY(const auto health, health_factor(view_.profile(), sums));
    if (health < kWad)
        return refuse("health", "the new debt of " + t.info.symbol + " would leave a health factor below 1");
    TRY(const auto needed, percent_div(sums.debt, ltv, Rounding::Up));
    if (needed > sums.collateral) return refuse("ltv", "the collateral cannot cover the new debt of " + t.info.symbol);
    return {};
}

}  // namespace plimsoll::lending::aave_v3
