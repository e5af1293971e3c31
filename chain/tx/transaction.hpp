// SPDX-License-Identifier: Apache-2.0
// The transactions of Ethereum: what is signed, what is sent, and what came back.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "chain/keys/signature.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::keys {
class Signer;
}

namespace plimsoll::tx {

/// EIP-2930: an account and storage slots of it that will be touched.
struct AccessEntry {
    Address address;
    std::vector<Hash32> slots;

    bool operator==(const AccessEntry&) const = default;
};

/// EIP-7702: "the code of `address` runs as me", signed by the account meant. `chain_id` zero is every chain.
struct Authorization {
    ChainId chain_id{};
    Address address;
    Nonce nonce{};

    bool operator==(const Authorization&) const = default;
};

struct SignedAuthorization {
    Authorization authorization;
    keys::Signature signature;

    bool operator==(const SignedAuthorization&) const = default;
};

/// What all kinds share. Without `to` the data are the code of a new contract.
struct Message {
    Nonce nonce{};
    Gas gas_limit{};
    std::optional<Address> to;
    Wei value;
    Bytes data;

    bool operator==(const Message&) const = default;
};

/// Before EIP-2718. Without a chain id (before EIP-155) a signature is valid on every chain: for reading only.
struct Legacy {
    std::optional<ChainId> chain_id;
    Message message;
    Wei gas_price;

    bool operator==(const Legacy&) const = default;
};

/// Type 1.
struct Eip2930 {
    ChainId chain_id{};
    Message message;
    Wei gas_price;
    std::vector<AccessEntry> access_list;

    bool operator==(const Eip2930&) const = default;
};

/// Type 2, the one that we send.
struct Eip1559 {
    ChainId chain_id{};
    Message message;
    Wei max_priority_fee;  // per gas
    Wei max_fee;           // per gas
    std::vector<AccessEntry> access_list;

    bool operator==(const Eip1559&) const = default;
};

/// Type 4. `message.to` must be set.
struct Eip7702 {
    ChainId chain_id{};
    Message message;
    Wei max_priority_fee;  // per gas
    Wei max_fee;           // per gas
    std::vector<AccessEntry> access_list;
    std::vector<SignedAuthorization> authorizations;

    bool operator==(const Eip7702&) const = default;
};

using Transaction = std::variant<Legacy, Eip2930, Eip1559, Eip7702>;

const Message& message(const Transaction& transaction);

struct SignedTransaction {
    Transaction transaction;
    keys::Signature signature;
    Bytes raw;       // for eth_sendRawTransaction
    Hash32 hash;     // of raw, computed here and not by a node
    Address sender;  // recovered from the signature

    bool operator==(const SignedTransaction&) const = default;
};

constexpr std::size_t kMaxRaw = 128U * 1024;  // bytes: geth's pool takes no more (txMaxSize)

/// The bytes whose hash is signed, that hash, and the bytes sent.
Bytes encode_unsigned(const Transaction& transaction);
Hash32 signing_hash(const Transaction& transaction);
Bytes encode_signed(const Transaction& transaction, const keys::Signature& signature);

/// Strict: canonical RLP, known type, every field within its width (nonces and gas in 64 bits, parity 0 or 1, chain ids
/// in 64 bits), low s, at most kMaxRaw bytes. Errc::Decode, Errc::Range or Errc::Unsupported (blobs and unknown types),
/// with the field's name; Errc::Mismatch for a signature that no key can have made.
Result<SignedTransaction> decode_signed(ByteView raw);
/// The inverse of encode_unsigned.
Result<Transaction> decode_unsigned(ByteView raw);

/// Signs, then proves the result: the sender recovered from the bytes is the signer, and the bytes decode to the same
/// fields. A difference is Errc::Internal and nothing leaves.
Result<SignedTransaction> sign(Transaction transaction, keys::Signer& signer);

/// What somebody else signed, proven to be what was asked and no more: the same kind and fields, nothing behind them,
/// low s, signed by `from`. Errc::Mismatch names the first field that differs; what does not decode is as in
/// decode_signed.
Result<SignedTransaction> prove_signed(const Transaction& asked, const Address& from, ByteView raw);

/// EIP-7702: keccak256(0x05 || rlp([chain_id, address, nonce])).
Hash32 signing_hash(const Authorization& authorization);
Result<SignedAuthorization> sign(const Authorization& authorization, keys::Signer& signer);
/// Whose code is set. A high s is refused, as the EIP does.
Result<Address> authority(const SignedAuthorization& authorization);

/// Gas used before the first instruction (EIP-2028, 2930, 3860, 7702), and the least that EIP-7623 charges.
Gas intrinsic_gas(const Transaction& transaction);
/// Whether pools can take it at all: gas limit at or above intrinsic_gas, a priority fee not above the maximum fee, a
/// nonce below 2^64 - 1 (EIP-2681), a recipient and authorisations for type 4, a chain id that is not zero.
/// Errc::Refused with the reason.
Result<void> check_sendable(const Transaction& transaction);

}  // namespace plimsoll::tx
