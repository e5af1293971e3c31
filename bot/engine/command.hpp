// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "bot/engine/decision.hpp"
#include "bot/engine/event.hpp"
#include "bot/engine/journal_record.hpp"
#include "chain/lending/market.hpp"
#include "chain/types/block.hpp"
#include "strategies/situation.hpp"

/// All that the engine wants done. The shell runs commands in the order given and may overlap what waits for the
/// network; it answers each request exactly once, failures and lost connections included, and never retries a Broadcast
/// on its own.
namespace plimsoll::engine {

/// One multicall at the block's hash -> ReadDone.
struct Read {
    RequestId id{};
    BlockRef at;
    std::vector<Call> calls;
};

/// -> FeesDone. eth_feeHistory of `blocks` blocks to the newest, with one percentile.
struct FetchFees {
    RequestId id{};
    std::uint32_t blocks = 10;
    std::uint32_t percentile = 50;
};

/// Balance, code and nonce at the block's hash, and the pending nonce -> AccountDone.
struct FetchAccount {
    RequestId id{};
    Address address;
    BlockRef at;
};

/// One eth_call at the block's hash with `from`'s code replaced by that of Multicall3, so that the calls come from the
/// wallet: `before`, `calls`, `after`, in order, each allowed to fail -> SimulationDone.
struct Simulate {
    RequestId id{};
    Address from;
    BlockRef at;
    std::vector<Call> before;
    std::vector<lending::ContractCall> calls;
    std::vector<Call> after;
    bool spare{};      // can as well be left: nothing is spent on the answer
    Timestamp time{};  // as if the block were of this time; zero: its own
};

/// eth_estimateGas of one call on the newest head -> GasDone.
struct EstimateGas {
    RequestId id{};
    Address from;
    lending::ContractCall call;
};

/// What aggregators offer for these sales -> OffersDone. Nothing waits for the answer.
struct FetchOffers {
    RequestId id{};
    Address taker;   // calls the target, and gets what is bought
    Address origin;  // whose key signs the transaction
    std::uint32_t slippage_bps{};
    std::vector<strategies::OfferWanted> wanted;
    std::vector<TokenAmount> local;  // for each what our own pools would give; zero: nothing
};

/// One durable commit of all records -> Persisted.
struct Persist {
    RequestId id{};
    std::vector<JournalRecord> records;
};

/// With the key that signs for this wallet -> Signed.
struct Sign {
    RequestId id{};
    std::string wallet;
    TxFields tx;
};

/// To every endpoint of the chain and every relay -> Sent, one each.
struct Broadcast {
    Bytes raw;
    Hash32 hash;
    bool hidden{};       // to the relays alone
    BlockNumber head{};  // the newest block known
    Hash32 first;        // of the first attempt with this nonce
};

/// -> ReceiptDone.
struct FetchReceipt {
    Hash32 hash;
};

enum class AlertLevel : std::uint8_t { Info, Warning, Critical };

/// For people. Already free of repetition: the shell delivers each one.
struct Alert {
    AlertLevel level{};
    std::string kind;      // stable: "below-warn", "limit-gas-per-day", "audit-mismatch", ...
    std::string position;  // or the wallet's name, or empty
    std::string text;
    bool resolved{};  // the condition is over
    bool event{};     // it happened, and does not last
};

/// To the record of decisions: what `why` shows.
struct Decide {
    Decision decision;
};

/// Logs of all later blocks are selected by this filter. It never shrinks.
struct SetLogFilter {
    std::uint64_t revision{};
    LogFilter filter;
};

/// Pending transactions to one of these addresses are told from now on, and whether the nodes still have `held`
/// -> PendingSeen, any number. Nothing waits for it; nodes that do not tell them are left.
struct WatchPending {
    std::vector<Address> to;
    std::vector<Hash32> held;
};

/// The same calls at the same block of every node by itself -> EachTold.
struct AskEach {
    RequestId id{};
    BlockRef at;
    std::vector<Call> calls;
};

using Command = std::variant<Read, FetchFees, FetchAccount, Simulate, EstimateGas, Persist, Sign, Broadcast,
                             FetchReceipt, Alert, Decide, SetLogFilter, FetchOffers, WatchPending, AskEach>;

}  // namespace plimsoll::engine
