// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "chain/types/result.hpp"

namespace SQLite {
class Database;
class Exception;
}  // namespace SQLite

namespace plimsoll::journal {

struct Migration {
    int version;           // 1, 2, ... without gaps
    std::string_view sql;  // brings a file of version - 1 to this version
};
/// The schema, as the steps that lead to it.
std::span<const Migration> migrations();

enum class Access : std::uint8_t { Write, Read };

/// The failure behind a SQLite exception. Constraint -> Errc::Mismatch (two facts that cannot both be), all else (disk
/// full, I/O, damaged file) -> Errc::Io. `place` says what was being done.
Error to_error(const SQLite::Exception& exception, std::string_view place);

/// One journal file, opened safely: for writing by one process at a time (a lock file beside it), every commit on disk
/// before it returns (WAL, synchronous=FULL), readable by its owner alone, checked for damage, and at the newest
/// schema. Readers may open it while a writer runs.
class Database {
  public:
    /// Write: creates file and missing directories (0700), locks, checks and migrates. Errc::Refused when another
    /// process holds it or when a newer plimsoll wrote it; Errc::Io when it cannot be opened or is damaged.
    /// Read: Errc::NotFound when there is no file; an older schema is Errc::Refused (start the daemon once).
    static Result<std::unique_ptr<Database>> open(const std::string& path, Access access,
                                                  std::span<const Migration> steps = migrations());
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    SQLite::Database& sql() { return *sql_; }
    const std::string& path() const { return path_; }

    /// Whether a write that finds the disk full may use the space set aside.
    enum class Reserve : std::uint8_t { Keep, Give };

    /// Runs `work` in one transaction that is on disk when this returns without error. A failed one leaves no trace;
    /// after an I/O failure (not a full disk) the file is opened anew and checked before the next use, because what the
    /// failed write left behind is unknown.
    Result<void> transaction(std::string_view place, const std::function<Result<void>()>& work,
                             Reserve reserve = Reserve::Keep);
    /// The same for reading: exceptions become errors, a consistent view while `work` runs.
    Result<void> read(std::string_view place, const std::function<Result<void>()>& work);
    /// Sets a megabyte aside, if it is not: room for the records of a rescue when something else has filled the disk.
    void reserve_space() const;

  private:
    class Lock;
    Database(std::string path, Access access, std::span<const Migration> steps);
    Result<void> lock();
    Result<void> create_file() const;
    Result<void> connect();
    Result<void> migrate();
    Result<void> check_integrity();
    Result<void> recover();
    bool free_reserve() const;

    std::string path_;
    Access access_;
    std::span<const Migration> steps_;
    std::unique_ptr<Lock> lock_;
    std::unique_ptr<SQLite::Database> sql_;
    bool suspect_{};
};

}  // namespace plimsoll::journal
