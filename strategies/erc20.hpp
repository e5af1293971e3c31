// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/lending/market.hpp"

/// The few words of ERC-20 (EIP-20) that plans and their checks need.
namespace plimsoll::erc20 {

Call balance_of(const Address& token, const Address& owner);
Call allowance(const Address& token, const Address& owner, const Address& spender);
lending::ContractCall approve(const Address& token, const Address& spender, TokenAmount amount);

/// The single uint256 both views return; Errc::Reverted or Errc::Decode when the token does not answer as one.
Result<TokenAmount> amount(const CallResult& result);

}  // namespace plimsoll::erc20
