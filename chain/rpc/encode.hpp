// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "chain/rpc/eth.hpp"

/// Parameters of calls as JSON text.
namespace plimsoll::rpc {

std::string encode_quantity(std::uint64_t value);
/// A tag, a quantity, or {"blockHash", "requireCanonical": true} (EIP-1898).
std::string encode_block(const BlockId& block);
std::string encode_call(const CallRequest& request);
/// eth_call's arguments: call, block and, where code is replaced, the state override set.
std::string encode_call_params(const CallRequest& request, const BlockId& block);
std::string encode_filter(const LogFilter& filter, const Hash32& block);
std::string encode_filter(const LogFilter& filter, BlockNumber from, BlockNumber to);

}  // namespace plimsoll::rpc
