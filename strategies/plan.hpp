// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chain/lending/market.hpp"
#include "strategies/guard.hpp"

namespace plimsoll::strategies {

/// What a wallet holds and allows, read at the position's block.
struct WalletFunds {
    struct Token {
        Address asset;
        TokenAmount balance;
        TokenAmount allowance;          // towards Market::spender()
        TokenAmount guard_allowance{};  // towards the guard
    };
    std::vector<Token> tokens;
    Wei native;
};

/// One way to raise the health factor: amounts, calls in order, and the state expected after. Values are in the
/// market's base currency at the protocol's prices.
struct Plan {
    std::string strategy;  // "repay-from-wallet"
    std::string text;      // for people: "sell 1.25 WETH for 3,112 USDC and repay"; empty: told from asset and amount
    Address asset;         // the debt repaid (where none is: the asset that moves)
    TokenAmount amount;
    BaseValue value;        // moved: of `amount`, or of what is sold if that is more
    BaseValue cost;         // expected loss of equity: swaps, fees, premium. Gas is not in it
    BaseValue gas_cost;     // `gas` at Situation::fee_per_gas, and besides_gas; zero where the coin has no price
    Wei besides_gas;        // of a rollup, for the calls' bytes and for its operator
    Gas gas{};              // estimate for choosing; the node's own estimate is what is sent
    bool closes_debt{};     // the whole debt of `asset` is repaid
    bool needs_approval{};  // calls starts with an ERC-20 approval
    bool from_guardian{};   // the calls are the guard's guardian's, not the wallet's own
    bool doubtful{};        // sells although the protocol's price and the reference disagree
    /// Empty when the target is reached. Else what kept the amount below it: "balance", "limit-value-per-action",
    /// "limit-value-per-day", "guard-value-per-day", "liquidity", "price-impact", "rung" (a smaller step was chosen),
    /// or "other-debts" when closing this debt alone is not enough.
    std::string shortfall;
    /// Why the result is above the target by more than the strategies aim for: "closes-debt", "smallest-unit"; or
    /// empty.
    std::string excess;
    std::optional<guard::Plan> guard_plan;  // what `calls` tells the guard; for people and tests
    std::vector<lending::Change> changes;   // what the position goes through, in order
    std::vector<lending::ContractCall> calls;
    lending::AccountSummary before;
    lending::AccountSummary after;  // computed by the exact accounting
};

/// Why a strategy has no plan. `gate` is stable ("no-balance", "limit-value-per-action"), `text` is for people.
struct NoPlan {
    std::string gate;
    std::string text;
};

using Proposal = std::variant<Plan, NoPlan>;

}  // namespace plimsoll::strategies
