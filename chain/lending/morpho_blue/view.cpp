// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/morpho_blue/view.hpp"

#include <algorithm>

#include "chain/lending/first_second.hpp"

namespace plimsoll::lending::morpho_blue {

namespace {

constexpr U256 kWadPerBps{100'000'000'000'000ULL};

Math<U256> bps_of(const U256& wad) {
    return div_down(wad, kWadPerBps);
}

}  // namespace

Math<View> View::of(const Terms& terms, const MarketState& state, Timestamp at) {
    TRY(const auto accrued, accrue(state.totals, terms.has_rate(), state.rate_at_target, at));
    View out{&terms, accrued.totals, state.fee_recipient, accrued.fee_shares, std::nullopt, accrued.rate_at_target};
    if (state.oracle.priced) out.price = state.oracle.price;
    return out;
}

AccountState with_fees(const View& view, const Address& account, AccountState state) {
    if (account != view.fee_recipient) return state;
    if (const auto sum = checked_add(state.supply_shares, view.fee_shares)) state.supply_shares = *sum;
    return state;
}

Math<U256> borrowed(const View& view, const AccountState& account) {
    return to_assets_up(account.borrow_shares, view.totals.borrow_assets, view.totals.borrow_shares);
}

Math<U256> collateral_value(const View& view, const U256& amount) {
    if (amount.is_zero()) return U256{};
    if (!view.price) return tl::unexpected(MathError::DivisionByZero);
    return ratio_down(amount, *view.price, kPriceScale);
}

Math<U256> max_borrow(const View& view, const U256& collateral) {
    TRY(const auto value, collateral_value(view, collateral));
    return ratio_down(value, view.terms->lltv, kWad);
}

Math<AccountSummary> account_summary(const View& view, const AccountState& account) {
    AccountSummary out;
    TRY(out.collateral.value, collateral_value(view, account.collateral));
    TRY(const auto limit, ratio_down(out.collateral.value, view.terms->lltv, kWad));
    TRY(out.liquidation_threshold, bps_of(view.terms->lltv));
    out.ltv = out.liquidation_threshold;
    if (account.borrow_shares.is_zero()) {
        out.available_borrow.value = limit;
        out.health_factor.value = kU256Max;
        return out;
    }
    TRY(out.debt.value, borrowed(view, account));
    out.available_borrow.value = saturating_sub(limit, out.debt.value);
    TRY(out.health_factor.value, mul_div_down(limit, kWad, out.debt.value));
    return out;
}

Result<std::vector<AssetPosition>> account_assets(const View& view, const AccountState& account) {
    const Terms& terms = *view.terms;
    TRY(const auto bps, bps_of(terms.lltv));
    AssetPosition pledged;
    pledged.asset = terms.collateral.address;
    pledged.symbol = terms.collateral.symbol;
    pledged.decimals = terms.collateral.decimals;
    if (view.price) {
        TRY(pledged.price.value, mul_div_down(*view.price, terms.collateral.unit, kPriceScale));
    }
    pledged.supplied.value = account.collateral;
    TRY(pledged.supplied_value.value, collateral_value(view, account.collateral));
    pledged.collateral = true;
    pledged.ltv_bps = static_cast<std::uint32_t>(bps.low_u64());
    pledged.threshold_bps = pledged.ltv_bps;
    pledged.active = true;
    AssetPosition lent;
    lent.asset = terms.loan.address;
    lent.symbol = terms.loan.symbol;
    lent.decimals = terms.loan.decimals;
    lent.price.value = terms.loan.unit;
    TRY(lent.supplied.value,
        to_assets_down(account.supply_shares, view.totals.supply_assets, view.totals.supply_shares));
    TRY(lent.debt.value, borrowed(view, account));
    lent.supplied_value.value = lent.supplied.value;
    lent.debt_value.value = lent.debt.value;
    lent.active = true;
    return std::vector<AssetPosition>{pledged, lent};
}

/// maxBorrow < borrowed solved for the price: floor(floor(c p / 1e36) lltv / 1e18) < d.
Math<U256> liquidation_price(const View& view, const AccountState& account) {
    if (account.borrow_shares.is_zero() || account.collateral.is_zero()) return U256{};
    TRY(const auto debt, borrowed(view, account));
    if (view.terms->lltv.is_zero()) return U256{};
    TRY(const auto least_value, mul_div_up(debt, kWad, view.terms->lltv));
    TRY(const auto healthy, mul_div_up(least_value, kPriceScale, account.collateral));
    TRY(const auto highest, checked_sub(healthy, U256{1}));
    return mul_div_down(highest, view.terms->collateral.unit, kPriceScale);
}

Math<Liquidation> liquidation(const View& view, const AccountState& account, const U256& seized,
                              const U256& repaid_shares) {
    if (!view.price) return tl::unexpected(MathError::DivisionByZero);
    const Totals& totals = view.totals;
    TRY(const auto incentive, liquidation_incentive(view.terms->lltv));
    Liquidation out;
    out.seized = seized;
    out.repaid_shares = repaid_shares;
    if (!seized.is_zero()) {
        TRY(const auto quoted, ratio_up(seized, *view.price, kPriceScale));
        TRY(const auto owed, ratio_up(quoted, kWad, incentive));
        TRY(out.repaid_shares, to_shares_up(owed, totals.borrow_assets, totals.borrow_shares));
    } else {
        TRY(const auto assets, to_assets_down(repaid_shares, totals.borrow_assets, totals.borrow_shares));
        TRY(const auto worth, ratio_down(assets, incentive, kWad));
        TRY(out.seized, ratio_down(worth, kPriceScale, *view.price));
    }
    TRY(out.repaid, to_assets_up(out.repaid_shares, totals.borrow_assets, totals.borrow_shares));
    TRY(const auto shares_left, checked_sub(account.borrow_shares, out.repaid_shares));
    TRY(const auto collateral_left, checked_sub(account.collateral, out.seized));
    if (!collateral_left.is_zero() || shares_left.is_zero()) return out;
    const U256 assets_left = saturating_sub(totals.borrow_assets, out.repaid);
    TRY(const auto total_shares, checked_sub(totals.borrow_shares, out.repaid_shares));
    TRY(const auto rest, to_assets_up(shares_left, assets_left, total_shares));
    out.bad_debt = std::min(rest, assets_left);
    return out;
}

Math<std::optional<Liquidation>> whole_liquidation(const View& view, const AccountState& account) {
    if (account.borrow_shares.is_zero() || account.collateral.is_zero() || !view.price || view.price->is_zero())
        return std::optional<Liquidation>{};
    if (const auto all = liquidation(view, account, {}, account.borrow_shares)) return std::optional<Liquidation>{*all};
    TRY(const auto most, liquidation(view, account, account.collateral, {}));
    return std::optional<Liquidation>{most};
}

Math<std::optional<std::uint64_t>> time_to_liquidation(const Terms& terms, const MarketState& state,
                                                       const AccountState& account, Timestamp at) {
    if (account.borrow_shares.is_zero()) return std::optional<std::uint64_t>{};
    const auto liquidatable = [&](std::uint64_t seconds) -> Math<bool> {
        TRY(const auto later, View::of(terms, state, at + seconds));
        TRY(const auto limit, max_borrow(later, account.collateral));
        TRY(const auto debt, borrowed(later, account));
        return limit < debt;
    };
    return first_second(liquidatable);
}

}  // namespace plimsoll::lending::morpho_blue
