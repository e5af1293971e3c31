// SPDX-License-Identifier: Apache-2.0
#include <crypto++/keccak.h>
#include <doctest/doctest.h>
#include <random>

#include "chain/codec/abi.hpp"
#include "chain/codec/keccak.hpp"
#include "chain/codec/rlp.hpp"
#include "tests/conformance/ethereum_vectors.hpp"

using namespace plimsoll;
using namespace plimsoll::test::ethereum;

namespace {

/// A parameter of a JSON ABI as a type's text.
std::string type_text(const Json& parameter) {
    auto text = parameter.at("type").get<std::string>();
    if (!text.starts_with("tuple")) return text;
    std::string members;
    for (const auto& member : parameter.at("components")) members += (members.empty() ? "" : ",") + type_text(member);
    return "(" + members + ")" + text.substr(5);
}

rlp::Item item_of(const Json& value) {
    if (value.is_string()) return {hex(value)};
    std::vector<rlp::Item> items;
    for (const auto& inner : value) items.push_back(item_of(inner));
    return {std::move(items)};
}

}  // namespace

TEST_CASE("hashes: Keccak-256") {
    Tally tally("@ethersproject/testcases hashes");
    for (const auto& c : testcases("hashes")) {
        CHECK(to_string(keccak256(hex(c.at("data")))) == c.at("keccak256").get<std::string>());
        tally.count("keccak256");
        tally.count("sha256 and sha512 left out (they are OpenSSL's)");
    }
    CHECK(tally.of("keccak256") == 516);
}

TEST_CASE("Keccak-256 against Crypto++ on every length to three blocks, and random longer ones") {
    Tally tally("Crypto++");
    std::mt19937_64 rng(136);
    const auto compare = [&](std::size_t size) {
        Bytes data(size);
        for (auto& b : data) b = static_cast<std::uint8_t>(rng());
        CryptoPP::Keccak_256 other;
        Hash32 expected;
        other.CalculateDigest(expected.bytes.data(), data.data(), data.size());
        REQUIRE(keccak256(data) == expected);
        tally.count("digests equal");
    };
    for (std::size_t size = 0; size <= 410; ++size) compare(size);
    for (int i = 0; i < 300; ++i) compare(rng() % 20'000);
    CHECK(tally.of("digests equal") == 711);
}

TEST_CASE("contract-signatures: selectors, from text and from JSON ABIs") {
    Tally tally("@ethersproject/testcases contract-signatures");
    for (const auto& c : testcases("contract-signatures")) {
        const auto text = c.at("signature").get<std::string>();
        CAPTURE(text);
        const auto signature = abi::parse_signature(text);
        REQUIRE_MESSAGE(signature, signature.error().message);
        CHECK(signature->text() == text);
        CHECK(to_string(signature->selector()) == c.at("sigHash").get<std::string>());
        tally.count("selectors");
        for (const auto& entry : Json::parse(c.at("abi").get<std::string>())) {
            if (entry.at("name") != "testSig") continue;
            std::string arguments;
            for (const auto& input : entry.at("inputs")) arguments += (arguments.empty() ? "" : ",") + type_text(input);
            CHECK(abi::canonical(*abi::parse_type("(" + arguments + ")")) == abi::canonical(signature->arguments));
            tally.count("JSON ABIs");
        }
    }
    CHECK(tally.of("selectors") == 1880);
    CHECK(tally.of("JSON ABIs") == 1880);
}

TEST_CASE("selectors and topics of Aave") {
    Tally tally("Aave signatures");
    const Json all = own("aave_signatures.json.gz");
    for (const auto kind : {"functions", "events", "errors"}) {
        for (const auto& [text, expected] : all.at(kind).items()) {
            CAPTURE(text);
            const auto signature = abi::parse_signature(text);
            REQUIRE_MESSAGE(signature, signature.error().message);
            CHECK(signature->text() == text);
            const bool topic = std::string_view(kind) == "events";
            CHECK((topic ? to_string(signature->hash()) : to_string(signature->selector())) ==
                  expected.get<std::string>());
            tally.count(kind);
        }
    }
    CHECK(tally.of("functions") == 643);
    CHECK(tally.of("events") == 152);
    CHECK(tally.of("errors") == 167);
}

TEST_CASE("rlp-coder") {
    Tally tally("@ethersproject/testcases rlp-coder");
    for (const auto& c : testcases("rlp-coder")) {
        CAPTURE(c.at("name").get<std::string>());
        const auto item = item_of(c.at("decoded"));
        const auto raw = hex(c.at("encoded"));
        CHECK(to_hex(rlp::encode(item)) == to_hex(raw));
        const auto back = rlp::decode(raw);
        REQUIRE_MESSAGE(back, back.error().message);
        CHECK(*back == item);
        tally.count("both ways");
    }
    CHECK(tally.of("both ways") == 61);
}
