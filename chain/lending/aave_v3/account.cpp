// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/account.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/narrow.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

inline Math<void> add_to(U256& sum, const U256& value) {
    TRY(sum, checked_add(sum, value));
    return {};
}

inline Math<void> add_weighted(U256& sum, const U256& value, std::uint16_t bps) {
    TRY(const auto part, product(value, U256{bps}));
    return add_to(sum, part);
}

/// Variable and stable debt are added before the multiplication by the price (3.0, 3.1).
Math<U256> whole_debt(const View& view, const ReserveView& reserve, const AccountState& account, ReserveId id,
                      u128 scaled) {
    U256 out;
    if (scaled != 0) {
        TRY(out, debt_of(view, reserve, scaled));
    }
    if (!account.stable.empty()) [[unlikely]] {
        if (const auto* stable = account.stable_of(id)) {
            TRY(const auto more, stable_debt_of(view, *stable));
            TRY(out, checked_add(out, more));
        }
    }
    return out;
}

/// GenericLogic.calculateUserAccountData (3.0, 3.1) does not ask for what its eMode has one price for.
bool priced_by_emode(const MarketState& state, const AccountState& account, const Reserve& reserve) {
    return state.profile.emode == Profile::EMode::Category && account.emode != 0 &&
           reserve.state.config.emode_category == account.emode && !state.emode(account.emode).price.is_zero();
}

Rounding debt_value_rounding(const Profile& profile) {
    return profile.balances == Profile::Balances::Directed ? Rounding::Up : Rounding::Down;
}

}  // namespace

Math<AccountTotals> account_totals(const View& view, const AccountState& account) {
    AccountTotals out;
    const Rounding debt_rounding = debt_value_rounding(view.profile());
    for (const auto& holding : account.holdings) {
        TRY(const auto* reserve, view.reserve(holding.reserve));
        const Terms terms = view.terms(*reserve, holding.reserve, account.emode);
        if (holding.collateral && terms.counts) {
            TRY(const auto balance, supply_of(view, *reserve, holding.supply));
            TRY(const auto value, value_of(balance, terms.price, reserve->unit, Rounding::Down));
            TRY_VOID(add_to(out.collateral, value));
            TRY_VOID(add_weighted(out.threshold_sum, value, terms.threshold));
            TRY_VOID(add_weighted(out.ltv_sum, value, terms.ltv));
            out.zero_ltv = out.zero_ltv || terms.ltv == 0;
        }
        if (holding.debt != 0 || !account.stable.empty()) {
            TRY(const auto debt, whole_debt(view, *reserve, account, holding.reserve, holding.debt));
            TRY(const auto value, value_of(debt, terms.price, reserve->unit, debt_rounding));
            TRY_VOID(add_to(out.debt, value));
        }
    }
    return out;
}

Math<U256> health_factor(const Profile& profile, const AccountTotals& totals) {
    if (totals.debt.is_zero()) return kU256Max;
    if (profile.health == Profile::Health::Sum) {
        TRY(const auto ratio, wad_div(totals.threshold_sum, totals.debt));
        return kByBps.divide(ratio).value;
    }
    U256 average;
    if (!totals.collateral.is_zero()) {
        TRY(average, divide_rounded(totals.threshold_sum, totals.collateral, Rounding::Down));
    }
    TRY(const auto weighted, percent_mul(totals.collateral, average, Rounding::HalfUp));
    return wad_div(weighted, totals.debt);
}

Math<AccountSummary> summarize(const Profile& profile, const AccountTotals& totals) {
    AccountSummary out;
    out.collateral.value = totals.collateral;
    out.debt.value = totals.debt;
    if (!totals.collateral.is_zero()) {
        TRY(out.ltv, divide_rounded(totals.ltv_sum, totals.collateral, Rounding::Down));
        TRY(out.liquidation_threshold, divide_rounded(totals.threshold_sum, totals.collateral, Rounding::Down));
    }
    TRY(out.health_factor.value, health_factor(profile, totals));
    const Rounding rounding = profile.borrows == Profile::Borrows::Down ? Rounding::Down : Rounding::HalfUp;
    TRY(const auto cap, percent_mul(totals.collateral, out.ltv, rounding));
    out.available_borrow.value = saturating_sub(cap, totals.debt);
    return out;
}

Math<AccountSummary> account_summary(const View& view, const AccountState& account) {
    NarrowTotals narrow;
    AccountSummary out;
    if (narrow_totals(view, account, narrow) && narrow_summary(view.profile(), narrow, out)) [[likely]]
        return out;
    return wide_summary(view, account);
}

Math<AccountSummary> wide_summary(const View& view, const AccountState& account) {
    TRY(const auto totals, account_totals(view, account));
    return summarize(view.profile(), totals);
}

const Reserve* unpriced(const MarketState& state, const AccountState& account) {
    for (const auto& holding : account.holdings) {
        const Reserve& reserve = state.reserves[holding.reserve];
        const bool used = holding.collateral || holding.debt != 0 || account.stable_of(holding.reserve) != nullptr;
        if (used && !reserve.state.priced && !priced_by_emode(state, account, reserve)) return &reserve;
    }
    return nullptr;
}

std::string no_price_text(const Reserve& reserve) {
    return "the oracle gives no price for " + reserve.symbol + " " + to_string(reserve.asset);
}

Result<AssetPosition> asset_position(const View& view, const AccountState& account, ReserveId id) {
    static const Holding kNone;
    const Holding* held = account.find(id);
    const Holding& holding = held == nullptr ? kNone : *held;
    TRY(const auto* reserve, view.reserve(id));
    const Reserve& info = view.state().reserves[id];
    const Terms terms = view.terms(*reserve, id, account.emode);
    AssetPosition out;
    out.asset = info.asset;
    out.symbol = info.symbol;
    out.decimals = info.state.config.decimals;
    out.price.value = terms.price;
    TRY(out.supplied.value, supply_of(view, *reserve, holding.supply));
    TRY(out.debt.value, whole_debt(view, *reserve, account, id, holding.debt));
    TRY(out.supplied_value.value, value_of(out.supplied.value, terms.price, reserve->unit, Rounding::Down));
    TRY(out.debt_value.value,
        value_of(out.debt.value, terms.price, reserve->unit, debt_value_rounding(view.profile())));
    out.collateral = holding.collateral && terms.counts;
    out.ltv_bps = terms.ltv;
    out.threshold_bps = terms.threshold;
    out.active = info.state.config.active;
    out.frozen = info.state.config.frozen;
    out.paused = info.state.config.paused;
    return out;
}

Result<Position> account_position(const View& view, const Address& owner, const AccountState& account) {
    Position out;
    out.account = owner;
    out.block = view.state().block;
    out.as_of = view.at();
    out.base_unit = view.state().base_unit;
    TRY(out.summary, account_summary(view, account));
    for (const auto& holding : account.holdings) {
        if (holding.supply == 0 && holding.debt == 0 && account.stable_of(holding.reserve) == nullptr) continue;
        TRY(auto asset, asset_position(view, account, holding.reserve));
        out.assets.push_back(std::move(asset));
    }
    return out;
}

Result<std::vector<AssetPosition>> offered_assets(const View& view, const AccountState& account) {
    std::vector<AssetPosition> out;
    for (std::size_t i = 0; i < view.state().reserves.size(); ++i) {
        const Reserve& reserve = view.state().reserves[i];
        if (reserve.asset.is_zero() || !reserve.state.priced) continue;
        TRY(auto asset, asset_position(view, account, static_cast<ReserveId>(i)));
        out.push_back(std::move(asset));
    }
    return out;
}

}  // namespace plimsoll::lending::aave_v3
