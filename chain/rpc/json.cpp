// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/json.hpp"

#include <fmt/format.h>
#include <limits>

#include "chain/rpc/json_scan.hpp"
#include "chain/types/bytes.hpp"

namespace plimsoll::rpc {

Result<std::shared_ptr<const JsonDocument>> JsonDocument::parse(std::string text, Limits limits) {
    if (text.size() >= std::numeric_limits<std::uint32_t>::max()) return fail(Errc::Decode, "JSON: longer than 4 GiB");
    auto document = std::make_shared<JsonDocument>();
    document->text_ = std::move(text);
    document->nodes_.reserve(64);
    JsonScanner scanner(*document, limits);
    if (!scanner.run())
        return fail(Errc::Decode, fmt::format("JSON: {} at byte {}", scanner.reason(), scanner.offset()));
    return document;
}

JsonValue::Kind JsonValue::kind() const {
    return document_->nodes_[node_].kind;
}

std::string_view JsonValue::raw() const {
    const auto& node = document_->nodes_[node_];
    return std::string_view(document_->text_).substr(node.begin, node.end - node.begin);
}

Result<std::string_view> JsonValue::text() const {
    const auto& node = document_->nodes_[node_];
    if (node.kind != Kind::String || node.escaped) return fail(Errc::Decode, "a plain string is expected");
    return raw();
}

namespace {

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(static_cast<std::uint8_t>(byte))); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0U | c >> 6U);
        put(0x80U | (c & 0x3fU));
    } else if (c < 0x10000) {
        put(0xe0U | c >> 12U);
        put(0x80U | (c >> 6U & 0x3fU));
        put(0x80U | (c & 0x3fU));
    } else {
        put(0xf0U | c >> 18U);
        put(0x80U | (c >> 12U & 0x3fU));
        put(0x80U | (c >> 6U & 0x3fU));
        put(0x80U | (c & 0x3fU));
    }
}

/// Four digits at `at`; the scanner has checked them.
std::uint32_t unit_at(std::string_view text, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out << 4U | static_cast<std::uint32_t>(hex_digit(text[at + i]));
    return out;
}

std::string unescape(std::string_view text) {
    constexpr std::string_view kNames = "bfnrt";
    constexpr std::string_view kMeant = "\b\f\n\r\t";
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out.push_back(text[i]);
            continue;
        }
        const char c = text[++i];
        const std::size_t named = kNames.find(c);
        if (named != std::string_view::npos) {
            out.push_back(kMeant[named]);
        } else if (c != 'u') {
            out.push_back(c);
        } else {
            std::uint32_t unit = unit_at(text, i + 1);
            i += 4;
            if (unit >= 0xd800 && unit < 0xdc00) {
                unit = 0x10000 + ((unit - 0xd800) << 10U) + (unit_at(text, i + 3) - 0xdc00);
                i += 6;
            }
            append_utf8(out, unit);
        }
    }
    return out;
}

}  // namespace

Result<std::string> JsonValue::unescaped() const {
    const auto& node = document_->nodes_[node_];
    if (node.kind != Kind::String) return fail(Errc::Decode, "a string is expected");
    return node.escaped ? unescape(raw()) : std::string(raw());
}

std::optional<JsonValue> JsonValue::member(std::string_view key) const {
    const auto& nodes = document_->nodes_;
    if (nodes[node_].kind != Kind::Object) return std::nullopt;
    for (std::uint32_t i = node_ + 1; i < nodes[node_].next; i = nodes[i + 1].next) {
        if (!nodes[i].escaped && JsonValue(*document_, i).raw() == key) return JsonValue(*document_, i + 1);
    }
    return std::nullopt;
}

std::vector<std::string_view> JsonValue::names() const {
    const auto& nodes = document_->nodes_;
    std::vector<std::string_view> out;
    if (nodes[node_].kind != Kind::Object) return out;
    for (std::uint32_t i = node_ + 1; i < nodes[node_].next; i = nodes[i + 1].next) {
        if (!nodes[i].escaped) out.push_back(JsonValue(*document_, i).raw());
    }
    return out;
}

Result<JsonValue> JsonValue::at(std::string_view key) const {
    auto found = member(key);
    if (!found) return fail(Errc::Decode, fmt::format("\"{}\" is missing", key));
    return *found;
}

Result<std::vector<JsonValue>> JsonValue::elements() const {
    const auto& nodes = document_->nodes_;
    if (nodes[node_].kind != Kind::Array) return fail(Errc::Decode, "an array is expected");
    std::vector<JsonValue> out;
    for (std::uint32_t i = node_ + 1; i < nodes[node_].next; i = nodes[i].next) out.emplace_back(*document_, i);
    return out;
}

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        const auto code = static_cast<std::uint8_t>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (code < 0x20) {
            out += fmt::format("\\u{:04x}", code);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

}  // namespace plimsoll::rpc
