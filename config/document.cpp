// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

namespace plimsoll::config {

const Node* Node::find(std::string_view key) const {
    for (const auto& entry : entries) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

Node* Node::find(std::string_view key) {
    for (auto& entry : entries) {
        if (entry.key == key) return &entry.value;
    }
    return nullptr;
}

std::string_view to_string(Node::Type type) {
    switch (type) {
        case Node::Type::Text:
            return "a string";
        case Node::Type::Integer:
            return "a number";
        case Node::Type::Float:
            return "a decimal number";
        case Node::Type::Boolean:
            return "true or false";
        case Node::Type::Date:
            return "a date";
        case Node::Type::Array:
            return "a list";
        case Node::Type::Table:
            return "a table";
    }
    return "";
}

}  // namespace plimsoll::config
