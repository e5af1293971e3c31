// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/position.hpp"
#include "chain/types/address.hpp"

namespace plimsoll::lending::aave_v3 {

/// Calldata for the pool by which `account` itself makes one change, debts at a variable rate.
Bytes action_data(const Address& account, const Change& change);

}  // namespace plimsoll::lending::aave_v3
