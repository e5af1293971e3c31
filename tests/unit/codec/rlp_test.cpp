// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/rlp.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace plimsoll;

namespace {

rlp::Item text(std::string_view s) {
    return {Bytes(s.begin(), s.end())};
}

std::string refusal(std::string_view hex) {
    const auto out = rlp::decode(*from_hex(hex));
    REQUIRE_FALSE(out);
    CHECK(out.error().code == Errc::Decode);
    return out.error().message;
}

rlp::Item random_item(std::mt19937_64& rng, int depth) {
    if (depth == 0 || rng() % 2 == 0) {
        Bytes raw(rng() % 4 == 0 ? rng() % 300 : rng() % 3);
        for (auto& b : raw) b = static_cast<std::uint8_t>(rng());
        return {std::move(raw)};
    }
    std::vector<rlp::Item> items(rng() % 5);
    for (auto& item : items) item = random_item(rng, depth - 1);
    return {std::move(items)};
}

}  // namespace

TEST_CASE("RLP: the examples of the Ethereum wiki") {
    const std::vector<rlp::Item> none;
    const rlp::Item empty{none};
    const rlp::Item one{std::vector{empty}};
    const struct {
        rlp::Item item;
        std::string_view hex;
    } cases[] = {
        {text("dog"), "0x83646f67"},
        {{std::vector{text("cat"), text("dog")}}, "0xc88363617483646f67"},
        {text(""), "0x80"},
        {empty, "0xc0"},
        {{Bytes{0x00}}, "0x00"},
        {{Bytes{0x0f}}, "0x0f"},
        {{Bytes{0x04, 0x00}}, "0x820400"},
        {{std::vector{empty, one, {std::vector{empty, one}}}}, "0xc7c0c1c0c3c0c1c0"},
        {text("Lorem ipsum dolor sit amet, consectetur adipisicing elit"),
         "0xb8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e672"
         "0656c6974"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.hex);
        CHECK(to_hex(rlp::encode(c.item)) == c.hex);
        const auto back = rlp::decode(*from_hex(c.hex));
        REQUIRE(back);
        CHECK(*back == c.item);
    }
}

TEST_CASE("RLP: every refusal names its reason") {
    const struct {
        std::string_view hex;
        std::string_view message;
    } cases[] = {
        {"0x", "RLP data end where an item starts"},
        {"0x8100", "RLP single byte below 0x80 with a header"},
        {"0x817f", "RLP single byte below 0x80 with a header"},
        {"0x83646f", "RLP item of 3 bytes in 2"},
        {"0xb800", "RLP length with a leading zero"},
        {"0xb801ff", "RLP length 1 in long form"},
        {"0xb837", "RLP length 55 in long form"},
        {"0xb90038", "RLP length with a leading zero"},
        {"0xb938", "RLP data end inside a length"},
        {"0xf8", "RLP data end inside a length"},
        {"0xbfffffffffffffffff", "RLP item of 18446744073709551615 bytes in 0"},
        {"0xffffffffffffffffff00", "RLP item of 18446744073709551615 bytes in 1"},
        {"0xc28364", "RLP item of 3 bytes in 1"},
        {"0xc0c0", "1 bytes after the RLP item"},
        {"0x0000", "1 bytes after the RLP item"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.hex);
        CHECK(refusal(c.hex) == c.message);
    }
}

TEST_CASE("RLP: depth and size are bounded") {
    rlp::Item item{std::vector<rlp::Item>{}};
    for (int i = 0; i < 63; ++i) item = rlp::Item{std::vector{std::move(item)}};
    CHECK(rlp::decode(rlp::encode(item)));
    item = rlp::Item{std::vector{std::move(item)}};
    const auto out = rlp::decode(rlp::encode(item));
    REQUIRE_FALSE(out);
    CHECK(out.error().code == Errc::Range);
    CHECK(out.error().message == "RLP lists nested too deep");

    const auto large = rlp::decode(Bytes(11), {.bytes = 10});
    REQUIRE_FALSE(large);
    CHECK(large.error().message == "RLP data of 11 bytes, 10 are allowed");
}

TEST_CASE("RLP: reading a list of known form") {
    const auto who = Address::literal("0x3535353535353535353535353535353535353535");
    const Bytes raw = rlp::List().uint(0).uint(1024).fixed(who).list(rlp::List().uint(7)).encode();
    CHECK(to_hex(raw) == "0xdb80820400943535353535353535353535353535353535353535c107");
    auto reader = rlp::Reader::open(raw);
    REQUIRE(reader);
    CHECK(*reader->uint64() == 0);
    CHECK(*reader->uint() == U256{1024});
    CHECK(*reader->fixed<Address>() == who);
    REQUIRE_FALSE(reader->finish());
    CHECK(reader->finish().error().message == "2 bytes of unknown items in the RLP list");
    auto inner = reader->list();
    REQUIRE(inner);
    CHECK(*inner->uint64() == 7);
    CHECK(inner->finish());
    CHECK(reader->finish());

    const auto refused = [](std::string_view hex, auto read) {
        const Bytes bytes = *from_hex(hex);
        auto in = rlp::Reader::open(bytes);
        REQUIRE(in);
        const auto out = read(*in);
        REQUIRE_FALSE(out);
        return out.error().message;
    };
    CHECK(refused("0xc100", [](auto& r) { return r.uint(); }) == "RLP integer with a leading zero");
    CHECK(refused("0xc3820001", [](auto& r) { return r.uint(); }) == "RLP integer with a leading zero");
    CHECK(refused("0xca89010000000000000000", [](auto& r) { return r.uint64(); }) == "RLP integer above 64 bits");
    CHECK(refused("0xc107", [](auto& r) { return r.list(); }) == "RLP string where a list is needed");
    CHECK(refused("0xc1c0", [](auto& r) { return r.bytes(); }) == "RLP list where a string is needed");
    CHECK(refused("0xc107", [](auto& r) { return r.template fixed<Address>(); }) ==
          "RLP string of 1 bytes where 20 are needed");
    CHECK_FALSE(rlp::Reader::open(*from_hex("0x83646f67")));
    CHECK_FALSE(rlp::Reader::open(*from_hex("0xc000")));
}

TEST_CASE("RLP: what is accepted encodes back to the same bytes, whatever the input") {
    std::mt19937_64 rng(20200312);
    int accepted = 0;
    for (int i = 0; i < 4000; ++i) {
        const auto item = random_item(rng, 4);
        Bytes raw = rlp::encode(item);
        const auto back = rlp::decode(raw);
        REQUIRE(back);
        REQUIRE(*back == item);
        raw[rng() % raw.size()] = static_cast<std::uint8_t>(rng());
        if (const auto hostile = rlp::decode(raw)) {
            ++accepted;
            REQUIRE(rlp::encode(*hostile) == raw);
        }
    }
    CHECK(accepted > 100);
}
