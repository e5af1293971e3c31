// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "strategies/situation.hpp"
#include "strategies/values.hpp"

/// The guard's refusals, foreseen: no plan is proposed that it would not carry out. Gates are named after the field of
/// IGuard.Policy that says no: "guard-expiry", "guard-cooldown", "guard-trigger", "guard-floor", "guard-ceiling",
/// "guard-may-close", "guard-max-loss-bps", "guard-value-per-day", "guard-collaterals", "guard-debts", "guard-venues",
/// "guard-access"; and after what the account gave it: "guard-allowance", "guard-authorisation".
namespace plimsoll::strategies {

/// Why the guard cannot be used now for any plan; nullopt when it can.
std::optional<NoPlan> guard_refuses(const Situation& situation);

bool collateral_allowed(const Situation& situation, const Address& asset);
bool debt_allowed(const Situation& situation, const Address& asset);
/// As a router, an aggregator's target or a lender.
bool venue_allowed(const Situation& situation, const Address& venue);
/// The guard acts as the account itself (7702, Safe), so it can also change flags.
bool acts_as_account(const Situation& situation);

/// The most of an asset's supply that the guard can withdraw: by allowance, authorisation or as the account.
TokenAmount withdrawable(const Situation& situation, const Address& asset);
/// Value that the guard's budget leaves.
BaseValue guard_budget(const Situation& situation);

/// Why the guard would refuse this plan; `moved` and `lost` in base currency.
std::optional<NoPlan> plan_refused(const Situation& situation, const guard::Plan& plan, const AccountSummary& after,
                                   const BaseValue& moved, const BaseValue& lost);

}  // namespace plimsoll::strategies
