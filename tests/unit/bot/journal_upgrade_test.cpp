// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "bot/journal/journal.hpp"
#include "bot/journal/statement.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/bot/journal_records.hpp"

using namespace plimsoll;
using namespace plimsoll::journal;
using namespace plimsoll::testing;

namespace {

constexpr std::size_t kColumnsOfFirst = 34;

/// As the first schema's program wrote it: a rescue was called "repay", and nothing was said of its strategy.
void write_old(SQLite::Database& sql, JournalRecord record, bool open) {
    record.strategy.clear();
    record.rung = record.cost_bps = 0;
    auto cells = *to_cells(record);
    cells.resize(kColumnsOfFirst);
    cells[4] = std::string("repay");
    const Hash32 sum = digest(cells);
    cells.emplace_back(Bytes(sum.bytes.begin(), sum.bytes.end()));
    std::string columns;
    std::string marks;
    for (std::size_t i = 0; i < kColumnsOfFirst; ++i) {
        columns += record_columns()[i] + ", ";
        marks += "?, ";
    }
    SQLite::Statement insert(sql, "INSERT INTO records(" + columns + "digest) VALUES(" + marks + "?)");
    bind_all(insert, cells);
    insert.exec();
    if (!open || record.stage != Stage::Reserved) return;
    SQLite::Statement step(sql, "INSERT INTO open_steps(incident, step) VALUES(?, ?)");
    bind_all(step, {record.incident, number(record.step)});
    step.exec();
    SQLite::Statement nonce(sql, "INSERT INTO nonces(chain_id, address, nonce, incident, step) VALUES(?, ?, ?, ?, ?)");
    bind_all(nonce, {number(record.chain_id), to_hex(record.address.view()), number(*record.nonce), record.incident,
                     number(record.step)});
    nonce.exec();
}

}  // namespace

TEST_CASE("X11 a journal of the first schema opens: its rescues are read, and an open step goes on to its end") {
    const TempDir dir;
    const std::string path = dir.path("journal.db");
    const auto open = signed_record("main/2", 8);
    {
        auto old = Database::open(path, Access::Write, migrations().first(1));
        REQUIRE(old);
        for (const auto& record : story("main/1", 7)) write_old((*old)->sql(), record, false);
        for (const auto& record : {intent("main/2"), reserved("main/2", 8), open})
            write_old((*old)->sql(), record, true);
    }
    auto journal = Journal::open(path, Access::Write);
    REQUIRE(journal);
    const auto left = (*journal)->unsettled();
    REQUIRE(left);
    REQUIRE(left->size() == 3);
    CHECK(left->back().purpose == Purpose::Rescue);
    CHECK(left->back().raw == open.raw);
    CHECK(left->back().strategy.empty());
    const auto spent = (*journal)->spent_since(0);
    REQUIRE(spent);
    REQUIRE(spent->size() == 1);
    CHECK(spent->front().purpose == Purpose::Rescue);
    const std::vector<JournalRecord> end = {after(open, Stage::Settled)};
    REQUIRE((*journal)->append(end));
    CHECK((*journal)->unsettled()->empty());
    const std::vector<JournalRecord> again = {intent("main/1")};
    CHECK((*journal)->append(again).error().code == Errc::Mismatch);  // records that are there still stand
    const auto steps = (*journal)->history({});
    REQUIRE(steps);
    REQUIRE(steps->size() == 2);
    CHECK(steps->front().back() == end.front());
    CHECK(steps->front().back().strategy == "repay-with-collateral");
}
