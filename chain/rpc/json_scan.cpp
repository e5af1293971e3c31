// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/json_scan.hpp"

#include <algorithm>

#include "chain/types/bytes.hpp"

namespace plimsoll::rpc {

namespace {

/// Bytes that may stand in a string as they are, without a look at what follows: printable ASCII but quote and
/// backslash.
constexpr std::array<bool, 256> plain_table() {
    std::array<bool, 256> out{};
    for (std::size_t c = 0x20; c < 0x80; ++c) out[c] = c != '"' && c != '\\';
    return out;
}
constexpr std::array<bool, 256> kPlain = plain_table();

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr std::uint8_t byte(char c) {
    return static_cast<std::uint8_t>(c);
}

}  // namespace

JsonScanner::JsonScanner(JsonDocument& document, JsonDocument::Limits limits)
    : document_(document), text_(document.text_.data()), size_(document.text_.size()), limits_(limits) {
    limits_.depth = std::min(limits_.depth, kDepthMax);
}

bool JsonScanner::fault(std::string_view reason) {
    reason_ = reason;
    return false;
}

void JsonScanner::skip_space() {
    while (at_ < size_ && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
}

bool JsonScanner::run() {
    do {
        skip_space();
        if (at_ == size_) return fault("the text ends where a value should stand");
        if (!value() || !after_value()) return false;
    } while (expects_value_);
    return at_ == size_ || fault("text after the end of the value");
}

bool JsonScanner::value() {
    expects_value_ = false;
    switch (text_[at_]) {
        case '{':
            return open(Kind::Object);
        case '[':
            return open(Kind::Array);
        case '"':
            return string();
        case 't':
            return word("true", Kind::True);
        case 'f':
            return word("false", Kind::False);
        case 'n':
            return word("null", Kind::Null);
        default:
            return number();
    }
}

/// Closes what ends here, and stops before the next value or at the end of the text.
bool JsonScanner::after_value() {
    while (!expects_value_) {
        skip_space();
        if (depth_ == 0) return true;
        if (at_ == size_) return fault("the text ends inside an array or object");
        const Kind kind = document_.nodes_[stack_[depth_ - 1]].kind;
        const char c = text_[at_++];
        if (c == ',') {
            expects_value_ = true;
            if (kind == Kind::Object && !name()) return false;
        } else if (c == (kind == Kind::Object ? '}' : ']')) {
            if (!close()) return false;
        } else {
            --at_;
            return fault("a comma or the closing bracket is missing");
        }
    }
    return true;
}

bool JsonScanner::name() {
    skip_space();
    if (at_ == size_ || text_[at_] != '"') return fault("the name of a member is missing");
    if (!string()) return false;
    skip_space();
    if (at_ == size_ || text_[at_] != ':') return fault("a colon is missing");
    ++at_;
    return true;
}

bool JsonScanner::open(Kind kind) {
    if (depth_ == limits_.depth) return fault("nested too deeply");
    const auto node = static_cast<std::uint32_t>(document_.nodes_.size());
    if (!add(kind, at_)) return false;
    stack_[depth_++] = node;
    ++at_;
    skip_space();
    if (at_ < size_ && text_[at_] == (kind == Kind::Object ? '}' : ']')) {
        ++at_;
        return close();
    }
    expects_value_ = true;
    return kind == Kind::Array || name();
}

bool JsonScanner::close() {
    auto& node = document_.nodes_[stack_[--depth_]];
    node.end = static_cast<std::uint32_t>(at_);
    node.next = static_cast<std::uint32_t>(document_.nodes_.size());
    return true;
}

bool JsonScanner::add(Kind kind, std::size_t begin) {
    auto& nodes = document_.nodes_;
    if (nodes.size() >= limits_.values) return fault("too many values");
    const auto index = static_cast<std::uint32_t>(nodes.size());
    nodes.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_), index + 1, kind, false});
    return true;
}

bool JsonScanner::string() {
    const std::size_t begin = ++at_;
    bool escaped = false;
    for (;;) {
        while (at_ < size_ && kPlain[byte(text_[at_])]) ++at_;
        if (at_ == size_) return fault("the text ends inside a string");
        const std::uint8_t c = byte(text_[at_]);
        if (c == '"') break;
        if (c < 0x20) return fault("a control character inside a string");
        if (c == '\\') {
            escaped = true;
            if (!escape()) return false;
        } else if (!utf8()) {
            return fault("not UTF-8");
        }
    }
    if (!add(Kind::String, begin)) return false;
    document_.nodes_.back().escaped = escaped;
    ++at_;
    return true;
}

bool JsonScanner::hex4(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        const int digit = at_ < size_ ? hex_digit(text_[at_]) : -1;
        if (digit < 0) return fault("four hex digits are missing");
        out = out << 4U | static_cast<std::uint32_t>(digit);
    }
    return true;
}

bool JsonScanner::escape() {
    ++at_;
    if (at_ == size_) return fault("the text ends inside a string");
    const char c = text_[at_++];
    if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) return true;
    if (c != 'u') return fault("an unknown escape");
    std::uint32_t unit = 0;
    if (!hex4(unit)) return false;
    if (unit >= 0xdc00 && unit < 0xe000) return fault("half of a surrogate pair");
    if (unit < 0xd800 || unit >= 0xe000) return true;
    if (at_ + 1 >= size_ || text_[at_] != '\\' || text_[at_ + 1] != 'u') return fault("half of a surrogate pair");
    at_ += 2;
    if (!hex4(unit)) return false;
    return (unit >= 0xdc00 && unit < 0xe000) || fault("half of a surrogate pair");
}

/// One character beyond ASCII: shortest form only, no surrogates, nothing above U+10FFFF.
bool JsonScanner::utf8() {
    const std::uint8_t lead = byte(text_[at_]);
    std::size_t follow = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        follow = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        follow = 2;
        if (lead == 0xe0) low = 0xa0;
        if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        follow = 3;
        if (lead == 0xf0) low = 0x90;
        if (lead == 0xf4) high = 0x8f;
    } else {
        return false;
    }
    ++at_;
    for (; follow > 0; --follow, ++at_) {
        if (at_ == size_ || byte(text_[at_]) < low || byte(text_[at_]) > high) return false;
        low = 0x80;
        high = 0xbf;
    }
    return true;
}

bool JsonScanner::digits() {
    if (at_ == size_ || !is_digit(text_[at_])) return fault("a digit is missing");
    while (at_ < size_ && is_digit(text_[at_])) ++at_;
    return true;
}

bool JsonScanner::number() {
    const std::size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    if (at_ == size_ || !is_digit(text_[at_])) return fault("no value starts like this");
    if (text_[at_] == '0')
        ++at_;
    else if (!digits())
        return false;
    if (at_ < size_ && text_[at_] == '.') {
        ++at_;
        if (!digits()) return false;
    }
    if (at_ < size_ && (text_[at_] == 'e' || text_[at_] == 'E')) {
        ++at_;
        if (at_ < size_ && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
        if (!digits()) return false;
    }
    return add(Kind::Number, begin);
}

bool JsonScanner::word(std::string_view word, Kind kind) {
    if (std::string_view(text_ + at_, size_ - at_).substr(0, word.size()) != word)
        return fault("no value starts like this");
    const std::size_t begin = at_;
    at_ += word.size();
    return add(kind, begin);
}

}  // namespace plimsoll::rpc
