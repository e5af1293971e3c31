// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "chain/types/u256.hpp"

namespace plimsoll::lending {

/// How far ahead liquidation by interest alone is looked for.
inline constexpr std::uint64_t kTenYears = 10ULL * 31'536'000ULL;

/// Seconds until `liquidatable` (of seconds from now, giving Math<bool>) first holds; nullopt if not within ten years.
/// Once it holds it must go on holding.
template <class Liquidatable>
Math<std::optional<std::uint64_t>> first_second(const Liquidatable& liquidatable) {
    TRY(const bool now, liquidatable(0));
    if (now) return std::optional<std::uint64_t>{0};
    TRY(const bool ever, liquidatable(kTenYears));
    if (!ever) return std::optional<std::uint64_t>{};
    std::uint64_t safe = 0;
    std::uint64_t bad = kTenYears;
    while (bad - safe > 1) {
        const std::uint64_t middle = safe + (bad - safe) / 2;
        TRY(const bool there, liquidatable(middle));
        (there ? bad : safe) = middle;
    }
    return std::optional<std::uint64_t>{bad};
}

}  // namespace plimsoll::lending
