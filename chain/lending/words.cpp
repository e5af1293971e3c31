// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/words.hpp"

#include <algorithm>

#include "chain/codec/abi_words.hpp"

namespace plimsoll::lending {

U256 to_word(const Address& address) {
    return abi::uint_of_topic(abi::topic_of_address(address));
}

Result<U256> Words::number(std::size_t index) const {
    if (index >= count()) {
        return fail(Errc::Decode,
                    "word " + std::to_string(index) + " of an answer of " + std::to_string(data_.size()) + " bytes");
    }
    return abi::load_word(data_.data() + abi::kWord * index);
}

Result<Address> Words::address(std::size_t index) const {
    TRY_VOID(number(index));
    return abi::Reader(data_.subspan(abi::kWord * index, abi::kWord)).address();
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
    TRY_VOID(number(index));
    return abi::Reader(data_.subspan(abi::kWord * index, abi::kWord)).boolean();
}

Result<std::string> symbol_of(ByteView answer) {
    constexpr std::size_t kLongest = 32;
    std::string out;
    if (answer.size() == abi::kWord) {
        const auto end = std::find(answer.begin(), answer.end(), std::uint8_t{0});
        out.assign(answer.begin(), end);
    } else {
        TRY(out, abi::Reader(answer).text());
    }
    if (out.size() > kLongest) out.resize(kLongest);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return out;
}

}  // namespace plimsoll::lending
