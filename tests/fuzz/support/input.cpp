// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/support/input.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace plimsoll::fuzz {

void require(bool holds, std::string_view property) {
    if (holds) return;
    std::fprintf(stderr, "property does not hold: %.*s\n", static_cast<int>(property.size()), property.data());
    std::abort();
}

std::uint8_t Input::byte() {
    return static_cast<std::uint8_t>(uint(1));
}

std::uint64_t Input::uint(unsigned bytes_wanted) {
    std::uint64_t out = 0;
    for (const auto one : bytes(bytes_wanted)) out = out << 8U | one;
    return out;
}

ByteView Input::bytes(std::size_t count) {
    const auto taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
}

std::string_view Input::rest_text() const {
    return text_of(rest_);
}

std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace plimsoll::fuzz
