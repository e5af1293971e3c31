// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/order.hpp"

/// The last part of every strategy: what is to be done becomes a plan, or the reason why not.
namespace plimsoll::strategies {

/// What a strategy wants done through the guard.
struct Draft {
    Plan plan;  // strategy, text, asset, amount, closes_debt, doubtful, shortfall, excess and changes are filled in
    guard::Loan loan;
    std::vector<guard::Step> steps;
    Gas swap_gas{};
    BaseValue moved;
    BaseValue lost;
};

/// Counts the plan exactly, asks the owner's limits, the protocol's rules (Market::allowed, where the conditions are
/// known) and the guard's policy, and makes the guardian's call of it. The account's health factor is at least one
/// after every change that lowers it, whether or not the conditions are known.
Result<Proposal> finish(const Situation& situation, Draft draft);

/// The same for calls that the wallet itself makes.
Result<Proposal> finish_by_wallet(const Situation& situation, Plan plan);

/// "rule: text" of Errc::Refused as a NoPlan; other errors as "accounting".
NoPlan no_plan(const Error& error);

/// A strategy's answer from one that may have failed.
Proposal settled(Result<Proposal> result);

}  // namespace plimsoll::strategies
