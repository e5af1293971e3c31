// SPDX-License-Identifier: Apache-2.0
#include "strategies/typed_data.hpp"

#include "chain/codec/abi_words.hpp"

namespace plimsoll::typed_data {

namespace {

Hash32 hash_of(std::string_view text) {
    return keccak256(Bytes(text.begin(), text.end()));
}

}  // namespace

Hash32 domain(std::string_view name, std::string_view version, ChainId chain, const Address& contract) {
    constexpr Hash32 kType =
        topic("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    abi::Encoder out;
    out.bytes32(kType).bytes32(hash_of(name)).bytes32(hash_of(version)).uint(U256{chain}).address(contract);
    return keccak256(out.finish());
}

Hash32 digest(const Hash32& domain, const Hash32& content) {
    Bytes out = {0x19, 0x01};
    out.insert(out.end(), domain.bytes.begin(), domain.bytes.end());
    out.insert(out.end(), content.bytes.begin(), content.bytes.end());
    return keccak256(out);
}

}  // namespace plimsoll::typed_data
