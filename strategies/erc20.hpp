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

// ---- EIP-2612: an allowance by the owner's signature

Call domain_separator(const Address& token);
Call nonces(const Address& token, const Address& owner);
/// What the owner signs; `domain` is the answer to domain_separator. `deadline` is inclusive.
Hash32 permit_digest(const Hash32& domain, const Address& owner, const Address& spender, TokenAmount amount,
                     const U256& nonce, Timestamp deadline);
struct PermitSignature {
    std::uint8_t v{};  // 27 or 28
    U256 r;
    U256 s;
};
lending::ContractCall permit(const Address& token, const Address& owner, const Address& spender, TokenAmount amount,
                             Timestamp deadline, const PermitSignature& signature);

}  // namespace plimsoll::erc20
