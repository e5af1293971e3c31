// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/base64.hpp"

#include <cstdint>

namespace plimsoll {

std::string base64(std::string_view text) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8U | (i + k < text.size() ? static_cast<std::uint8_t>(text[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out.push_back(i + k > text.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63U]);
    }
    return out;
}

}  // namespace plimsoll
