// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "chain/lending/market.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::engine {

/// What of a transaction is durable. The journal only grows: each record is one row, written when the stage is entered.
enum class Stage : std::uint8_t {
    Intent,     // the incident wants this action
    Reserved,   // and holds this nonce for it
    Signed,     // one attempt: raw bytes, hash and fees; written before the bytes leave the process
    Sent,       // an endpoint took the bytes (information only: a Signed attempt may always have been sent)
    Seen,       // a receipt of one attempt is in a canonical block
    Settled,    // final: `outcome` and `gas_spent` are known, the nonce is used
    Abandoned,  // final: nothing was signed, or the nonce was used by somebody else
};

/// Why the transaction exists.
enum class Purpose : std::uint8_t {
    ResetApproval,  // approve(spender, 0) for tokens that refuse to change a non-zero allowance
    Approve,        // allowance needed by the rescue
    Prepare,        // allowance given ahead of need
    Rescue,         // what raises the health factor
};

/// The fields of an EIP-1559 transaction.
struct TxFields {
    ChainId chain_id{};
    Nonce nonce{};
    Wei max_priority_fee;  // per gas
    Wei max_fee;           // per gas
    Gas gas_limit{};
    Address to;
    Wei value;
    Bytes data;

    bool operator==(const TxFields&) const = default;
};

/// One row of the journal. `incident` and `step` name one nonce's story; `attempt` counts its signed replacements from
/// 0. Every row repeats the identity and what is known so far, so that the last rows of a step tell all of it.
struct JournalRecord {
    std::string incident;  // "<position>/<unix ms>", unique
    std::uint32_t step{};  // transactions of the incident, in order: each has a nonce of its own
    std::uint32_t attempt{};
    Stage stage{};
    Purpose purpose{};
    std::string position;
    std::string wallet;  // name
    Address address;     // of the sender
    ChainId chain_id{};
    std::int64_t time_ms{};

    BlockNumber trigger_number{};  // the block that made it necessary
    Hash32 trigger_hash;
    Address asset;       // the debt repaid, or the token approved
    TokenAmount amount;  // as computed; closing a debt sends "all"
    BaseValue value;     // moved by this step: zero for approvals
    Wad health_before;
    Wad health_expected;

    std::optional<Nonce> nonce;  // from Reserved on
    TxFields tx;                 // from Signed on (the attempt's); before that only `to` and `data`
    Hash32 hash;                 // from Signed on
    Bytes raw;                   // Signed only
    std::string endpoint;        // Sent only
    BlockNumber block_number{};  // Seen, Settled
    Hash32 block_hash;           // Seen, Settled
    bool succeeded{};            // Seen, Settled: the receipt's status
    std::string outcome;         // Settled, Abandoned: "rescued", "below-trigger", "approved", "reverted", ...
    Wei gas_spent;               // Settled: gas used times the effective price, and what a rollup bills besides

    std::string strategy;      // whose plan it is
    std::uint32_t rung{};      // its place in the ladder of its block, from 1; 0 where there was none
    std::uint32_t cost_bps{};  // expected cost, gas included, of the debt repaid; 0 where none is

    bool operator==(const JournalRecord&) const = default;
};

/// What a settled step used of the limits, for the sums of the last 24 hours and the cool-down.
struct Spending {
    std::string position;
    std::string wallet;
    std::int64_t time_ms{};
    Purpose purpose{};
    bool succeeded{};
    BaseValue value;
    Wei gas;

    bool operator==(const Spending&) const = default;
};

}  // namespace plimsoll::engine
