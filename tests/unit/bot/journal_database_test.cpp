// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <array>
#include <csignal>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bot/journal/database.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using journal::Access;
using journal::Database;
using journal::Migration;

namespace {

constexpr std::array kV1 = {Migration{1, "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"}};
constexpr std::array kV2 = {kV1[0], Migration{2, "ALTER TABLE note ADD COLUMN level INTEGER NOT NULL DEFAULT 3"}};
constexpr std::array kHalf = {kV1[0], Migration{2, "CREATE TABLE second(a); SELECT * FROM nowhere"}};

Result<void> add(Database& database, const std::string& text) {
    return database.transaction("adding a note", [&]() -> Result<void> {
        SQLite::Statement insert(database.sql(), "INSERT INTO note(text) VALUES(?)");
        insert.bind(1, text);
        insert.exec();
        return {};
    });
}

int count(Database& database) {
    return database.sql().execAndGet("SELECT count(*) FROM note").getInt();
}

mode_t mode_of(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
}

/// Exit code of `child` run in a process of its own.
template <class F>
int in_child(const F& child) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(child());
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_SUITE("journal database") {
    TEST_CASE("files are private and the settings are those of a durable journal") {
        const TempDir dir;
        const std::string path = dir.path("new/deep/journal.db");
        auto database = Database::open(path, Access::Write, kV1);
        REQUIRE(database);
        REQUIRE(add(**database, "one"));
        CHECK(mode_of(dir.path("new/deep")) == 0700);
        for (const char* suffix : {"", "-wal", "-shm", ".lock", ".reserve"})
            CHECK_MESSAGE(mode_of(path + suffix) == 0600, suffix);
        auto& sql = (*database)->sql();
        CHECK(sql.execAndGet("PRAGMA journal_mode").getString() == "wal");
        CHECK(sql.execAndGet("PRAGMA synchronous").getInt() == 2);
        CHECK(sql.execAndGet("PRAGMA foreign_keys").getInt() == 1);
        database->reset();
        ::chmod(path.c_str(), 0644);
        REQUIRE(Database::open(path, Access::Write, kV1));
        CHECK(mode_of(path) == 0600);
    }

    TEST_CASE("D16 a second writer is refused and told who holds the journal; readers are welcome") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        {
            auto first = Database::open(path, Access::Write, kV1);
            REQUIRE(first);
            const auto second = Database::open(path, Access::Write, kV1);
            REQUIRE_FALSE(second);
            CHECK(second.error().code == Errc::Refused);
            CHECK(second.error().message == "journal: another plimsoll (process " + std::to_string(::getpid()) +
                                                ") uses " + path + ".lock; stop it, or give this one its own data_dir");
            CHECK(in_child([&] { return Database::open(path, Access::Write, kV1) ? 0 : 7; }) == 7);
            REQUIRE(add(**first, "seen"));
            auto reader = Database::open(path, Access::Read, kV1);
            REQUIRE(reader);
            CHECK(count(**reader) == 1);
            CHECK_FALSE(add(**reader, "written by a reader"));
            REQUIRE(add(**first, "seen too"));
            CHECK(count(**reader) == 2);
        }
        CHECK(in_child([&] { return Database::open(path, Access::Write, kV1) ? 0 : 7; }) == 0);
    }

    TEST_CASE("what was committed survives the end of the process without any goodbye") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        for (int round = 1; round <= 5; ++round) {
            CHECK(in_child([&] {
                      auto database = Database::open(path, Access::Write, kV1);
                      if (!database || !add(**database, "round " + std::to_string(round))) return 1;
                      SQLite::Statement torn((*database)->sql(), "BEGIN IMMEDIATE");
                      torn.exec();
                      (*database)->sql().exec("INSERT INTO note(text) VALUES('not committed')");
                      return 42;  // leaves by _exit: no destructor runs
                  }) == 42);
            auto database = Database::open(path, Access::Write, kV1);
            REQUIRE(database);
            CHECK(count(**database) == round);
        }
    }

    TEST_CASE("D18 older schemas are brought up to date, newer ones and strangers refused") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        CHECK(Database::open(path, Access::Read, kV1).error().code == Errc::NotFound);
        REQUIRE(add(**Database::open(path, Access::Write, kV1), "old"));
        CHECK(Database::open(path, Access::Read, kV2).error().code == Errc::Refused);
        {
            auto migrated = Database::open(path, Access::Write, kV2);
            REQUIRE(migrated);
            CHECK((*migrated)->sql().execAndGet("SELECT level FROM note WHERE text='old'").getInt() == 3);
        }
        const auto newer = Database::open(path, Access::Write, kV1);
        REQUIRE_FALSE(newer);
        CHECK(newer.error().code == Errc::Refused);
        CHECK(newer.error().message.find("newer plimsoll (schema 2, this one knows 1)") != std::string::npos);
        const std::string other = dir.path("other.db");
        SQLite::Database(other, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("PRAGMA user_version=1");
        CHECK(Database::open(other, Access::Write, kV1).error().message.find("another program") != std::string::npos);
    }

    TEST_CASE("D17 a schema step that fails leaves the old version whole") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        REQUIRE(add(**Database::open(path, Access::Write, kV1), "old"));
        const auto failed = Database::open(path, Access::Write, kHalf);
        REQUIRE_FALSE(failed);
        CHECK(failed.error().message.find("schema step 2") != std::string::npos);
        auto again = Database::open(path, Access::Write, kV1);
        REQUIRE(again);
        CHECK(count(**again) == 1);
        CHECK_FALSE((*again)->sql().tableExists("second"));
    }

    TEST_CASE("a damaged file is refused, whatever is damaged") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        {
            auto database = Database::open(path, Access::Write, kV1);
            REQUIRE(database);
            for (int i = 0; i < 200; ++i) REQUIRE(add(**database, std::string(200, 'a') + std::to_string(i)));
        }
        const auto size = std::filesystem::file_size(path);
        REQUIRE(size > 20'000);
        const auto damage = [&](std::streamoff at) {
            const std::string copy = dir.path("copy" + std::to_string(at) + ".db");
            std::filesystem::copy_file(path, copy);
            std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(at);
            file << std::string(600, '\x55');
            file.close();
            return Database::open(copy, Access::Write, kV1);
        };
        for (const std::streamoff at : {0, 4'096, 12'288 + 8}) {
            CAPTURE(at);
            const auto opened = damage(at);
            REQUIRE_FALSE(opened);
            CHECK(opened.error().code == Errc::Io);
        }
        std::ofstream(dir.path("text.db"))
            << "this is no database, but long enough to be looked at" << std::string(4096, 'x');
        CHECK(Database::open(dir.path("text.db"), Access::Write, kV1).error().code == Errc::Io);
    }

    TEST_CASE("constraints come back as a mismatch and leave nothing behind") {
        const TempDir dir;
        auto database = Database::open(dir.path("journal.db"), Access::Write, kV1);
        REQUIRE(add(**database, "same"));
        const auto twice = add(**database, "same");
        REQUIRE_FALSE(twice);
        CHECK(twice.error().code == Errc::Mismatch);
        CHECK(twice.error().message == "journal: adding a note: UNIQUE constraint failed: note.text");
        const auto refused = (*database)->transaction("half", [&]() -> Result<void> {
            (*database)->sql().exec("INSERT INTO note(text) VALUES('half')");
            return fail(Errc::Refused, "changed my mind");
        });
        CHECK(refused.error().message == "changed my mind");
        CHECK(count(**database) == 1);
    }

    TEST_CASE("a write that the system refuses is an I/O error, and the journal goes on when it works again") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        const int code = in_child([&] {
            std::signal(SIGXFSZ, SIG_IGN);  // NOLINT
            auto database = Database::open(path, Access::Write, kV1);
            if (!database || !add(**database, "before")) return 1;
            const rlimit tight{std::filesystem::file_size(path + "-wal") + 100, RLIM_INFINITY};
            const rlimit open{RLIM_INFINITY, RLIM_INFINITY};
            ::setrlimit(RLIMIT_FSIZE, &tight);
            const auto failed = add(**database, std::string(50'000, 'x'));
            if (failed || failed.error().code != Errc::Io) return 2;
            const auto still = add(**database, std::string(50'000, 'y'));
            if (still || still.error().code != Errc::Io) return 3;
            ::setrlimit(RLIMIT_FSIZE, &open);
            if (!add(**database, "after")) return 4;
            return count(**database) == 2 ? 42 : 5;
        });
        CHECK(code == 42);
        auto database = Database::open(path, Access::Write, kV1);
        REQUIRE(database);
        CHECK(count(**database) == 2);
    }

    TEST_CASE("paths that cannot be used are named") {
        const TempDir dir;
        std::ofstream(dir.path("file")) << "x";
        CHECK(Database::open(dir.path("file/journal.db"), Access::Write, kV1).error().code == Errc::Io);
        std::filesystem::create_symlink(dir.path("file"), dir.path("link.db"));
        const auto link = Database::open(dir.path("link.db"), Access::Write, kV1);
        REQUIRE_FALSE(link);
        CHECK(link.error().message.find(dir.path("link.db")) != std::string::npos);
    }
}
