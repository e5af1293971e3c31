// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/types/address.hpp"
#include "chain/types/block.hpp"
#include "chain/types/bytes.hpp"

namespace plimsoll {

/// A transaction that a node holds for a coming block, as far as what it says can be judged. Nothing in it is proven.
struct PendingTransaction {
    Hash32 hash;
    Address from;
    Nonce nonce{};
    Address to;
    Bytes data;

    bool operator==(const PendingTransaction&) const = default;
};

}  // namespace plimsoll
