// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "chain/codec/keccak.hpp"
#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

/// Hashes of what people sign for contracts (EIP-712).
namespace plimsoll::typed_data {

/// Separator of EIP712Domain(string name,string version,uint256 chainId,address verifyingContract).
Hash32 domain(std::string_view name, std::string_view version, ChainId chain, const Address& contract);

/// keccak256(0x19 01 || domain || content): what is signed.
Hash32 digest(const Hash32& domain, const Hash32& content);

}  // namespace plimsoll::typed_data
