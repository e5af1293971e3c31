// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "chain/types/block.hpp"

/// Multicall3, which has the same address on every chain that has it (github.com/mds1/multicall).
namespace plimsoll::rpc {

constexpr Address kMulticall3 = Address::literal("0xca11bde05977b3631167028862be2a173976ca11");

/// Calldata of aggregate3((address target, bool allowFailure, bytes callData)[]), failures allowed in all.
Bytes encode_aggregate3(std::span<const Call> calls);

/// (bool success, bytes returnData)[] of exactly `count`. Errc::Decode otherwise.
Result<std::vector<CallResult>> decode_aggregate3(ByteView data, std::size_t count);

}  // namespace plimsoll::rpc
