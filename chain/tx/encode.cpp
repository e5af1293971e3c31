// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/keccak.hpp"
#include "chain/codec/rlp.hpp"
#include "chain/tx/envelope.hpp"
#include "chain/tx/transaction.hpp"

namespace plimsoll::tx {

namespace {

void put_to(rlp::List& list, const std::optional<Address>& to) {
    if (to)
        list.fixed(*to);
    else
        list.bytes({});
}

rlp::List access_list(const std::vector<AccessEntry>& entries) {
    rlp::List out;
    for (const auto& entry : entries) {
        rlp::List slots;
        for (const auto& slot : entry.slots) slots.fixed(slot);
        out.list(rlp::List().fixed(entry.address).list(slots));
    }
    return out;
}

rlp::List authorization_list(const std::vector<SignedAuthorization>& entries) {
    rlp::List out;
    for (const auto& entry : entries) {
        const auto& [inner, signature] = entry;
        out.list(rlp::List()
                     .uint(inner.chain_id)
                     .fixed(inner.address)
                     .uint(inner.nonce)
                     .uint(signature.odd_y ? 1 : 0)
                     .uint(signature.r)
                     .uint(signature.s));
    }
    return out;
}

void put_message(rlp::List& list, const Message& m) {
    list.uint(m.gas_limit);
    put_to(list, m.to);
    list.uint(m.value.value).bytes(m.data);
}

rlp::List fields(const Legacy& tx) {
    rlp::List out;
    out.uint(tx.message.nonce).uint(tx.gas_price.value);
    put_message(out, tx.message);
    return out;
}

rlp::List fields(const Eip2930& tx) {
    rlp::List out;
    out.uint(tx.chain_id).uint(tx.message.nonce).uint(tx.gas_price.value);
    put_message(out, tx.message);
    return out.list(access_list(tx.access_list));
}

template <class Fee>
rlp::List fee_fields(const Fee& tx) {
    rlp::List out;
    out.uint(tx.chain_id).uint(tx.message.nonce).uint(tx.max_priority_fee.value).uint(tx.max_fee.value);
    put_message(out, tx.message);
    return out.list(access_list(tx.access_list));
}

rlp::List fields(const Eip1559& tx) {
    return fee_fields(tx);
}

rlp::List fields(const Eip7702& tx) {
    return fee_fields(tx).list(authorization_list(tx.authorizations));
}

Bytes finish(const rlp::List& list, std::uint8_t type) {
    if (type == kLegacyType) return list.encode();
    const std::uint8_t prefix[] = {type};
    return list.encode(prefix);
}

}  // namespace

std::uint8_t type_of(const Transaction& transaction) {
    static constexpr std::uint8_t kTypes[] = {kLegacyType, 1, 2, 4};
    static_assert(std::variant_size_v<Transaction> == std::size(kTypes));
    return kTypes[transaction.index()];
}

const Message& message(const Transaction& transaction) {
    return std::visit([](const auto& tx) -> const Message& { return tx.message; }, transaction);
}

Bytes encode_unsigned(const Transaction& transaction) {
    rlp::List list = std::visit([](const auto& tx) { return fields(tx); }, transaction);
    const auto* legacy = std::get_if<Legacy>(&transaction);
    if (legacy != nullptr && legacy->chain_id) list.uint(*legacy->chain_id).uint(0).uint(0);  // EIP-155
    return finish(list, type_of(transaction));
}

Hash32 signing_hash(const Transaction& transaction) {
    return keccak256(encode_unsigned(transaction));
}

Bytes encode_signed(const Transaction& transaction, const keys::Signature& signature) {
    rlp::List list = std::visit([](const auto& tx) { return fields(tx); }, transaction);
    const std::uint64_t parity = signature.odd_y ? 1 : 0;
    U256 v{parity};
    if (const auto* legacy = std::get_if<Legacy>(&transaction)) {
        const u128 first = legacy->chain_id ? static_cast<u128>(*legacy->chain_id) * 2 + kFirstReplaySafeV : kFirstV;
        v = U256::from_u128(first + parity);
    }
    list.uint(v).uint(signature.r).uint(signature.s);
    return finish(list, type_of(transaction));
}

Hash32 signing_hash(const Authorization& authorization) {
    static constexpr std::uint8_t kMagic[] = {0x05};
    return keccak256(
        rlp::List().uint(authorization.chain_id).fixed(authorization.address).uint(authorization.nonce).encode(kMagic));
}

}  // namespace plimsoll::tx
