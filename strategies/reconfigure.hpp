// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "strategies/deal.hpp"

/// Strategy: what raises the health factor without moving anything: an efficiency mode entered or left, a supply that
/// does not count yet switched on (Market::free_moves).
namespace plimsoll::strategies {

inline constexpr std::string_view kReconfigure = "reconfigure";

/// Every move that helps, the best first; by the wallet's own key, or by a guard that acts as the account.
std::vector<Proposal> reconfigure(const Situation& situation);

/// A free move as steps of the guard.
Around around(const std::vector<Change>& move);

}  // namespace plimsoll::strategies
