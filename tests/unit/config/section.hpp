// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base_file.hpp"
#include "config/loader.hpp"

/// The good file with one more section, and what is said of it.
namespace plimsoll::config {

inline LoadResult loaded(std::string_view section, const Environment& environment = {}) {
    return load_text(with_change("[chain.ethereum]", fmt::format("{}\n[chain.ethereum]", section)),
                     "/etc/plimsoll/plimsoll.toml", environment);
}

/// The first error: what, why, mend.
inline std::string error_of(std::string_view section) {
    const auto result = loaded(section);
    REQUIRE_FALSE(result.has_value());
    const auto& first = result.error().front();
    CHECK_FALSE(first.mend.empty());
    return fmt::format("{} | {} | {}", first.what, first.why, first.mend);
}

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace plimsoll::config
