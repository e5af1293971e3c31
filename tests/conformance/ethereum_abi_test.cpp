// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "chain/codec/abi.hpp"
#include "chain/codec/abi_words.hpp"
#include "tests/conformance/ethereum_vectors.hpp"

using namespace plimsoll;
using namespace plimsoll::test::ethereum;
using abi::Value;
using Kind = abi::Type::Kind;

namespace {

/// Decimal or hex of any number of digits, with a sign perhaps.
U256 magnitude_of(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const auto out = text.starts_with("0x") ? U256::from_hex_quantity(text) : U256::from_decimal(text);
    REQUIRE(out);
    return *out;
}

I256 integer_of(const std::string& text) {
    const U256 magnitude = magnitude_of(text);
    if (!text.starts_with('-') || magnitude.is_zero()) return I256{magnitude};
    return I256{*checked_add(*checked_sub(kU256Max, magnitude), U256{1})};
}

/// Values are bare, or {"type": ..., "value": ...}.
Value value_of(const abi::Type& type, const Json& json) {
    const Json& bare = json.is_object() ? json.at("value") : json;
    const auto text = [&] { return bare.get<std::string>(); };
    switch (type.kind) {
        case Kind::Uint:
            return {magnitude_of(text())};
        case Kind::Int:
            return {integer_of(text())};
        case Kind::Address:
            return {*parse_address(text())};
        case Kind::Bool:
            return {bare.get<bool>()};
        case Kind::FixedBytes:
        case Kind::Bytes:
            return {hex(bare)};
        case Kind::String:
            return {text()};
        case Kind::Array:
        case Kind::FixedArray:
        case Kind::Tuple:
            break;
    }
    std::vector<Value> parts;
    for (const auto& inner : bare)
        parts.push_back(value_of(type.parts.at(type.kind == Kind::Tuple ? parts.size() : 0), inner));
    return {std::move(parts)};
}

abi::Type tuple_of(const Json& types) {
    std::string text;
    for (const auto& type : types) text += (text.empty() ? "" : ",") + type.get<std::string>();
    const auto out = abi::parse_type("(" + text + ")");
    REQUIRE_MESSAGE(out, out.error().message);
    return *out;
}

void check_both_ways(const abi::Type& type, const std::vector<Value>& values, const Bytes& raw) {
    const auto encoded = abi::encode(type, values);
    REQUIRE_MESSAGE(encoded, encoded.error().message);
    CHECK(to_hex(*encoded) == to_hex(raw));
    const auto decoded = abi::decode(type, raw);
    REQUIRE_MESSAGE(decoded, decoded.error().message);
    CHECK(*decoded == values);
}

void run_interface(const std::string& file, std::size_t expected) {
    Tally tally("@ethersproject/testcases " + file);
    for (const auto& c : testcases(file)) {
        CAPTURE(c.at("name").get<std::string>());
        const auto type = tuple_of(Json::parse(c.at("types").get<std::string>()));
        const char* field = c.contains("normalizedValues") ? "normalizedValues" : "values";
        const Json values = Json::parse(c.at(field).get<std::string>());
        check_both_ways(type, std::get<std::vector<Value>>(value_of(type, values).data), hex(c.at("result")));
        tally.count("encoded and decoded");
    }
    CHECK(tally.of("encoded and decoded") == expected);
}

void flatten(const abi::Type& type, const Value& value, abi::Type& types, std::vector<Value>& values) {
    if (const auto* parts = std::get_if<std::vector<Value>>(&value.data)) {
        for (const auto& inner : *parts) flatten(type.parts[0], inner, types, values);
        return;
    }
    types.parts.push_back(type);
    values.push_back(value);
}

/// What is hashed into a topic: text and bytes as they are, arrays as the words of their elements alone.
Bytes hashed_content(const abi::Type& type, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value.data)) return {text->begin(), text->end()};
    if (type.kind == Kind::Bytes) return std::get<Bytes>(value.data);
    abi::Type types{Kind::Tuple, 0, {}};
    std::vector<Value> values;
    flatten(type, value, types, values);
    return *abi::encode(types, values);
}

void check_topic(const abi::Type& type, const Json& json, bool hashed, const Json& topic, Tally& tally) {
    const auto value = value_of(type, json);
    if (hashed) {
        CHECK(to_string(keccak256(hashed_content(type, value))) == topic.get<std::string>());
        tally.count("indexed hashes");
        return;
    }
    const auto decoded = abi::decode({Kind::Tuple, 0, {type}}, hex(topic));
    REQUIRE_MESSAGE(decoded, decoded.error().message);
    CHECK(decoded->at(0) == value);
    tally.count("indexed values");
}

}  // namespace

TEST_CASE("contract-interface: what contracts of the first ABI answered") {
    run_interface("contract-interface", 2045);
}

TEST_CASE("contract-interface-abi2: tuples") {
    run_interface("contract-interface-abi2", 1880);
}

TEST_CASE("contract-events: data and topics of logs") {
    Tally tally("@ethersproject/testcases contract-events");
    for (const auto& c : testcases("contract-events")) {
        CAPTURE(c.at("name").get<std::string>());
        const Json& types = c.at("types");
        // Of a hashed value "normalizedValues" has the hash alone.
        const auto json = [&](std::size_t i) {
            return c.at(c.at("hashed").at(i) == true ? "values" : "normalizedValues").at(i);
        };
        bool anonymous = false;
        for (const auto& entry : Json::parse(c.at("interface").get<std::string>()))
            if (entry.at("name") == "testEvent") anonymous = entry.at("anonymous").get<bool>();
        const abi::Type all = tuple_of(types);
        std::size_t topic = 0;
        if (!anonymous) {
            const auto signature = abi::parse_signature("testEvent" + abi::canonical(all));
            REQUIRE(signature);
            CHECK(to_string(signature->hash()) == c.at("topics").at(topic++).get<std::string>());
            tally.count("topic 0");
        }
        abi::Type plain{Kind::Tuple, 0, {}};
        std::vector<Value> plain_values;
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (c.at("indexed").at(i) == true) {
                check_topic(all.parts[i], json(i), c.at("hashed").at(i), c.at("topics").at(topic++), tally);
                continue;
            }
            plain.parts.push_back(all.parts[i]);
            plain_values.push_back(value_of(all.parts[i], json(i)));
        }
        CHECK(topic == c.at("topics").size());
        check_both_ways(plain, plain_values, hex(c.at("data")));
        tally.count("events");
    }
    CHECK(tally.of("events") == 2016);
    CHECK(tally.of("topic 0") == 1024);
    CHECK(tally.of("indexed values") == 860);
    CHECK(tally.of("indexed hashes") == 626);
}
