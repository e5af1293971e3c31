// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/situation.hpp"

/// What plans are expected to use, for choosing between them; the node's own estimate is what is sent.
namespace plimsoll::strategies {

struct GasTable {
    Gas approve = 55'000;
    Gas wallet_call = 250'000;    // one call of the pool by the wallet itself
    Gas wallet_switch = 130'000;  // efficiency mode, collateral on or off
    // Of a plan through the guard:
    Gas guard = 190'000;  // policy, measures before and after, the transaction itself
    Gas loan_aave = 130'000;
    Gas loan_other = 55'000;
    Gas withdraw = 150'000;
    Gas repay = 120'000;
    Gas supply = 130'000;
    Gas borrow = 190'000;
    Gas pull = 45'000;
    Gas change = 90'000;  // efficiency mode, collateral on or off, repayment with supply
    Gas swap = 75'000;    // handing over and taking back
    Gas hop = 80'000;     // one pool
    Gas tick = 24'000;    // one initialised tick crossed
};
inline constexpr GasTable kGas{};

Gas gas_of(guard::Action action);
Gas gas_of(guard::Lender lender);

/// gas * fee_per_gas in base currency, rounded up; zero where the coin has no price.
BaseValue gas_value(const Situation& situation, Gas gas);

}  // namespace plimsoll::strategies
