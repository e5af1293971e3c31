// SPDX-License-Identifier: Apache-2.0
#include "chain/types/bytes.hpp"

#include <fmt/format.h>

namespace plimsoll {

namespace {
std::string_view strip_0x(std::string_view text) {
    if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text.remove_prefix(2);
    return text;
}
}  // namespace

std::string to_hex(ByteView bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 + 2 * bytes.size());
    out += "0x";
    for (auto b : bytes) {
        out += kDigits[b >> 4U];
        out += kDigits[b & 15U];
    }
    return out;
}

Result<void> from_hex_into(std::string_view text, std::span<std::uint8_t> out) {
    const auto digits = strip_0x(text);
    if (digits.size() != 2 * out.size())
        return fail(Errc::Decode, fmt::format("{} hex digits where {} are needed", digits.size(), 2 * out.size()));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = hex_digit(digits[2 * i]);
        const int low = hex_digit(digits[2 * i + 1]);
        if (high < 0 || low < 0) return fail(Errc::Decode, fmt::format("not a hex digit at byte {}", i));
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return {};
}

Result<Bytes> from_hex(std::string_view text) {
    const auto digits = strip_0x(text);
    if (digits.size() % 2 != 0) return fail(Errc::Decode, "odd number of hex digits");
    Bytes out(digits.size() / 2);
    TRY_VOID(from_hex_into(digits, out));
    return out;
}

}  // namespace plimsoll
