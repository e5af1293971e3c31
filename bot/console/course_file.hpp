// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bot/console/trail.hpp"
#include "chain/types/result.hpp"

/// The courses of health factors over restarts: one file beside the journal that is written anew as a whole. It is for
/// people alone: nothing is decided by it, and it may be deleted.
///
///     plimsoll courses 1
///     {"name":"main-aave","points":[[unix ms, billionths], ...]}
namespace plimsoll::console {

using Courses = std::map<std::string, std::vector<TrailPoint>>;

inline constexpr std::size_t kCourseBytes = 64U << 20U;  // more is not read

/// Whole or not at all, readable by its owner alone. Errc::Io.
Result<void> write_courses(const std::string& path, const Courses& courses);
/// Errc::NotFound where there is none; Errc::Decode for one that is not whole.
Result<Courses> read_courses(const std::string& path);

}  // namespace plimsoll::console
