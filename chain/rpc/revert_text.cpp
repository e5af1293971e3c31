// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/revert_text.hpp"

#include <array>
#include <fmt/format.h>
#include <optional>

#include "chain/types/u256.hpp"

namespace plimsoll::rpc {

namespace {

constexpr std::array<std::uint8_t, 4> kErrorSelector = {0x08, 0xc3, 0x79, 0xa0};
constexpr std::array<std::uint8_t, 4> kPanicSelector = {0x4e, 0x48, 0x7b, 0x71};

bool starts_with(ByteView data, const std::array<std::uint8_t, 4>& selector) {
    return data.size() >= 4 && std::equal(selector.begin(), selector.end(), data.begin());
}

std::optional<U256> word(ByteView data, std::size_t at) {
    if (data.size() < at || data.size() - at < 32) return std::nullopt;
    auto out = U256::from_be(data.subspan(at, 32));
    return out ? std::optional<U256>(*out) : std::nullopt;
}

std::optional<std::string> error_string(ByteView arguments) {
    const auto offset = word(arguments, 0);
    if (!offset || !offset->fits_u64() || offset->low_u64() > arguments.size()) return std::nullopt;
    const auto length = word(arguments, offset->low_u64());
    if (!length || !length->fits_u64()) return std::nullopt;
    const auto rest = arguments.subspan(offset->low_u64() + 32);
    if (length->low_u64() > rest.size()) return std::nullopt;
    const auto text = rest.first(length->low_u64());
    return std::string(text.begin(), text.end());
}

}  // namespace

std::string revert_text(ByteView data) {
    if (data.empty()) return "no reason given";
    if (starts_with(data, kErrorSelector)) {
        if (auto text = error_string(data.subspan(4))) return *std::move(text);
    }
    if (starts_with(data, kPanicSelector)) {
        if (auto code = word(data.subspan(4), 0)) return fmt::format("panic {}", to_hex_quantity(*code));
    }
    if (data.size() >= 4) return fmt::format("custom error {}", to_hex(data.first(4)));
    return to_hex(data);
}

}  // namespace plimsoll::rpc
