// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/onchain/player.hpp"

namespace plimsoll::onchain {

/// Gives every user a position of its kind, near its limit: several collaterals and debts of different decimals, eMode,
/// isolation, a collateral whose LTV fell to zero, stable debt, the same asset on both sides. Then a day passes.
void populate(World& world, Dice& dice);

/// The price at which `asset` stands from the block at `at` on, by a source of its own; nothing else changes.
std::vector<Tx> reprice(World& world, const Address& asset, const U256& price);

/// An amount of the reserve worth `base` (1e8 per dollar).
U256 amount_worth(World& world, const DevReserve& reserve, const U256& base);

}  // namespace plimsoll::onchain
