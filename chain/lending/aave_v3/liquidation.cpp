// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/liquidation.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/changes.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

using Rule = Profile::Liquidation;

constexpr U256 kCloseFactorThreshold = U256::literal("950'000'000'000'000'000");  // LiquidationLogic: 0.95e18
constexpr U256 kHalf{5'000};                                                      // DEFAULT_LIQUIDATION_CLOSE_FACTOR
constexpr U256 kMinBase = U256::literal("200'000'000'000");      // MIN_BASE_MAX_CLOSE_FACTOR_THRESHOLD, 2000e8
constexpr U256 kMinLeftover = U256::literal("100'000'000'000");  // MIN_LEFTOVER_BASE, 1000e8

Math<U256> base_value(const U256& amount, const U256& price, const U256& unit, Rounding rounding) {
    TRY(const auto n, product(amount, price));
    return divide_rounded(n, unit, rounding);
}

Rounding debt_rounding(Rule rule) {
    return rule >= Rule::V35 ? Rounding::Up : Rounding::Down;
}

/// LiquidationLogic._calculateDebt to 3.2; inlined in executeLiquidationCall from 3.3.
Math<U256> max_debt(Rule rule, const LiquidationInput& in) {
    const bool near = in.health_factor > kCloseFactorThreshold;
    if (!near) return in.debt_balance;
    if (rule == Rule::V30) return percent_mul(in.debt_balance, kHalf, Rounding::HalfUp);
    TRY(const auto collateral,
        base_value(in.collateral_balance, in.collateral_price, in.collateral_unit, Rounding::Down));
    TRY(const auto debt, base_value(in.debt_balance, in.debt_price, in.debt_unit, debt_rounding(rule)));
    if (collateral < kMinBase || debt < kMinBase) return in.debt_balance;
    TRY(const auto half, percent_mul(in.total_debt, kHalf, Rounding::HalfUp));
    if (debt <= half) return in.debt_balance;
    TRY(const auto n, product(half, in.debt_unit));
    return divide_rounded(n, in.debt_price, Rounding::Down);
}

}  // namespace

/// LiquidationLogic._calculateAvailableCollateralToLiquidate, and the dust rule of executeLiquidationCall.
Math<LiquidationOutcome> liquidate(Rule rule, const LiquidationInput& in) {
    const bool newest = rule == Rule::V37;
    const bool directed = rule >= Rule::V35;
    LiquidationOutcome out;
    TRY(out.max_debt, max_debt(rule, in));
    out.debt = std::min(in.debt_to_cover, out.max_debt);
    TRY(const auto debt_value, product(in.debt_price, out.debt));
    TRY(const auto debt_scaled, product(debt_value, in.collateral_unit));
    TRY(const auto base_divisor, product(in.collateral_price, in.debt_unit));
    TRY(const auto base, divide_rounded(debt_scaled, base_divisor, Rounding::Down));
    TRY(auto seized, percent_mul(base, in.bonus, newest ? Rounding::Down : Rounding::HalfUp));
    if (seized > in.collateral_balance) {
        seized = in.collateral_balance;
        TRY(const auto value, product(in.collateral_price, seized));
        TRY(const auto scaled, product(value, in.debt_unit));
        TRY(const auto divisor, product(in.debt_price, in.collateral_unit));
        TRY(const auto worth, divide_rounded(scaled, divisor, Rounding::Down));
        TRY(out.debt, percent_div(worth, in.bonus, directed ? Rounding::Up : Rounding::HalfUp));
    }
    if (!in.protocol_fee.is_zero()) {
        TRY(const auto without, percent_div(seized, in.bonus, newest ? Rounding::Down : Rounding::HalfUp));
        TRY(const auto part, checked_sub(seized, without));
        TRY(out.fee, percent_mul(part, in.protocol_fee, newest ? Rounding::Up : Rounding::HalfUp));
    }
    TRY(out.to_liquidator, checked_sub(seized, out.fee));
    if (rule == Rule::V30 || out.debt >= in.debt_balance || seized >= in.collateral_balance) return out;
    TRY(const auto debt_left, checked_sub(in.debt_balance, out.debt));
    TRY(const auto debt_left_base, base_value(debt_left, in.debt_price, in.debt_unit, debt_rounding(rule)));
    TRY(const auto collateral_left, checked_sub(in.collateral_balance, seized));
    TRY(const auto collateral_left_base,
        base_value(collateral_left, in.collateral_price, in.collateral_unit, Rounding::Down));
    out.leaves_dust = debt_left_base < kMinLeftover || collateral_left_base < kMinLeftover;
    return out;
}

namespace {

/// The most that can be covered without leaving dust; zero if nothing can.
Math<LiquidationOutcome> liquidate_most(Rule rule, LiquidationInput in) {
    in.debt_to_cover = in.debt_balance;
    TRY(const auto whole, liquidate(rule, in));
    if (!whole.leaves_dust) return whole;
    // Covering less leaves more of both: the largest amount without dust is found by halving.
    U256 low;
    U256 high = whole.max_debt;
    LiquidationOutcome best;
    while (low < high) {
        TRY(const auto gap, checked_sub(high, low));
        TRY(auto middle, checked_add(low, shift_right(gap, 1)));
        TRY(middle, checked_add(middle, U256{1}));
        in.debt_to_cover = middle;
        TRY(const auto outcome, liquidate(rule, in));
        if (outcome.leaves_dust) {
            TRY(high, checked_sub(middle, U256{1}));
        } else {
            low = middle;
            best = outcome;
        }
    }
    return best;
}

struct Side {
    ReserveId id{};
    U256 amount;
    const ReserveView* reserve{};
    Terms terms;
    u128 scaled{};  // of a collateral
};

Math<std::vector<Side>> sides_of(const View& view, const AccountState& account, bool debts) {
    std::vector<Side> out;
    for (const auto& holding : account.holdings) {
        TRY(const auto* reserve, view.reserve(holding.reserve));
        Side side{holding.reserve, {}, reserve, view.terms(*reserve, holding.reserve, account.emode)};
        if (debts) {
            if (holding.debt != 0) {
                TRY(side.amount, debt_of(view, *reserve, holding.debt));
            }
            if (const auto* stable = account.stable_of(holding.reserve)) {
                TRY(const auto more, stable_debt_of(view, *stable));
                TRY(side.amount, checked_add(side.amount, more));
            }
        } else if (holding.collateral && side.terms.threshold != 0) {
            TRY(side.amount, supply_of(view, *reserve, holding.supply));
            side.scaled = holding.supply;
        }
        if (!side.amount.is_zero() && !side.terms.price.is_zero()) out.push_back(side);
    }
    return out;
}

/// What the treasury gets of what the liquidator leaves: where all is seized, rounding may leave a unit less than the
/// fee (LiquidationLogic.executeLiquidationCall, "1 wei imprecision").
Math<U256> fee_taken(const View& view, const Side& collateral, const LiquidationOutcome& outcome) {
    const auto rounding = directions(view.profile()).more;
    TRY(const auto burnt, ray_div(outcome.to_liquidator, collateral.reserve->income, rounding));
    TRY(const auto fee, ray_div(outcome.fee, collateral.reserve->income, rounding));
    const U256 left = saturating_sub(U256::from_u128(collateral.scaled), burnt);
    if (fee <= left) return outcome.fee;
    return supply_of(view, *collateral.reserve, left.low_u128());
}

}  // namespace

Result<std::optional<LiquidationCost>> liquidation_cost(const View& view, const AccountState& account) {
    TRY(const auto summary, account_summary(view, account));
    TRY(const auto collaterals, sides_of(view, account, false));
    TRY(const auto debts, sides_of(view, account, true));
    const Rule rule = view.profile().liquidation;
    std::optional<LiquidationCost> worst;
    for (const auto& collateral : collaterals) {
        for (const auto& debt : debts) {
            const auto& from = view.state().reserves[collateral.id];
            const auto& to = view.state().reserves[debt.id];
            LiquidationInput in;
            TRY(const auto below_one, checked_sub(kWad, U256{1}));
            in.health_factor = std::min(summary.health_factor.value, below_one);
            in.total_debt = summary.debt.value;
            in.collateral_balance = collateral.amount;
            in.debt_balance = debt.amount;
            in.collateral_price = collateral.terms.price;
            in.debt_price = debt.terms.price;
            in.collateral_unit = collateral.reserve->unit.value();
            in.debt_unit = debt.reserve->unit.value();
            in.bonus = U256{collateral.terms.bonus};
            in.protocol_fee = U256{from.state.config.protocol_fee};
            TRY(const auto outcome, liquidate_most(rule, in));
            LiquidationCost cost;
            cost.collateral_asset = from.asset;
            cost.debt_asset = to.asset;
            cost.debt_repaid.value = outcome.debt;
            TRY(const auto fee, fee_taken(view, collateral, outcome));
            TRY(cost.collateral_seized.value, checked_add(outcome.to_liquidator, fee));
            TRY(const auto lost,
                base_value(cost.collateral_seized.value, in.collateral_price, in.collateral_unit, Rounding::Down));
            TRY(const auto saved, base_value(outcome.debt, in.debt_price, in.debt_unit, Rounding::Down));
            cost.loss.value = saturating_sub(lost, saved);
            if (!worst || cost.loss > worst->loss) worst = cost;
        }
    }
    return worst;
}

}  // namespace plimsoll::lending::aave_v3
