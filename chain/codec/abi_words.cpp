// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/abi_words.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

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

}  // namespace

Bytes call_data(const Selector& function, std::initializer_list<U256> words) {
    Bytes out(Selector::kSize + kWord * words.size());
    std::copy(function.bytes.begin(), function.bytes.end(), out.begin());
    std::size_t at = Selector::kSize;
    for (const auto& word : words) {
        store_word(out.data() + at, word);
        at += kWord;
    }
    return out;
}

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

}  // namespace plimsoll::abi
