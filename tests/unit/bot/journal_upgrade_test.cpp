// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sstream>

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

/// The file that the program of this schema wrote; a schema that is no more the newest needs one.
void load(const std::string& path, std::size_t schema) {
    const std::string name = std::string(PLIMSOLL_TEST_DATA) + "/journal/schema-" + std::to_string(schema) + ".sql";
    std::ifstream file(name);
    REQUIRE_MESSAGE(file, name);
    std::ostringstream text;
    text << file.rdbuf();
    SQLite::Database sql(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    sql.exec(text.str());
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::string schema_of(const std::string& path) {
    const SQLite::Database sql(path, SQLite::OPEN_READONLY);
    SQLite::Statement all(sql, "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1");
    std::string out;
    while (all.executeStep()) out += all.getColumn(0).getString() + '\n';
    return out;
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

TEST_CASE("X11 a journal that each earlier program wrote opens at the newest schema, with all that it held") {
    const auto newest = migrations().size();
    for (std::size_t schema = 1; schema < newest; ++schema) {
        CAPTURE(schema);
        const TempDir dir;
        const std::string path = dir.path("journal.db");
        load(path, schema);
        CHECK_FALSE(Journal::open(path, Access::Read));  // a reader waits for the daemon's first start
        auto journal = Journal::open(path, Access::Write);
        REQUIRE(journal);
        const auto open = signed_record("main/2", 8);
        const auto left = (*journal)->unsettled();
        REQUIRE(left);  // every row is what its digest says
        REQUIRE(left->size() == 3);
        CHECK(left->back().raw == open.raw);
        CHECK(left->back().hash == open.hash);
        CHECK(left->back().tx.max_fee == open.tx.max_fee);
        const auto spent = (*journal)->spent_since(0);
        REQUIRE(spent);
        REQUIRE(spent->size() == 1);
        CHECK(spent->front().purpose == Purpose::Rescue);
        CHECK(spent->front().gas == story("main/1", 7).back().gas_spent);
        CHECK((*journal)->history({})->size() == 2);
        CHECK(*(*journal)->highest_nonce(1, open.address) == 8);
        const auto decisions = (*journal)->decisions("main", 10);
        REQUIRE(decisions->size() == 1);
        CHECK(decisions->front().decision.reason == "cooldown");
        REQUIRE(decisions->front().decision.gates.size() == 1);
        CHECK(decisions->front().decision.gates.front().required == "at least 1000 ms");
        REQUIRE((*journal)->alerts(0, 10)->size() == 1);
        CHECK((*journal)->alerts(0, 10)->front().alert.kind == "below-trigger");
        CHECK((*journal)->settings_changes(0, 10)->front().new_value == "1.30");
        CHECK(*(*journal)->paused() == std::vector<std::string>{"main"});
        CHECK((*journal)->wallet_pauses()->size() == (schema >= 4 ? 1 : 0));
        CHECK((*journal)->dry_wallets()->empty());
        REQUIRE((*journal)->dry_wallet({"treasury", 7, "console"}));
        CHECK(*(*journal)->dry_wallets() == std::vector<WalletDry>{{"treasury", 7, "console"}});
        CHECK((*journal)->acknowledged()->size() == (schema >= 5 ? 1 : 0));

        // Whose it is was found out where it was not kept; another key's it is not.
        const std::vector<Owner> stranger = {{1, Address::literal("0x00000000000000000000000000000000000000aa")}};
        CHECK((*journal)->claim(stranger, false, 1).error().code == Errc::Refused);
        CHECK((*journal)->claim(std::vector<Owner>{{1, open.address}}, false, 1));
        // What is open goes on to its end, and what is new has its place.
        CHECK((*journal)->append(std::vector{after(open, Stage::Settled)}));
        CHECK((*journal)->unsettled()->empty());
        DeliveryRow row;
        row.id = 1;
        row.channel = "phone";
        row.state = "waiting";
        row.key = "k";
        REQUIRE((*journal)->put_deliveries(std::vector{row}));
        CHECK((*journal)->deliveries(0)->size() == 1);
        CHECK(Journal::open(path, Access::Read));
        journal->reset();

        const std::string fresh = dir.path("fresh.db");
        CHECK(Journal::open(fresh, Access::Write));
        CHECK(schema_of(path) == schema_of(fresh));
    }
}
