// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "chain/types/bytes.hpp"

namespace plimsoll {

/// The bytes of a text, which must outlive them.
inline ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};  // NOLINT: text as bytes
}

}  // namespace plimsoll
