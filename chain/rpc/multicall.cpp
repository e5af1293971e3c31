// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/multicall.hpp"

#include <fmt/format.h>

#include "chain/codec/keccak.hpp"

namespace plimsoll::rpc {

namespace {

constexpr std::size_t kWord = 32;

std::size_t padded(std::size_t size) {
    return (size + kWord - 1) / kWord * kWord;
}

void put_word(Bytes& out, std::uint64_t value) {
    const auto bytes = U256{value}.to_be_bytes();
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// A word that counts or points: never past the data.
Result<std::size_t> small_word(ByteView data, std::size_t at) {
    if (at > data.size() || data.size() - at < kWord) return fail(Errc::Decode, "aggregate3: the answer is cut short");
    TRY(const auto word, U256::from_be(data.subspan(at, kWord)));
    if (!word.fits_u64() || word.low_u64() > data.size())
        return fail(Errc::Decode, "aggregate3: a length or offset past the answer");
    return static_cast<std::size_t>(word.low_u64());
}

}  // namespace

Bytes encode_aggregate3(std::span<const Call> calls) {
    // Head: selector, offset of the array, its length, one offset per tuple. Tuple: target, true, offset of the bytes,
    // bytes.
    constexpr auto kSelector = selector("aggregate3((address,bool,bytes)[])");
    std::size_t size = kSelector.kSize + 2 * kWord;
    for (const auto& call : calls) size += 5 * kWord + padded(call.data.size());
    Bytes out;
    out.reserve(size);
    out.insert(out.end(), kSelector.bytes.begin(), kSelector.bytes.end());
    put_word(out, kWord);
    put_word(out, calls.size());
    std::size_t offset = calls.size() * kWord;
    for (const auto& call : calls) {
        put_word(out, offset);
        offset += 4 * kWord + padded(call.data.size());
    }
    for (const auto& call : calls) {
        out.insert(out.end(), kWord - Address::kSize, 0);
        out.insert(out.end(), call.to.bytes.begin(), call.to.bytes.end());
        put_word(out, 1);
        put_word(out, 3 * kWord);
        put_word(out, call.data.size());
        out.insert(out.end(), call.data.begin(), call.data.end());
        out.insert(out.end(), padded(call.data.size()) - call.data.size(), 0);
    }
    return out;
}

Result<std::vector<CallResult>> decode_aggregate3(ByteView data, std::size_t count) {
    TRY(const auto array, small_word(data, 0));
    TRY(const auto length, small_word(data, array));
    if (length != count) return fail(Errc::Decode, fmt::format("aggregate3: {} results for {} calls", length, count));
    const auto tuples = data.subspan(array + kWord);
    std::vector<CallResult> out;
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        TRY(const auto at, small_word(tuples, i * kWord));
        const auto tuple = tuples.subspan(at);
        TRY(const auto success, small_word(tuple, 0));
        if (success > 1) return fail(Errc::Decode, "aggregate3: a success that is neither true nor false");
        TRY(const auto start, small_word(tuple, kWord));
        TRY(const auto size, small_word(tuple, start));
        const auto bytes = tuple.subspan(start + kWord);
        if (size > bytes.size()) return fail(Errc::Decode, "aggregate3: the answer is cut short");
        out.push_back({success == 1, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))});
    }
    return out;
}

}  // namespace plimsoll::rpc
