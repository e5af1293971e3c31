// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

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

}  // namespace

Result<SignedTransaction> prove_signed(const Transaction& asked, const Address& from, ByteView raw) {
    TRY(auto out, decode_signed(raw));
    if (out.transaction.index() != asked.index())
        return differs("type", std::to_string(type_of(out.transaction)), std::to_string(type_of(asked)));
    TRY_VOID(same_fields(out.transaction, asked));
    if (out.sender != from) return differs("sender", "a transaction of " + to_string(out.sender), to_string(from));
    return out;
}

}  // namespace plimsoll::tx
