// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "chain/lending/aave_v3/store.hpp"
#include "chain/lending/position.hpp"

namespace plimsoll::lending::aave_v3 {

/// Reads of what the state does not hold: caps and totals against them, liquidity, isolated debt, premium, sentinel.
/// Four calls per reserve (five up to 3.1) and one or two for the pool; some 40,000 gas per reserve.
std::vector<Call> condition_calls(const Store& store);

/// What they say at that block. Rooms are as large as the greatest amount that the pool would take at that second.
/// Errc::Mismatch when the reserves are no longer those asked about, Errc::Reverted where a read failed.
Result<Conditions> conditions(const Store& store, const BlockRef& at, std::span<const CallResult> results);

}  // namespace plimsoll::lending::aave_v3
