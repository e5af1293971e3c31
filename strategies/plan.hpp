// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "chain/lending/market.hpp"

namespace plimsoll::strategies {

/// What a wallet holds and allows, read at the position's block.
struct WalletFunds {
    struct Token {
        Address asset;
        TokenAmount balance;
        TokenAmount allowance;  // towards Market::spender()
    };
    std::vector<Token> tokens;
    Wei native;
};

/// One way to raise the health factor: amounts, calls in order, and the state expected after.
struct Plan {
    std::string strategy;  // "repay-from-wallet"
    Address asset;         // the debt repaid
    TokenAmount amount;
    BaseValue value;        // of `amount`, at the protocol's price
    bool closes_debt{};     // the whole debt of `asset` is repaid
    bool needs_approval{};  // calls starts with an ERC-20 approval
    /// Empty when the target is reached. Else what kept the amount below it: "balance", "limit-value-per-action",
    /// "limit-value-per-day", or "other-debts" when closing this debt alone is not enough.
    std::string shortfall;
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
