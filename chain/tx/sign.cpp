// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "chain/keys/signer.hpp"
#include "chain/tx/transaction.hpp"

namespace plimsoll::tx {

namespace {

constexpr Gas kBase = 21'000;
constexpr Gas kCreation = 32'000;
constexpr Gas kZeroByte = 4;
constexpr Gas kOtherByte = 16;         // EIP-2028
constexpr Gas kInitCodeWord = 2;       // EIP-3860
constexpr Gas kAccessAddress = 2'400;  // EIP-2930
constexpr Gas kAccessSlot = 1'900;
constexpr Gas kAuthorization = 25'000;  // EIP-7702, PER_EMPTY_ACCOUNT_COST
constexpr Gas kFloorPerToken = 10;      // EIP-7623: a zero byte is one token, any other four

template <class Kind>
Gas extra_gas(const Kind& tx) {
    Gas out = 0;
    if constexpr (!std::is_same_v<Kind, Legacy>) {
        for (const auto& entry : tx.access_list) out += kAccessAddress + kAccessSlot * entry.slots.size();
    }
    if constexpr (std::is_same_v<Kind, Eip7702>) out += kAuthorization * tx.authorizations.size();
    return out;
}

template <class Kind>
Result<void> check_kind(const Kind& tx) {
    if constexpr (std::is_same_v<Kind, Legacy>) {
        if (!tx.chain_id || *tx.chain_id == 0) return fail(Errc::Refused, "transaction without a chain id");
    } else {
        if (tx.chain_id == 0) return fail(Errc::Refused, "transaction without a chain id");
    }
    if constexpr (std::is_same_v<Kind, Eip1559> || std::is_same_v<Kind, Eip7702>) {
        if (tx.max_priority_fee > tx.max_fee)
            return fail(Errc::Refused, "transaction whose priority fee is above its maximum fee");
    }
    if constexpr (std::is_same_v<Kind, Eip7702>) {
        if (!tx.message.to) return fail(Errc::Refused, "transaction of type 4 without a recipient");
        if (tx.authorizations.empty()) return fail(Errc::Refused, "transaction of type 4 without authorisations");
    }
    return {};
}

}  // namespace

Result<SignedTransaction> sign(Transaction transaction, keys::Signer& signer) {
    TRY(const auto signature, signer.sign(signing_hash(transaction)));
    const Bytes raw = encode_signed(transaction, signature);
    auto out = decode_signed(raw);
    if (!out) return fail(std::move(out).error(), "the signed transaction does not decode");
    if (out->sender != signer.address())
        return fail(Errc::Internal, fmt::format("signed by {} where {} was asked", to_string(out->sender),
                                                to_string(signer.address())));
    if (out->transaction != transaction)
        return fail(Errc::Internal, "the signed bytes do not say what was to be signed");
    return out;
}

Result<SignedAuthorization> sign(const Authorization& authorization, keys::Signer& signer) {
    SignedAuthorization out{authorization, {}};
    TRY(out.signature, signer.sign(signing_hash(authorization)));
    TRY(const auto who, authority(out));
    if (who != signer.address())
        return fail(Errc::Internal, fmt::format("authorisation signed by {} where {} was asked", to_string(who),
                                                to_string(signer.address())));
    return out;
}

Result<Address> authority(const SignedAuthorization& authorization) {
    return keys::recover(signing_hash(authorization.authorization), authorization.signature);
}

Gas intrinsic_gas(const Transaction& transaction) {
    const Message& m = message(transaction);
    const auto zeros = static_cast<Gas>(std::count(m.data.begin(), m.data.end(), 0));
    const Gas others = m.data.size() - zeros;
    Gas out = kBase + kZeroByte * zeros + kOtherByte * others;
    if (!m.to) out += kCreation + kInitCodeWord * ((m.data.size() + 31) / 32);
    out += std::visit([](const auto& tx) { return extra_gas(tx); }, transaction);
    return std::max(out, kBase + kFloorPerToken * (zeros + 4 * others));
}

Result<void> check_sendable(const Transaction& transaction) {
    TRY_VOID(std::visit([](const auto& tx) { return check_kind(tx); }, transaction));
    const Message& m = message(transaction);
    if (m.nonce == ~Nonce{}) return fail(Errc::Refused, "transaction with the last nonce (EIP-2681)");
    if (const Gas least = intrinsic_gas(transaction); m.gas_limit < least)
        return fail(Errc::Refused,
                    fmt::format("transaction with a gas limit of {}, {} is the least", m.gas_limit, least));
    return {};
}

}  // namespace plimsoll::tx
