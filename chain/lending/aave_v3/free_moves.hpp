// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "chain/lending/aave_v3/account.hpp"

namespace plimsoll::lending::aave_v3 {

/// Sequences of SetEMode and UseAsCollateral that the pool would carry out at the view's second and that raise the
/// account's health factor, best first; at most kMaxFreeMoves. Empty without debt.
inline constexpr std::size_t kMaxFreeMoves = 16;
std::vector<std::vector<Change>> free_moves(const View& view, const AccountState& account);

}  // namespace plimsoll::lending::aave_v3
