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

struct SettingsChange {
    std::int64_t time_ms{};
    std::string key;
    std::string old_value;  // as `config show` prints it: secrets never
    std::string new_value;
};

std::string_view to_string(engine::Outcome outcome);
std::string_view to_string(engine::AlertLevel level);

/// What is kept of that which is for people only.
struct Retention {
    std::int64_t decisions = 100'000;
    std::int64_t alerts = 20'000;
    std::int64_t settings_changes = 20'000;
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
    /// All rows of every step that was settled or abandoned at since_ms or later, in the order of writing.
    Result<std::vector<engine::JournalRecord>> ended_since(std::int64_t since_ms);
    /// Settled steps with time_ms >= since_ms, oldest first.
    Result<std::vector<engine::Spending>> spent_since(std::int64_t since_ms);
    /// Newest steps first.
    Result<std::vector<StepHistory>> history(const HistoryFilter& filter);
    /// The highest nonce that was ever reserved, unless given back unsigned: a chain that is further has another
    /// sender.
    Result<std::optional<Nonce>> highest_nonce(ChainId chain, const Address& address);

    Result<void> add_decisions(std::span<const DecisionRow> rows);
    Result<void> add_alerts(std::span<const AlertRow> rows);
    Result<void> add_settings_changes(std::span<const SettingsChange> rows);
    /// Newest first.
    Result<std::vector<DecisionRow>> decisions(const std::string& position, std::size_t limit);
    Result<std::vector<AlertRow>> alerts(std::int64_t since_ms, std::size_t limit);
    Result<std::vector<SettingsChange>> settings_changes(std::int64_t since_ms, std::size_t limit);

    Result<void> set_paused(const std::string& position, bool paused, std::int64_t time_ms);
    Result<std::vector<std::string>> paused();

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
