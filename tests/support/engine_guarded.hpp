// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "bot/engine/engine_config.hpp"
#include "strategies/planner.hpp"
#include "tests/support/fake_market.hpp"

/// Accounts that a guardian acts for, in the world of tests/support/engine_world.hpp: a guard whose plans are a sale
/// of collateral for debt through a named venue, and a planner that makes such plans.
namespace plimsoll::test {

inline const Address kGuard = address_of(0x6A);
inline const Address kSwapper = address_of(0x6B);
inline const Address kGuardian = address_of(0x99);
inline const Address kPair = address_of(0x2001);  // of kEth and kUsd, V2
inline const Address kAlice = address_of(0x701);
inline const Address kBob = address_of(0x702);

/// What a sale goes through; a venue that is broken lets every plan fail.
enum class Venue : std::uint8_t { Pool = 1, Offer = 2, Other = 3 };

inline constexpr std::uint8_t kSell = 0x51;  // first byte of a plan's calldata

/// Collateral for debt at 1 % less than the market's price, as the fake guard carries it out.
lending::ContractCall sale(const Address& account, Venue venue, const U256& debt, const U256& collateral);

guard::Policy policy_for(const Address& guardian);
/// The guard's answer to policyOf and spentOf.
Bytes policy_answer(const guard::Policy& policy);
Bytes spent_answer();
bool is_policy_question(const Call& call);
bool is_spent_question(const Call& call);
bool is_swapper_question(const Call& call);

/// Rungs: by an offer where there is one, through the pool where the book is in sync, through another venue; last from
/// the wallet where its key is at hand. Wants an offer for what it sells.
strategies::Ladder sell_or_repay(const strategies::Situation& situation);
/// The same with a first rung as if the account's own key were at hand as well.
strategies::Ladder own_key_too(const strategies::Situation& situation);

/// Two wallets under one guardian beside the world's own, each with 10 ETH and 10,000 USD of debt; a guard, a pool, and
/// an aggregator that is asked.
void add_guarded(engine::EngineConfig& config);

}  // namespace plimsoll::test
