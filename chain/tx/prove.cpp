// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "chain/codec/rlp.hpp"
#include "chain/tx/envelope.hpp"
#include "chain/tx/transaction.hpp"

namespace plimsoll::tx {

namespace {

tl::unexpected<Error> differs(std::string_view field, const std::string& found, const std::string& asked) {
    return fail(Errc::Mismatch, fmt::format("{}: {} was signed where {} was asked", field, found, asked));
}

std::string text(Wei value) {
    return to_string(value.value);
}
std::string text(std::uint64_t value) {
    return std::to_string(value);
}
std::string text(const std::optional<Address>& to) {
    return to ? to_string(*to) : "a new contract";
}

template <class T>
Result<void> same(std::string_view field, const T& found, const T& asked) {
    if (found != asked) return differs(field, text(found), text(asked));
    return {};
}

Result<void> same_message(const Message& found, const Message& asked) {
    TRY_VOID(same("nonce", found.nonce, asked.nonce));
    TRY_VOID(same("gas limit", found.gas_limit, asked.gas_limit));
    TRY_VOID(same("to", found.to, asked.to));
    TRY_VOID(same("value", found.value, asked.value));
    if (found.data == asked.data) return {};
    if (found.data.size() != asked.data.size())
        return differs("data", fmt::format("{} bytes", found.data.size()), fmt::format("{} bytes", asked.data.size()));
    const auto [at, other] = std::mismatch(found.data.begin(), found.data.end(), asked.data.begin());
    return fail(Errc::Mismatch, fmt::format("data: signed otherwise than asked from byte {}", at - found.data.begin()));
}

template <class Fee>
Result<void> same_fees(const Fee& found, const Fee& asked) {
    TRY_VOID(same("chain id", found.chain_id, asked.chain_id));
    TRY_VOID(same("max priority fee", found.max_priority_fee, asked.max_priority_fee));
    TRY_VOID(same("max fee", found.max_fee, asked.max_fee));
    return {};
}

/// By name where the field is one that we send; the comparison of the whole comes after it.
Result<void> same_fields(const Transaction& found, const Transaction& asked) {
    if (const auto* plain = std::get_if<Eip1559>(&asked)) {
        TRY_VOID(same_fees(std::get<Eip1559>(found), *plain));
    } else if (const auto* set = std::get_if<Eip7702>(&asked)) {
        TRY_VOID(same_fees(std::get<Eip7702>(found), *set));
    }
    TRY_VOID(same_message(message(found), message(asked)));
    if (found != asked) return fail(Errc::Mismatch, "access list: signed otherwise than asked");
    return {};
}

/// The signature of an envelope of type 2, however it was made: of high s, or with a parity that is not its own.
Result<keys::Signature> signature_in(ByteView raw) {
    constexpr std::uint8_t kType = 2;
    constexpr int kFieldsBefore = 8;  // the list of accounts and slots is the ninth
    if (raw.empty() || raw.front() != kType) return fail(Errc::Decode, "another type");
    TRY(auto list, rlp::Reader::open(raw.subspan(1)));
    for (int i = 0; i < kFieldsBefore; ++i) TRY_VOID(list.bytes());
    TRY_VOID(list.list());
    keys::Signature out;
    TRY(const auto parity, list.uint64());
    if (parity > 1) return fail(Errc::Range, "a parity that is none");
    out.odd_y = parity == 1;
    TRY(out.r, list.uint());
    TRY(out.s, list.uint());
    TRY_VOID(list.finish());
    return out;
}

/// What the key has signed, by the one form of its signature that the chain takes: of r, s and parity only those are
/// free, every other byte is as asked.
std::optional<SignedTransaction> in_proper_form(const Transaction& asked, const Address& from, ByteView raw) {
    constexpr U256 kOrder =  // of secp256k1
        U256::literal("115792089237316195423570985008687907852837564279074904382605163141518161494337");
    auto signature = signature_in(raw);
    if (!signature || encode_signed(asked, *signature) != Bytes(raw.begin(), raw.end())) return std::nullopt;
    if (const auto other = checked_sub(kOrder, signature->s); other && *other < signature->s) signature->s = *other;
    for (const bool odd : {false, true}) {
        signature->odd_y = odd;
        auto out = decode_signed(encode_signed(asked, *signature));
        if (out && out->sender == from && out->transaction == asked) return *std::move(out);
    }
    return std::nullopt;
}

}  // namespace

Result<SignedTransaction> prove_signed(const Transaction& asked, const Address& from, ByteView raw) {
    auto strict = decode_signed(raw);
    if (!strict || strict->sender != from) {
        if (auto mended = in_proper_form(asked, from, raw)) return *std::move(mended);
    }
    TRY(auto out, std::move(strict));
    if (out.transaction.index() != asked.index())
        return differs("type", std::to_string(type_of(out.transaction)), std::to_string(type_of(asked)));
    TRY_VOID(same_fields(out.transaction, asked));
    if (out.sender != from) return differs("sender", "a transaction of " + to_string(out.sender), to_string(from));
    return out;
}

}  // namespace plimsoll::tx
