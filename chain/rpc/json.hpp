// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/types/result.hpp"

/// Reading of JSON text (RFC 8259) as nodes send it: strict, one pass, no allocation per value, bounded in depth and in
/// the number of values. A block header of 1.3 kB takes about a microsecond, the hex of long answers little more than a
/// copy.
namespace plimsoll::rpc {

class JsonDocument;

/// A value inside a JsonDocument, valid as long as the document lives.
class JsonValue {
  public:
    enum class Kind : std::uint8_t { Null, True, False, Number, String, Array, Object };

    JsonValue(const JsonDocument& document, std::uint32_t node) : document_(&document), node_(node) {}

    Kind kind() const;
    bool is_null() const { return kind() == Kind::Null; }
    std::uint32_t node() const { return node_; }

    /// The text as it stands: of a string without its quotes and with its escapes.
    std::string_view raw() const;
    /// Contents of a string that needs no escapes, such as every hex value. Errc::Decode otherwise.
    Result<std::string_view> text() const;
    /// Contents of any string, escapes resolved. Errc::Decode if this is no string.
    Result<std::string> unescaped() const;

    /// The first member of that name; nothing if it is missing or this is no object.
    std::optional<JsonValue> member(std::string_view key) const;
    /// The member, or Errc::Decode naming it.
    Result<JsonValue> at(std::string_view key) const;
    /// The names of an object's members, of those that need no escapes; none where this is no object.
    std::vector<std::string_view> names() const;
    /// The elements of an array; Errc::Decode if this is none.
    Result<std::vector<JsonValue>> elements() const;

  private:
    const JsonDocument* document_;
    std::uint32_t node_;
};

class JsonDocument {
  public:
    struct Limits {
        std::uint32_t depth = 64;
        std::uint32_t values = 2'000'000;
    };

    /// Takes the text and checks all of it. Errc::Decode names the offset of the first fault.
    static Result<std::shared_ptr<const JsonDocument>> parse(std::string text, Limits limits);
    static Result<std::shared_ptr<const JsonDocument>> parse(std::string text) {
        return parse(std::move(text), Limits{});
    }

    JsonValue root() const { return {*this, 0}; }
    const std::string& text() const { return text_; }

  private:
    friend class JsonValue;
    friend class JsonScanner;

    struct Node {
        std::uint32_t begin{};
        std::uint32_t end{};
        std::uint32_t next{};  // the node after this one and all below it; an object alternates names and values
        JsonValue::Kind kind{};
        bool escaped{};
    };

    std::string text_;
    std::vector<Node> nodes_;
};

/// A value that keeps its document alive: what a call is answered with.
struct Answer {
    std::shared_ptr<const JsonDocument> document;
    std::uint32_t node{};

    JsonValue value() const { return {*document, node}; }
};

/// Appends a JSON string with its quotes; what may not stand in one is escaped.
void append_quoted(std::string& out, std::string_view text);

}  // namespace plimsoll::rpc
