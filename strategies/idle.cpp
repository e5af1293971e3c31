// SPDX-License-Identifier: Apache-2.0
#include "strategies/idle.hpp"

#include <algorithm>

#include "strategies/cap.hpp"
#include "strategies/erc20.hpp"
#include "strategies/fit.hpp"
#include "strategies/gas.hpp"
#include "strategies/repay_from_wallet.hpp"

namespace plimsoll::strategies {

namespace {

Cap cap_of(const Situation& s, Change::Kind kind, const AssetPosition& asset, const WalletFunds::Token& token) {
    Cap cap{token.balance.value, "balance"};
    if (!s.wallet_signs) cap.lower(pullable(s, token).value, "guard-allowance");
    cap.keep_to_limits(s, asset);
    if (kind == Change::Kind::Supply) {
        if (const auto* conditions = conditions_of(s, asset.asset))
            cap.lower(conditions->supply_room.value, "supply-cap");
    }
    return cap;
}

std::optional<NoPlan> unusable(const AssetPosition& asset, Change::Kind kind) {
    if (asset.price.is_zero()) return NoPlan{"no-price", name_of(asset) + " has no price"};
    if (asset.paused || !asset.active) return NoPlan{"reserve-paused", "the protocol has paused " + name_of(asset)};
    if (kind == Change::Kind::Supply && asset.frozen)
        return NoPlan{"reserve-frozen", "the protocol takes no more " + name_of(asset)};
    return std::nullopt;
}

Result<Proposal> by_wallet(const Situation& s, Plan plan, const WalletFunds::Token& token) {
    const auto spender = s.market.spender();
    plan.needs_approval = token.allowance < plan.amount;
    if (plan.needs_approval) {
        if (s.allowed.reset_approval && !token.allowance.is_zero())
            plan.calls.push_back(erc20::approve(plan.asset, spender, TokenAmount{}));
        plan.calls.push_back(erc20::approve(plan.asset, spender, plan.amount));
    }
    TRY(auto call, s.market.call(s.now.account, plan.changes.front()));
    plan.calls.push_back(std::move(call));
    plan.gas = kGas.wallet_call + kGas.approve * static_cast<Gas>(plan.calls.size() - 1);
    return finish_by_wallet(s, std::move(plan));
}

Result<Proposal> by_guard(const Situation& s, Plan plan, Change::Kind kind) {
    Draft draft;
    draft.moved = plan.value;
    guard::Step pull;
    pull.action = guard::Action::Pull;
    pull.asset = plan.asset;
    pull.amount = plan.amount;
    guard::Step use = pull;
    use.action = kind == Change::Kind::Supply ? guard::Action::Supply : guard::Action::Repay;
    use.amount = TokenAmount{kU256Max};
    draft.steps = {std::move(pull), std::move(use)};
    draft.plan = std::move(plan);
    return finish(s, std::move(draft));
}

Result<Proposal> propose(const Situation& s, std::string_view strategy, Change::Kind kind, const AssetPosition& asset,
                         const WalletFunds::Token& token) {
    if (auto no = unusable(asset, kind)) return Proposal{*std::move(no)};
    const Cap cap = cap_of(s, kind, asset, token);
    if (cap.amount.is_zero()) {
        const std::string gate = cap.gate == "balance" ? "no-balance" : cap.gate;
        return Proposal{NoPlan{gate, "nothing of the wallet's " + name_of(asset) + " can be used: " + gate}};
    }
    const bool supplies = kind == Change::Kind::Supply;
    U256 most = cap.amount;
    if (!supplies) most = std::min(most, asset.debt.value);
    const HealthAt health = [&](const U256& amount) -> Result<std::optional<Wad>> {
        const Change change{kind, asset.asset, TokenAmount{amount}};
        TRY(const auto after, s.market.after(s.now.account, {&change, 1}, s.as_of));
        return std::optional<Wad>{after.health_factor};
    };
    const Effect effect{kWad, kWad, false, supplies, 0, asset.threshold_bps};
    const auto value = closed_form(s.now.summary, s.target, effect);
    const U256 guess = value ? amount_worth(asset, *value) : most;
    TRY(const Fit fitted, fit(s.target, s.now.summary.health_factor, guess, most, health));
    if (fitted.amount.is_zero())
        return Proposal{NoPlan{"no-effect", "more " + name_of(asset) + " does not raise the health factor"}};
    Plan plan;
    plan.strategy = strategy;
    plan.asset = asset.asset;
    plan.amount = TokenAmount{fitted.amount};
    TRY(plan.value.value, value_up(asset, fitted.amount));
    plan.text = (supplies ? "supply " : "repay ") + in_words(asset, fitted.amount) + " from the wallet";
    plan.changes = {Change{kind, asset.asset, plan.amount}};
    if (!fitted.reached) plan.shortfall = fitted.amount >= cap.amount ? cap.gate : "other-debts";
    if (fitted.reached && !fitted.exact) plan.excess = "smallest-unit";
    return s.wallet_signs ? by_wallet(s, std::move(plan), token) : by_guard(s, std::move(plan), kind);
}

}  // namespace

TokenAmount pullable(const Situation& situation, const WalletFunds::Token& token) {
    if (!situation.seat) return {};
    if (acts_as_account(situation)) return token.balance;
    return std::min(token.balance, token.guard_allowance);
}

const WalletFunds::Token* token_of(const Situation& situation, const Address& asset) {
    for (const auto& token : situation.funds.tokens) {
        if (token.asset == asset) return &token;
    }
    return nullptr;
}

Proposal use_idle(const Situation& situation, std::string_view strategy, Change::Kind kind, const AssetPosition& asset,
                  const WalletFunds::Token& token) {
    return settled(propose(situation, strategy, kind, asset, token));
}

}  // namespace plimsoll::strategies
