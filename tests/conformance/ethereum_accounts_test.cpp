// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "chain/keys/keystore.hpp"
#include "tests/conformance/ethereum_vectors.hpp"

using namespace plimsoll;
using namespace plimsoll::test::ethereum;

namespace {

ByteView view(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

TEST_CASE("accounts: addresses of keys, and EIP-55") {
    Tally tally("@ethersproject/testcases accounts");
    for (const auto& c : testcases("accounts")) {
        CAPTURE(c.at("name").get<std::string>());
        const auto shown = c.at("checksumAddress").get<std::string>();
        const auto address = Address::parse(c.at("address").get<std::string>());
        REQUIRE(address);
        CHECK(to_checksum(*address) == shown);
        CHECK(*parse_address(shown) == *address);
        tally.count("addresses");
        if (c.contains("privateKey")) {
            const auto key = keys::PrivateKey::from_bytes(keys::SecretBytes(ByteView(hex(c.at("privateKey")))));
            REQUIRE(key);
            CHECK(key->address() == *address);
            tally.count("keys");
        }
    }
    CHECK(tally.of("addresses") == 1038);
    CHECK(tally.of("keys") == 1031);
}

TEST_CASE("EIP-55: the examples of the text") {
    constexpr std::string_view kGood[] = {
        "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    };
    for (const auto text : kGood) {
        const auto address = parse_address(text);
        REQUIRE(address);
        CHECK(to_checksum(*address) == text);
    }
    CHECK_FALSE(parse_address("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
}

TEST_CASE("K04 wallets: keystores of other programs") {
    Tally tally("@ethersproject/testcases wallets");
    for (const auto& c : testcases("wallets")) {
        CAPTURE(c.at("name").get<std::string>());
        if (c.at("type") != "secret-storage") {
            tally.count("left out (crowdsale wallets of 2014, not keystore V3)");
            continue;
        }
        const auto key = keys::decrypt_keystore(c.at("json").get<std::string>(), view(c.at("password")));
        REQUIRE_MESSAGE(key, key.error().message);
        CHECK(to_hex(key->bytes()) == c.at("privateKey").get<std::string>());
        CHECK(to_hex(key->address().view()) == c.at("address").get<std::string>());
        tally.count("decrypted");
    }
    CHECK(tally.of("decrypted") == 7);
}

TEST_CASE("K04 keystore V3: the vectors of the specification") {
    Tally tally("Web3 Secret Storage");
    for (const auto& c : own("keystore_v3.json")) {
        CAPTURE(c.at("name").get<std::string>());
        const auto key = keys::decrypt_keystore(c.at("keystore").dump(), view(c.at("passphrase")));
        REQUIRE_MESSAGE(key, key.error().message);
        CHECK(to_hex(key->bytes()) == c.at("key").get<std::string>());
        tally.count("decrypted");
    }
    CHECK(tally.of("decrypted") == 2);
}
