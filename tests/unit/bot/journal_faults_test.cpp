// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <string>

#include "bot/journal/journal.hpp"
#include "tests/unit/bot/faulty_disk.hpp"
#include "tests/unit/bot/journal_open.hpp"
#include "tests/unit/bot/journal_records.hpp"

using namespace plimsoll;
using namespace plimsoll::testing;
using journal::Access;
using journal::Journal;

namespace {

using Records = std::vector<JournalRecord>;

}  // namespace

TEST_SUITE("journal faults") {
    TEST_CASE("D09 when append returns, every byte of it has been synced") {
        const TempDir dir;
        const FaultyDisk disk;
        auto journal = open(dir);
        for (const auto& record : story("main/1", 7)) {
            const int before = FaultyDisk::syncs();
            REQUIRE(journal->append(std::span(&record, 1)));
            CHECK(FaultyDisk::syncs() > before);
            CHECK(FaultyDisk::unsynced("-wal") == 0);
        }
        // Through checkpoints too: what moves to the main file is there before the log is reused.
        for (int i = 0; i < 2'000; ++i) {
            REQUIRE(journal->append(Records{intent("many/" + std::to_string(i))}));
            REQUIRE(FaultyDisk::unsynced("-wal") == 0);
        }
    }

    TEST_CASE("groups that share a commit share the sync") {
        const TempDir dir;
        const FaultyDisk disk;
        auto journal = open(dir);
        std::vector<Records> groups;
        for (int i = 0; i < 10; ++i) groups.push_back({intent("p/" + std::to_string(i))});
        const int before = FaultyDisk::syncs();
        for (const auto& result : journal->append_groups(groups)) CHECK(result);
        CHECK(FaultyDisk::syncs() - before <= 2);
    }

    TEST_CASE("D11 a sync or write that fails is never success; the journal looks anew and goes on") {
        for (const bool sync : {true, false}) {
            CAPTURE(sync);
            const TempDir dir;
            const auto rescue = story("main/1", 7);
            {
                const FaultyDisk disk;
                auto journal = open(dir);
                REQUIRE(journal->append(std::span(rescue).first(2)));
                sync ? FaultyDisk::fail_syncs(1) : FaultyDisk::fail_writes(1);
                const auto failed = journal->append(std::span(rescue).subspan(2, 1));
                REQUIRE_FALSE(failed);
                CHECK(failed.error().code == Errc::Io);
                // Whether it is there or not, saying it again ends with it being there once and synced.
                REQUIRE(journal->append(std::span(rescue).subspan(2, 1)));
                CHECK(FaultyDisk::unsynced("-wal") == 0);
                CHECK(*journal->unsettled() == Records(rescue.begin(), rescue.begin() + 3));
                REQUIRE(journal->append(std::span(rescue).subspan(3)));
                CHECK(journal->unsettled()->empty());
            }
            CHECK(open(dir)->history({})->front() == rescue);
        }
    }

    TEST_CASE("D10 D11 while the disk goes on failing, so does every append, and nothing is believed") {
        const TempDir dir;
        const FaultyDisk disk;
        auto journal = open(dir);
        REQUIRE(journal->append(Records{intent("main/1")}));
        FaultyDisk::fail_syncs(1'000'000);
        for (int i = 0; i < 3; ++i) {
            const auto failed = journal->append(Records{intent("main/2")});
            REQUIRE_FALSE(failed);
            CHECK(failed.error().code == Errc::Io);
        }
        FaultyDisk::fail_syncs(0);
        REQUIRE(journal->append(Records{intent("main/2")}));
        CHECK(journal->unsettled()->size() == 2);
    }
}
