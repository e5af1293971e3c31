// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/rlp.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace plimsoll::rlp {

namespace {

constexpr std::uint8_t kString = 0x80;
constexpr std::uint8_t kList = 0xc0;
constexpr std::size_t kShort = 55;  // longest payload whose length stands in the first byte

void append(Bytes& to, ByteView from) {
    to.insert(to.end(), from.begin(), from.end());
}

void append_header(Bytes& to, std::uint8_t kind, std::size_t size) {
    if (size <= kShort) {
        to.push_back(static_cast<std::uint8_t>(kind + size));
        return;
    }
    const std::size_t digits = (U256{size}.bit_width() + 7) / 8;
    to.push_back(static_cast<std::uint8_t>(kind + kShort + digits));
    for (std::size_t i = digits; i-- > 0;) to.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
}

void append_bytes(Bytes& to, ByteView value) {
    if (value.size() != 1 || value[0] >= kString) append_header(to, kString, value.size());
    append(to, value);
}

struct Head {
    bool list{};
    ByteView payload;
    std::size_t size{};  // header and payload
};

/// Length of a long item: `digits` big-endian bytes that must be minimal and name more than the short form can.
Result<std::size_t> long_size(ByteView digits) {
    if (digits[0] == 0) return fail(Errc::Decode, "RLP length with a leading zero");
    std::uint64_t size = 0;
    for (const auto b : digits) size = size << 8U | b;  // 8 digits at most
    if (size <= kShort) return fail(Errc::Decode, fmt::format("RLP length {} in long form", size));
    return size;
}

Result<Head> head(ByteView raw) {
    if (raw.empty()) return fail(Errc::Decode, "RLP data end where an item starts");
    const std::uint8_t first = raw[0];
    if (first < kString) return Head{false, raw.first(1), 1};
    Head out;
    out.list = first >= kList;
    const auto code = static_cast<std::size_t>(first - (out.list ? kList : kString));
    std::size_t header = 1;
    std::size_t size = code;
    if (code > kShort) {
        const std::size_t digits = code - kShort;
        if (raw.size() - 1 < digits) return fail(Errc::Decode, "RLP data end inside a length");
        TRY(size, long_size(raw.subspan(1, digits)));
        header += digits;
    }
    if (size > raw.size() - header)
        return fail(Errc::Decode, fmt::format("RLP item of {} bytes in {}", size, raw.size() - header));
    out.payload = raw.subspan(header, size);
    out.size = header + size;
    if (!out.list && size == 1 && out.payload[0] < kString)
        return fail(Errc::Decode, "RLP single byte below 0x80 with a header");
    return out;
}

Result<Item> decode_item(const Head& at, std::size_t depth) {
    if (!at.list) return Item{Bytes(at.payload.begin(), at.payload.end())};
    if (depth == 0) return fail(Errc::Range, "RLP lists nested too deep");
    std::vector<Item> items;
    for (ByteView rest = at.payload; !rest.empty();) {
        TRY(const auto next, head(rest));
        TRY(auto item, decode_item(next, depth - 1));
        items.push_back(std::move(item));
        rest = rest.subspan(next.size);
    }
    return Item{std::move(items)};
}

Result<void> expect_all(const Head& at, ByteView raw) {
    if (at.size != raw.size())
        return fail(Errc::Decode, fmt::format("{} bytes after the RLP item", raw.size() - at.size));
    return {};
}

}  // namespace

List& List::bytes(ByteView value) {
    append_bytes(payload_, value);
    return *this;
}

List& List::uint(const U256& value) {
    const auto raw = value.to_be_bytes();
    return bytes(ByteView(raw).last((value.bit_width() + 7) / 8));
}

List& List::list(const List& value) {
    append_header(payload_, kList, value.payload_.size());
    append(payload_, value.payload_);
    return *this;
}

Bytes List::encode(ByteView prefix) const {
    Bytes out;
    out.reserve(prefix.size() + payload_.size() + 9);
    append(out, prefix);
    append_header(out, kList, payload_.size());
    append(out, payload_);
    return out;
}

Result<Reader> Reader::open(ByteView raw) {
    TRY(const auto at, head(raw));
    if (!at.list) return fail(Errc::Decode, "RLP string where a list is needed");
    TRY_VOID(expect_all(at, raw));
    return Reader(at.payload);
}

Result<ByteView> Reader::bytes() {
    TRY(const auto at, head(rest_));
    if (at.list) return fail(Errc::Decode, "RLP list where a string is needed");
    rest_ = rest_.subspan(at.size);
    return at.payload;
}

Result<Reader> Reader::list() {
    TRY(const auto at, head(rest_));
    if (!at.list) return fail(Errc::Decode, "RLP string where a list is needed");
    rest_ = rest_.subspan(at.size);
    return Reader(at.payload);
}

Result<U256> Reader::uint() {
    TRY(const auto raw, bytes());
    if (!raw.empty() && raw[0] == 0) return fail(Errc::Decode, "RLP integer with a leading zero");
    return U256::from_be(raw);
}

Result<std::uint64_t> Reader::uint64() {
    TRY(const auto value, uint());
    if (!value.fits_u64()) return fail(Errc::Decode, "RLP integer above 64 bits");
    return value.low_u64();
}

Result<void> Reader::copy_exact(ByteView from, std::span<std::uint8_t> to) {
    if (from.size() != to.size())
        return fail(Errc::Decode, fmt::format("RLP string of {} bytes where {} are needed", from.size(), to.size()));
    std::copy(from.begin(), from.end(), to.begin());
    return {};
}

Result<void> Reader::finish() const {
    if (!at_end()) return fail(Errc::Decode, fmt::format("{} bytes of unknown items in the RLP list", rest_.size()));
    return {};
}

Result<Item> decode(ByteView raw, const Limits& limits) {
    if (raw.size() > limits.bytes)
        return fail(Errc::Range, fmt::format("RLP data of {} bytes, {} are allowed", raw.size(), limits.bytes));
    TRY(const auto at, head(raw));
    TRY_VOID(expect_all(at, raw));
    return decode_item(at, limits.depth);
}

Bytes encode(const Item& item) {
    Bytes out;
    if (const auto* bytes = std::get_if<Bytes>(&item.value)) {
        append_bytes(out, *bytes);
        return out;
    }
    Bytes payload;
    for (const auto& inner : std::get<std::vector<Item>>(item.value)) append(payload, encode(inner));
    append_header(out, kList, payload.size());
    append(out, payload);
    return out;
}

}  // namespace plimsoll::rlp
