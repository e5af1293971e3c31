// SPDX-License-Identifier: Apache-2.0
#include "strategies/gas.hpp"

namespace plimsoll::strategies {

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
        case guard::Lender::UniswapV3:
        case guard::Lender::MorphoRepay:
            return kGas.loan_other;
    }
    return 0;
}

BaseValue gas_value(const Situation& situation, Gas gas) {
    if (!situation.coin_price) return {};
    const auto wei = checked_mul(U256{gas}, situation.fee_per_gas.value);
    if (!wei) return BaseValue{kU256Max};
    return BaseValue{mul_div_up(*wei, situation.coin_price->value, kWad).value_or(kU256Max)};
}

}  // namespace plimsoll::strategies
