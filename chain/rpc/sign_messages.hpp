// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/jsonrpc.hpp"
#include "chain/tx/transaction.hpp"

/// What is said to a service that signs (Web3Signer's eth1 API) and what its answers prove. No sockets, no clock.
namespace plimsoll::rpc {

/// The longest answer that can be right: the hex of the largest transaction that pools take, and its envelope.
constexpr std::size_t kSignAnswerMost = 2 * tx::kMaxRaw + 4'096;

/// eth_signTransaction with every field given. The nonce always is: a service left to choose one takes a fresh one with
/// every try, and one intent becomes two transactions.
Request sign_request(const tx::Eip1559& asked, const Address& from);

/// The signed transaction in the answer to request `id`, proven by tx::prove_signed. Errc::Rpc with the service's own
/// words, Errc::Refused for HTTP 401 and 403, Errc::Io for another HTTP status without a JSON-RPC error, Errc::Decode
/// for what is no answer, Errc::Mismatch with the name of the field that was signed otherwise.
Result<tx::SignedTransaction> read_signed(HttpReply reply, RequestId id, const tx::Eip1559& asked, const Address& from);

/// Whether `address` is among the answer to eth_accounts; Errc::NotFound when it is not, else as above.
Result<void> read_accounts(HttpReply reply, RequestId id, const Address& address);

}  // namespace plimsoll::rpc
