// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/market.hpp"
#include "chain/lending/morpho_blue/state.hpp"

namespace plimsoll::lending::morpho_blue {

/// Market, position, price, rate at target and current rate as the contracts have them, in one call that changes
/// nothing.
Call audit_call(const Terms& terms, const MarketState& state, const Address& account);

/// Every word of the answer against ours; `theirs` is the account's summary counted from their words alone.
Result<Audit> audit(const Terms& terms, const MarketState& state, const Address& account, const AccountState& ours,
                    Timestamp at, const CallResult& result);

}  // namespace plimsoll::lending::morpho_blue
