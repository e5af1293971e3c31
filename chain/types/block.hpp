// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"

namespace plimsoll {

/// One block by identity. Every fact that leads to spending is tied to `hash`.
struct BlockRef {
    BlockNumber number{};
    Hash32 hash;
    Hash32 parent;
    Timestamp timestamp{};  // seconds
    Wei base_fee;           // per gas, EIP-1559; zero before London

    bool operator==(const BlockRef&) const = default;
};

struct Log {
    Address address;
    std::vector<Hash32> topics;
    Bytes data;
    BlockNumber block_number{};
    Hash32 block_hash;
    Hash32 transaction_hash;
    std::uint32_t transaction_index{};
    std::uint32_t log_index{};
    bool removed{};

    bool operator==(const Log&) const = default;
};

/// eth_getLogs selection: any of the addresses, and any of the first topics. Empty means no restriction.
struct LogFilter {
    std::vector<Address> addresses;
    std::vector<Hash32> topics0;

    bool operator==(const LogFilter&) const = default;
};

/// One read of contract state.
struct Call {
    Address to;
    Bytes data;

    bool operator==(const Call&) const = default;
};

/// Answer of one Call: with `success` false, `data` is the revert data.
struct CallResult {
    bool success{};
    Bytes data;

    bool operator==(const CallResult&) const = default;
};

}  // namespace plimsoll
