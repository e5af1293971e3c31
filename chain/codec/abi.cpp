// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/abi.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "chain/codec/abi_words.hpp"

namespace plimsoll::abi {

namespace {

using Kind = Type::Kind;

/// Type of the part `index` of an array or tuple.
const Type& part(const Type& type, std::size_t index) {
    return type.kind == Kind::Tuple ? type.parts[index] : type.parts[0];
}

tl::unexpected<Error> wrong(Errc code, const Type& type, std::string_view why) {
    return fail(code, fmt::format("ABI {}: {}", canonical(type), why));
}

template <class T>
Result<const T*> get(const Type& type, const Value& value) {
    const T* out = std::get_if<T>(&value.data);
    if (out == nullptr) return wrong(Errc::Mismatch, type, "value of another kind");
    return out;
}

/// Bits an int needs without its sign.
unsigned magnitude_bits(const I256& value) {
    const auto& w = value.word.limbs;
    return value.is_negative() ? U256{~w[3], ~w[2], ~w[1], ~w[0]}.bit_width() : value.word.bit_width();
}

Result<void> put(Encoder& out, const Type& type, const Value& value);

Result<void> put_number(Encoder& out, const Type& type, const Value& value) {
    if (type.kind == Kind::Uint) {
        TRY(const auto* number, get<U256>(type, value));
        if (number->bit_width() > type.size) return wrong(Errc::Range, type, "value too large");
        out.uint(*number);
        return {};
    }
    TRY(const auto* number, get<I256>(type, value));
    if (magnitude_bits(*number) > type.size - 1) return wrong(Errc::Range, type, "value out of range");
    out.sint(*number);
    return {};
}

Result<void> put_bytes(Encoder& out, const Type& type, const Value& value) {
    TRY(const auto* bytes, get<Bytes>(type, value));
    if (type.kind == Kind::Bytes) {
        out.bytes(*bytes);
        return {};
    }
    if (bytes->size() != type.size) return wrong(Errc::Range, type, fmt::format("{} bytes", bytes->size()));
    Hash32 word;
    std::copy(bytes->begin(), bytes->end(), word.bytes.begin());
    out.bytes32(word);
    return {};
}

Result<void> put_parts(Encoder& out, const Type& type, const Value& value) {
    TRY(const auto* parts, get<std::vector<Value>>(type, value));
    const std::size_t wanted = type.kind == Kind::Tuple        ? type.parts.size()
                               : type.kind == Kind::FixedArray ? type.size
                                                               : parts->size();
    if (parts->size() != wanted) return wrong(Errc::Range, type, fmt::format("{} parts", parts->size()));
    if (!type.is_dynamic()) {
        for (std::size_t i = 0; i < parts->size(); ++i) TRY_VOID(put(out, part(type, i), (*parts)[i]));
        return {};
    }
    Encoder inner;
    for (std::size_t i = 0; i < parts->size(); ++i) TRY_VOID(put(inner, part(type, i), (*parts)[i]));
    if (type.kind == Kind::Array)
        out.array(parts->size(), inner);
    else
        out.tuple(inner);
    return {};
}

Result<void> put(Encoder& out, const Type& type, const Value& value) {
    switch (type.kind) {
        case Kind::Uint:
        case Kind::Int:
            return put_number(out, type, value);
        case Kind::Address: {
            TRY(const auto* address, get<Address>(type, value));
            out.address(*address);
            return {};
        }
        case Kind::Bool: {
            TRY(const auto* boolean, get<bool>(type, value));
            out.boolean(*boolean);
            return {};
        }
        case Kind::FixedBytes:
        case Kind::Bytes:
            return put_bytes(out, type, value);
        case Kind::String: {
            TRY(const auto* text, get<std::string>(type, value));
            out.text(*text);
            return {};
        }
        case Kind::Array:
        case Kind::FixedArray:
        case Kind::Tuple:
            return put_parts(out, type, value);
    }
    return {};
}

/// Every word of honest data is read once. Each frame pays for its words before it reads or reserves, so data whose
/// offsets share a tail run out of budget instead of multiplying.
class Decoder {
  public:
    explicit Decoder(std::size_t bytes) : words_((bytes + kWord - 1) / kWord) {}

    Result<std::vector<Value>> frame(const Type& type, std::size_t count, Reader in) {
        std::size_t head = 0;
        if (type.kind == Kind::Tuple) {
            for (const auto& member : type.parts) head += member.head_words();
        } else {
            head = count * type.parts[0].head_words();
        }
        TRY_VOID(pay(head));
        return parts(type, count, in);
    }

  private:
    Result<void> pay(std::size_t words) {
        if (words > words_) return fail(Errc::Decode, "ABI data too short, or with places read twice");
        words_ -= words;
        return {};
    }

    Result<std::vector<Value>> parts(const Type& type, std::size_t count, Reader& in) {
        std::vector<Value> out;
        out.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            TRY(auto value, one(part(type, i), in));
            out.push_back(std::move(value));
        }
        return out;
    }

    Result<Value> composite(const Type& type, Reader& in) {
        const std::size_t count = type.kind == Kind::Tuple ? type.parts.size() : type.size;
        if (type.kind == Kind::Array) {
            TRY(auto list, in.array(type.parts[0].head_words()));
            TRY_VOID(pay(1));
            TRY(auto out, frame(type, list.count, list.elements));
            return Value{std::move(out)};
        }
        if (!type.is_dynamic()) {
            TRY(auto out, parts(type, count, in));
            return Value{std::move(out)};
        }
        TRY(auto inner, in.tuple());
        TRY(auto out, frame(type, count, inner));
        return Value{std::move(out)};
    }

    Result<Value> fixed_bytes(const Type& type, Reader& in) {
        TRY(const auto word, in.bytes32());
        const auto end = word.bytes.begin() + static_cast<std::ptrdiff_t>(type.size);
        if (std::any_of(end, word.bytes.end(), [](std::uint8_t b) { return b != 0; }))
            return wrong(Errc::Decode, type, "dirty low bits");
        return Value{Bytes(word.bytes.begin(), end)};
    }

    Result<Value> one(const Type& type, Reader& in) {
        switch (type.kind) {
            case Kind::Uint: {
                TRY(const auto value, in.uint(static_cast<unsigned>(type.size)));
                return Value{value};
            }
            case Kind::Int: {
                TRY(const auto value, in.sint(static_cast<unsigned>(type.size)));
                return Value{value};
            }
            case Kind::Address: {
                TRY(const auto value, in.address());
                return Value{value};
            }
            case Kind::Bool: {
                TRY(const auto value, in.boolean());
                return Value{value};
            }
            case Kind::FixedBytes:
                return fixed_bytes(type, in);
            case Kind::Bytes:
            case Kind::String: {
                TRY(const auto raw, in.bytes());
                TRY_VOID(pay(1 + (raw.size() + kWord - 1) / kWord));
                if (type.kind == Kind::String) return Value{std::string(raw.begin(), raw.end())};
                return Value{Bytes(raw.begin(), raw.end())};
            }
            case Kind::Array:
            case Kind::FixedArray:
            case Kind::Tuple:
                return composite(type, in);
        }
        return wrong(Errc::Internal, type, "unknown kind");
    }

    std::size_t words_;  // left to read
};

}  // namespace

Result<Bytes> encode(const Type& tuple, std::span<const Value> values) {
    if (tuple.kind != Kind::Tuple) return wrong(Errc::Mismatch, tuple, "a tuple is needed");
    if (values.size() != tuple.parts.size()) return wrong(Errc::Range, tuple, fmt::format("{} parts", values.size()));
    Encoder out;
    for (std::size_t i = 0; i < values.size(); ++i) TRY_VOID(put(out, tuple.parts[i], values[i]));
    return out.finish();
}

Result<std::vector<Value>> decode(const Type& tuple, ByteView data) {
    if (tuple.kind != Kind::Tuple) return wrong(Errc::Mismatch, tuple, "a tuple is needed");
    return Decoder(data.size()).frame(tuple, tuple.parts.size(), Reader(data));
}

Result<bool> is_canonical(const Type& tuple, ByteView data) {
    TRY(const auto values, decode(tuple, data));
    TRY(const auto again, encode(tuple, values));
    return std::equal(again.begin(), again.end(), data.begin(), data.end());
}

std::string to_string(const Type& type, const Value& value) {
    const auto show = [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>)
            return v ? "true" : "false";
        else if constexpr (std::is_same_v<T, Bytes>)
            return to_hex(v);
        else if constexpr (std::is_same_v<T, std::string>)
            return '"' + v + '"';
        else if constexpr (std::is_same_v<T, std::vector<Value>>)
            return {};
        else
            return plimsoll::to_string(v);
    };
    const auto* parts = std::get_if<std::vector<Value>>(&value.data);
    const bool composite = type.kind == Kind::Tuple || type.kind == Kind::Array || type.kind == Kind::FixedArray;
    if (parts == nullptr || !composite) return std::visit(show, value.data);
    const bool tuple = type.kind == Kind::Tuple;
    std::string out;
    for (std::size_t i = 0; i < parts->size() && (!tuple || i < type.parts.size()); ++i)
        out += (i == 0 ? "" : ", ") + to_string(part(type, i), (*parts)[i]);
    return tuple ? "(" + out + ")" : "[" + out + "]";
}

}  // namespace plimsoll::abi
