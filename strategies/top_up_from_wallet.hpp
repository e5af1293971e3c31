// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "strategies/situation.hpp"

/// Strategy: the wallet adds collateral to its own position. Supplying a value y of an asset with threshold G makes the
/// health factor (S + G y) / D, which is H at y = (H D - S) / G.
namespace plimsoll::strategies {

inline constexpr std::string_view kTopUpFromWallet = "top-up-from-wallet";

/// One proposal per token of the wallet that counts as collateral here: the owner's collateral order first, then those
/// with the highest threshold; at most kTopUps.
std::vector<Proposal> top_up_from_wallet(const Situation& situation);
inline constexpr std::size_t kTopUps = 6;

}  // namespace plimsoll::strategies
