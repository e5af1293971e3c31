// SPDX-License-Identifier: Apache-2.0
#include "chain/oracle/transmission.hpp"

#include <doctest/doctest.h>

#include "tests/support/transmissions.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
using oracle::decode_transmission;

namespace {

constexpr Address kAggregator = Address::literal("0x00000000000000000000000000000000000000a2");
constexpr Address kForwarder = Address::literal("0x00000000000000000000000000000000000000f1");

}  // namespace

TEST_CASE("a report of both generations of aggregators is read, straight and forwarded") {
    const std::vector<std::int64_t> seen{1'990, 2'000, 2'010, 2'020};
    for (const auto form : {Form::Ocr1, Form::Ocr2, Form::Secondary}) {
        const Bytes data = transmit_data(form, seen);
        const auto direct = decode_transmission(kAggregator, data);
        REQUIRE(direct);
        CHECK(direct->aggregator == kAggregator);
        CHECK(direct->median == I256::from_i64(2'010));  // the upper of the two in the middle, as the contracts take it
        CHECK(direct->observations == 4);
        CHECK_FALSE(direct->forwarder);
        const auto passed_on = decode_transmission(kForwarder, forward_data(kAggregator, data));
        REQUIRE(passed_on);
        CHECK(passed_on->aggregator == kAggregator);
        CHECK(passed_on->median == direct->median);
        CHECK(passed_on->forwarder == kForwarder);
    }
    const auto negative = decode_transmission(kAggregator, transmit_data(Form::Ocr2, {-5}));
    REQUIRE(negative);
    CHECK(negative->median == I256::from_i64(-5));
}

TEST_CASE("what is no report, or could not be one, is none") {
    const Bytes good = transmit_data(Form::Ocr2, {1, 2, 3});
    CHECK_FALSE(decode_transmission(kAggregator, Bytes{}));
    CHECK_FALSE(decode_transmission(kAggregator, Bytes(3, 0xb1)));
    CHECK_FALSE(decode_transmission(kAggregator, transmit_data(Form::Ocr2, {})));
    CHECK_FALSE(decode_transmission(kAggregator, transmit_data(Form::Ocr1, std::vector<std::int64_t>(32, 7))));
    CHECK(decode_transmission(kAggregator, transmit_data(Form::Ocr1, std::vector<std::int64_t>(31, 7))));
    Bytes other = good;
    other[0] ^= 1U;
    CHECK_FALSE(decode_transmission(kAggregator, other));
    Bytes long_one = good;
    long_one.resize(oracle::kTransmissionBytes + 1);
    CHECK_FALSE(decode_transmission(kAggregator, long_one));
    // Only one forwarder deep, so that nesting costs nothing.
    CHECK_FALSE(decode_transmission(kForwarder, forward_data(kForwarder, forward_data(kAggregator, good))));
    for (std::size_t size = 0; size < good.size(); size += 7)  // cut anywhere, it is read whole or not at all
        if (const auto cut = decode_transmission(kAggregator, ByteView(good).first(size)))
            CHECK(cut->observations == 3);
}
