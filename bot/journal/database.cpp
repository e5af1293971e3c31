// SPDX-License-Identifier: Apache-2.0
#include "bot/journal/database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

#include "bot/log.hpp"

namespace plimsoll::journal {

namespace {

constexpr int kApplicationId = 0x504c4d53;  // "PLMS"
constexpr int kBusyMs = 2'000;
constexpr int kReserveBytes = 1 << 20;

std::string why(int error) {
    return std::generic_category().message(error);
}

std::string reserve_path(const std::string& path) {
    return path + ".reserve";
}

/// The write-ahead log and its index are files too: what is signed must be read and sent on a full disk as well.
void make_room(const std::string& path) {
    constexpr std::uint64_t kNeeded = 256U * 1'024;
    struct statvfs disk {};
    if (::statvfs(path.c_str(), &disk) != 0) return;
    const std::uint64_t left = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    if (left < kNeeded && ::unlink(reserve_path(path).c_str()) == 0)
        log::warn("disk full: the reserve was given to the journal's start", {{"path", path}, {"bytes_left", left}});
}

int user_version(SQLite::Database& sql) {
    return sql.execAndGet("PRAGMA user_version").getInt();
}

}  // namespace

Error to_error(const SQLite::Exception& exception, std::string_view place) {
    const int code = exception.getErrorCode() & 0xff;
    const Errc kind = code == SQLITE_CONSTRAINT ? Errc::Mismatch : Errc::Io;
    std::string text = "journal: " + std::string(place) + ": " + exception.what();
    if (code == SQLITE_FULL) text += " (free disk space; until then nothing new is signed)";
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        text += " (the file is damaged; keep a copy, then move it away to start from the chain's own state)";
    return {kind, std::move(text)};
}

/// An exclusive lock on a file of its own, so that readers of the journal are not locked out with the second writer.
/// The system drops it with the process, however that ends.
class Database::Lock {
  public:
    static Result<std::unique_ptr<Lock>> take(const std::string& path) {
        const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) return fail(Errc::Io, "journal: lock file " + path + ": " + why(errno));
        std::unique_ptr<Lock> lock(new Lock(fd));
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK)
                return fail(Errc::Io, "journal: " + path + " cannot be locked: " + why(errno) +
                                          " (data_dir must be on a local file system)");
            return fail(Errc::Refused, "journal: another plimsoll (process " + lock->holder() + ") uses " + path +
                                           "; stop it, or give this one its own data_dir");
        }
        if (!excludes(path))
            return fail(Errc::Io, "journal: locks do nothing at " + path +
                                      ": two daemons could act at once (data_dir must be on a local file system)");
        const std::string pid = std::to_string(::getpid()) + "\n";
        if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0)
            log::debug("the lock file does not name its holder", {{"reason", why(errno)}});
        return lock;
    }
    ~Lock() { ::close(fd_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    explicit Lock(int fd) : fd_(fd) {}
    /// With the lock taken: another descriptor must not get it, as another process must not. A file system of several
    /// hosts may keep its locks to each of them.
    static bool excludes(const std::string& path) {
        // NFS, SMB by three numbers, Ceph, AFS: statfs(2)
        constexpr std::array<std::uint64_t, 6> kShared = {0x6969,     0x517b,     0xfe534d42,
                                                          0xff534d42, 0x00c36400, 0x5346414f};
        struct statfs disk {};
        if (::statfs(path.c_str(), &disk) == 0 &&
            std::find(kShared.begin(), kShared.end(), static_cast<std::uint64_t>(disk.f_type) & 0xffffffffU) !=
                kShared.end())
            return false;
        const int other = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (other < 0) return false;
        const bool taken_twice = ::flock(other, LOCK_EX | LOCK_NB) == 0;
        ::close(other);
        return !taken_twice;
    }
    std::string holder() const {
        std::array<char, 16> text{};
        const ssize_t n = ::pread(fd_, text.data(), text.size(), 0);
        std::string out(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
        out = out.substr(0, out.find('\n'));
        return out.empty() ? "unknown" : out;
    }
    int fd_;
};

Database::Database(std::string path, Access access, std::span<const Migration> steps)
    : path_(std::move(path)), access_(access), steps_(steps) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access,
                                                 std::span<const Migration> steps) {
    std::unique_ptr<Database> out(new Database(path, access, steps));
    if (access == Access::Write) {
        TRY_VOID(out->create_file());
        TRY_VOID(out->lock());
        make_room(path);
    } else if (std::error_code error; !std::filesystem::exists(path, error)) {
        return fail(Errc::NotFound, "journal: " + path + " does not exist (has the daemon run with this data_dir?)");
    }
    TRY_VOID(out->connect());
    if (access == Access::Write) {
        TRY_VOID(out->check_integrity());
        TRY_VOID(out->migrate());
        out->reserve_space();
    }
    return out;
}

Result<void> Database::lock() {
    TRY(lock_, Lock::take(path_ + ".lock"));
    return {};
}

Result<void> Database::create_file() const {
    const auto directory = std::filesystem::path(path_).parent_path();
    std::error_code error;
    if (!directory.empty() && !std::filesystem::exists(directory, error)) {
        std::filesystem::create_directories(directory, error);
        if (!error) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
        if (error) return fail(Errc::Io, "journal: directory " + directory.string() + ": " + error.message());
    }
    // SQLite gives its side files the mode of the main one.
    const int fd = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return fail(Errc::Io, "journal: " + path_ + ": " + why(errno));
    const bool owned = ::fchmod(fd, 0600) == 0;
    const int failed = errno;
    ::close(fd);
    if (!owned) return fail(Errc::Io, "journal: " + path_ + " cannot be made private: " + why(failed));
    return {};
}

Result<void> Database::connect() {
    try {
        sql_.reset();
        const int flags = access_ == Access::Write ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY;
        sql_ = std::make_unique<SQLite::Database>(path_, flags, kBusyMs);
        sql_->exec("PRAGMA foreign_keys=ON");
        sql_->exec("PRAGMA trusted_schema=OFF");
        if (access_ == Access::Write) {
            const std::string mode = sql_->execAndGet("PRAGMA journal_mode=WAL").getString();
            if (mode != "wal") return fail(Errc::Io, "journal: " + path_ + ": no write-ahead log here, but " + mode);
            sql_->exec("PRAGMA synchronous=FULL");
            sql_->exec("PRAGMA checkpoint_fullfsync=ON");
        }
        const int found = user_version(*sql_);
        const int newest = steps_.empty() ? 0 : steps_.back().version;
        const int id = sql_->execAndGet("PRAGMA application_id").getInt();
        if (id != kApplicationId && (id != 0 || found != 0))
            return fail(Errc::Refused, "journal: " + path_ + " is a database of another program");
        if (found > newest)
            return fail(Errc::Refused, "journal: " + path_ + " was written by a newer plimsoll (schema " +
                                           std::to_string(found) + ", this one knows " + std::to_string(newest) + ")");
        if (access_ == Access::Read && found < newest)
            return fail(Errc::Refused, "journal: " + path_ + " has the older schema " + std::to_string(found) +
                                           "; start this version's daemon once to bring it to " +
                                           std::to_string(newest));
        return {};
    } catch (const SQLite::Exception& error) {
        return tl::unexpected(to_error(error, "opening " + path_));
    }
}

Result<void> Database::check_integrity() {
    try {
        const std::string verdict = sql_->execAndGet("PRAGMA integrity_check(1)").getString();
        if (verdict != "ok")
            return fail(Errc::Io, "journal: " + path_ + " is damaged: " + verdict +
                                      " (keep a copy, then move it away to start from the chain's own state)");
        SQLite::Statement orphans(*sql_, "PRAGMA foreign_key_check");
        if (orphans.executeStep())
            return fail(Errc::Io, "journal: " + path_ + " is damaged: a row of table " +
                                      orphans.getColumn(0).getString() + " refers to nothing");
        return {};
    } catch (const SQLite::Exception& error) {
        return tl::unexpected(to_error(error, "checking " + path_));
    }
}

Result<void> Database::migrate() {
    for (const Migration& step : steps_) {
        try {
            const int found = user_version(*sql_);
            if (found >= step.version) continue;
            SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::EXCLUSIVE);
            sql_->exec(std::string(step.sql));
            sql_->exec("PRAGMA application_id=" + std::to_string(kApplicationId));
            sql_->exec("PRAGMA user_version=" + std::to_string(step.version));
            transaction.commit();
            log::info("journal schema brought up to date", {{"path", path_}, {"from", found}, {"to", step.version}});
        } catch (const SQLite::Exception& error) {
            return tl::unexpected(to_error(error, "schema step " + std::to_string(step.version) + " of " + path_));
        }
    }
    return {};
}

/// After a failed write the page cache and the disk may tell different stories. A fresh connection reads what is
/// there, and a checkpoint writes it down again and syncs it.
Result<void> Database::recover() {
    TRY_VOID(connect());
    TRY_VOID(check_integrity());
    try {
        SQLite::Statement checkpoint(*sql_, "PRAGMA wal_checkpoint(FULL)");
        checkpoint.executeStep();
    } catch (const SQLite::Exception& error) {
        return tl::unexpected(to_error(error, "recovering " + path_));
    }
    suspect_ = false;
    log::warn("journal opened anew after an I/O failure and found whole", {{"path", path_}});
    return {};
}

void Database::reserve_space() const {
    if (::access(reserve_path(path_).c_str(), F_OK) == 0) return;
    const int fd = ::open(reserve_path(path_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return;
    if (const int error = ::posix_fallocate(fd, 0, kReserveBytes); error != 0) {
        log::warn("no disk space can be set aside for a rescue", {{"path", path_}, {"reason", why(error)}});
        ::unlink(reserve_path(path_).c_str());
    }
    ::close(fd);
}

bool Database::free_reserve() const {
    return ::unlink(reserve_path(path_).c_str()) == 0;
}

Result<void> Database::transaction(std::string_view place, const std::function<Result<void>()>& work, Reserve reserve) {
    if (suspect_) TRY_VOID(recover());
    for (;;) {
        try {
            SQLite::Transaction transaction(*sql_, SQLite::TransactionBehavior::IMMEDIATE);
            TRY_VOID(work());
            transaction.commit();
            return {};
        } catch (const SQLite::Exception& error) {
            const int code = error.getErrorCode() & 0xff;
            if (code == SQLITE_FULL && reserve == Reserve::Give && free_reserve()) {
                log::warn("disk full: the reserve was given to the journal", {{"path", path_}});
                continue;
            }
            suspect_ = suspect_ || code == SQLITE_IOERR || code == SQLITE_CORRUPT;
            return tl::unexpected(to_error(error, place));
        }
    }
}

Result<void> Database::read(std::string_view place, const std::function<Result<void>()>& work) {
    if (suspect_) TRY_VOID(recover());
    try {
        SQLite::Transaction transaction(*sql_);  // deferred: one consistent view, rolled back at the end
        return work();
    } catch (const SQLite::Exception& error) {
        return tl::unexpected(to_error(error, place));
    }
}

}  // namespace plimsoll::journal
