// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/revert.hpp"

#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"

using namespace plimsoll;

namespace {

constexpr abi::KnownError kErrors[] = {"HealthFactorNotBelowThreshold()", "TooMuch(uint256,string)"};
constexpr abi::KnownCode kCodes[] = {{"35", "health factor is below the threshold"}};
constexpr abi::RevertTable kTable{kErrors, kCodes};

Bytes error(std::string_view text) {
    return abi::Encoder(selector("Error(string)")).text(text).finish();
}

}  // namespace

TEST_CASE("revert data become words") {
    const auto panic = [](std::uint64_t code) { return abi::Encoder(selector("Panic(uint256)")).uint(code).finish(); };
    const auto who = Address::literal("0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2");
    const struct {
        Bytes data;
        std::string_view text;
    } cases[] = {
        {{}, "no reason given"},
        {{1, 2}, "0x0102"},
        {error("transfer amount exceeds balance"), "transfer amount exceeds balance"},
        {error(""), "empty reason"},
        {error("35"), "35 (health factor is below the threshold)"},
        {error("36"), "36"},
        {error("a\n\x1b[31mforged"), "a\\x0a\\x1b[31mforged"},
        {panic(0x11), "panic 0x11 (arithmetic overflow)"},
        {panic(0x77), "panic 0x77"},
        {abi::Encoder(selector("HealthFactorNotBelowThreshold()")).finish(), "HealthFactorNotBelowThreshold()"},
        {abi::Encoder(selector("TooMuch(uint256,string)")).uint(5).text("of it").finish(), "TooMuch(5, \"of it\")"},
        {abi::Encoder(selector("TooMuch(uint256,string)")).uint(5).finish(), "TooMuch(uint256,string)"},
        {abi::Encoder(selector("ERC20InsufficientBalance(address,uint256,uint256)"))
             .address(who)
             .uint(1)
             .uint(2)
             .finish(),
         "ERC20InsufficientBalance(0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2, 1, 2)"},
        {{0xde, 0xad, 0xbe, 0xef, 1}, "custom error 0xdeadbeef"},
        {{0x08, 0xc3, 0x79, 0xa0, 1}, "custom error 0x08c379a0"},
        {{0x4e, 0x48, 0x7b, 0x71}, "custom error 0x4e487b71"},
    };
    for (const auto& c : cases) {
        CAPTURE(to_hex(c.data));
        CHECK(abi::revert_text(c.data, kTable) == c.text);
    }
}

TEST_CASE("revert text of any size stays short") {
    CHECK(abi::revert_text(error(std::string(100000, 'x'))) == std::string(256, 'x') + "...");
    const auto large = abi::Encoder(selector("TooMuch(uint256,string)")).uint(1).text(std::string(3000, 'y')).finish();
    CHECK(abi::revert_text(large, kTable).size() < 300);
}
