// SPDX-License-Identifier: Apache-2.0
// Call data and answers of contracts whose types we know when we compile: a thin writer and reader of 32-byte words,
// by the Solidity "Contract ABI Specification". Types known only at run time are in chain/codec/abi.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chain/codec/keccak.hpp"
#include "chain/types/address.hpp"
#include "chain/types/block.hpp"
#include "chain/types/bytes.hpp"
#include "chain/types/u256.hpp"

namespace plimsoll::abi {

constexpr std::size_t kWord = 32;

/// Selector and static arguments.
Bytes call_data(const Selector& function, std::initializer_list<U256> words = {});

/// Arguments in their order; dynamic ones go to the tail by themselves.
///     Bytes data = abi::Encoder(selector("repay(address,uint256,uint256,address)"))
///                      .address(asset).uint(amount).uint(2).address(owner).finish();
class Encoder {
  public:
    /// Without a selector: a tuple, or the arguments of a constructor.
    Encoder() = default;
    explicit Encoder(Selector selector, std::size_t expected_words = 6);

    Encoder& uint(const U256& value);  // every uintN; the caller keeps to N
    Encoder& sint(const I256& value);  // every intN
    Encoder& address(const Address& value);
    Encoder& boolean(bool value);
    Encoder& bytes32(const Hash32& value);
    Encoder& bytes4(Selector value);  // shorter fixed bytes stand at the left

    Encoder& bytes(ByteView value);
    Encoder& text(std::string_view value);
    Encoder& addresses(std::span<const Address> values);      // address[]
    Encoder& uints(std::span<const U256> values);             // uintN[]
    Encoder& tuple(const Encoder& value);                     // a tuple with a dynamic member
    Encoder& tuple_inline(const Encoder& value);              // a tuple of static members only
    Encoder& tuples(std::span<const Encoder> values);         // T[] where T has a dynamic member
    Encoder& tuples_inline(std::span<const Encoder> values);  // T[] where T is static

    /// T[] of any T: `elements` holds all `count` elements, one behind the other.
    Encoder& array(std::size_t count, const Encoder& elements);

    /// The bytes; the encoder is empty afterwards.
    Bytes finish();

  private:
    std::uint8_t* grow(Bytes& to, std::size_t size);
    void word(Bytes& to, const U256& value);
    void open_tail();
    void append_body(Bytes& to) const;

    Bytes head_;
    Bytes tail_;
    std::vector<std::size_t> offsets_;  // places in head_ of offsets, still counted from the start of tail_
    std::size_t prefix_ = 0;            // bytes of the selector
};

/// Reads an answer or the data of a log, member by member. Strict as Solidity's own decoder (ABI coder v2): dirty high
/// bits, booleans other than 0 and 1, offsets and lengths that leave the data are Errc::Decode; the padding behind
/// `bytes` is not looked at, nor is what follows the last member (see `remaining`). Views point into the data given.
///     abi::Reader reader(answer);
///     TRY(const auto owner, reader.address());
///     TRY(const auto amount, reader.uint());
class Reader {
  public:
    explicit Reader(ByteView data) : data_(data) {}

    Result<U256> uint();               // uint256
    Result<U256> uint(unsigned bits);  // uintN: Errc::Decode when a bit at or above N is set
    Result<std::uint64_t> uint64();    // any uintN whose value must fit 64 bits
    Result<I256> sint();               // int256
    Result<I256> sint(unsigned bits);  // intN: Errc::Decode when not sign-extended
    Result<Address> address();
    Result<bool> boolean();
    Result<Hash32> bytes32();
    Result<void> skip(std::size_t words);

    Result<ByteView> bytes();
    Result<std::string> text();
    /// A tuple with a dynamic member. (One of static members only is read in place.)
    Result<Reader> tuple();
    struct Array;
    /// T[]: `element_words` are the words T takes in place, 1 when T is dynamic. `count` never exceeds what the data
    /// can hold, so it is safe to reserve by it.
    Result<Array> array(std::size_t element_words = 1);
    Result<std::vector<Address>> addresses();
    Result<std::vector<U256>> uints();

    /// Bytes of this tuple's data not yet passed by the head.
    std::size_t remaining() const { return data_.size() - at_; }

  private:
    Result<const std::uint8_t*> word();
    Result<ByteView> follow();

    ByteView data_;  // from the start of this tuple to the end of all data: offsets count from its start
    std::size_t at_ = 0;
};

struct Reader::Array {
    std::size_t count{};
    Reader elements;
};

/// The one word that a view answers with, and nothing else. Errc::Reverted; Errc::Decode when it is no such thing, as
/// where there is no contract.
Result<U256> sole_uint(const CallResult& answer);
Result<Address> sole_address(const CallResult& answer);  // never zero

/// An indexed address in a topic: Errc::Decode when the upper 12 bytes are not zero.
Result<Address> address_of_topic(const Hash32& topic);
Hash32 topic_of_address(const Address& address);
inline U256 uint_of_topic(const Hash32& topic) {
    return U256::from_be_bytes(topic.bytes);
}

/// The 32 big-endian bytes at `from`, and back.
U256 load_word(const std::uint8_t* from);
void store_word(std::uint8_t* to, const U256& value);

}  // namespace plimsoll::abi
