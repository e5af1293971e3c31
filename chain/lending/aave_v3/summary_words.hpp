// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/aave_v3/words.hpp"
#include "chain/lending/position.hpp"

namespace plimsoll::lending::aave_v3 {

/// Answer of Pool.getUserAccountData: six words.
inline Result<AccountSummary> summary_from(ByteView answer) {
    const Words words(answer);
    AccountSummary out;
    TRY(out.collateral.value, words.number(0));
    TRY(out.debt.value, words.number(1));
    TRY(out.available_borrow.value, words.number(2));
    TRY(out.liquidation_threshold, words.number(3));
    TRY(out.ltv, words.number(4));
    TRY(out.health_factor.value, words.number(5));
    return out;
}

}  // namespace plimsoll::lending::aave_v3
