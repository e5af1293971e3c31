// SPDX-License-Identifier: Apache-2.0
#include "strategies/erc20.hpp"

#include <algorithm>

#include "chain/codec/keccak.hpp"
#include "strategies/typed_data.hpp"

namespace plimsoll::erc20 {

namespace {

constexpr std::size_t kWord = 32;

Bytes start(const Selector& selector) {
    return {selector.bytes.begin(), selector.bytes.end()};
}

void put(Bytes& out, const Address& address) {
    out.insert(out.end(), kWord - Address::kSize, 0);
    out.insert(out.end(), address.bytes.begin(), address.bytes.end());
}

void put(Bytes& out, const U256& value) {
    const auto word = value.to_be_bytes();
    out.insert(out.end(), word.begin(), word.end());
}

}  // namespace

Call balance_of(const Address& token, const Address& owner) {
    Bytes data = start(selector("balanceOf(address)"));
    put(data, owner);
    return {token, std::move(data)};
}

Call allowance(const Address& token, const Address& owner, const Address& spender) {
    Bytes data = start(selector("allowance(address,address)"));
    put(data, owner);
    put(data, spender);
    return {token, std::move(data)};
}

lending::ContractCall approve(const Address& token, const Address& spender, TokenAmount amount) {
    Bytes data = start(selector("approve(address,uint256)"));
    put(data, spender);
    put(data, amount.value);
    return {token, std::move(data)};
}

Call domain_separator(const Address& token) {
    return {token, start(selector("DOMAIN_SEPARATOR()"))};
}

Call nonces(const Address& token, const Address& owner) {
    Bytes data = start(selector("nonces(address)"));
    put(data, owner);
    return {token, std::move(data)};
}

Hash32 permit_digest(const Hash32& domain, const Address& owner, const Address& spender, TokenAmount amount,
                     const U256& nonce, Timestamp deadline) {
    constexpr Hash32 kType =
        topic("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    Bytes content(kType.bytes.begin(), kType.bytes.end());
    put(content, owner);
    put(content, spender);
    put(content, amount.value);
    put(content, nonce);
    put(content, U256{deadline});
    return typed_data::digest(domain, keccak256(content));
}

lending::ContractCall permit(const Address& token, const Address& owner, const Address& spender, TokenAmount amount,
                             Timestamp deadline, const PermitSignature& signature) {
    Bytes data = start(selector("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"));
    put(data, owner);
    put(data, spender);
    put(data, amount.value);
    put(data, U256{deadline});
    put(data, U256{signature.v});
    put(data, signature.r);
    put(data, signature.s);
    return {token, std::move(data)};
}

Result<TokenAmount> amount(const CallResult& result) {
    if (!result.success) return fail(Errc::Reverted, "the token refused the call");
    if (result.data.size() != kWord) return fail(Errc::Decode, "the token did not answer with one word");
    TRY(const U256 value, U256::from_be(result.data));
    return TokenAmount{value};
}

}  // namespace plimsoll::erc20
