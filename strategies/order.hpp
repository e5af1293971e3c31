// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strategies/policy.hpp"

/// Which of a position's assets may be sold and repaid, and in what order.
namespace plimsoll::strategies {

struct Candidates {
    std::vector<const AssetPosition*> assets;  // into Situation::now
    NoPlan reason;                             // where there is none
};

/// Supplies that can be sold. Collateral without loan-to-value comes first: the protocol lets no other collateral out
/// before it (Aave: validateHFAndLtv). Then the owner's order; then by threshold, lowest first, as it takes the least
/// weight away; then by value.
Candidates sellable(const Situation& situation);

/// Debts that can be repaid: the owner's order, then by value, greatest first.
Candidates repayable(const Situation& situation);

const AssetPosition* held(const Situation& situation, const Address& asset);
const AssetPosition* offered(const Situation& situation, const Address& asset);
const lending::AssetConditions* conditions_of(const Situation& situation, const Address& asset);
std::string name_of(const AssetPosition& asset);

/// "1.25 WETH": at most six significant decimals, rounded down.
std::string in_words(const AssetPosition& asset, const U256& amount);

}  // namespace plimsoll::strategies
