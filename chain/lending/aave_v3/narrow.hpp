// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/aave_v3/account.hpp"

/// The same arithmetic as account.hpp for sums of money that exist: balances below 2^128, values below 2^64. Whatever
/// does not fit is refused, and the caller counts with full width. Both ways give the same integers (tests compare
/// them).
namespace plimsoll::lending::aave_v3 {

struct NarrowTotals {
    std::uint64_t collateral{};
    std::uint64_t debt{};
    u128 ltv_sum{};
    u128 threshold_sum{};
    bool zero_ltv{};
};

/// False if something does not fit, or must fail.
bool narrow_totals(const View& view, const AccountState& account, NarrowTotals& out);
bool narrow_summary(const Profile& profile, const NarrowTotals& totals, AccountSummary& out);

}  // namespace plimsoll::lending::aave_v3
