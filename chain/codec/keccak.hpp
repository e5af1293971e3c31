// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include "chain/types/bytes.hpp"

namespace plimsoll {

namespace keccak_detail {

inline constexpr std::array<std::uint64_t, 24> kRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
inline constexpr std::array<int, 24> kRotations = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                                   27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
inline constexpr std::array<std::size_t, 24> kLanes = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                                       15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

constexpr void permute(std::array<std::uint64_t, 25>& a) {
    for (const auto constant : kRoundConstants) {
        std::array<std::uint64_t, 5> c{};
        for (std::size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (std::size_t x = 0; x < 5; ++x) {
            const std::uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
            for (std::size_t y = 0; y < 25; y += 5) a[x + y] ^= d;
        }
        std::uint64_t moved = a[1];
        for (std::size_t i = 0; i < 24; ++i) {
            const std::uint64_t next = a[kLanes[i]];
            a[kLanes[i]] = std::rotl(moved, kRotations[i]);
            moved = next;
        }
        for (std::size_t y = 0; y < 25; y += 5) {
            const std::array<std::uint64_t, 5> row = {a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
            for (std::size_t x = 0; x < 5; ++x) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        a[0] ^= constant;
    }
}

template <class Range>
constexpr Hash32 digest(const Range& data) {
    constexpr std::size_t kRate = 136;
    std::array<std::uint64_t, 25> state{};
    std::size_t at = 0;
    const auto absorb = [&](std::uint8_t byte) {
        state[at / 8] ^= static_cast<std::uint64_t>(byte) << (8 * (at % 8));
        if (++at == kRate) {
            permute(state);
            at = 0;
        }
    };
    for (const auto unit : data) absorb(static_cast<std::uint8_t>(unit));
    state[at / 8] ^= 0x01ULL << (8 * (at % 8));  // Keccak padding (not SHA-3's 0x06)
    state[16] ^= 0x8000000000000000ULL;
    permute(state);
    Hash32 out;
    for (std::size_t i = 0; i < 32; ++i) out.bytes[i] = static_cast<std::uint8_t>(state[i / 8] >> (8 * (i % 8)));
    return out;
}

}  // namespace keccak_detail

/// Keccak-256 as Ethereum uses it (original padding). Yellow Paper, section 2.
Hash32 keccak256(ByteView data);

/// Event topic 0 of a canonical signature, at compile time: topic("Transfer(address,address,uint256)").
consteval Hash32 topic(std::string_view signature) {
    return keccak_detail::digest(signature);
}

using Selector = FixedBytes<4, struct SelectorTag>;

/// Function or error selector of a canonical signature, at compile time: selector("transfer(address,uint256)").
consteval Selector selector(std::string_view signature) {
    const Hash32 hash = keccak_detail::digest(signature);
    return Selector{{hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]}};
}
static_assert(selector("transfer(address,uint256)") == Selector::literal("0xa9059cbb"));

}  // namespace plimsoll

template <>
struct std::hash<plimsoll::Selector> {
    std::size_t operator()(const plimsoll::Selector& value) const {
        return static_cast<std::size_t>(value.bytes[0]) << 24U | static_cast<std::size_t>(value.bytes[1]) << 16U |
               static_cast<std::size_t>(value.bytes[2]) << 8U | value.bytes[3];
    }
};
