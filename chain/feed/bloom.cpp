// SPDX-License-Identifier: Apache-2.0
#include "chain/feed/bloom.hpp"

#include <algorithm>

#include "chain/codec/keccak.hpp"

namespace plimsoll::feed {

BloomBits BloomBits::of(ByteView value) {
    const Hash32 digest = keccak256(value);
    BloomBits out;
    for (std::size_t i = 0; i < 3; ++i) {
        const unsigned high = digest.bytes[2 * i];
        out.bits[i] = static_cast<std::uint16_t>((high << 8U | digest.bytes[2 * i + 1]) & 2047U);
    }
    return out;
}

BloomTest::BloomTest(const LogFilter& filter) {
    for (const auto& address : filter.addresses) addresses_.push_back(BloomBits::of(address.view()));
    for (const auto& topic : filter.topics0) topics0_.push_back(BloomBits::of(topic.view()));
}

bool BloomTest::any(const std::vector<BloomBits>& wanted, const Bloom& bloom) {
    return wanted.empty() ||
           std::any_of(wanted.begin(), wanted.end(), [&](const BloomBits& bits) { return bits.in(bloom); });
}

}  // namespace plimsoll::feed
