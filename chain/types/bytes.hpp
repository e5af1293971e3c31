// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chain/types/result.hpp"

namespace plimsoll {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// "0x" and two lower-case digits a byte.
std::string to_hex(ByteView bytes);

/// Accepts an even number of digits, with or without "0x". Fails with Errc::Decode on anything else.
Result<Bytes> from_hex(std::string_view text);

/// As from_hex, for exactly `out.size()` bytes.
Result<void> from_hex_into(std::string_view text, std::span<std::uint8_t> out);

/// N bytes with an identity of their own: addresses and hashes do not mix, nor convert to raw bytes unasked.
template <std::size_t N, class Tag>
struct FixedBytes {
    std::array<std::uint8_t, N> bytes{};

    static constexpr std::size_t kSize = N;

    constexpr auto operator<=>(const FixedBytes&) const =
        default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it
    constexpr ByteView view() const { return bytes; }
    constexpr bool is_zero() const {
        for (auto b : bytes) {
            if (b != 0) return false;
        }
        return true;
    }

    /// Exactly N bytes of hex, "0x" optional.
    static Result<FixedBytes> parse(std::string_view text) {
        FixedBytes out;
        TRY_VOID(from_hex_into(text, out.bytes));
        return out;
    }

    /// Compile-time hex; a bad digit or length does not compile.
    static consteval FixedBytes literal(std::string_view text) {
        if (text.size() != 2 * N + 2 || text[0] != '0' || text[1] != 'x') throw "0x and the exact number of digits";
        FixedBytes out;
        for (std::size_t i = 0; i < N; ++i) {
            const int high = hex_digit(text[2 + 2 * i]);
            const int low = hex_digit(text[3 + 2 * i]);
            if (high < 0 || low < 0) throw "not a hex digit";
            out.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
        }
        return out;
    }
};

template <std::size_t N, class Tag>
std::string to_string(const FixedBytes<N, Tag>& value) {
    return to_hex(value.view());
}

/// 256-bit hash: block, transaction, topic.
using Hash32 = FixedBytes<32, struct Hash32Tag>;

template <std::size_t N, class Tag>
struct FixedBytesHash {
    std::size_t operator()(const FixedBytes<N, Tag>& value) const {
        std::uint64_t word = 0;  // the tail: precompiles and vanity addresses share their leading zeros
        for (std::size_t i = 0; i < 8; ++i) word = word << 8U | value.bytes[N - 8 + i];
        return static_cast<std::size_t>(word * 0x9e3779b97f4a7c15ULL);
    }
};

}  // namespace plimsoll

template <std::size_t N, class Tag>
struct std::hash<plimsoll::FixedBytes<N, Tag>> : plimsoll::FixedBytesHash<N, Tag> {};
