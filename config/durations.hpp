// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Bounds of durations in the schema, in milliseconds: what a setting of kind Duration is stored in.
namespace plimsoll::config {

inline constexpr std::uint64_t kSecond = 1'000;
inline constexpr std::uint64_t kMinute = 60 * kSecond;
inline constexpr std::uint64_t kHour = 60 * kMinute;
inline constexpr std::uint64_t kDay = 24 * kHour;

}  // namespace plimsoll::config
