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

namespace {

void put(Bloom& bloom, ByteView value) {
    for (const unsigned bit : BloomBits::of(value).bits)
        bloom[255U - bit / 8U] = static_cast<std::uint8_t>(bloom[255U - bit / 8U] | 1U << (bit % 8U));
}

template <class T>
bool among(const std::vector<T>& wanted, const T& value) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

Bloom bloom_of(const std::vector<Log>& logs) {
    Bloom out{};
    for (const auto& log : logs) {
        put(out, log.address.view());
        for (const auto& topic : log.topics) put(out, topic.view());
    }
    return out;
}

bool fills(const Bloom& bloom, const Bloom& wanted) {
    return std::equal(wanted.begin(), wanted.end(), bloom.begin(),
                      [](std::uint8_t want, std::uint8_t have) { return (want & ~have & 0xffU) == 0; });
}

bool selects(const LogFilter& filter, const Log& log) {
    return among(filter.addresses, log.address) &&
           (filter.topics0.empty() || (!log.topics.empty() && among(filter.topics0, log.topics.front())));
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
