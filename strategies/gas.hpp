// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "strategies/plan.hpp"
#include "strategies/situation.hpp"

/// What plans are expected to use, for choosing between them; the node's own estimate is what is sent. Measured on the
/// local chain (strategies/contracts/README.md, tests/e2e/rescue_cost.mjs).
namespace plimsoll::strategies {

struct GasTable {
    Gas approve = 55'000;
    Gas wallet_call = 250'000;    // one call of the pool by the wallet itself
    Gas wallet_switch = 130'000;  // efficiency mode, collateral on or off
    // Of a plan through the guard:
    Gas guard_aave = 85'000;    // policy, measures before and after, the transaction itself
    Gas guard_asset = 140'000;  // ... and what Aave's own sum takes for each asset of the account
    Gas guard_morpho = 200'000;
    Gas loan_aave = 187'000;
    Gas loan_morpho = 127'000;
    Gas loan_uniswap = 165'000;
    Gas loan_callback = 68'000;
    Gas withdraw = 150'000;
    Gas repay = 120'000;
    Gas supply = 130'000;
    Gas borrow = 190'000;
    Gas pull = 45'000;
    Gas change = 90'000;         // efficiency mode, collateral on or off, repayment with supply
    Gas action_morpho = 60'000;  // any of them on Morpho Blue
    Gas swap = 75'000;           // handing over and taking back
    Gas hop = 80'000;            // one pool
    Gas tick = 24'000;           // one initialised tick crossed
};
inline constexpr GasTable kGas{};

/// Of the whole plan but its swaps. The same action with the same asset again finds most of what it touches warm.
Gas gas_of(const Situation& situation, const guard::Loan& loan, std::span<const guard::Step> steps);

/// gas * fee_per_gas in base currency, rounded up; zero where the coin has no price.
BaseValue gas_value(const Situation& situation, Gas gas);

/// What the plan's calls cost to send: its besides_gas and gas_cost.
void count_sending(const Situation& situation, Plan& plan);

}  // namespace plimsoll::strategies
