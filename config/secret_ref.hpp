// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "config/value.hpp"

/// References to secrets and files, as they are written.
namespace plimsoll::config {

/// { file = "..." }, { credential = "..." } or { fd = N }. A literal is an error whose message does not repeat it.
std::optional<Value> read_secret_ref(const Rule& rule, const Node& node, const Where& where, Report& report);

std::string write_secret_ref(const SecretRef& ref);

/// The absolute form of a path; relative ones start at `folder`. Empty texts and "~" are wrong.
tl::expected<std::string, Wrong> full_path(std::string_view text, const std::string& folder);

}  // namespace plimsoll::config
