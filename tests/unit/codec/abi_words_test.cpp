// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/abi_words.hpp"

#include <doctest/doctest.h>

using namespace plimsoll;

namespace {

std::string words(std::initializer_list<std::string_view> hex) {
    std::string out;
    for (auto h : hex) out += std::string(64 - h.size(), '0') + std::string(h);
    return out;
}

Bytes data(std::initializer_list<std::string_view> hex) {
    return *from_hex(words(hex));
}

}  // namespace

TEST_CASE("the examples of the ABI specification") {
    SUBCASE("baz(uint32,bool)") {
        CHECK(to_hex(abi::Encoder(selector("baz(uint32,bool)")).uint(69).boolean(true).finish()) ==
              "0xcdcd77c0" + words({"45", "1"}));
    }
    SUBCASE("sam(bytes,bool,uint256[])") {
        const U256 list[] = {1, 2, 3};
        CHECK(
            to_hex(
                abi::Encoder(selector("sam(bytes,bool,uint256[])")).text("dave").boolean(true).uints(list).finish()) ==
            "0xa5643bf2" + words({"60", "1", "a0", "4"}) + "64617665" + std::string(56, '0') +
                words({"3", "1", "2", "3"}));
    }
    SUBCASE("g(uint256[][],string[]): tuples() serves every array of dynamic elements") {
        // An element that is itself an array has no members of its own: its body is length and items.
        const abi::Encoder rows[] = {abi::Encoder().uint(2).uint(1).uint(2), abi::Encoder().uint(1).uint(3)};
        const auto text = [](std::string_view s) {
            Bytes raw(s.begin(), s.end());
            raw.resize(32);
            return abi::Encoder().uint(s.size()).uint(*U256::from_be(raw));
        };
        const abi::Encoder texts[] = {text("one"), text("two"), text("three")};
        const Bytes out = abi::Encoder(selector("g(uint256[][],string[])")).tuples(rows).tuples(texts).finish();
        CHECK(to_hex(out) ==
              "0x2289b18c" +
                  words({"40", "140", "2", "40", "a0", "2", "1", "2", "1", "3", "3", "60", "a0", "e0", "3"}) +
                  "6f6e65" + std::string(58, '0') + words({"3"}) + "74776f" + std::string(58, '0') + words({"5"}) +
                  "7468726565" + std::string(54, '0'));
    }
}

TEST_CASE("Multicall3 call data and answer") {
    const auto target = Address::literal("0xcA11bde05977b3631167028862bE2a173976CA11");
    const Bytes payload = {1, 2, 3};
    const abi::Encoder calls[] = {abi::Encoder().address(target).boolean(true).bytes(payload)};
    const Bytes out = abi::Encoder(selector("aggregate3((address,bool,bytes)[])")).tuples(calls).finish();
    CHECK(to_hex(out) == "0x82ad56cb" +
                             words({"20", "1", "20", "ca11bde05977b3631167028862be2a173976ca11", "1", "60", "3"}) +
                             "010203" + std::string(58, '0'));

    abi::Reader reader(ByteView(out).subspan(4));
    auto list = reader.array();
    REQUIRE(list);
    REQUIRE(list->count == 1);
    auto item = list->elements.tuple();
    REQUIRE(item);
    CHECK(*item->address() == target);
    CHECK(*item->boolean());
    const auto raw = item->bytes();
    REQUIRE(raw);
    CHECK(Bytes(raw->begin(), raw->end()) == payload);
}

TEST_CASE("static tuples stand in place") {
    const abi::Encoder pairs[] = {abi::Encoder().uint(7).boolean(true), abi::Encoder().uint(8).boolean(false)};
    CHECK(to_hex(abi::Encoder().tuple_inline(pairs[0]).tuples_inline(pairs).finish()) ==
          "0x" + words({"7", "1", "60", "2", "7", "1", "8", "0"}));
    const Bytes out = abi::Encoder().tuples_inline(pairs).finish();
    auto list = abi::Reader(out).array(2);
    REQUIRE(list);
    REQUIRE(list->count == 2);
    REQUIRE(list->elements.skip(2));
    CHECK(*list->elements.uint() == U256{8});
    CHECK_FALSE(*list->elements.boolean());
}

TEST_CASE("a nested tuple counts its offsets from its own start") {
    const auto inner = abi::Encoder().uint(5).text("hi");
    const Bytes out = abi::Encoder(selector("f(uint256,(uint256,string))")).uint(1).tuple(inner).finish();
    abi::Reader reader(ByteView(out).subspan(4));
    CHECK(*reader.uint() == U256{1});
    auto tuple = reader.tuple();
    REQUIRE(tuple);
    CHECK(*tuple->uint() == U256{5});
    CHECK(*tuple->text() == "hi");
}

TEST_CASE("finish leaves an empty encoder") {
    auto encoder = abi::Encoder(selector("f()"));
    CHECK(encoder.finish().size() == 4);
    CHECK(encoder.finish().empty());
}

TEST_CASE("dirty and short words are refused, with the reason") {
    const std::string dirty_address = "1" + std::string(40, '0');
    const std::string ones(64, 'f');
    const auto message = [](const auto& result) {
        REQUIRE_FALSE(result);
        CHECK(result.error().code == Errc::Decode);
        return result.error().message;
    };
    CHECK(message(abi::Reader(data({dirty_address})).address()) == "ABI address with dirty high bits");
    CHECK(message(abi::Reader(data({"2"})).boolean()) == "ABI bool other than 0 and 1");
    CHECK(message(abi::Reader(data({"100"})).boolean()) == "ABI bool other than 0 and 1");
    CHECK(message(abi::Reader(data({"100"})).uint(8)) == "ABI value does not fit uint8");
    CHECK(message(abi::Reader(data({"10000000000000000"})).uint64()) == "ABI value does not fit uint64");
    CHECK(message(abi::Reader(data({"80"})).sint(8)) == "ABI value does not fit int8");
    CHECK(message(abi::Reader(data({ones.substr(0, 62) + "7f"})).sint(8)) == "ABI value does not fit int8");
    CHECK(message(abi::Reader(Bytes(31)).uint()) == "ABI data end at byte 31 where a word starts");
    CHECK(message(abi::Reader(data({"21"})).bytes()) == "ABI offset 33 leaves 32 bytes of data");
    CHECK(message(abi::Reader(data({"20"})).bytes()) == "ABI data end at byte 0 where a word starts");
    CHECK(message(abi::Reader(data({ones})).tuple()).starts_with("ABI offset 1157920892373161954"));
    CHECK(message(abi::Reader(data({"20", "1"})).bytes()) == "ABI length 1 leaves 0 bytes of data");
    CHECK(message(abi::Reader(data({"20", ones})).bytes()).starts_with("ABI length 1157920892373161954"));
    CHECK(message(abi::Reader(data({"20", "3", "1", "2"})).uints()) == "ABI array of 3 elements in 64 bytes");
    CHECK(message(abi::Reader(data({"20", "2", "1", "2", "3"})).array(2)) == "ABI array of 2 elements in 96 bytes");
    CHECK(message(abi::Reader(data({"20", "10000000000000000"})).array()) ==
          "ABI array of 18446744073709551616 elements in 0 bytes");
    CHECK(message(abi::Reader(data({"1"})).skip(2)) == "ABI data end at byte 32 inside 2 words");
    CHECK(message(abi::address_of_topic(Hash32{{1}})) == "ABI address with dirty high bits");
}

TEST_CASE("extremes that fit are read") {
    const std::string ones(64, 'f');
    CHECK(to_string(*abi::Reader(data({ones.substr(0, 62) + "80"})).sint(8)) == "-128");
    CHECK(to_string(*abi::Reader(data({"7f"})).sint(8)) == "127");
    CHECK(to_string(*abi::Reader(data({ones})).sint()) == "-1");
    CHECK(*abi::Reader(data({"ff"})).uint(8) == U256{255});
    CHECK(*abi::Reader(data({ones})).uint(256) == kU256Max);
    CHECK(abi::Reader(data({"20", "0"})).bytes()->empty());
    CHECK(abi::Reader(data({"20", "0"})).addresses()->empty());
    const auto who = Address::literal("0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2");
    CHECK(*abi::address_of_topic(abi::topic_of_address(who)) == who);
    CHECK(abi::uint_of_topic(*Hash32::parse(words({"1f4"}))) == U256{500});
}
