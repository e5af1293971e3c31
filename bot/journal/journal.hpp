// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bot/engine/command.hpp"
#include "bot/journal/database.hpp"

/// The durable memory of the daemon: what was wanted, signed, sent and how it ended. Records only grow. Nothing may
/// leave the process before the record of it is here.
namespace plimsoll::journal {

/// Which part of the past is asked for.
struct HistoryFilter {
    std::optional<std::string> position{};
    std::int64_t since_ms = 0;  // steps with a record at or after this
    std::size_t limit = 100;    // newest steps
};

/// All rows of one step (one nonce's story), in the order of writing.
using StepHistory = std::vector<engine::JournalRecord>;

struct DecisionRow {
    std::int64_t time_ms{};
    engine::Decision decision;
};

struct AlertRow {
    std::int64_t time_ms{};
    engine::Alert alert;
    std::string delivered;  // "log ok, webhook failed"
};

/// The operator's word that nothing new is to be signed for a wallet.
struct WalletPause {
    std::string wallet;
    std::int64_t since_ms{};
    std::int64_t until_ms{};  // engine::kUntilResumed: until it is taken back
    std::string by;           // "telegram 123456", "console"

    bool operator==(const WalletPause&) const = default;
};

/// The operator's word that a wallet whose configuration says live is to be a dry run.
struct WalletDry {
    std::string wallet;
    std::int64_t since_ms{};
    std::string by;

    bool operator==(const WalletDry&) const = default;
};

/// A message on its way to people by one channel, and how it ended.
struct DeliveryRow {
    std::int64_t id{};    // grows over the file's life
    std::string channel;  // name, and "/chat" where there are several
    std::string state;    // "waiting" | "sent" | "expired" | "refused" | "needless" | "crowded-out"
    std::int64_t raised_ms{};
    std::int64_t due_ms{};    // while it waits: not before
    std::int64_t until_ms{};  // then it is of no use any more
    std::int64_t ended_ms{};  // zero while it waits
    std::uint32_t tries{};
    engine::Alert alert;  // with the text as it goes out
    std::string chain;
    std::string key;   // dedup_key
    std::string note;  // of the last failure, for people

    bool waits() const { return state == "waiting"; }
};

/// When a channel last took a message, and when it was last given a test; 0: never.
struct ChannelRow {
    std::string channel;
    std::int64_t taken_ms{};
    std::int64_t tested_ms{};
};

/// Somebody has seen the alerts of this key and takes care.
struct AcknowledgedRow {
    std::string key;
    std::int64_t time_ms{};
    std::string by;
};

struct SettingsChange {
    std::int64_t time_ms{};
    std::string key;
    std::string old_value;  // as `config show` prints it: secrets never
    std::string new_value;
};

std::string_view to_string(engine::Outcome outcome);
std::string_view to_string(engine::AlertLevel level);

/// A key that sends on a chain.
struct Owner {
    ChainId chain_id{};
    Address address;
};

/// What is kept of that which is for people only.
struct Retention {
    std::int64_t decisions = 100'000;
    std::int64_t alerts = 20'000;
    std::int64_t settings_changes = 20'000;
    std::int64_t deliveries = 20'000;
};

/// Synchronous; used by one thread. Failures: Errc::Io (disk full, I/O, damage: nothing was recorded), Errc::Mismatch
/// (a record that contradicts one that is there, or bytes that are not what was written), Errc::Range.
class Journal {
  public:
    /// As Database::open. The file is "<data_dir>/journal.db".
    static Result<std::unique_ptr<Journal>> open(const std::string& path, Access access, Retention retention = {});

    /// All records or none, on disk when this returns without error. A record that is there already, word for word
    /// but for its time, is taken as written (the answer to the first writing may have been lost).
    Result<void> append(std::span<const engine::JournalRecord> records);
    /// Several appends with one sync: each succeeds or fails by itself.
    std::vector<Result<void>> append_groups(std::span<const std::vector<engine::JournalRecord>> groups);

    /// All rows of every step that has neither a Settled nor an Abandoned row, in the order of writing.
    Result<std::vector<engine::JournalRecord>> unsettled();
    /// All rows of every step that was settled or abandoned at most `span_ms` before now, or before the newest row
    /// where that is older: a clock that was set forward makes nothing old. In the order of writing.
    Result<std::vector<engine::JournalRecord>> ended_lately(std::int64_t now_ms, std::int64_t span_ms);
    /// Settled steps with time_ms >= since_ms, oldest first.
    Result<std::vector<engine::Spending>> spent_since(std::int64_t since_ms);
    /// Newest steps first.
    Result<std::vector<StepHistory>> history(const HistoryFilter& filter);
    /// The highest nonce that was ever reserved, unless given back unsigned: a chain that is further has another
    /// sender.
    Result<std::optional<Nonce>> highest_nonce(ChainId chain, const Address& address);

    /// Binds the journal to the keys that act with it. Errc::Refused when it belongs to other ones, none of which is
    /// among them, unless `adopt`: their limits and open transactions are in it. No owners: nothing is done.
    Result<void> claim(std::span<const Owner> owners, bool adopt, std::int64_t time_ms);
    /// A process begins: how many before it, the newest ones in a row, have not ended by themselves and began within
    /// the last `window_ms`.
    Result<std::uint32_t> begin_life(std::int64_t time_ms, std::int64_t window_ms);
    /// It ends as it was asked to.
    Result<void> end_life(std::int64_t time_ms);

    Result<void> add_decisions(std::span<const DecisionRow> rows);
    Result<void> add_alerts(std::span<const AlertRow> rows);
    Result<void> add_settings_changes(std::span<const SettingsChange> rows);
    /// Newest first; decisions of one position, or with an empty name of all.
    Result<std::vector<DecisionRow>> decisions(const std::string& position, std::size_t limit);
    Result<std::vector<AlertRow>> alerts(std::int64_t since_ms, std::size_t limit);
    Result<std::vector<SettingsChange>> settings_changes(std::int64_t since_ms, std::size_t limit);

    /// New rows, or new states of known ones.
    Result<void> put_deliveries(std::span<const DeliveryRow> rows);
    /// Those that wait, and those that ended at since_ms or later; oldest first.
    Result<std::vector<DeliveryRow>> deliveries(std::int64_t since_ms);
    Result<std::int64_t> last_delivery();  // highest number given
    Result<std::vector<ChannelRow>> channels();
    Result<void> acknowledge(const AcknowledgedRow& row);
    Result<void> forget_acknowledged(const std::string& key);
    Result<std::vector<AcknowledgedRow>> acknowledged();

    Result<void> set_paused(const std::string& position, bool paused, std::int64_t time_ms);
    Result<std::vector<std::string>> paused();
    /// Takes the place of the wallet's pause before it.
    Result<void> pause_wallet(const WalletPause& pause);
    Result<void> resume_wallet(const std::string& wallet);
    Result<std::vector<WalletPause>> wallet_pauses();
    /// The same of the switch to a dry run.
    Result<void> dry_wallet(const WalletDry& dry);
    Result<void> live_wallet(const std::string& wallet);
    Result<std::vector<WalletDry>> dry_wallets();

    /// A durable write of no content, which proves that the next record could be written.
    Result<void> probe(std::int64_t time_ms);

  private:
    Journal(std::unique_ptr<Database> database, Retention retention);
    Result<void> add(const engine::JournalRecord& record);
    Result<bool> known(const engine::JournalRecord& record);
    Result<void> claim_nonce(const engine::JournalRecord& record);
    Result<void> close_step(const engine::JournalRecord& record);
    Result<std::vector<engine::JournalRecord>> select(const std::string& condition,
                                                      std::span<const std::string> arguments);
    void trim(const char* table, std::int64_t keep);

    std::unique_ptr<Database> database_;
    Retention retention_;
};

}  // namespace plimsoll::journal
