// SPDX-License-Identifier: Apache-2.0
#include "strategies/gas.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::strategies {

namespace {

Gas gas_of(guard::Action action) {
    switch (action) {
        case guard::Action::Withdraw:
            return kGas.withdraw;
        case guard::Action::Repay:
            return kGas.repay;
        case guard::Action::Swap:
            return 0;  // counted with its pools
        case guard::Action::Supply:
            return kGas.supply;
        case guard::Action::Pull:
            return kGas.pull;
        case guard::Action::Borrow:
            return kGas.borrow;
        case guard::Action::RepayWithATokens:
        case guard::Action::SetEMode:
        case guard::Action::UseAsCollateral:
            return kGas.change;
    }
    return 0;
}

Gas gas_of(guard::Lender lender) {
    switch (lender) {
        case guard::Lender::None:
            return 0;
        case guard::Lender::AaveV3:
            return kGas.loan_aave;
        case guard::Lender::MorphoBlue:
            return kGas.loan_morpho;
        case guard::Lender::UniswapV3:
            return kGas.loan_uniswap;
        case guard::Lender::MorphoRepay:
            return kGas.loan_callback;
    }
    return 0;
}

}  // namespace

Gas gas_of(const Situation& situation, const guard::Loan& loan, std::span<const guard::Step> steps) {
    const bool morpho = situation.market.guard_market().protocol == guard::kMorphoBlue;
    const Gas measures =
        morpho ? kGas.guard_morpho : kGas.guard_aave + kGas.guard_asset * static_cast<Gas>(situation.now.assets.size());
    Gas out = measures + gas_of(loan.lender);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto& step = steps[i];
        const bool warm =
            std::any_of(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i),
                        [&](const auto& one) { return one.action == step.action && one.asset == step.asset; });
        const bool lends = step.action != guard::Action::Swap && step.action != guard::Action::Pull;
        const Gas whole = morpho && lends ? kGas.action_morpho : gas_of(step.action);
        out += warm ? whole / 2 : whole;
    }
    return out;
}

namespace {

BaseValue value_of(const Situation& situation, const Wei& wei) {
    if (!situation.coin_price) return {};
    return BaseValue{mul_div_up(wei.value, situation.coin_price->value, kWad).value_or(kU256Max)};
}

Wei of_gas(const Situation& situation, Gas gas) {
    return Wei{checked_mul(U256{gas}, situation.fee_per_gas.value).value_or(kU256Max)};
}

}  // namespace

BaseValue gas_value(const Situation& situation, Gas gas) {
    return value_of(situation, of_gas(situation, gas));
}

void count_sending(const Situation& situation, Plan& plan) {
    plan.besides_gas = {};
    Gas gas = plan.gas;  // of all calls: counted with the first
    for (const auto& call : plan.calls) {
        const Wei fee = situation.data_fee.of(call.data.size(), std::exchange(gas, 0));
        plan.besides_gas = checked_add(plan.besides_gas, fee).value_or(Wei{kU256Max});
    }
    const Wei whole = checked_add(of_gas(situation, plan.gas), plan.besides_gas).value_or(Wei{kU256Max});
    plan.gas_cost = value_of(situation, whole);
}

}  // namespace plimsoll::strategies
