// SPDX-License-Identifier: Apache-2.0
#include "strategies/erc20.hpp"

#include <algorithm>

#include "chain/codec/keccak.hpp"

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

Result<TokenAmount> amount(const CallResult& result) {
    if (!result.success) return fail(Errc::Reverted, "the token refused the call");
    if (result.data.size() != kWord) return fail(Errc::Decode, "the token did not answer with one word");
    TRY(const U256 value, U256::from_be(result.data));
    return TokenAmount{value};
}

}  // namespace plimsoll::erc20
