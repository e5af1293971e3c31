// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/position.hpp"

/// Amounts and what they are worth at the protocol's own prices. Amounts are in the token's smallest units, values in
/// the market's base currency.
namespace plimsoll::strategies {

using lending::AccountSummary;
using lending::AssetPosition;
using lending::Change;

/// Parts of a million, as the fees of pools and lenders are given.
inline constexpr U256 kMillion{1'000'000};

Math<U256> value_up(const AssetPosition& asset, const U256& amount);
Math<U256> value_down(const AssetPosition& asset, const U256& amount);
/// The most of the asset that is worth at most `value`; the greatest number where the asset has no price.
U256 amount_worth(const AssetPosition& asset, const U256& value);
/// What `amount` of one asset is worth in another, rounded up.
Math<U256> exchanged_up(const AssetPosition& from, const AssetPosition& to, const U256& amount);

/// amount * ppm / 1e6, rounded up: no lender asks for more.
U256 fee_of(const U256& amount, std::uint32_t ppm);
/// The most that can be borrowed when `available` is there to give back with the fee.
U256 loan_covered_by(const U256& available, std::uint32_t ppm);

/// amount * (10,000 - bps) / 10,000, rounded up.
U256 less_bps(const U256& amount, std::uint32_t bps);

}  // namespace plimsoll::strategies
