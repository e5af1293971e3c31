// SPDX-License-Identifier: Apache-2.0
#include "chain/types/address.hpp"

#include <algorithm>

#include "chain/codec/keccak.hpp"

namespace plimsoll {

std::string to_checksum(const Address& address) {
    std::string text = to_hex(address.view());
    const Hash32 hash = keccak_detail::digest(std::string_view(text).substr(2));
    for (std::size_t i = 0; i < 40; ++i) {
        const auto nibble = static_cast<unsigned>(hash.bytes[i / 2] >> (i % 2 == 0 ? 4U : 0U)) & 15U;
        char& c = text[2 + i];
        if (nibble >= 8 && c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

Result<Address> parse_address(std::string_view text) {
    if (text.size() != 42 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
        return fail(Errc::Decode, "an address is 0x and 40 hex digits");
    TRY(const auto address, Address::parse(text));
    const auto digits = text.substr(2);
    const bool lower = std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'a' && c <= 'f'; });
    const bool upper = std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    if (lower && upper) {
        const std::string right = to_checksum(address);
        if (std::string_view(right).substr(2) != digits)
            return fail(Errc::Decode, "wrong EIP-55 checksum; if the digits are right it is " + right);
    }
    return address;
}

}  // namespace plimsoll
