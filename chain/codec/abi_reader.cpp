// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "chain/codec/abi_words.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::abi {

namespace {

bool zero(const std::uint8_t* from, std::size_t size) {
    return std::all_of(from, from + size, [](std::uint8_t b) { return b == 0; });
}

}  // namespace

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

Result<U256> sole_uint(const CallResult& answer) {
    if (!answer.success) return fail(Errc::Reverted, "the contract refused the call");
    if (answer.data.size() != kWord)
        return fail(Errc::Decode, fmt::format("not one word but {} bytes were answered", answer.data.size()));
    return Reader(answer.data).uint();
}

Result<Address> sole_address(const CallResult& answer) {
    TRY_VOID(sole_uint(answer));
    TRY(const Address out, Reader(answer.data).address());
    if (out.is_zero()) return fail(Errc::Decode, "the zero address was answered");
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
