// SPDX-License-Identifier: Apache-2.0
#include "bot/journal/journal.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "bot/journal/row.hpp"
#include "bot/journal/statement.hpp"
#include "bot/log.hpp"
#include "chain/codec/keccak.hpp"

namespace plimsoll::journal {

namespace {

using engine::JournalRecord;
using engine::Stage;

bool ends(Stage stage) {
    return stage == Stage::Settled || stage == Stage::Abandoned;
}

std::string name_of(const JournalRecord& record) {
    return "incident " + record.incident + " step " + std::to_string(record.step);
}

std::string column_list(const char* prefix) {
    std::string out;
    for (const auto& column : record_columns()) out += prefix + column + ", ";
    return out;
}

const std::string& insert_sql() {
    static const std::string sql = [] {
        std::string marks;
        for (std::size_t i = 0; i < record_columns().size(); ++i) marks += "?, ";
        return "INSERT INTO records(" + column_list("") + "digest) VALUES(" + marks + "?)";
    }();
    return sql;
}

/// What must hold of a record whatever the journal holds; checked before writing and after reading.
Result<void> check_signed(const JournalRecord& record) {
    if (record.stage != Stage::Signed) return {};
    const auto wrong = [&](const char* what) {
        return fail(Errc::Mismatch,
                    "journal: " + name_of(record) + " attempt " + std::to_string(record.attempt) + ": " + what);
    };
    if (record.raw.empty()) return wrong("a signed record without raw bytes");
    if (keccak256(record.raw) != record.hash) return wrong("the hash is not that of the raw bytes");
    if (!record.nonce || record.tx.nonce != *record.nonce) return wrong("the transaction has another nonce");
    if (record.tx.chain_id != record.chain_id) return wrong("the transaction is for another chain");
    return {};
}

Result<JournalRecord> read_record(SQLite::Statement& row) {
    const auto columns = static_cast<int>(record_columns().size());
    const auto cells = cells_of(row, 0, columns);
    const std::vector<Cell> stored = cells_of(row, columns, columns + 1);
    const auto* found = std::get_if<Bytes>(&stored.front());
    const Hash32 expected = digest(cells);
    if (found == nullptr || !std::equal(found->begin(), found->end(), expected.bytes.begin(), expected.bytes.end()))
        return fail(Errc::Mismatch, "journal: a record is not what was written (" +
                                        std::string(row.getColumn(0).getText()) +
                                        "); the file is damaged or was edited");
    TRY(auto record, record_from_cells(cells));
    TRY_VOID(check_signed(record));
    return record;
}

bool same_but_for_time(JournalRecord a, const JournalRecord& b) {
    a.time_ms = b.time_ms;
    return a == b;
}

}  // namespace

Journal::Journal(std::unique_ptr<Database> database, Retention retention)
    : database_(std::move(database)), retention_(retention) {}

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path, Access access, Retention retention) {
    TRY(auto database, Database::open(path, access));
    return std::unique_ptr<Journal>(new Journal(std::move(database), retention));
}

Result<std::vector<JournalRecord>> Journal::select(const std::string& condition,
                                                   std::span<const std::string> arguments) {
    std::vector<JournalRecord> out;
    SQLite::Statement query(database_->sql(), "SELECT " + column_list("r.") + "r.digest FROM records r " + condition);
    for (int i = 0; const std::string& argument : arguments) query.bind(++i, argument);
    while (query.executeStep()) {
        TRY(auto record, read_record(query));
        out.push_back(std::move(record));
    }
    return out;
}

/// True when the same record is there; a different one in its place is left to the constraints to refuse.
Result<bool> Journal::known(const JournalRecord& record) {
    if (record.stage == Stage::Sent || record.stage == Stage::Seen) return false;
    const std::string step = std::to_string(record.step);
    const std::string attempt = std::to_string(record.attempt);
    const std::vector<std::string> arguments = {record.incident, step, std::string(to_string(record.stage)), attempt};
    TRY(const auto there, select("WHERE r.incident = ? AND r.step = CAST(? AS INTEGER) AND r.stage = ? "
                                 "AND r.attempt = CAST(? AS INTEGER)",
                                 arguments));
    return !there.empty() && same_but_for_time(there.front(), record);
}

/// A nonce has one open step. One that has ended gives way: its transaction may have fallen out of the chain with a
/// reorganisation, and then the nonce is free again; the chain executes at most one of the two.
Result<void> Journal::claim_nonce(const JournalRecord& record) {
    auto& sql = database_->sql();
    if (record.stage == Stage::Reserved) {
        if (!record.nonce) return fail(Errc::Mismatch, "journal: " + name_of(record) + " reserves no nonce");
        const std::vector<Cell> nonce = {number(record.chain_id), to_hex(record.address.view()), number(*record.nonce)};
        SQLite::Statement free(
            sql,
            "DELETE FROM nonces WHERE chain_id = ? AND address = ? AND nonce = ? AND NOT EXISTS (SELECT "
            "1 FROM open_steps o WHERE o.incident = nonces.incident AND o.step = nonces.step)");
        bind_all(free, nonce);
        if (free.exec() > 0)
            log::warn("a used nonce is free again", {{"incident", record.incident}, {"nonce", *record.nonce}});
        SQLite::Statement insert(sql,
                                 "INSERT INTO nonces(chain_id, address, nonce, incident, step) VALUES(?, ?, ?, ?, ?)");
        bind_all(insert, {nonce[0], nonce[1], nonce[2], record.incident, number(record.step)});
        insert.exec();
        return {};
    }
    if (record.stage != Stage::Signed) return {};
    SQLite::Statement holder(sql, "SELECT chain_id, address, nonce FROM nonces WHERE incident = ? AND step = ?");
    bind_all(holder, {record.incident, number(record.step)});
    const bool matches =
        holder.executeStep() && record.nonce &&
        cells_of(holder, 0, 3) ==
            std::vector<Cell>{number(record.chain_id), to_hex(record.address.view()), number(*record.nonce)};
    if (!matches) return fail(Errc::Mismatch, "journal: " + name_of(record) + " does not hold the nonce it uses");
    return {};
}

Result<void> Journal::close_step(const JournalRecord& record) {
    auto& sql = database_->sql();
    SQLite::Statement close(sql, "DELETE FROM open_steps WHERE incident = ? AND step = ?");
    bind_all(close, {record.incident, number(record.step)});
    close.exec();
    if (record.stage != Stage::Abandoned) return {};
    SQLite::Statement give_back(sql,
                                "DELETE FROM nonces WHERE incident = ?1 AND step = ?2 AND NOT EXISTS (SELECT 1 FROM "
                                "records WHERE incident = ?1 AND step = ?2 AND stage = 'signed')");
    bind_all(give_back, {record.incident, number(record.step)});
    give_back.exec();
    return {};
}

Result<void> Journal::add(const JournalRecord& record) {
    TRY_VOID(check_signed(record));
    TRY(auto cells, to_cells(record));
    TRY(const bool there, known(record));
    if (there) return {};
    auto& sql = database_->sql();
    SQLite::Statement ended(sql,
                            "SELECT stage FROM records WHERE incident = ? AND step = ? AND stage IN ('settled', "
                            "'abandoned')");
    bind_all(ended, {record.incident, number(record.step)});
    // An endpoint's late answer or a second receipt may still be noted after the end; a new decision may not.
    if (record.stage != Stage::Sent && record.stage != Stage::Seen && ended.executeStep())
        return fail(Errc::Mismatch,
                    "journal: " + name_of(record) + " has ended (" + ended.getColumn(0).getString() + ")");
    TRY_VOID(claim_nonce(record));
    if (record.stage == Stage::Intent) {
        SQLite::Statement open(sql, "INSERT INTO open_steps(incident, step) VALUES(?, ?)");
        bind_all(open, {record.incident, number(record.step)});
        open.exec();
    }
    const Hash32 sum = digest(cells);
    cells.emplace_back(Bytes(sum.bytes.begin(), sum.bytes.end()));
    SQLite::Statement insert(sql, insert_sql());
    bind_all(insert, cells);
    insert.exec();
    if (ends(record.stage)) TRY_VOID(close_step(record));
    return {};
}

Result<void> Journal::append(std::span<const JournalRecord> records) {
    const std::vector<std::vector<JournalRecord>> one = {{records.begin(), records.end()}};
    return std::move(append_groups(one).front());
}

std::vector<Result<void>> Journal::append_groups(std::span<const std::vector<JournalRecord>> groups) {
    std::vector<Result<void>> results;
    const auto add_group = [&](const std::vector<JournalRecord>& group) -> Result<void> {
        try {
            for (const JournalRecord& record : group) TRY_VOID(add(record));
            return {};
        } catch (const SQLite::Exception& error) {
            // Anything else than a broken constraint may have ended the whole transaction.
            if ((error.getErrorCode() & 0xff) != SQLITE_CONSTRAINT) throw;
            return tl::unexpected(to_error(error, name_of(group.front())));
        }
    };
    const auto write_groups = [&]() -> Result<void> {
        results.clear();
        for (const auto& group : groups) {
            database_->sql().exec("SAVEPOINT one_group");
            results.push_back(add_group(group));
            if (!results.back()) database_->sql().exec("ROLLBACK TO one_group");
            database_->sql().exec("RELEASE one_group");
        }
        return {};
    };
    // The reserve is for records alone: what people read must not use it up before a rescue needs it.
    const auto all = database_->transaction("writing records", write_groups, Database::Reserve::Give);
    if (!all) results.assign(groups.size(), Result<void>(tl::unexpected(all.error())));
    return results;
}

Result<std::vector<JournalRecord>> Journal::unsettled() {
    std::vector<JournalRecord> out;
    TRY_VOID(database_->read("reading what is open", [&]() -> Result<void> {
        TRY(out, select("JOIN open_steps o ON o.incident = r.incident AND o.step = r.step ORDER BY r.id", {}));
        return {};
    }));
    return out;
}

Result<std::vector<JournalRecord>> Journal::ended_lately(std::int64_t now_ms, std::int64_t span_ms) {
    std::vector<JournalRecord> out;
    TRY_VOID(database_->read("reading what has ended", [&]() -> Result<void> {
        const std::vector<std::string> arguments = {std::to_string(now_ms), std::to_string(span_ms)};
        TRY(out, select("JOIN records e ON e.incident = r.incident AND e.step = r.step WHERE e.stage IN ('settled', "
                        "'abandoned') AND e.time_ms >= min(CAST(? AS INTEGER), (SELECT max(time_ms) FROM records)) - "
                        "CAST(? AS INTEGER) ORDER BY r.id",
                        arguments));
        return {};
    }));
    return out;
}

Result<std::vector<engine::Spending>> Journal::spent_since(std::int64_t since_ms) {
    std::vector<engine::Spending> out;
    TRY_VOID(database_->read("reading what was spent", [&]() -> Result<void> {
        const std::vector<std::string> arguments = {std::to_string(since_ms)};
        TRY(const auto rows,
            // What was given up as used by somebody else, or had reverted in another block, and was then found in one
            // has spent as well.
            select("WHERE r.time_ms >= CAST(? AS INTEGER) AND (r.stage = 'settled' OR (r.stage = 'seen' AND EXISTS "
                   "(SELECT 1 FROM records e WHERE e.incident = r.incident AND e.step = r.step AND e.id < r.id AND "
                   "(e.stage = 'abandoned' OR (e.stage = 'settled' AND e.succeeded = 0 AND r.succeeded = 1))) AND NOT "
                   "EXISTS (SELECT 1 FROM records s WHERE s.incident = r.incident "
                   "AND s.step = r.step AND s.stage = 'seen' AND s.id > r.id))) ORDER BY r.time_ms, r.id",
                   arguments));
        for (const JournalRecord& row : rows) {
            const BaseValue moved = row.succeeded ? row.value : BaseValue{};  // what reverted moved nothing
            out.push_back({row.position, row.wallet, row.time_ms, row.purpose, row.succeeded, moved, row.gas_spent});
        }
        return {};
    }));
    return out;
}

Result<std::vector<StepHistory>> Journal::history(const HistoryFilter& filter) {
    std::vector<StepHistory> out;
    TRY_VOID(database_->read("reading history", [&]() -> Result<void> {
        SQLite::Statement steps(
            database_->sql(),
            "SELECT incident, CAST(step AS TEXT), max(id) AS newest FROM records WHERE time_ms >= ?1 "
            "AND (?2 IS NULL OR position = ?2) GROUP BY incident, step ORDER BY newest DESC LIMIT ?3");
        bind_all(steps, {filter.since_ms, filter.position ? Cell(*filter.position) : Cell(),
                         number(std::min<std::size_t>(filter.limit, 1'000'000))});
        while (steps.executeStep()) {
            const std::vector<std::string> arguments = {steps.getColumn(0).getString(), steps.getColumn(1).getString()};
            TRY(auto rows, select("WHERE r.incident = ? AND r.step = CAST(? AS INTEGER) ORDER BY r.id", arguments));
            out.push_back(std::move(rows));
        }
        return {};
    }));
    return out;
}

Result<std::optional<Nonce>> Journal::highest_nonce(ChainId chain, const Address& address) {
    std::optional<Nonce> out;
    TRY_VOID(database_->read("reading nonces", [&]() -> Result<void> {
        SQLite::Statement query(database_->sql(), "SELECT max(nonce) FROM nonces WHERE chain_id = ? AND address = ?");
        bind_all(query, {number(chain), to_hex(address.view())});
        if (query.executeStep() && !query.isColumnNull(0)) out = static_cast<Nonce>(query.getColumn(0).getInt64());
        return {};
    }));
    return out;
}

Result<void> Journal::probe(std::int64_t time_ms) {
    TRY_VOID(change(*database_, "probing", "INSERT OR REPLACE INTO heartbeat(id, time_ms) VALUES(1, ?)", {time_ms}));
    database_->reserve_space();
    return {};
}

}  // namespace plimsoll::journal
