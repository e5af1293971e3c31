// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "chain/codec/keccak.hpp"
#include "chain/types/address.hpp"
#include "chain/types/block.hpp"
#include "chain/types/u256.hpp"

/// ABI words as this protocol's calls, answers and events use them: 32 bytes each, big-endian.
namespace plimsoll::lending::aave_v3 {

U256 to_word(const Address& address);

/// Selector and static arguments.
Bytes call_data(const Selector& selector, std::initializer_list<U256> words = {});

/// Hostile bytes read as words: nothing is read past the end, and a value outside its type is refused.
class Words {
  public:
    explicit Words(ByteView data) : data_(data) {}

    std::size_t count() const { return data_.size() / 32; }
    Result<U256> number(std::size_t index) const;
    Result<Address> address(std::size_t index) const;
    Result<std::uint64_t> u64(std::size_t index) const;
    Result<u128> narrow(std::size_t index) const;  // up to 128 bits
    Result<bool> boolean(std::size_t index) const;

    /// A dynamic array whose offset stands at word `index`; more than `limit` elements are refused.
    Result<std::vector<U256>> array(std::size_t index, std::size_t limit) const;
    /// A `string` whose offset stands at word `index`, at most 256 bytes.
    Result<std::string> text(std::size_t index) const;

  private:
    ByteView data_;
};

/// symbol() as string or, in old tokens, as bytes32. Bytes outside printable ASCII become '?', at most 32 are kept.
Result<std::string> symbol_of(ByteView answer);

/// An indexed address, in a topic.
Result<Address> address_of(const Hash32& topic);
inline U256 number_of(const Hash32& topic) {
    return U256::from_be_bytes(topic.bytes);
}

}  // namespace plimsoll::lending::aave_v3
