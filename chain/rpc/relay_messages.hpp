// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/keys/private_key.hpp"
#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/jsonrpc.hpp"
#include "chain/types/block.hpp"

/// What is said to a relay of private transactions, and what it answers. No sockets, no clock. Sources: the
/// documentation of Flashbots (eth_sendPrivateTransaction, eth_sendBundle, request signatures, transaction status),
/// which other builders follow.
namespace plimsoll::rpc {

/// One transaction on its way to builders.
struct Submission {
    Bytes raw;
    Hash32 hash;         // keccak256(raw)
    BlockNumber head{};  // the newest block known
    Hash32 first;        // hash of the first transaction with this nonce: what replaces it replaces its bundle
};

/// Relays shorten what is longer, without a word.
constexpr BlockNumber kPrivateBlocksMost = 25;

/// eth_sendPrivateTransaction, to all builders that the relay knows, for kPrivateBlocksMost blocks.
Request private_transaction(const Submission& submission);
/// eth_sendBundle of this transaction alone, for the block after the head. A reverting transaction drops the bundle.
Request bundle(const Submission& submission);

/// "X-Flashbots-Signature: address:signature". Signed by EIP-191 is the hex text of the body's Keccak-256.
Result<std::string> identity_header(const keys::PrivateKey& identity, std::string_view body);

/// The answer to request `id` that sent a private transaction. Errc::Mismatch when the relay took another one than
/// `hash`, else the errors of read_answer.
Result<void> read_taken(HttpReply reply, RequestId id, const Hash32& hash);
/// ... or a bundle, whose hash is the relay's own matter.
Result<void> read_bundle_taken(HttpReply reply, RequestId id);

/// What a relay says of a transaction that it took.
struct RelayStatus {
    enum class State : std::uint8_t {
        Pending,
        Included,
        Lost,  // failed, cancelled, or the relay knows nothing of it
    };
    State state{};
    bool fee_too_low{};  // its maximum fee does not cover the base fee
    std::string text;    // for people
};

/// Errc::Decode for an answer of another form or of another transaction, Errc::Io for an HTTP status other than 200.
Result<RelayStatus> read_status(HttpReply reply, const Hash32& hash);

}  // namespace plimsoll::rpc
