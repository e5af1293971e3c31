// SPDX-License-Identifier: Apache-2.0
#include "strategies/repay_from_wallet.hpp"

#include <algorithm>

#include "strategies/cap.hpp"
#include "strategies/erc20.hpp"
#include "strategies/gas.hpp"
#include "strategies/idle.hpp"
#include "strategies/order.hpp"
#include "strategies/values.hpp"

namespace plimsoll::strategies {

namespace {

using lending::AccountSummary;
using lending::AssetPosition;
using lending::Change;

/// One debt that could be repaid, with all that sizing needs.
struct Debt {
    const AssetPosition* asset{};
    TokenAmount owed;     // at the expected inclusion
    TokenAmount closing;  // with the margin of interest
    TokenAmount balance;
    TokenAmount allowance;
    U256 unit;  // smallest units worth one unit of base currency, at least 1
};

struct Repayment {
    const lending::Market& market;
    Address account;
    Wad target;
    Timestamp as_of;

    Result<AccountSummary> after(const Debt& debt, const U256& amount) const {
        const Change change{Change::Kind::Repay, debt.asset->asset, TokenAmount{amount}};
        return market.after(account, {&change, 1}, as_of);
    }
    Result<bool> reaches(const Debt& debt, const U256& amount) const {
        TRY(const auto summary, after(debt, amount));
        return summary.health_factor >= target;
    }
};

U256 halfway(const U256& low, const U256& high) {
    const U256 gap = saturating_sub(high, low);
    return checked_add(low, shift_right(gap, 1)).value_or(high);
}

/// ceil(D (h - hf) / h) as an amount of this debt, within [1, owed].
U256 first_guess(const Repayment& repayment, const Debt& debt, const AccountSummary& before) {
    const U256 lacking = saturating_sub(repayment.target.value, before.health_factor.value);
    const auto value = mul_div_up(before.debt.value, lacking, repayment.target.value);
    const auto scale = pow10(debt.asset->decimals);
    if (!value || !scale) return debt.owed.value;
    const auto amount = mul_div_up(*value, *scale, debt.asset->price.value);
    return std::clamp(amount.value_or(debt.owed.value), U256{1}, debt.owed.value);
}

/// The least amount (to one unit of base currency) that reaches the target, given that `owed` does: steps that double
/// from the guess find a bracket, halving closes it. The health factor never falls when more is repaid, so both end
/// within 2 * 256 evaluations.
Result<U256> least_amount(const Repayment& repayment, const Debt& debt, const U256& guess) {
    U256 low{};  // does not reach
    U256 high = debt.owed.value;
    U256 step = debt.unit;
    TRY(bool reached, repayment.reaches(debt, guess));
    (reached ? high : low) = guess;
    for (int i = 0; i < 256; ++i) {
        const U256 probe = reached ? saturating_sub(high, step) : checked_add(low, step).value_or(debt.owed.value);
        if (probe.is_zero() || probe >= debt.owed.value) break;
        TRY(const bool now, repayment.reaches(debt, probe));
        (now ? high : low) = probe;
        if (now != reached) break;
        step = shift_left(step, 1);
    }
    while (saturating_sub(high, low) > debt.unit) {
        const U256 middle = halfway(low, high);
        TRY(reached, repayment.reaches(debt, middle));
        (reached ? high : low) = middle;
    }
    return high;
}

Cap cap_of(const Debt& debt, const RepayLimits& limits) {
    Cap cap{debt.balance.value, "balance"};
    cap.lower_to_worth(*debt.asset, limits.per_action, "limit-value-per-action");
    cap.lower_to_worth(*debt.asset, limits.left_today, "limit-value-per-day");
    return cap;
}

/// What to repay of one debt. Closing is preferred to leaving dust.
struct Size {
    U256 amount;
    bool closes{};
    std::string shortfall;
};

Result<std::variant<Size, NoPlan>> size(const Repayment& repayment, const Debt& debt, const RepayLimits& limits,
                                        const AccountSummary& before, const U256& base_unit) {
    const Cap cap = cap_of(debt, limits);
    if (cap.amount.is_zero()) {
        const std::string gate = cap.gate == "balance" ? "no-balance" : cap.gate;
        return NoPlan{gate, gate == "no-balance" ? "the wallet holds no " + debt.asset->symbol
                                                 : "the limit leaves nothing for " + debt.asset->symbol};
    }
    TRY(const bool possible, repayment.reaches(debt, debt.owed.value));
    Size out{debt.owed.value, false, possible ? "" : "other-debts"};
    if (possible) {
        TRY(out.amount, least_amount(repayment, debt, first_guess(repayment, debt, before)));
    }
    const TokenAmount rest{saturating_sub(debt.owed.value, out.amount)};
    TRY(const U256 rest_value, value_up(*debt.asset, rest.value));
    TRY(const U256 dust, checked_mul(base_unit, U256{kDustUnits}));
    if (rest_value < dust && cap.amount >= debt.closing.value) {
        out.amount = debt.owed.value;
        out.closes = true;
        return out;
    }
    if (out.amount > cap.amount) {
        out.amount = cap.amount;
        out.shortfall = cap.gate;
    }
    return out;
}

Result<Plan> plan_for(const Repayment& repayment, const Debt& debt, const Size& size, const RepayLimits& limits,
                      const AccountSummary& before) {
    Plan plan;
    plan.strategy = kRepayFromWallet;
    plan.asset = debt.asset->asset;
    plan.amount = TokenAmount{size.amount};
    plan.closes_debt = size.closes;
    plan.shortfall = size.shortfall;
    plan.before = before;
    plan.text = "repay " + in_words(*debt.asset, size.amount) + (size.closes ? ", closing the debt" : "");
    TRY(plan.value.value, value_up(*debt.asset, size.amount));
    TRY(plan.after, repayment.after(debt, size.amount));
    const TokenAmount needed = size.closes ? debt.closing : plan.amount;
    const Address spender = repayment.market.spender();
    plan.needs_approval = debt.allowance < needed;
    if (plan.needs_approval) {
        if (limits.reset_approval && !debt.allowance.is_zero())
            plan.calls.push_back(erc20::approve(plan.asset, spender, TokenAmount{}));
        plan.calls.push_back(erc20::approve(plan.asset, spender, approval_for(debt.closing)));
    }
    TRY(auto repay,
        repayment.market.repay(repayment.account, plan.asset, size.closes ? TokenAmount{kU256Max} : plan.amount));
    plan.calls.push_back(std::move(repay));
    return plan;
}

/// True when `a` is the better plan: reaching the target first, then the least value, then closing, then by address.
bool better(const Plan& a, const Plan& b, Wad target) {
    const bool a_reaches = a.after.health_factor >= target;
    const bool b_reaches = b.after.health_factor >= target;
    if (a_reaches != b_reaches) return a_reaches;
    if (!a_reaches && a.after.health_factor != b.after.health_factor)
        return a.after.health_factor > b.after.health_factor;
    if (a.value != b.value) return a.value < b.value;
    if (a.closes_debt != b.closes_debt) return a.closes_debt;
    return a.asset < b.asset;
}

Result<std::vector<Debt>> debts_of(const lending::Position& now, const lending::Position& later,
                                   const WalletFunds& funds) {
    std::vector<Debt> out;
    for (const auto& asset : now.assets) {
        if (asset.debt.is_zero() || asset.price.is_zero()) continue;
        Debt debt{&asset, asset.debt, asset.debt, {}, {}, U256{1}};
        for (const auto& other : later.assets) {
            if (other.asset == asset.asset) debt.closing = std::max(debt.closing, other.debt);
        }
        const auto token = std::find_if(funds.tokens.begin(), funds.tokens.end(),
                                        [&](const WalletFunds::Token& t) { return t.asset == asset.asset; });
        if (token == funds.tokens.end()) continue;
        debt.balance = token->balance;
        debt.allowance = token->allowance;
        TRY(const U256 scale, pow10(asset.decimals));
        TRY(const U256 unit, div_down(scale, asset.price.value));
        debt.unit = std::max(unit, U256{1});
        out.push_back(debt);
    }
    return out;
}

Result<Proposal> propose(const lending::Position& position, const lending::Market& market, const WalletFunds& funds,
                         const RepayLimits& limits, Wad target, Timestamp as_of) {
    TRY(const auto now, market.position(position.account, as_of));
    TRY(const auto later, market.position(position.account, as_of + kCloseMargin));
    if (now.summary.debt.is_zero()) return NoPlan{"no-debt", "the position has no debt"};
    if (now.summary.health_factor >= target) return NoPlan{"not-needed", "the health factor is at its target"};
    TRY(const auto debts, debts_of(now, later, funds));
    if (debts.empty()) return NoPlan{"funds-unknown", "the wallet's tokens have not been read"};

    const Repayment repayment{market, position.account, target, as_of};
    std::optional<Plan> best;
    NoPlan reason{"no-effect", "no repayment would raise the health factor"};
    for (const auto& debt : debts) {
        if (debt.asset->paused || !debt.asset->active) {
            reason = {"reserve-paused", "the protocol has paused " + debt.asset->symbol};
            continue;
        }
        TRY(const auto sized, size(repayment, debt, limits, now.summary, now.base_unit));
        if (const auto* none = std::get_if<NoPlan>(&sized)) {
            reason = *none;
            continue;
        }
        TRY(auto plan, plan_for(repayment, debt, std::get<Size>(sized), limits, now.summary));
        if (plan.after.health_factor <= now.summary.health_factor) continue;
        if (!best || better(plan, *best, target)) best = std::move(plan);
    }
    if (best) return *best;
    return reason;
}

}  // namespace

TokenAmount approval_for(TokenAmount debt) {
    const U256 room = div_up(debt.value, U256{20}).value_or(U256{});  // 5 %
    return TokenAmount{checked_add(debt.value, room).value_or(kU256Max)};
}

Proposal propose_repay(const lending::Position& position, const lending::Market& market, const WalletFunds& funds,
                       const RepayLimits& limits, Wad target, Timestamp as_of) {
    auto proposal = propose(position, market, funds, limits, target, as_of);
    if (!proposal) return NoPlan{"accounting", proposal.error().message};
    return *std::move(proposal);
}

std::vector<Proposal> repay_from_wallet(const Situation& situation) {
    const auto& s = situation;
    if (s.wallet_signs) {
        const RepayLimits limits{s.allowed.value_per_action, s.allowed.value_left_today, s.allowed.reset_approval};
        auto proposal = propose_repay(s.now, s.market, s.funds, limits, s.target, s.as_of);
        if (auto* plan = std::get_if<Plan>(&proposal)) {
            plan->changes = {{Change::Kind::Repay, plan->asset, plan->amount}};
            plan->gas = kGas.wallet_call + kGas.approve * static_cast<Gas>(plan->calls.size() - 1);
            count_sending(s, *plan);
        }
        return {std::move(proposal)};
    }
    if (auto refused = guard_refuses(s)) return {*std::move(refused)};
    if (s.now.summary.health_factor >= s.target) return {NoPlan{"not-needed", "the health factor is at its target"}};
    const auto debts = repayable(s);
    if (debts.assets.empty()) return {debts.reason};
    std::vector<Proposal> out;
    for (const auto* debt : debts.assets) {
        if (const auto* token = token_of(s, debt->asset))
            out.push_back(use_idle(s, kRepayFromWallet, Change::Kind::Repay, *debt, *token));
    }
    if (out.empty()) out.push_back(NoPlan{"no-balance", "the wallet holds nothing of the debts"});
    return out;
}

}  // namespace plimsoll::strategies
