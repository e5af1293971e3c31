// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bot/engine/engine_config.hpp"
#include "bot/engine/journal_record.hpp"
#include "chain/types/block.hpp"
#include "chain/types/pending.hpp"
#include "strategies/situation.hpp"

/// All that the engine learns. It has no clock: every event carries the time at which the shell took it in.
namespace plimsoll::engine {

/// Names a request of the engine; its answer carries the same number. Zero is never used.
using RequestId = std::uint64_t;

/// The operator's word: nothing new is signed for a wallet before this time. What is signed already is sent again and
/// followed to its end.
struct Pause {
    std::string wallet;
    std::int64_t until_ms{};  // unix; kUntilResumed: until it is taken back

    bool operator==(const Pause&) const = default;
};
inline constexpr std::int64_t kUntilResumed = 9'007'199'254'740'991;  // 2^53 - 1: exact in every reader of JSON

/// First event. `records` are all rows of every step that has neither a Settled nor an Abandoned row, and of those that
/// got one within the last hour, each step's in the order of writing; `spendings` what was included
/// in the last 24 hours: the settled steps, and those found in a block after they were given up.
struct Started {
    /// What the journal knows of a key that sends: the lowest nonce that it has never used.
    struct KnownNonce {
        Address address;
        Nonce next{};
    };
    std::vector<JournalRecord> records;
    std::vector<Spending> spendings;
    std::vector<std::string> paused;   // positions by name
    std::vector<KnownNonce> nonces{};  // keys that are not here have no history in the journal
    bool adopted{};                    // the owner says that what the keys did without the journal was right
    /// The process has crashed several times in a row: until then it watches, alarms and sends what is signed. Zero:
    /// all is well.
    std::int64_t safe_until_ms{};
    std::vector<Pause> pauses{};
};

/// At least every second, so that silence is noticed.
struct Tick {};

/// The feed's BlockAdded. `filter` is the revision of the SetLogFilter with which these logs were selected.
struct BlockAdded {
    BlockRef block;
    std::vector<Log> logs;
    std::uint64_t filter{};
};

/// The feed's Reorg; `removed` newest first.
struct Reorg {
    BlockRef ancestor;
    std::vector<BlockRef> removed;
};

/// The feed starts, or starts anew, at `block`.
struct Restarted {
    BlockRef block;
};

struct FeedStale {
    std::string reason;
};
struct FeedLive {};

/// Answer to Read: with an empty `error`, one result per call.
struct ReadDone {
    RequestId id{};
    std::string error;
    std::vector<CallResult> results;
};

/// Answer to FetchAccount.
struct AccountDone {
    RequestId id{};
    std::string error;
    Wei native;            // balance at the block asked
    Nonce nonce_latest{};  // at the block asked
    Nonce nonce_pending{};
    bool has_code{};  // an EIP-7702 delegation or a contract: such a sender may have only one transaction in flight
};

/// Answer to FetchFees.
struct FeesDone {
    RequestId id{};
    std::string error;
    BlockNumber newest_block{};
    Wei next_base_fee;            // per gas, of the block after newest_block
    std::vector<Wei> priorities;  // per gas, one per block, oldest first: the asked percentile of what was paid
};

/// Answer to Simulate: one eth_call that runs `before`, `calls` and `after` in order, as the sender.
struct SimulationDone {
    RequestId id{};
    std::string error;  // the request itself failed, so nothing is known
    std::vector<CallResult> before;
    std::vector<CallResult> calls;  // one per call; a failed one holds its revert data
    std::vector<CallResult> after;
};

/// Answer to EstimateGas.
struct GasDone {
    RequestId id{};
    std::string error;
    Gas gas{};
};

/// Answer to FetchOffers; some may have come in spite of an error.
struct OffersDone {
    RequestId id{};
    std::string error;
    std::vector<strategies::Offer> offers;  // expires_ms zero: nothing is said of it
};

/// Answer to Persist: with an empty `error` the records survive loss of power.
struct Persisted {
    RequestId id{};
    std::string error;
};

/// Answer to Sign.
struct Signed {
    RequestId id{};
    std::string error;
    Bytes raw;
    Hash32 hash;  // keccak256(raw), computed here and not by the node
};

/// What a node's answer to a broadcast means (chain/tx classifies its text).
enum class SendOutcome : std::uint8_t {
    Accepted,                // the node took it
    AlreadyKnown,            // it had it
    ReplacementUnderpriced,  // another transaction holds the nonce at a price too near
    Underpriced,             // below the pool's floor
    NonceTooLow,             // the nonce is used: by one of ours, or by somebody else
    NonceTooHigh,            // a lower nonce is missing at that node
    InsufficientFunds,
    FeeCapExceeded,  // this endpoint's own policy
    AccountLimit,    // too many in flight, or a delegated account
    Invalid,         // never acceptable as it is: gas limits, size, form
    Unknown,         // timeout, reset, unreadable: it may be in the pool
};

/// One endpoint's answer to Broadcast; there may be several to one Broadcast.
struct Sent {
    Hash32 hash;
    std::string endpoint;
    SendOutcome outcome{};
    std::string text;  // the node's words, for the log
    bool relay{};      // a relay's answer, or what it says later of what it took
};

struct ReceiptInfo {
    BlockNumber block_number{};
    Hash32 block_hash;
    bool succeeded{};
    Gas gas_used{};
    Wei effective_gas_price;
    Wei data_fee{};  // besides gas, of a rollup of the OP stack; its operator's fee is not in it
};

/// Answer to FetchReceipt. Without error and receipt, this endpoint has none now, which proves nothing.
struct ReceiptDone {
    Hash32 hash;
    std::string error;
    std::optional<ReceiptInfo> receipt;
};

/// New limits, levels, positions and modes of the same chain and markets; effective at once. Open incidents go on.
struct SettingsReloaded {
    EngineConfig config;
};

struct SetPaused {
    std::string position;
    bool paused{};
};

/// What nodes say of blocks that cannot be replaced any more. Told when it changes.
struct FinalityTold {
    BlockNumber number{};  // the newest such block; zero: none yet
    Hash32 hash;
    bool known{};  // the nodes know such blocks
    /// Blocks that were told to be final have been replaced, and no second node says so: why nothing new is spent.
    std::string violated;
};

/// A node holds this transaction for a coming block, or `gone`: it does not any more, for which the hash is enough.
/// Said of those that WatchPending named, again after each of them.
struct PendingSeen {
    PendingTransaction transaction;
    bool gone{};
};

/// Answer to AskEach: what each node that is read says by itself, best first; fewer than two where there is nobody else
/// to ask.
struct EachTold {
    struct Account {
        std::string node;   // as it may be shown
        std::string error;  // it says nothing
        std::vector<CallResult> results;
    };
    RequestId id{};
    std::vector<Account> told;
};

/// Takes the place of the wallet's pause before it; with until_ms zero it goes on.
struct SetWalletPaused {
    Pause pause;
};

using EventBody =
    std::variant<Started, Tick, BlockAdded, Reorg, Restarted, FeedStale, FeedLive, ReadDone, AccountDone, FeesDone,
                 SimulationDone, GasDone, Persisted, Signed, Sent, ReceiptDone, SettingsReloaded, SetPaused, OffersDone,
                 FinalityTold, PendingSeen, SetWalletPaused, EachTold>;

struct Event {
    std::int64_t time_ms{};  // unix, wall clock
    EventBody body;
};

}  // namespace plimsoll::engine
