// SPDX-License-Identifier: Apache-2.0
// Recursive Length Prefix, Yellow Paper appendix B. One value has exactly one encoding, and only that one is accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "chain/types/address.hpp"
#include "chain/types/bytes.hpp"
#include "chain/types/u256.hpp"

namespace plimsoll::rlp {

/// The items of one list, in order.
class List {
  public:
    List& bytes(ByteView value);
    List& uint(const U256& value);  // shortest big-endian form, zero is the empty string
    List& list(const List& value);
    template <std::size_t N, class Tag>
    List& fixed(const FixedBytes<N, Tag>& value) {
        return bytes(value.view());
    }

    /// The encoded list, with `prefix` (the type byte of EIP-2718) before it if there is one.
    Bytes encode(ByteView prefix = {}) const;

  private:
    Bytes payload_;
};

/// Reads the items of one list where the form is known. Every refusal is Errc::Decode: lengths that are not minimal or
/// leave the data, single bytes below 0x80 in long form, integers with leading zeros, the wrong kind of item. Views
/// point into the data given.
class Reader {
  public:
    /// `raw` must be exactly one list: bytes after it are refused.
    static Result<Reader> open(ByteView raw);

    Result<ByteView> bytes();
    Result<U256> uint();
    Result<std::uint64_t> uint64();
    Result<Reader> list();
    template <class Fixed>
    Result<Fixed> fixed() {
        TRY(const auto raw, bytes());
        Fixed out;
        TRY_VOID(copy_exact(raw, out.bytes));
        return out;
    }

    bool at_end() const { return rest_.empty(); }
    /// Refuses items that nobody asked for.
    Result<void> finish() const;

  private:
    explicit Reader(ByteView payload) : rest_(payload) {}
    static Result<void> copy_exact(ByteView from, std::span<std::uint8_t> to);

    ByteView rest_;
};

/// A value of unknown form.
struct Item {
    std::variant<Bytes, std::vector<Item>> value;

    bool operator==(const Item&) const = default;
};

struct Limits {
    std::size_t bytes = std::size_t{1} << 20U;
    std::size_t depth = 64;  // of lists in lists
};

/// Exactly one item. Beyond the limits Errc::Range.
Result<Item> decode(ByteView raw, const Limits& limits = {});
Bytes encode(const Item& item);

}  // namespace plimsoll::rlp
