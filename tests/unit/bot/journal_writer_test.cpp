// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include "bot/journal/writer.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/bot/journal_records.hpp"

using namespace plimsoll;
using namespace plimsoll::testing;
using journal::Access;
using journal::Journal;
using journal::JournalWriter;

namespace {

using Records = std::vector<JournalRecord>;

std::unique_ptr<Journal> open(const std::string& path) {
    auto journal = Journal::open(path, Access::Write);
    REQUIRE_MESSAGE(journal, journal.error().message);
    return std::move(*journal);
}

/// A file system of 4 MiB, seen by this process alone. Needs root or user name spaces.
bool mount_small(const std::string& place) {
    const std::string user = "0 " + std::to_string(::getuid()) + " 1";
    const std::string group = "0 " + std::to_string(::getgid()) + " 1";
    if (::unshare(CLONE_NEWNS) != 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << user;
        std::ofstream("/proc/self/gid_map") << group;
    }
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=4m") == 0;
}

journal::DecisionRow decision(std::int64_t time_ms) {
    journal::DecisionRow row;
    row.time_ms = time_ms;
    row.decision.position = "main";
    return row;
}

}  // namespace

TEST_SUITE("journal writer") {
    TEST_CASE("completions run on the loop, in order, after the records are on disk") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        boost::asio::io_context loop;
        std::vector<std::string> order;
        int commits = 0;
        {
            JournalWriter writer(open(path), loop.get_executor(),
                                 {.records_queue = 100, .notes_queue = 100, .observe = [&](auto took, bool good) {
                                      CHECK(took.count() >= 0);
                                      CHECK(good);
                                      ++commits;
                                  }});
            for (int i = 0; i < 20; ++i) {
                const std::string incident = "p/" + std::to_string(i);
                writer.append({intent(incident), reserved(incident, static_cast<Nonce>(i))},
                              [&, incident](const Result<void>& result) {
                                  CHECK(result);
                                  auto reader = Journal::open(path, Access::Read);
                                  REQUIRE(reader);
                                  CHECK((*reader)->history({})->size() >= order.size());
                                  order.push_back(incident);
                              });
            }
            CHECK(order.empty());  // nothing runs but on the loop
            loop.run();
            CHECK(order.size() == 20);
            CHECK(order.front() == "p/0");
            CHECK(std::is_sorted(order.begin(), order.end(), [](const auto& a, const auto& b) {
                return std::stoi(a.substr(2)) < std::stoi(b.substr(2));
            }));
            CHECK_FALSE(writer.failing());
        }
        CHECK(commits >= 1);
        CHECK(commits <= 20);
    }

    TEST_CASE("a record that contradicts another fails alone and says nothing about the disk") {
        const TempDir dir;
        boost::asio::io_context loop;
        JournalWriter writer(open(dir.path("journal.db")), loop.get_executor());
        std::vector<bool> results;
        const auto keep = [&](const Result<void>& result) { results.push_back(result.has_value()); };
        writer.append({intent("a/1"), reserved("a/1", 1)}, keep);
        writer.append({intent("b/1"), reserved("b/1", 1)}, keep);
        writer.set_paused("main", true, 1, keep);
        writer.probe(2, keep);
        writer.append({intent("c/1"), reserved("c/1", 2)}, keep);
        loop.run();
        CHECK(results == std::vector<bool>{true, false, true, true, true});
        CHECK_FALSE(writer.failing());
    }

    TEST_CASE("X10 what waits when the writer ends is written, notes too, and old notes give way at the bound") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        boost::asio::io_context loop;
        std::uint64_t given_up = 0;
        {
            JournalWriter writer(open(path), loop.get_executor(),
                                 {.records_queue = 10, .notes_queue = 50, .observe = {}});
            for (std::int64_t i = 0; i < 10'000; ++i) writer.note(decision(i));
            writer.append({intent("a/1")}, {});
            given_up = writer.notes_given_up();
        }
        auto journal = open(path);
        CHECK(journal->unsettled()->size() == 1);
        const auto rows = journal->decisions("main", 20'000);
        CHECK(rows->size() + given_up == 10'000);
        CHECK(rows->front().time_ms == 9'999);
    }

    TEST_CASE("more waiting writes than the bound fail at once instead of growing") {
        const TempDir dir;
        boost::asio::io_context loop;
        JournalWriter writer(open(dir.path("journal.db")), loop.get_executor(),
                             {.records_queue = 0, .notes_queue = 1, .observe = {}});
        std::string message;
        writer.append({intent("a/1")}, [&](const Result<void>& result) { message = result.error().message; });
        loop.run();
        CHECK(message == "journal: the disk is too slow, 0 writes are waiting");
    }

    TEST_CASE("D10 when the system refuses writes every caller is told, readiness too, until it works again") {
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        const int code = in_child([&] {
            std::signal(SIGXFSZ, SIG_IGN);  // NOLINT
            boost::asio::io_context loop;
            bool good = true;
            JournalWriter writer(
                open(path), loop.get_executor(),
                {.records_queue = 10, .notes_queue = 10, .observe = [&](auto, bool ok) { good = ok; }});
            const rlimit tight{100, RLIM_INFINITY};
            const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
            ::setrlimit(RLIMIT_FSIZE, &tight);
            Errc first = Errc::Internal;
            writer.append({intent("a/1")}, [&](const Result<void>& r) { first = r ? Errc::Internal : r.error().code; });
            loop.run();
            if (first != Errc::Io) return 1;
            if (!writer.failing() || writer.failing()->find("journal: ") != 0) return 2;
            if (good) return 3;
            ::setrlimit(RLIMIT_FSIZE, &wide);
            bool second = false;
            writer.append({intent("a/1")}, [&](const Result<void>& r) { second = r.has_value(); });
            loop.restart();
            loop.run();
            return second && !writer.failing() ? 42 : 4;
        });
        CHECK(code == 42);
        CHECK(open(path)->unsettled()->size() == 1);
    }

    TEST_CASE("D10 a full disk: the reserve carries one rescue, then records fail and nothing is half written") {
        const TempDir dir;
        std::filesystem::create_directory(dir.path("small"));
        const int code = in_child([&] {
            if (!mount_small(dir.path("small"))) return 77;
            const std::string path = dir.path("small/journal.db");
            auto opened = Journal::open(path, Access::Write);
            if (!opened) return 1;
            auto& journal = **opened;
            if (!journal.append(Records{intent("before/1")})) return 2;
            {
                std::ofstream filler(dir.path("small/filler"), std::ios::binary);
                const std::string block(4'096, 'f');
                while (filler << block << std::flush) {
                }
            }
            for (int i = 0; i < 2'000; ++i) {  // what is not a record leaves the reserve alone
                static_cast<void>(journal.probe(i));
                static_cast<void>(journal.set_paused("position-" + std::to_string(i), true, i));
            }
            if (journal.set_paused("one-more", true, 1)) return 12;
            if (!std::filesystem::exists(path + ".reserve")) return 3;
            if (!journal.append(story("rescue/1", 5))) return 4;
            if (std::filesystem::exists(path + ".reserve")) return 5;
            std::size_t more = 0;
            Result<void> last;
            while (more < 10'000 && last) {
                const std::string incident = "more/" + std::to_string(more);
                last = journal.append(Records{intent(incident)});
                if (last) ++more;
            }
            if (last || last.error().code != Errc::Io) return 6;
            if (last.error().message.find("full") == std::string::npos) return 7;
            const auto open_steps = journal.unsettled();
            if (!open_steps || open_steps->size() != more + 1) return 8;
            std::filesystem::remove(dir.path("small/filler"));
            if (!journal.append(Records{intent("after/1")})) return 9;
            if (!journal.probe(1) || !std::filesystem::exists(path + ".reserve")) return 11;
            return journal.unsettled()->size() == more + 2 ? 42 : 10;
        });
        if (code == 77)
            MESSAGE("not run: this system lets no one mount a small file system");
        else
            CHECK(code == 42);
    }
}
