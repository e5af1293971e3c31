// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "config/document.hpp"
#include "config/schema.hpp"

namespace plimsoll::config {

/// Where a value stands, for messages.
struct Where {
    std::string key;      // "wallet.treasury.position.0.trigger"
    std::string section;  // "[[wallet.treasury.position]]"; empty for the top of the file
    std::string folder;   // of the file: relative paths start there
};

/// "`trigger` in [[wallet.treasury.position]]".
std::string said(const Rule& rule, const Where& where);

/// The value of a node under its rule, or nothing and at least one error in the report.
std::optional<Value> read_value(const Rule& rule, const Node& node, const Where& where, Report& report);

/// TOML that read_value reads as the same value. Not for std::monostate, which is written by leaving the key out.
std::string write_value(const Rule& rule, const Value& value);

/// A TOML basic string.
std::string toml_string(std::string_view text);

/// Letters, digits, "-" and "_", 1 to 64 of them, beginning with a letter or digit. Nothing if it is a name, else why
/// not.
std::optional<std::string> not_a_name(std::string_view text);

/// Checks of texts with a form of their own: nothing if right.
std::optional<Wrong> wrong_url(std::string_view text);
std::optional<Wrong> wrong_listen(std::string_view text);

}  // namespace plimsoll::config
