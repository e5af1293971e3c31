// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/abi_words.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>

#include "chain/types/check.hpp"

namespace plimsoll::abi {

static_assert(std::endian::native == std::endian::little);

U256 load_word(const std::uint8_t* from) {
    std::array<std::uint64_t, 4> raw{};
    std::memcpy(raw.data(), from, kWord);
    return {__builtin_bswap64(raw[0]), __builtin_bswap64(raw[1]), __builtin_bswap64(raw[2]), __builtin_bswap64(raw[3])};
}

void store_word(std::uint8_t* to, const U256& value) {
    const std::array<std::uint64_t, 4> raw = {__builtin_bswap64(value.limbs[3]), __builtin_bswap64(value.limbs[2]),
                                              __builtin_bswap64(value.limbs[1]), __builtin_bswap64(value.limbs[0])};
    std::memcpy(to, raw.data(), kWord);
}

namespace {

constexpr std::size_t padded(std::size_t size) {
    return (size + kWord - 1) / kWord * kWord;
}

bool zero(const std::uint8_t* from, std::size_t size) {
    return std::all_of(from, from + size, [](std::uint8_t b) { return b == 0; });
}

}  // namespace

Encoder::Encoder(Selector selector, std::size_t expected_words) : prefix_(Selector::kSize) {
    head_.reserve(prefix_ + expected_words * kWord);
    head_.assign(selector.bytes.begin(), selector.bytes.end());
}

std::uint8_t* Encoder::grow(Bytes& to, std::size_t size) {
    to.resize(to.size() + size);
    return to.data() + (to.size() - size);
}

void Encoder::word(Bytes& to, const U256& value) {
    store_word(grow(to, kWord), value);
}

Encoder& Encoder::uint(const U256& value) {
    word(head_, value);
    return *this;
}

Encoder& Encoder::sint(const I256& value) {
    word(head_, value.word);
    return *this;
}

Encoder& Encoder::address(const Address& value) {
    std::memcpy(grow(head_, kWord) + (kWord - Address::kSize), value.bytes.data(), Address::kSize);
    return *this;
}

Encoder& Encoder::boolean(bool value) {
    *(grow(head_, kWord) + (kWord - 1)) = value ? 1 : 0;
    return *this;
}

Encoder& Encoder::bytes32(const Hash32& value) {
    std::memcpy(grow(head_, kWord), value.bytes.data(), kWord);
    return *this;
}

Encoder& Encoder::bytes4(Selector value) {
    std::memcpy(grow(head_, kWord), value.bytes.data(), Selector::kSize);
    return *this;
}

void Encoder::open_tail() {
    offsets_.push_back(head_.size());
    word(head_, U256{tail_.size()});
}

Encoder& Encoder::bytes(ByteView value) {
    open_tail();
    word(tail_, U256{value.size()});
    std::uint8_t* to = grow(tail_, padded(value.size()));
    if (!value.empty()) std::memcpy(to, value.data(), value.size());
    return *this;
}

Encoder& Encoder::text(std::string_view value) {
    return bytes(ByteView{reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
}

Encoder& Encoder::addresses(std::span<const Address> values) {
    open_tail();
    word(tail_, U256{values.size()});
    std::uint8_t* to = grow(tail_, values.size() * kWord) + (kWord - Address::kSize);
    for (std::size_t i = 0; i < values.size(); ++i) std::memcpy(to + i * kWord, values[i].bytes.data(), Address::kSize);
    return *this;
}

Encoder& Encoder::uints(std::span<const U256> values) {
    open_tail();
    word(tail_, U256{values.size()});
    std::uint8_t* to = grow(tail_, values.size() * kWord);
    for (std::size_t i = 0; i < values.size(); ++i) store_word(to + i * kWord, values[i]);
    return *this;
}

/// Head with its offsets made final, then tail. Without the selector: offsets count from the first argument.
void Encoder::append_body(Bytes& to) const {
    const std::size_t start = to.size();
    const std::size_t head_size = head_.size() - prefix_;
    to.insert(to.end(), head_.begin() + static_cast<std::ptrdiff_t>(prefix_), head_.end());
    for (const auto place : offsets_) {
        const std::uint64_t in_tail = load_word(head_.data() + place).low_u64();
        store_word(to.data() + start + place - prefix_, U256{head_size + in_tail});
    }
    to.insert(to.end(), tail_.begin(), tail_.end());
}

Encoder& Encoder::tuple(const Encoder& value) {
    open_tail();
    value.append_body(tail_);
    return *this;
}

Encoder& Encoder::tuple_inline(const Encoder& value) {
    CHECK_INVARIANT(value.offsets_.empty());
    value.append_body(head_);
    return *this;
}

Encoder& Encoder::tuples(std::span<const Encoder> values) {
    open_tail();
    word(tail_, U256{values.size()});
    const std::size_t start = tail_.size();
    grow(tail_, values.size() * kWord);
    for (std::size_t i = 0; i < values.size(); ++i) {
        store_word(tail_.data() + start + i * kWord, U256{tail_.size() - start});
        values[i].append_body(tail_);
    }
    return *this;
}

Encoder& Encoder::tuples_inline(std::span<const Encoder> values) {
    open_tail();
    word(tail_, U256{values.size()});
    for (const auto& value : values) {
        CHECK_INVARIANT(value.offsets_.empty());
        value.append_body(tail_);
    }
    return *this;
}

Encoder& Encoder::array(std::size_t count, const Encoder& elements) {
    open_tail();
    word(tail_, U256{count});
    elements.append_body(tail_);
    return *this;
}

Bytes Encoder::finish() {
    const std::size_t head_size = head_.size() - prefix_;
    for (const auto place : offsets_) {
        std::uint8_t* at = head_.data() + place;
        store_word(at, U256{head_size + load_word(at).low_u64()});
    }
    head_.insert(head_.end(), tail_.begin(), tail_.end());
    Bytes out = std::move(head_);
    *this = Encoder{};
    return out;
}

Result<const std::uint8_t*> Reader::word() {
    if (remaining() < kWord)
        return fail(Errc::Decode, fmt::format("ABI data end at byte {} where a word starts", data_.size()));
    const std::uint8_t* out = data_.data() + at_;
    at_ += kWord;
    return out;
}

Result<U256> Reader::uint() {
    TRY(const auto* raw, word());
    return load_word(raw);
}

Result<U256> Reader::uint(unsigned bits) {
    TRY(const auto* raw, word());
    const U256 value = load_word(raw);
    if (value.bit_width() > bits) return fail(Errc::Decode, fmt::format("ABI value does not fit uint{}", bits));
    return value;
}

Result<std::uint64_t> Reader::uint64() {
    TRY(const auto value, uint(64));
    return value.low_u64();
}

Result<I256> Reader::sint() {
    TRY(const auto* raw, word());
    return I256{load_word(raw)};
}

Result<I256> Reader::sint(unsigned bits) {
    TRY(const auto value, sint());
    // All bits from N-1 upward must equal the sign.
    const U256 folded = value.is_negative() ? U256{~value.word.limbs[3], ~value.word.limbs[2], ~value.word.limbs[1],
                                                   ~value.word.limbs[0]}
                                            : value.word;
    if (bits == 0 || folded.bit_width() > bits - 1)
        return fail(Errc::Decode, fmt::format("ABI value does not fit int{}", bits));
    return value;
}

Result<Address> Reader::address() {
    TRY(const auto* raw, word());
    constexpr std::size_t kPad = kWord - Address::kSize;
    if (!zero(raw, kPad)) return fail(Errc::Decode, "ABI address with dirty high bits");
    Address out;
    std::memcpy(out.bytes.data(), raw + kPad, Address::kSize);
    return out;
}

Result<bool> Reader::boolean() {
    TRY(const auto* raw, word());
    if (!zero(raw, kWord - 1) || raw[kWord - 1] > 1) return fail(Errc::Decode, "ABI bool other than 0 and 1");
    return raw[kWord - 1] == 1;
}

Result<Hash32> Reader::bytes32() {
    TRY(const auto* raw, word());
    Hash32 out;
    std::memcpy(out.bytes.data(), raw, kWord);
    return out;
}

Result<void> Reader::skip(std::size_t words) {
    if (words > remaining() / kWord)
        return fail(Errc::Decode, fmt::format("ABI data end at byte {} inside {} words", data_.size(), words));
    at_ += words * kWord;
    return {};
}

/// The data from where the next word points to.
Result<ByteView> Reader::follow() {
    TRY(const auto offset, uint());
    if (!offset.fits_u64() || offset.low_u64() > data_.size())
        return fail(Errc::Decode,
                    fmt::format("ABI offset {} leaves {} bytes of data", to_string(offset), data_.size()));
    return data_.subspan(offset.low_u64());
}

Result<ByteView> Reader::bytes() {
    TRY(const auto tail, follow());
    Reader in(tail);
    TRY(const auto size, in.uint());
    if (!size.fits_u64() || size.low_u64() > in.remaining())
        return fail(Errc::Decode,
                    fmt::format("ABI length {} leaves {} bytes of data", to_string(size), in.remaining()));
    return tail.subspan(kWord, size.low_u64());
}

Result<std::string> Reader::text() {
    TRY(const auto raw, bytes());
    return std::string(raw.begin(), raw.end());
}

Result<Reader> Reader::tuple() {
    TRY(const auto tail, follow());
    return Reader(tail);
}

Result<Reader::Array> Reader::array(std::size_t element_words) {
    CHECK_INVARIANT(element_words > 0);
    TRY(const auto tail, follow());
    Reader in(tail);
    TRY(const auto count, in.uint());
    if (!count.fits_u64() || count.low_u64() > in.remaining() / kWord / element_words)
        return fail(Errc::Decode,
                    fmt::format("ABI array of {} elements in {} bytes", to_string(count), in.remaining()));
    return Array{count.low_u64(), Reader(tail.subspan(kWord))};  // offsets of elements count from behind the length
}

Result<std::vector<Address>> Reader::addresses() {
    TRY(auto list, array());
    std::vector<Address> out;
    out.reserve(list.count);
    for (std::size_t i = 0; i < list.count; ++i) {
        TRY(const auto value, list.elements.address());
        out.push_back(value);
    }
    return out;
}

Result<std::vector<U256>> Reader::uints() {
    TRY(auto list, array());
    std::vector<U256> out;
    out.reserve(list.count);
    for (std::size_t i = 0; i < list.count; ++i) {
        TRY(const auto value, list.elements.uint());
        out.push_back(value);
    }
    return out;
}

Result<Address> address_of_topic(const Hash32& topic) {
    return Reader(topic.view()).address();
}

Hash32 topic_of_address(const Address& address) {
    Hash32 out;
    std::copy(address.bytes.begin(), address.bytes.end(), out.bytes.begin() + (kWord - Address::kSize));
    return out;
}

}  // namespace plimsoll::abi
