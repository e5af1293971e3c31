// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/abi.hpp"

#include <doctest/doctest.h>
#include <random>

#include "chain/codec/abi_words.hpp"

using namespace plimsoll;
using abi::Value;
using Kind = abi::Type::Kind;

namespace {

abi::Type type_of(std::string_view text) {
    auto out = abi::parse_type(text);
    REQUIRE_MESSAGE(out, text);
    return *out;
}

Value list(std::vector<Value> values) {
    return {std::move(values)};
}

Value number(std::uint64_t value) {
    return {U256{value}};
}

Bytes words(std::initializer_list<std::string_view> hex) {
    std::string out;
    for (auto h : hex) out += std::string(64 - h.size(), '0') + std::string(h);
    return *from_hex(out);
}

Bytes random_bytes(std::mt19937_64& rng, std::size_t size) {
    Bytes out(size);
    for (auto& b : out) b = static_cast<std::uint8_t>(rng());
    return out;
}

abi::Type random_type(std::mt19937_64& rng, int depth) {
    switch (rng() % (depth == 0 ? 7U : 10U)) {
        case 0:
            return {Kind::Uint, 8 * (1 + rng() % 32), {}};
        case 1:
            return {Kind::Int, 8 * (1 + rng() % 32), {}};
        case 2:
            return {Kind::Address, 0, {}};
        case 3:
            return {Kind::Bool, 0, {}};
        case 4:
            return {Kind::FixedBytes, 1 + rng() % 32, {}};
        case 5:
            return {Kind::Bytes, 0, {}};
        case 6:
            return {Kind::String, 0, {}};
        case 7:
            return {Kind::Array, 0, {random_type(rng, depth - 1)}};
        case 8:
            return {Kind::FixedArray, 1 + rng() % 3, {random_type(rng, depth - 1)}};
        default:
            break;
    }
    abi::Type out{Kind::Tuple, 0, {}};
    for (std::size_t i = 0, n = 1 + rng() % 3; i < n; ++i) out.parts.push_back(random_type(rng, depth - 1));
    return out;
}

Value random_value(std::mt19937_64& rng, const abi::Type& type) {
    const U256 word{rng(), rng(), rng(), rng()};
    const auto shift = static_cast<unsigned>(256 - type.size);
    std::vector<Value> parts;
    std::size_t count = 0;
    switch (type.kind) {
        case Kind::Uint:
            return {shift_right(word, shift)};
        case Kind::Int: {
            U256 value = shift_right(word, shift);
            if (value.bit(static_cast<unsigned>(type.size - 1)))  // sign-extend
                for (auto bit = static_cast<unsigned>(type.size); bit < 256; ++bit) value = value.with_bit(bit, true);
            return {I256{value}};
        }
        case Kind::Address: {
            Address out;
            for (auto& b : out.bytes) b = static_cast<std::uint8_t>(rng());
            return {out};
        }
        case Kind::Bool:
            return {rng() % 2 == 0};
        case Kind::FixedBytes:
            return {random_bytes(rng, type.size)};
        case Kind::Bytes:
            return {random_bytes(rng, rng() % 70)};
        case Kind::String:
            return {std::string(rng() % 70, 'x')};
        case Kind::Array:
            count = rng() % 4;
            break;
        case Kind::FixedArray:
            count = type.size;
            break;
        case Kind::Tuple:
            count = type.parts.size();
            break;
    }
    for (std::size_t i = 0; i < count; ++i)
        parts.push_back(random_value(rng, type.kind == Kind::Tuple ? type.parts[i] : type.parts[0]));
    return {std::move(parts)};
}

}  // namespace

TEST_CASE("ABI types: text, canonical text and words in place") {
    const struct {
        std::string_view text;
        std::string_view canonical;
        bool dynamic;
        std::size_t words;
    } cases[] = {
        {"uint", "uint256", false, 1},
        {"int8", "int8", false, 1},
        {"function", "bytes24", false, 1},
        {"bytes32[2][3]", "bytes32[2][3]", false, 6},
        {"(uint256,address[],bytes)[2]", "(uint256,address[],bytes)[2]", true, 1},
        {"tuple(uint,tuple(bool,int)[4])", "(uint256,(bool,int256)[4])", false, 9},
        {"string[2]", "string[2]", true, 1},
        {"()", "()", false, 0},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        const auto type = type_of(c.text);
        CHECK(abi::canonical(type) == c.canonical);
        CHECK(type.is_dynamic() == c.dynamic);
        CHECK(type.head_words() == c.words);
    }
}

TEST_CASE("ABI types: every refusal names its place") {
    const auto refused = [](std::string_view text) {
        const auto out = abi::parse_type(text);
        REQUIRE_FALSE(out);
        return out.error().message;
    };
    CHECK(refused("") == "ABI type \"\", character 1: unknown type");
    CHECK(refused("uint257") == "ABI type \"uint257\", character 1: unknown type");
    CHECK(refused("uint7") == "ABI type \"uint7\", character 1: unknown type");
    CHECK(refused("uint08") == "ABI type \"uint08\", character 1: unknown type");
    CHECK(refused("bytes33") == "ABI type \"bytes33\", character 1: unknown type");
    CHECK(refused("bytes0") == "ABI type \"bytes0\", character 1: unknown type");
    CHECK(refused("(uint256,)") == "ABI type \"(uint256,)\", character 10: unknown type");
    CHECK(refused("(uint256") == "ABI type \"(uint256\", character 9: \")\" is missing");
    CHECK(refused("uint256[") == "ABI type \"uint256[\", character 9: array length");
    CHECK(refused("uint256[0]") == "ABI type \"uint256[0]\", character 10: array length");
    CHECK(refused("uint256]") == "ABI type \"uint256]\", character 8: unexpected text");
    CHECK(refused("()[]") == "ABI type \"()[]\", character 4: array of an empty tuple");
    CHECK(refused("ufixed128x18") == "ABI type ufixed128x18: fixed-point numbers");
    CHECK(refused("uint256[65536][2]") == "ABI type with too many words");
    CHECK(refused("uint256[99999999]") == "ABI type with too many words");
    CHECK(refused(std::string(20, '(')) == "ABI type nested too deep");
    CHECK(refused("uint8" + [] {
              std::string s;
              for (int i = 0; i < 20; ++i) s += "[]";
              return s;
          }()) == "ABI type nested too deep");
    CHECK(refused(std::string(8193, 'a')) == "ABI type of 8193 characters");
}

TEST_CASE("ABI signatures give selectors and topics") {
    const auto transfer = abi::parse_signature("Transfer(address,address,uint)");
    REQUIRE(transfer);
    CHECK(transfer->text() == "Transfer(address,address,uint256)");
    CHECK(to_hex(transfer->hash().view()) == "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    CHECK(abi::parse_signature("transfer(address,uint256)")->selector() == selector("transfer(address,uint256)"));
    CHECK_FALSE(abi::parse_signature("(address)"));
    CHECK_FALSE(abi::parse_signature("transfer"));
    CHECK(abi::parse_signature("f(uint8)[2]").error().message.ends_with("an array behind the arguments"));
}

TEST_CASE("ABI values: the example of the specification") {
    const auto type = type_of("(uint256[][],string[])");
    const Value values[] = {list({list({number(1), number(2)}), list({number(3)})}),
                            list({{std::string("one")}, {std::string("two")}, {std::string("three")}})};
    const auto out = abi::encode(type, values);
    REQUIRE(out);
    CHECK(out->size() == 20 * 32);
    const auto back = abi::decode(type, *out);
    REQUIRE(back);
    CHECK(*back == std::vector<Value>(std::begin(values), std::end(values)));
    CHECK(*abi::is_canonical(type, *out));
    CHECK(abi::to_string(type, Value{*back}) == R"(([[1, 2], [3]], ["one", "two", "three"]))");
}

TEST_CASE("ABI values: any type and value comes back") {
    std::mt19937_64 rng(1);
    std::size_t hostile_accepted = 0;
    for (int i = 0; i < 3000; ++i) {
        abi::Type type = random_type(rng, 4);
        if (type.kind != Kind::Tuple) type = abi::Type{Kind::Tuple, 0, {type}};
        const auto text = abi::canonical(type);
        CAPTURE(text);
        REQUIRE(type_of(text) == type);
        const auto values = std::get<std::vector<Value>>(random_value(rng, type).data);
        auto raw = abi::encode(type, values);
        REQUIRE(raw);
        const auto back = abi::decode(type, *raw);
        REQUIRE(back);
        REQUIRE(*back == values);
        REQUIRE(*abi::is_canonical(type, *raw));
        // Broken in one byte, or cut: a clean answer either way, and never the same values from a canonical reading.
        (*raw)[rng() % raw->size()] = static_cast<std::uint8_t>(rng());
        if (rng() % 4 == 0) raw->resize(rng() % raw->size());
        if (const auto hostile = abi::decode(type, *raw)) {
            ++hostile_accepted;
            REQUIRE(abi::encode(type, *hostile));
        }
    }
    CHECK(hostile_accepted > 100);
}

TEST_CASE("ABI values that do not fit their type are refused when written") {
    const auto refused = [](std::string_view type, Value value) {
        const Value values[] = {std::move(value)};
        const auto out = abi::encode(type_of(type), values);
        REQUIRE_FALSE(out);
        return out.error().message;
    };
    CHECK(refused("(uint8)", number(256)) == "ABI uint8: value too large");
    CHECK(refused("(int8)", {I256::from_i64(128)}) == "ABI int8: value out of range");
    CHECK(refused("(int8)", {I256::from_i64(-129)}) == "ABI int8: value out of range");
    CHECK(refused("(uint8)", {true}) == "ABI uint8: value of another kind");
    CHECK(refused("(bytes4)", {Bytes(5)}) == "ABI bytes4: 5 bytes");
    CHECK(refused("(uint8[2])", list({number(1)})) == "ABI uint8[2]: 1 parts");
    CHECK(refused("(uint8,bool)", number(1)) == "ABI (uint8,bool): 1 parts");
    CHECK(refused("uint8", number(1)) == "ABI uint8: a tuple is needed");
    CHECK(abi::encode(type_of("(int8)"), std::vector<Value>{{I256::from_i64(-128)}}));
}

TEST_CASE("ABI data of a hostile contract are refused within bounds") {
    const std::string ones(64, 'f');
    const auto refused = [](std::string_view type, const Bytes& data) {
        const auto out = abi::decode(type_of(type), data);
        REQUIRE_FALSE(out);
        CHECK(out.error().code == Errc::Decode);
        return out.error().message;
    };
    const std::string budget = "ABI data too short, or with places read twice";
    CHECK(refused("(uint256,uint256)", words({"1"})) == budget);
    CHECK(refused("(uint8)", words({"100"})) == "ABI value does not fit uint8");
    CHECK(refused("(int8)", words({"80"})) == "ABI value does not fit int8");
    CHECK(refused("(bool)", words({"2"})) == "ABI bool other than 0 and 1");
    CHECK(refused("(address)", words({ones})) == "ABI address with dirty high bits");
    CHECK(refused("(bytes4)", words({ones})) == "ABI bytes4: dirty low bits");
    CHECK(refused("(bytes)", words({"40"})) == "ABI offset 64 leaves 32 bytes of data");
    CHECK(refused("(bytes)", words({"20", ones})).starts_with("ABI length"));
    CHECK(refused("(uint256[])", words({"20", "7fffffffffffffff"})).starts_with("ABI array of"));
    CHECK(refused("(string[])", words({ones})).starts_with("ABI offset"));
    CHECK(refused("(uint256[65536])", words({"1"})) == budget);

    // An array whose elements all point back at itself: n^16 without the budget.
    std::string text = "(uint256";
    for (int i = 0; i < 14; ++i) text += "[]";
    Bytes bomb = words({"20"});
    const Bytes self = abi::Encoder().uint(100).finish();
    bomb.insert(bomb.end(), self.begin(), self.end());
    for (int i = 0; i < 100; ++i) bomb.insert(bomb.end(), 32, 0);  // offset 0: the first element again
    CHECK(refused(text + ")", bomb) == budget);

    // 1,000 strings sharing one tail of 32,000 bytes would be 32 MB.
    const std::size_t count = 1000;
    abi::Encoder shared;
    for (std::size_t i = 0; i < count; ++i) shared.uint(count * 32);
    Bytes tails = abi::Encoder().array(count, shared).finish();
    const Bytes size = abi::Encoder().uint(32000).finish();
    tails.insert(tails.end(), size.begin(), size.end());
    tails.resize(tails.size() + 32000);
    CHECK(refused("(string[])", tails) == budget);
}

TEST_CASE("ABI data in an unusual order are read, and known as not canonical") {
    // Two strings, the tail of the second first.
    const Bytes data = words({"80", "40", "1", "6200000000000000000000000000000000000000000000000000000000000000", "1",
                              "6100000000000000000000000000000000000000000000000000000000000000"});
    const auto type = type_of("(string,string)");
    const auto out = abi::decode(type, data);
    REQUIRE(out);
    CHECK(*out == std::vector<Value>{{std::string("a")}, {std::string("b")}});
    CHECK_FALSE(*abi::is_canonical(type, data));
}
