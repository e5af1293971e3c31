// SPDX-License-Identifier: Apache-2.0
// What writing and reading of envelopes share.
#pragma once

#include "chain/tx/transaction.hpp"

namespace plimsoll::tx {

constexpr std::uint8_t kLegacyType = 0;          // not written: a legacy envelope starts with its list
constexpr std::uint64_t kFirstV = 27;            // v of a legacy signature without a chain id
constexpr std::uint64_t kFirstReplaySafeV = 35;  // EIP-155: v = 35 + 2 * chain_id + parity

std::uint8_t type_of(const Transaction& transaction);

}  // namespace plimsoll::tx
