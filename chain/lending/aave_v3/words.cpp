// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/words.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

Result<Address> narrow_to_address(ByteView word) {
    for (std::size_t i = 0; i < 12; ++i) {
        if (word[i] != 0) return fail(Errc::Decode, "a word that should be an address has more than 20 bytes");
    }
    Address out;
    std::copy(word.begin() + 12, word.end(), out.bytes.begin());
    return out;
}

}  // namespace

U256 to_word(const Address& address) {
    std::array<std::uint8_t, 32> word{};
    std::copy(address.bytes.begin(), address.bytes.end(), word.begin() + 12);
    return U256::from_be_bytes(word);
}

Bytes call_data(const Selector& selector, std::initializer_list<U256> words) {
    Bytes out(selector.bytes.begin(), selector.bytes.end());
    out.reserve(4 + 32 * words.size());
    for (const auto& word : words) {
        const auto bytes = word.to_be_bytes();
        out.insert(out.end(), bytes.begin(), bytes.end());
    }
    return out;
}

Result<U256> Words::number(std::size_t index) const {
    if (index >= count()) {
        return fail(Errc::Decode,
                    "word " + std::to_string(index) + " of an answer of " + std::to_string(data_.size()) + " bytes");
    }
    return U256::from_be(data_.subspan(32 * index, 32));
}

Result<Address> Words::address(std::size_t index) const {
    TRY_VOID(number(index));
    return narrow_to_address(data_.subspan(32 * index, 32));
}

Result<std::uint64_t> Words::u64(std::size_t index) const {
    TRY(const auto value, number(index));
    if (!value.fits_u64()) return fail(Errc::Decode, "word " + std::to_string(index) + " exceeds 64 bits");
    return value.low_u64();
}

Result<u128> Words::narrow(std::size_t index) const {
    TRY(const auto value, number(index));
    if (!value.fits_u128()) return fail(Errc::Decode, "word " + std::to_string(index) + " exceeds 128 bits");
    return value.low_u128();
}

Result<bool> Words::boolean(std::size_t index) const {
    TRY(const auto value, number(index));
    if (value > U256{1}) return fail(Errc::Decode, "word " + std::to_string(index) + " is no boolean");
    return value == U256{1};
}

Result<std::vector<U256>> Words::array(std::size_t index, std::size_t limit) const {
    TRY(const auto offset, u64(index));
    if (offset % 32 != 0 || offset / 32 >= count()) return fail(Errc::Decode, "an array that starts past the end");
    const auto start = static_cast<std::size_t>(offset / 32);
    TRY(const auto size, u64(start));
    if (size > limit || size >= count() - start)
        return fail(Errc::Decode, "an array of " + std::to_string(size) + " elements");
    std::vector<U256> out;
    out.reserve(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < size; ++i) {
        TRY(auto value, number(start + 1 + i));
        out.push_back(value);
    }
    return out;
}

Result<std::string> Words::text(std::size_t index) const {
    constexpr std::uint64_t kLimit = 256;
    TRY(const auto offset, u64(index));
    if (offset % 32 != 0 || offset / 32 >= count()) return fail(Errc::Decode, "a string that starts past the end");
    const auto start = static_cast<std::size_t>(offset / 32);
    TRY(const auto size, u64(start));
    const std::size_t at = 32 * (start + 1);
    if (size > kLimit || size > data_.size() - at)
        return fail(Errc::Decode, "a string of " + std::to_string(size) + " bytes");
    const auto part = data_.subspan(at, static_cast<std::size_t>(size));
    return std::string(part.begin(), part.end());
}

Result<std::string> symbol_of(ByteView answer) {
    std::string out;
    if (answer.size() == 32) {
        const auto end = std::find(answer.begin(), answer.end(), std::uint8_t{0});
        out.assign(answer.begin(), end);
    } else {
        TRY(out, Words(answer).text(0));
    }
    if (out.size() > 32) out.resize(32);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return out;
}

Result<Address> address_of(const Hash32& topic) {
    return narrow_to_address(topic.view());
}

}  // namespace plimsoll::lending::aave_v3
