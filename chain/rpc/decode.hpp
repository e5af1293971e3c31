// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "chain/rpc/eth.hpp"
#include "chain/rpc/json.hpp"

/// Typed values from what nodes answer. Strict: a quantity has no leading zeros, data has whole bytes, a field that
/// must be there is there. Every failure is Errc::Decode and names the field; nothing unknown ever reads as zero.
namespace plimsoll::rpc {

Result<std::uint64_t> decode_u64(JsonValue value);
Result<U256> decode_u256(JsonValue value);
Result<Bytes> decode_bytes(JsonValue value);
Result<Hash32> decode_hash(JsonValue value);
Result<Address> decode_node_address(JsonValue value);

/// Of eth_getBlockBy* and newHeads.
Result<Header> decode_header(JsonValue value);
Result<Log> decode_log(JsonValue value);
Result<std::vector<Log>> decode_logs(JsonValue value);
/// Nothing for null: the node knows no receipt.
Result<std::optional<Receipt>> decode_receipt(JsonValue value);
/// Of eth_getTransactionByHash and newPendingTransactions. Nothing for null, for one that is in a block, and for one
/// that creates a contract.
Result<std::optional<PendingTransaction>> decode_pending(JsonValue value);
Result<FeeHistory> decode_fee_history(JsonValue value);

/// Logs as one block's answer to a filter must be: of that block, matching, in order. Errc::Mismatch otherwise.
Result<void> check_logs_of_block(const std::vector<Log>& logs, const LogFilter& filter, const Hash32& block);

}  // namespace plimsoll::rpc
