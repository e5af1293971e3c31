// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "chain/codec/abi_words.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/types/address.hpp"
#include "chain/types/block.hpp"
#include "chain/types/u256.hpp"

/// Static ABI words by their place, as the calls, answers and events of lending protocols use them.
namespace plimsoll::lending {

U256 to_word(const Address& address);

using abi::call_data;

/// Hostile bytes read as words: Errc::Decode past the end, and for a value outside its type.
class Words {
  public:
    explicit Words(ByteView data) : data_(data) {}

    std::size_t count() const { return data_.size() / 32; }
    Result<U256> number(std::size_t index) const;
    Result<Address> address(std::size_t index) const;
    Result<std::uint64_t> u64(std::size_t index) const;
    Result<u128> narrow(std::size_t index) const;  // up to 128 bits
    Result<bool> boolean(std::size_t index) const;

  private:
    ByteView data_;
};

/// symbol() as string or, in old tokens, as bytes32. Bytes outside printable ASCII become '?', at most 32 are kept.
Result<std::string> symbol_of(ByteView answer);

}  // namespace plimsoll::lending
