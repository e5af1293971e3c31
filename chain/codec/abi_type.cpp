// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "chain/codec/abi.hpp"

namespace plimsoll::abi {

namespace {

using Kind = Type::Kind;

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Type> type(std::size_t depth) {
        if (depth > kMaxTypeDepth) return fail(Errc::Range, "ABI type nested too deep");
        TRY(auto out, at("(") || at("tuple(") ? tuple(depth) : elementary());
        while (take("[")) {
            if (++depth > kMaxTypeDepth) return fail(Errc::Range, "ABI type nested too deep");
            TRY(out, array(std::move(out)));
        }
        if (out.head_words() > kMaxStaticWords) return fail(Errc::Range, "ABI type with too many words");
        return out;
    }

    Result<void> end() const {
        if (!rest().empty()) return broken("unexpected text");
        return {};
    }

    Result<std::string> name() {
        const auto word = take_word();
        if (word.empty()) return broken("a name is missing");
        return std::string(word);
    }

    bool at(std::string_view token) const { return rest().starts_with(token); }

    tl::unexpected<Error> broken(std::string_view why) const {
        return fail(Errc::Decode, fmt::format("ABI type \"{}\", character {}: {}", text_, at_ + 1, why));
    }

  private:
    Result<Type> tuple(std::size_t depth) {
        take("tuple");
        take("(");
        Type out{Kind::Tuple, 0, {}};
        if (take(")")) return out;
        do {
            TRY(auto member, type(depth + 1));
            out.parts.push_back(std::move(member));
        } while (take(","));
        if (!take(")")) return broken("\")\" is missing");
        return out;
    }

    Result<Type> array(Type element) {
        // Elements without a word would make counts that cost nothing and mean nothing.
        if (element.head_words() == 0) return broken("array of an empty tuple");
        Type out{Kind::Array, 0, {}};
        if (!take("]")) {
            const auto length = number();
            if (!length || *length == 0 || !take("]")) return broken("array length");
            if (*length > kMaxStaticWords) return fail(Errc::Range, "ABI type with too many words");
            out.kind = Kind::FixedArray;
            out.size = *length;
        }
        out.parts.push_back(std::move(element));
        return out;
    }

    Result<Type> elementary() {
        const std::size_t start = at_;
        const auto word = take_word();
        const auto sized = [&](std::string_view stem) { return word.starts_with(stem) && word.size() > stem.size(); };
        if (word == "address") return Type{Kind::Address, 0, {}};
        if (word == "bool") return Type{Kind::Bool, 0, {}};
        if (word == "string") return Type{Kind::String, 0, {}};
        if (word == "bytes") return Type{Kind::Bytes, 0, {}};
        if (word == "function") return Type{Kind::FixedBytes, 24, {}};
        if (word == "uint") return Type{Kind::Uint, 256, {}};
        if (word == "int") return Type{Kind::Int, 256, {}};
        if (word.starts_with("fixed") || word.starts_with("ufixed"))
            return fail(Errc::Unsupported, fmt::format("ABI type {}: fixed-point numbers", word));
        std::optional<Type> out;
        if (sized("uint")) out = sized_type(Kind::Uint, word.substr(4), 256, 8);
        if (sized("int")) out = sized_type(Kind::Int, word.substr(3), 256, 8);
        if (sized("bytes")) out = sized_type(Kind::FixedBytes, word.substr(5), 32, 1);
        if (out) return *out;
        at_ = start;
        return broken("unknown type");
    }

    static std::optional<std::size_t> to_number(std::string_view digits) {
        std::size_t value = 0;
        if (digits.empty() || digits.size() > 9 || (digits[0] == '0' && digits.size() > 1)) return std::nullopt;
        const auto end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, value);
        if (error != std::errc{} || stop != end) return std::nullopt;
        return value;
    }

    static std::optional<Type> sized_type(Kind kind, std::string_view digits, std::size_t max, std::size_t step) {
        const auto size = to_number(digits);
        if (!size || *size == 0 || *size > max || *size % step != 0) return std::nullopt;
        return Type{kind, *size, {}};
    }

    std::optional<std::size_t> number() {
        const auto digits = rest().substr(0, std::min(rest().find(']'), rest().size()));
        const auto value = to_number(digits);
        if (value) at_ += digits.size();
        return value;
    }

    std::string_view rest() const { return text_.substr(at_); }
    bool take(std::string_view token) {
        if (!at(token)) return false;
        at_ += token.size();
        return true;
    }
    std::string_view take_word() {
        const auto is_word = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
        };
        std::size_t size = 0;
        while (at_ + size < text_.size() && is_word(text_[at_ + size])) ++size;
        at_ += size;
        return text_.substr(at_ - size, size);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

Result<void> check_size(std::string_view text) {
    if (text.size() > kMaxTypeText) return fail(Errc::Range, fmt::format("ABI type of {} characters", text.size()));
    return {};
}

}  // namespace

bool Type::is_dynamic() const {
    switch (kind) {
        case Kind::Bytes:
        case Kind::String:
        case Kind::Array:
            return true;
        case Kind::FixedArray:
        case Kind::Tuple:
            return std::any_of(parts.begin(), parts.end(), [](const Type& part) { return part.is_dynamic(); });
        case Kind::Uint:
        case Kind::Int:
        case Kind::Address:
        case Kind::Bool:
        case Kind::FixedBytes:
            return false;
    }
    return false;
}

std::size_t Type::head_words() const {
    if (is_dynamic()) return 1;
    if (kind == Kind::FixedArray) return size * parts[0].head_words();
    if (kind != Kind::Tuple) return 1;
    std::size_t sum = 0;
    for (const auto& part : parts) sum += part.head_words();
    return sum;
}

Result<Type> parse_type(std::string_view text) {
    TRY_VOID(check_size(text));
    Parser parser(text);
    TRY(auto out, parser.type(0));
    TRY_VOID(parser.end());
    return out;
}

std::string canonical(const Type& type) {
    switch (type.kind) {
        case Kind::Uint:
            return fmt::format("uint{}", type.size);
        case Kind::Int:
            return fmt::format("int{}", type.size);
        case Kind::Address:
            return "address";
        case Kind::Bool:
            return "bool";
        case Kind::FixedBytes:
            return fmt::format("bytes{}", type.size);
        case Kind::Bytes:
            return "bytes";
        case Kind::String:
            return "string";
        case Kind::Array:
            return canonical(type.parts[0]) + "[]";
        case Kind::FixedArray:
            return fmt::format("{}[{}]", canonical(type.parts[0]), type.size);
        case Kind::Tuple:
            break;
    }
    std::string out = "(";
    for (const auto& part : type.parts) {
        if (out.size() > 1) out += ',';
        out += canonical(part);
    }
    return out + ")";
}

Result<Signature> parse_signature(std::string_view text) {
    TRY_VOID(check_size(text));
    Parser parser(text);
    TRY(auto name, parser.name());
    if (!parser.at("(")) return parser.broken("\"(\" is missing");
    TRY(auto arguments, parser.type(0));
    if (arguments.kind != Kind::Tuple) return parser.broken("an array behind the arguments");
    TRY_VOID(parser.end());
    return Signature{std::move(name), std::move(arguments)};
}

Hash32 Signature::hash() const {
    const std::string full = text();
    return keccak256(Bytes(full.begin(), full.end()));
}

Selector Signature::selector() const {
    const auto full = hash();
    return Selector{{full.bytes[0], full.bytes[1], full.bytes[2], full.bytes[3]}};
}

}  // namespace plimsoll::abi
