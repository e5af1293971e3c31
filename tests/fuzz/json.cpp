// SPDX-License-Identifier: Apache-2.0
// Our reader of JSON against nlohmann's: they take the same texts and read the same out of them.
#include "chain/rpc/json.hpp"

#include <nlohmann/json.hpp>

#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using fuzz::require;
using rpc::JsonValue;

namespace {

/// The value written again without spaces and escapes; counts the values.
void write(JsonValue value, std::string& out, std::size_t& count);

void write_members(JsonValue object, std::string& out, std::size_t& count) {
    // Members are found by name only, so the names come from the other reader.
    const auto other = nlohmann::json::parse(object.raw(), nullptr, false);
    require(other.is_object(), "an object is an object");
    for (const auto& [name, ignored] : other.items()) {
        const auto member = object.member(name);
        if (!member) continue;  // a name with escapes
        rpc::append_quoted(out, name);
        write(*member, out, count);
    }
}

void write(JsonValue value, std::string& out, std::size_t& count) {
    ++count;
    switch (value.kind()) {
        case JsonValue::Kind::Null:
        case JsonValue::Kind::True:
        case JsonValue::Kind::False:
        case JsonValue::Kind::Number:
            require(!value.text() && !value.elements() && !value.member("a"), "a plain value is nothing else");
            out += value.raw();
            return;
        case JsonValue::Kind::String: {
            const auto text = value.unescaped();
            require(text.has_value(), "a string has contents");
            const auto plain = value.text();
            require(!plain || *plain == *text, "without escapes both are the same");
            const auto other = nlohmann::json::parse("\"" + std::string(value.raw()) + "\"", nullptr, false);
            require(other.is_string() && other.get<std::string>() == *text, "escapes resolve as nlohmann's");
            rpc::append_quoted(out, *text);
            return;
        }
        case JsonValue::Kind::Array: {
            const auto elements = value.elements();
            require(elements.has_value(), "an array has elements");
            for (const auto& element : *elements) write(element, out, count);
            return;
        }
        case JsonValue::Kind::Object:
            require(!value.elements(), "an object has no elements");
            write_members(value, out, count);
            return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of({data, size}));
    constexpr rpc::JsonDocument::Limits kLimits{16, 500};
    const auto document = rpc::JsonDocument::parse(text, kLimits);
    const auto other = nlohmann::json::parse(text, nullptr, false);
    if (!document) {
        require(document.error().code == Errc::Decode, "only Decode");
        // Beyond our limits, or what nlohmann forgives: a byte order mark, anything behind a NUL.
        const auto& why = document.error().message;
        const bool limit = why.find("deep") != std::string::npos || why.find("values") != std::string::npos;
        const bool forgiven = text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string::npos;
        require(other.is_discarded() || limit || forgiven, "nlohmann takes it, we do not");
        return 0;
    }
    // nlohmann refuses numbers beyond a double; we keep their text.
    if (other.is_discarded()) {
        require(text.find_first_of("eE0123456789") != std::string::npos, "we take it, nlohmann does not");
        return 0;
    }
    std::string again;
    std::size_t count = 0;
    write((*document)->root(), again, count);
    require(count <= kLimits.values, "the limit of values");
    return 0;
}
