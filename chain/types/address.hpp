// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "chain/types/bytes.hpp"

namespace plimsoll {

using Address = FixedBytes<20, struct AddressTag>;
static_assert(sizeof(Address) == 20);

/// EIP-55 mixed-case text, "0x" and 40 digits.
std::string to_checksum(const Address& address);

/// EIP-55: all lower, all upper, or correctly checksummed. Mixed case with a wrong checksum is Errc::Decode, and the
/// message gives the right spelling.
Result<Address> parse_address(std::string_view text);

inline std::string to_string(const Address& address) {
    return to_checksum(address);
}

}  // namespace plimsoll
