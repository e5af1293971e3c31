// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bot/journal/journal.hpp"

namespace plimsoll::journal {

/// What people read later. It waits behind records, and is given up (counted, logged) when it comes faster than the
/// disk takes it.
using Note = std::variant<DecisionRow, AlertRow, SettingsChange>;

struct WriterOptions {
    std::size_t records_queue = 1'024;  // groups waiting; more fail at once with Errc::Io
    std::size_t notes_queue = 4'096;    // more are given up, oldest first
    /// Called on the writer's thread after each commit of records: time it took, and whether it succeeded.
    std::function<void(std::chrono::duration<double>, bool)> observe = {};
    /// Called there too after alerts were written.
    std::function<void()> alerts_noted = {};
};

/// The journal on a thread of its own, so that a slow disk never holds up the loop. Groups that wait together share one
/// sync. Every completion runs on the executor, exactly once, in the order of the calls; the executor is kept busy
/// until then.
class JournalWriter {
  public:
    using Done = std::function<void(Result<void>)>;

    JournalWriter(std::unique_ptr<Journal> journal, boost::asio::any_io_executor executor, WriterOptions options = {});
    /// Writes all that waits, then ends the thread.
    ~JournalWriter();
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    /// All records or none; `done` without error means that they survive loss of power, and only then may anything of
    /// them leave the process.
    void append(std::vector<engine::JournalRecord> records, Done done);
    void note(Note note);
    void set_paused(std::string position, bool paused, std::int64_t time_ms, Done done);
    /// Another small write, after the records that wait already.
    void write(std::function<Result<void>(Journal&)> work, Done done);
    /// A durable write of no content: whether the next record could be written.
    void probe(std::int64_t time_ms, Done done);

    /// The process ends as it was asked to.
    void end_life(std::int64_t time_ms, Done done);

    /// The last failure, until a later write succeeded: what /-/ready shows.
    std::optional<std::string> failing() const;
    std::uint64_t notes_given_up() const;

  private:
    class Worker;
    std::unique_ptr<Worker> worker_;
};

}  // namespace plimsoll::journal
