// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"

/// A configuration file before it means anything: what is written, and where.
namespace plimsoll::config {

struct Entry;

struct Node {
    enum class Type : std::uint8_t { Text, Integer, Float, Boolean, Date, Array, Table };
    Type type = Type::Table;
    Place place;
    std::string text;            // of Text
    std::int64_t integer = 0;    // of Integer
    bool boolean = false;        // of Boolean
    std::vector<Node> items;     // of Array
    std::vector<Entry> entries;  // of Table, in the order of the file
    bool heading = false;        // a Table under a heading, not in braces

    const Node* find(std::string_view key) const;
    Node* find(std::string_view key);
};

struct Entry {
    std::string key;
    Place place;  // of the key
    Node value;
    bool broken = false;  // its value could not be read as TOML and is reported already
};

/// "a string", "a number", as messages say it.
std::string_view to_string(Node::Type type);

/// Reads TOML as far as it goes: a line that is no TOML is reported and left out, and the lines after it are still
/// read. What remains is the root table; nothing if the damage is such that reading on would only mislead.
std::optional<Node> read_toml(std::string_view text, Report& report);

}  // namespace plimsoll::config
