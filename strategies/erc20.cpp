// SPDX-License-Identifier: Apache-2.0
#include "strategies/erc20.hpp"

#include "chain/codec/abi_words.hpp"
#include "strategies/typed_data.hpp"

namespace plimsoll::erc20 {

Call balance_of(const Address& token, const Address& owner) {
    constexpr Selector kBalanceOf = selector("balanceOf(address)");
    return {token, abi::Encoder(kBalanceOf, 1).address(owner).finish()};
}

Call allowance(const Address& token, const Address& owner, const Address& spender) {
    constexpr Selector kAllowance = selector("allowance(address,address)");
    return {token, abi::Encoder(kAllowance, 2).address(owner).address(spender).finish()};
}

lending::ContractCall approve(const Address& token, const Address& spender, TokenAmount amount) {
    constexpr Selector kApprove = selector("approve(address,uint256)");
    return {token, abi::Encoder(kApprove, 2).address(spender).uint(amount.value).finish()};
}

Result<TokenAmount> amount(const CallResult& result) {
    TRY(const U256 value, abi::sole_uint(result));
    return TokenAmount{value};
}

Call domain_separator(const Address& token) {
    constexpr Selector kDomainSeparator = selector("DOMAIN_SEPARATOR()");
    return {token, abi::call_data(kDomainSeparator)};
}

Call nonces(const Address& token, const Address& owner) {
    constexpr Selector kNonces = selector("nonces(address)");
    return {token, abi::Encoder(kNonces, 1).address(owner).finish()};
}

Hash32 permit_digest(const Hash32& domain, const Address& owner, const Address& spender, TokenAmount amount,
                     const U256& nonce, Timestamp deadline) {
    constexpr Hash32 kType =
        topic("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    abi::Encoder content;
    content.bytes32(kType).address(owner).address(spender).uint(amount.value).uint(nonce).uint(U256{deadline});
    return typed_data::digest(domain, keccak256(content.finish()));
}

lending::ContractCall permit(const Address& token, const Address& owner, const Address& spender, TokenAmount amount,
                             Timestamp deadline, const PermitSignature& signature) {
    constexpr Selector kPermit = selector("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)");
    abi::Encoder out(kPermit, 7);
    out.address(owner).address(spender).uint(amount.value).uint(U256{deadline});
    return {token, out.uint(U256{signature.v}).uint(signature.r).uint(signature.s).finish()};
}

}  // namespace plimsoll::erc20
