// SPDX-License-Identifier: Apache-2.0
#include "chain/feed/bloom.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace plimsoll;
using namespace plimsoll::feed;

namespace {

constexpr auto kPool = Address::literal("0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2");
constexpr auto kTransfer = Hash32::literal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

void put(Bloom& bloom, ByteView value) {
    for (const auto bit : BloomBits::of(value).bits)
        bloom[255U - bit / 8U] = static_cast<std::uint8_t>(bloom[255U - bit / 8U] | 1U << (bit % 8U));
}

LogFilter filter(std::vector<Address> addresses, std::vector<Hash32> topics0) {
    LogFilter out;
    out.addresses = std::move(addresses);
    out.topics0 = std::move(topics0);
    return out;
}

}  // namespace

TEST_SUITE("bloom") {
    // Low 11 bits of the first three pairs of Keccak-256, worked out with another implementation (npm js-sha3).
    TEST_CASE("bits of known values") {
        CHECK(BloomBits::of(kPool.view()).bits == std::array<std::uint16_t, 3>{1793, 1040, 2021});
        CHECK(BloomBits::of(kTransfer.view()).bits == std::array<std::uint16_t, 3>{1443, 481, 1060});
    }

    TEST_CASE("bit 0 is the lowest of the last byte") {
        Bloom bloom{};
        bloom[31] = 0x02;   // 1793
        bloom[125] = 0x01;  // 1040
        bloom[3] = 0x20;    // 2021
        const BloomTest test(filter({kPool}, {}));
        CHECK(test.may_match(bloom));
        for (const std::size_t byte : {31U, 125U, 3U}) {
            Bloom less = bloom;
            less[byte] = 0;
            CHECK_FALSE(test.may_match(less));
        }
    }

    TEST_CASE("any address, and any topic, and nothing asked matches all") {
        const Address other = Address::literal("0x0000000000000000000000000000000000000001");
        Bloom address_only{};
        put(address_only, kPool.view());
        Bloom both = address_only;
        put(both, kTransfer.view());
        CHECK(BloomTest(filter({}, {})).may_match(Bloom{}));
        CHECK(BloomTest(filter({other, kPool}, {})).may_match(address_only));
        CHECK_FALSE(BloomTest(filter({other}, {})).may_match(address_only));
        CHECK_FALSE(BloomTest(filter({kPool}, {kTransfer})).may_match(address_only));
        CHECK(BloomTest(filter({kPool}, {Hash32{}, kTransfer})).may_match(both));
        CHECK(BloomTest(filter({}, {kTransfer})).may_match(both));
        CHECK_FALSE(BloomTest(filter({other}, {kTransfer})).may_match(both));
    }

    TEST_CASE("never a false no") {
        std::mt19937 random(7);
        for (int round = 0; round < 200; ++round) {
            Bloom bloom{};
            std::vector<Address> held(20);
            for (auto& address : held) {
                for (auto& byte : address.bytes) byte = static_cast<std::uint8_t>(random());
                put(bloom, address.view());
            }
            for (const auto& address : held) CHECK(BloomTest(filter({address}, {})).may_match(bloom));
        }
    }
}
