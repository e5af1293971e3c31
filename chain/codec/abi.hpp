// SPDX-License-Identifier: Apache-2.0
// The Solidity Contract ABI for types known only at run time: artifacts, errors, what an operator names. Calls that we
// make ourselves use chain/codec/abi_words.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "chain/codec/keccak.hpp"
#include "chain/types/address.hpp"
#include "chain/types/bytes.hpp"
#include "chain/types/u256.hpp"

namespace plimsoll::abi {

struct Type {
    enum class Kind : std::uint8_t { Uint, Int, Address, Bool, FixedBytes, Bytes, String, Array, FixedArray, Tuple };

    Kind kind{};
    std::size_t size{};       // bits of Uint and Int, bytes of FixedBytes, elements of FixedArray
    std::vector<Type> parts;  // the element of arrays, the members of a tuple

    bool operator==(const Type&) const = default;
    bool is_dynamic() const;
    /// Words taken in the enclosing tuple: 1 when dynamic.
    std::size_t head_words() const;
};

constexpr std::size_t kMaxTypeText = 8192;                      // characters
constexpr std::size_t kMaxTypeDepth = 16;                       // of arrays and tuples in each other
constexpr std::size_t kMaxStaticWords = std::size_t{1} << 16U;  // of one type, fixed arrays multiplied out

/// "uint256", "(uint256,address[],bytes)[2]"; "uint", "int", "function" and a leading word "tuple" before "(" are
/// understood. Errc::Decode with the place for bad text, Errc::Range beyond the limits above, Errc::Unsupported for
/// fixed-point numbers.
Result<Type> parse_type(std::string_view text);

/// The text that selectors are computed from: "(uint256,address[],bytes)[2]".
std::string canonical(const Type& type);

/// "repay(address,uint256)": the name, and the arguments as a tuple.
struct Signature {
    std::string name;
    Type arguments;

    std::string text() const { return name + canonical(arguments); }
    Hash32 hash() const;  // topic 0 of an event
    Selector selector() const;
};
Result<Signature> parse_signature(std::string_view text);

/// Uint is U256, Int is I256, FixedBytes and Bytes are Bytes, arrays and tuples are vectors.
struct Value {
    std::variant<U256, I256, Address, bool, Bytes, std::string, std::vector<Value>> data;

    bool operator==(const Value&) const = default;
};

/// For people: 5, -1, 0xAb…, true, 0x01ff, "text", [1, 2], (1, 2).
std::string to_string(const Type& type, const Value& value);

/// `values` are the members of the tuple `type`. Errc::Mismatch when a value has not its type's form, Errc::Range when
/// it does not fit (uint8 of 256, a fixed array of another length).
Result<Bytes> encode(const Type& tuple, std::span<const Value> values);

/// The members of the tuple. Strict as Reader in abi_words.hpp; besides, work and memory stay below a small multiple of
/// the data's size whatever they say: data in which many offsets point to one place are refused. All Errc::Decode.
Result<std::vector<Value>> decode(const Type& tuple, ByteView data);

/// Whether the data are byte for byte what `encode` writes for the values in them.
Result<bool> is_canonical(const Type& tuple, ByteView data);

}  // namespace plimsoll::abi
