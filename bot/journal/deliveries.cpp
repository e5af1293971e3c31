// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <algorithm>

#include "bot/journal/journal.hpp"
#include "bot/journal/statement.hpp"

/// Messages on their way to people: they outlive the process, and so does who has seen them.
namespace plimsoll::journal {

namespace {

constexpr const char* kColumns =
    "id, channel, state, raised_ms, due_ms, until_ms, ended_ms, tries, level, kind, position, text, resolved, event, "
    "chain, key, note";

Result<DeliveryRow> delivery_from(SQLite::Statement& row) {
    DeliveryRow out;
    out.id = row.getColumn(0).getInt64();
    out.channel = row.getColumn(1).getString();
    out.state = row.getColumn(2).getString();
    out.raised_ms = row.getColumn(3).getInt64();
    out.due_ms = row.getColumn(4).getInt64();
    out.until_ms = row.getColumn(5).getInt64();
    out.ended_ms = row.getColumn(6).getInt64();
    out.tries = row.getColumn(7).getUInt();
    TRY(out.alert.level, from_word(kLevels, row.getColumn(8).getString()));
    out.alert.kind = row.getColumn(9).getString();
    out.alert.position = row.getColumn(10).getString();
    out.alert.text = row.getColumn(11).getString();
    out.alert.resolved = row.getColumn(12).getInt() == 1;
    out.alert.event = row.getColumn(13).getInt() == 1;
    out.chain = row.getColumn(14).getString();
    out.key = row.getColumn(15).getString();
    out.note = row.getColumn(16).getString();
    return out;
}

}  // namespace

Result<void> Journal::put_deliveries(std::span<const DeliveryRow> rows) {
    return database_->transaction("writing deliveries", [&]() -> Result<void> {
        SQLite::Statement insert(database_->sql(), std::string("INSERT OR REPLACE INTO deliveries(") + kColumns +
                                                       ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        for (const auto& row : rows) {
            bind_all(insert, {row.id, row.channel, row.state, row.raised_ms, row.due_ms, row.until_ms, row.ended_ms,
                              number(row.tries), std::string(to_string(row.alert.level)), row.alert.kind,
                              row.alert.position, row.alert.text, number(row.alert.resolved ? 1 : 0),
                              number(row.alert.event ? 1 : 0), row.chain, row.key, row.note});
            insert.exec();
            insert.reset();
        }
        trim("deliveries", retention_.deliveries);
        return {};
    });
}

Result<std::vector<DeliveryRow>> Journal::deliveries(std::int64_t since_ms) {
    std::vector<DeliveryRow> out;
    TRY_VOID(database_->read("reading deliveries", [&]() -> Result<void> {
        SQLite::Statement query(database_->sql(), std::string("SELECT ") + kColumns +
                                                      " FROM deliveries WHERE state = 'waiting' OR ended_ms >= ? "
                                                      "ORDER BY id");
        bind_all(query, {since_ms});
        while (query.executeStep()) {
            TRY(auto row, delivery_from(query));
            out.push_back(std::move(row));
        }
        return {};
    }));
    return out;
}

Result<std::int64_t> Journal::last_delivery() {
    std::int64_t out = 0;
    TRY_VOID(database_->read("reading deliveries", [&]() -> Result<void> {
        SQLite::Statement query(database_->sql(), "SELECT coalesce(max(id), 0) FROM deliveries");
        if (query.executeStep()) out = query.getColumn(0).getInt64();
        return {};
    }));
    return out;
}

Result<std::vector<ChannelRow>> Journal::channels() {
    return rows_of<ChannelRow>(*database_, "reading deliveries",
                               "SELECT channel, max(CASE state WHEN 'sent' THEN ended_ms ELSE 0 END), "
                               "max(CASE kind WHEN 'test' THEN raised_ms ELSE 0 END) FROM deliveries GROUP BY channel",
                               [](const auto& row) {
                                   return ChannelRow{text_in(row, 0), integer_in(row, 1), integer_in(row, 2)};
                               });
}

Result<void> Journal::acknowledge(const AcknowledgedRow& row) {
    return change(*database_, "noting who has seen an alert",
                  "INSERT OR REPLACE INTO acknowledged(key, time_ms, operator) VALUES(?, ?, ?)",
                  {row.key, row.time_ms, row.by});
}

Result<void> Journal::forget_acknowledged(const std::string& key) {
    return change(*database_, "forgetting who has seen an alert", "DELETE FROM acknowledged WHERE key = ?", {key});
}

Result<std::vector<AcknowledgedRow>> Journal::acknowledged() {
    return rows_of<AcknowledgedRow>(*database_, "reading who has seen what",
                                    "SELECT key, time_ms, operator FROM acknowledged ORDER BY key",
                                    [](const auto& row) {
                                        return AcknowledgedRow{text_in(row, 0), integer_in(row, 1), text_in(row, 2)};
                                    });
}

}  // namespace plimsoll::journal
