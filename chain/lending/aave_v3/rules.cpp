// SPDX-License-Identifier: Apache-2.0
// Steps of the walk: supply, withdraw, repay, flags and eMode. New debt has its own file.
#include "chain/lending/aave_v3/rules.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/refuse.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

constexpr std::uint64_t kCategories = 256;

void give(U256& room, const U256& amount) {
    // A room that is used up says nothing of how far beyond its limit things are.
    if (room == kU256Max || room.is_zero()) return;
    room = checked_add(room, amount).value_or(kU256Max);
}

void take(U256& room, const U256& amount) {
    if (room != kU256Max) room = saturating_sub(room, amount);
}

}  // namespace

Walk::Walk(const View& view, const AccountState& account, const Conditions* conditions)
    : view_(view), account_(account), bound_(conditions != nullptr) {
    if (conditions != nullptr) conditions_ = *conditions;
}

Result<void> Walk::step(const Change& change) {
    if (change.kind == Change::Kind::SetEMode) return set_emode(change);
    const auto id = view_.state().id_of(change.asset);
    if (!id) return fail(Errc::NotFound, to_string(change.asset) + " is no reserve of this market");
    TRY(const auto* reserve, view_.reserve(*id));
    const Reserve& info = view_.state().reserves[*id];
    Target target{change, *id, info, *reserve, account_.at(*id), conditions_of(change.asset)};
    if (bound_ && target.room == nullptr)
        return fail(Errc::NotFound, "what limits changes of " + info.symbol + " was not read");
    auto done = [&]() -> Result<void> {
        switch (change.kind) {
            case Change::Kind::Supply:
                return supply(target);
            case Change::Kind::Withdraw:
                return withdraw(target);
            case Change::Kind::Borrow:
                return borrow(target);
            case Change::Kind::Repay:
                return repay(target, false);
            case Change::Kind::RepayWithSupply:
                return repay(target, true);
            case Change::Kind::UseAsCollateral:
                return use_as_collateral(target);
            case Change::Kind::SetEMode:
                break;
        }
        return {};
    }();
    account_.tidy();
    if (!done && done.error().code == Errc::Math)
        return refuse("amount", "the pool cannot count with " + to_string(change.amount.value) + " " + info.symbol);
    return done;
}

/// SupplyLogic.executeSupply.
Result<void> Walk::supply(Target& t) {
    const U256& amount = t.change.amount.value;
    const Rounding less = directions(view_.profile()).less;
    if (amount.is_zero()) return refuse("amount", "nothing of " + t.info.symbol + " would be supplied");
    if (directed()) TRY_VOID(check_scaled(t, amount, t.reserve.income, less));
    TRY_VOID(check_usable(t, true));
    if (t.room != nullptr && amount > t.room->supply_room.value)
        return refuse("supply-cap", to_string(amount) + " " + t.info.symbol + " supplied, the cap leaves room for " +
                                        to_string(t.room->supply_room.value));
    TRY_VOID(check_scaled(t, amount, t.reserve.income, less));
    TRY_VOID(apply(t.change));
    if (t.room == nullptr) return {};
    give(t.room->liquidity.value, amount);
    take(t.room->supply_room.value, amount);
    return {};
}

/// SupplyLogic.executeWithdraw. What a transfer of aTokens must pass is part of it (executeFinalizeTransfer).
Result<void> Walk::withdraw(Target& t) {
    const bool all = t.change.amount.value == kU256Max;
    TRY(const auto balance, supply_of(view_, t.reserve, t.holding.supply));
    const U256 amount = all ? balance : t.change.amount.value;
    const Rounding more = directions(view_.profile()).more;
    if (amount.is_zero()) return refuse("amount", "nothing of " + t.info.symbol + " would be withdrawn");
    if (amount > balance)
        return refuse("balance",
                      to_string(amount) + " " + t.info.symbol + " withdrawn, supplied are " + to_string(balance));
    TRY_VOID(check_usable(t, false));
    if (t.room != nullptr && amount > t.room->liquidity.value)
        return refuse("liquidity", to_string(amount) + " " + t.info.symbol + " withdrawn, the pool has " +
                                       to_string(t.room->liquidity.value));
    if (!all) TRY_VOID(check_scaled(t, amount, t.reserve.income, more));
    const bool counted = t.holding.collateral;
    TRY_VOID(apply(t.change));
    if (t.room != nullptr) {
        take(t.room->liquidity.value, amount);
        give(t.room->supply_room.value, amount);
    }
    if (!counted || !borrows_any()) return {};
    return check_health("withdrawing " + t.info.symbol, &t.info, deciding_ltv(view_, t.reserve, t.id, account_.emode));
}

/// BorrowLogic.executeRepay, of variable debt.
Result<void> Walk::repay(Target& t, bool from_supply) {
    const U256& asked = t.change.amount.value;
    const auto [less, more] = directions(view_.profile());
    if (asked.is_zero()) return refuse("amount", "nothing of " + t.info.symbol + " would be repaid");
    TRY_VOID(check_usable(t, false));
    if (t.holding.debt == 0) return refuse("no-debt", "nothing of " + t.info.symbol + " is owed at a variable rate");
    TRY(const auto amount, paid_back(view_, t.holding, from_supply, asked));
    TRY_VOID(check_scaled(t, amount, t.reserve.debt_index, less));
    if (from_supply) {
        TRY_VOID(check_scaled(t, amount, t.reserve.income, more));
        TRY(const auto burnt, ray_div(amount, t.reserve.income, more));
        if (burnt > U256::from_u128(t.holding.supply))
            return refuse("balance", "repaying " + to_string(amount) + " " + t.info.symbol + " with less supplied");
    }
    if (const auto confined = isolating(view_, account_); confined && t.room != nullptr) {
        if (auto* room = conditions_of(view_.state().reserves[*confined].asset))
            room->isolated_debt = saturating_sub(room->isolated_debt, ceiling_units(amount, t.info));
    }
    const bool counted = t.holding.collateral;
    TRY_VOID(apply(t.change));
    if (t.room != nullptr) {
        give(t.room->borrow_room.value, amount);
        if (from_supply)
            give(t.room->supply_room.value, amount);
        else if (t.room->liquidity.value != kU256Max)
            t.room->liquidity.value = checked_add(t.room->liquidity.value, amount).value_or(kU256Max);
    }
    if (!from_supply || !directed() || !counted || !borrows_any()) return {};
    return check_health("repaying " + t.info.symbol + " with the supply of it", nullptr, 0);
}

/// SupplyLogic.executeUseReserveAsCollateral.
Result<void> Walk::use_as_collateral(Target& t) {
    const bool on = !t.change.amount.value.is_zero();
    const bool early = view_.profile().checks != Profile::Checks::V34;
    const auto need_supply = [&]() -> Result<void> {
        if (t.holding.supply != 0) return {};
        return refuse("balance", "no " + t.info.symbol + " is supplied");
    };
    if (early) TRY_VOID(need_supply());
    TRY_VOID(check_usable(t, false));
    if (on == t.holding.collateral) return {};
    if (!on) {
        TRY_VOID(apply(t.change));
        return check_health("no longer counting " + t.info.symbol, &t.info,
                            deciding_ltv(view_, t.reserve, t.id, account_.emode));
    }
    TRY_VOID(need_supply());
    if (deciding_ltv(view_, t.reserve, t.id, account_.emode) == 0)
        return refuse("zero-ltv", t.info.symbol + " has no loan-to-value and cannot become collateral");
    if (!may_be_collateral(view_, account_, t.reserve, t.id))
        return refuse("isolation", t.info.symbol + " cannot be collateral beside what the account has");
    return apply(t.change);
}

/// EModeLogic.executeSetUserEMode.
Result<void> Walk::set_emode(const Change& change) {
    const U256& wanted = change.amount.value;
    if (wanted >= U256{kCategories}) return refuse("emode", "there is no category " + to_string(wanted));
    const auto category = static_cast<std::uint8_t>(wanted.low_u64());
    const bool by_category = view_.profile().emode == Profile::EMode::Category;
    const std::uint8_t before = account_.emode;
    if (category == before && !by_category) return {};
    TRY_VOID(check_emode_entry(category));
    TRY_VOID(apply(change));
    if (by_category && before == 0) return {};
    return check_health("eMode category " + to_string(wanted), nullptr, 0);
}

/// ValidationLogic.validateSetUserEMode.
Result<void> Walk::check_emode_entry(std::uint8_t category) const {
    const auto form = view_.profile().emode;
    const bool decoupled = form == Profile::EMode::Decoupled || form == Profile::EMode::Isolated;
    const std::string name = "category " + std::to_string(category);
    if (category != 0 && view_.state().emode(category).threshold == 0) return refuse("emode", "there is no " + name);
    for (const auto& holding : account_.holdings) {
        const Reserve& info = view_.state().reserves[holding.reserve];
        const bool owed = holding.debt != 0 || account_.stable_of(holding.reserve) != nullptr;
        if (owed && (category != 0 || decoupled) && !borrowable_in(category, holding.reserve))
            return refuse("emode", info.symbol + " is owed and cannot be borrowed in " + name);
        if (!decoupled || !holding.collateral) continue;
        TRY(const auto* reserve, view_.reserve(holding.reserve));
        if (deciding_ltv(view_, *reserve, holding.reserve, category) == 0)
            return refuse("emode", info.symbol + " is collateral and has no loan-to-value in " + name);
    }
    return {};
}

bool Walk::borrowable_in(std::uint8_t category, ReserveId id) const {
    const auto& config = view_.state().reserves[id].state.config;
    if (category == 0) return config.borrowing;
    if (view_.profile().emode == Profile::EMode::Category) return config.emode_category == category;
    return has_bit(view_.state().emode(category).borrowable_bitmap, id);
}

Result<void> Walk::check_usable(const Target& t, bool unfrozen) const {
    const auto& config = t.info.state.config;
    if (!config.active) return refuse("inactive", t.info.symbol + " is not active");
    if (config.paused) return refuse("paused", t.info.symbol + " is paused");
    if (unfrozen && config.frozen) return refuse("frozen", t.info.symbol + " is frozen: no new supply or debt");
    return {};
}

/// The tokens move no amount that is nothing when scaled.
Result<void> Walk::check_scaled(const Target& t, const U256& amount, const U256& index, Rounding rounding) const {
    TRY(const auto scaled, ray_div(amount, index, rounding));
    if (scaled.is_zero())
        return refuse("amount", to_string(amount) + " of " + t.info.symbol + " is less than one unit");
    return {};
}

/// ValidationLogic.validateHealthFactor and, where a collateral leaves, the rule of those without loan-to-value
/// (validateHFAndLtv, from 3.5 validateHFAndLtvzero).
Result<void> Walk::check_health(const std::string& what, const Reserve* leaving, std::uint16_t leaving_ltv) const {
    TRY(const auto sums, totals());
    TRY(const auto health, health_factor(view_.profile(), sums));
    if (health < kWad) return refuse("health", what + " would leave a health factor below 1");
    if (leaving != nullptr && sums.zero_ltv && leaving_ltv != 0)
        return refuse("zero-ltv-first", what + " while another collateral has no loan-to-value, which must go first");
    return {};
}

Result<AccountTotals> Walk::totals() const {
    if (const auto* reserve = unpriced(view_.state(), account_)) return refuse("price", no_price_text(*reserve));
    TRY(auto out, account_totals(view_, account_));
    return out;
}

Result<void> Walk::apply(const Change& change) {
    TRY_VOID(apply_change(view_, account_, change));
    return {};
}

AssetConditions* Walk::conditions_of(const Address& asset) {
    for (auto& conditions : conditions_.assets) {
        if (conditions.asset == asset) return &conditions;
    }
    return nullptr;
}

bool Walk::borrows_any() const {
    return !account_.stable.empty() || std::any_of(account_.holdings.begin(), account_.holdings.end(),
                                                   [](const Holding& h) { return h.debt != 0; });
}

}  // namespace plimsoll::lending::aave_v3
