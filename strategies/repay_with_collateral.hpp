// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "strategies/situation.hpp"

/// Strategy: sell just enough collateral to repay debt, in one transaction of the guard. Sizes: strategies/fit.hpp; how
/// the time between is bridged: strategies/deal.hpp.
namespace plimsoll::strategies {

inline constexpr std::string_view kRepayWithCollateral = "repay-with-collateral";

/// How many alternatives a strategy works out: all, or only its best (for smaller sizes).
enum class Breadth : std::uint8_t { All, First };

/// The best way first as far as can be told without prices, then others: another lender, another venue, aggregators'
/// offers, without a loan, another collateral first (where the owner has no order).
std::vector<Proposal> repay_with_collateral(const Situation& situation, Breadth breadth = Breadth::All);

}  // namespace plimsoll::strategies
