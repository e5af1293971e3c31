// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/actions.hpp"

#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending::aave_v3 {

Bytes action_data(const Address& account, const Change& change) {
    constexpr std::uint64_t kVariable = 2;  // DataTypes.InterestRateMode
    const U256 mode{kVariable};
    const U256 no_referral;
    const U256 asset = to_word(change.asset);
    const U256 owner = to_word(account);
    const U256& amount = change.amount.value;
    switch (change.kind) {
        case Change::Kind::Repay:
            return call_data(call::kRepay, {asset, amount, mode, owner});
        case Change::Kind::Supply:
            return call_data(call::kSupply, {asset, amount, owner, no_referral});
        case Change::Kind::Withdraw:
            return call_data(call::kWithdraw, {asset, amount, owner});
        case Change::Kind::Borrow:
            return call_data(call::kBorrow, {asset, amount, mode, no_referral, owner});
        case Change::Kind::RepayWithSupply:
            return call_data(call::kRepayWithATokens, {asset, amount, mode});
        case Change::Kind::SetEMode:
            return call_data(call::kSetUserEMode, {amount});
        case Change::Kind::UseAsCollateral:
            return call_data(call::kUseAsCollateral, {asset, U256{amount.is_zero() ? 0U : 1U}});
    }
    return {};
}

}  // namespace plimsoll::lending::aave_v3
