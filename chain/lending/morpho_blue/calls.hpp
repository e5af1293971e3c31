// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "chain/lending/morpho_blue/state.hpp"
#include "chain/types/contract_call.hpp"

namespace plimsoll::lending::morpho_blue {

/// The five words of MarketParams, as they stand in calls and as the id is the hash of.
Bytes params_words(const Terms& terms);

/// IRM.borrowRateView for totals of any kind.
Call borrow_rate_call(const Terms& terms, const Totals& totals);

/// Morpho.position.
Call position_call(const Terms& terms, const Address& account);
Result<AccountState> position_from(ByteView answer);
/// Morpho.market.
Call market_call(const Terms& terms);
Result<Totals> totals_from(ByteView answer);

/// Calls in one, through Multicall3.aggregate3, each allowed to fail; and the answers in it.
Call together(std::span<const Call> calls);
Result<std::vector<CallResult>> apart(const CallResult& result, std::size_t count);

/// What the account itself sends. One of assets and shares is zero where both are asked for.
ContractCall repay_call(const Terms& terms, const Address& account, const U256& assets, const U256& shares);
ContractCall supply_call(const Terms& terms, const Address& account, const U256& assets);
ContractCall withdraw_call(const Terms& terms, const Address& account, const U256& assets, const U256& shares);
ContractCall borrow_call(const Terms& terms, const Address& account, const U256& assets);
ContractCall supply_collateral_call(const Terms& terms, const Address& account, const U256& assets);
ContractCall withdraw_collateral_call(const Terms& terms, const Address& account, const U256& assets);

}  // namespace plimsoll::lending::morpho_blue
