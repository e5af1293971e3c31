// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/keccak.hpp"

#include <doctest/doctest.h>

using namespace plimsoll;

TEST_CASE("Keccak-256 of known texts") {
    CHECK(to_string(keccak256({})) == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    const Bytes abc = {'a', 'b', 'c'};
    CHECK(to_string(keccak256(abc)) == "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST_CASE("the run-time form agrees with the one for constants") {
    Bytes data;
    for (std::size_t size = 0; size < 600; ++size) {
        REQUIRE(keccak256(data) == keccak_detail::digest(data));
        data.push_back(static_cast<std::uint8_t>(size * 37 + 11));
    }
    static_assert(topic("Transfer(address,address,uint256)") ==
                  Hash32::literal("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"));
}
