// SPDX-License-Identifier: Apache-2.0
#include <SQLiteCpp/SQLiteCpp.h>
#include <array>
#include <nlohmann/json.hpp>

#include "bot/journal/journal.hpp"
#include "bot/journal/statement.hpp"

/// What the journal keeps for people: decisions, alerts, changes of settings, pauses. Old rows make room for new ones.
namespace plimsoll::journal {

namespace {

using engine::AlertLevel;
using engine::Outcome;
using nlohmann::json;

constexpr std::array kOutcomes = {Outcome::Safe,     Outcome::Refused, Outcome::DryRun,
                                  Outcome::Checking, Outcome::Waiting, Outcome::Acting};

std::string gates_text(const std::vector<engine::Gate>& gates) {
    auto list = json::array();
    for (const auto& gate : gates) list.push_back({gate.name, gate.passed, gate.measured, gate.required});
    return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::vector<engine::Gate>> gates_from(const std::string& text) {
    const auto list = json::parse(text, nullptr, false);
    std::vector<engine::Gate> out;
    if (!list.is_array()) return fail(Errc::Decode, "journal: the gates of a decision are no list");
    for (const auto& gate : list) {
        const bool formed = gate.is_array() && gate.size() == 4 && gate[0].is_string() && gate[1].is_boolean() &&
                            gate[2].is_string() && gate[3].is_string();
        if (!formed) return fail(Errc::Decode, "journal: a gate of a decision has not the promised form");
        out.push_back({gate[0], gate[1], gate[2], gate[3]});
    }
    return out;
}

Result<DecisionRow> decision_from(SQLite::Statement& row) {
    DecisionRow out;
    auto& decision = out.decision;
    out.time_ms = row.getColumn(0).getInt64();
    decision.position = row.getColumn(1).getString();
    decision.block.number = static_cast<BlockNumber>(row.getColumn(2).getInt64());
    TRY(decision.block.hash, Hash32::parse(row.getColumn(3).getString()));
    decision.block.timestamp = static_cast<Timestamp>(row.getColumn(4).getInt64());
    TRY(decision.health_now.value, U256::from_decimal(row.getColumn(5).getString()));
    TRY(decision.health_next.value, U256::from_decimal(row.getColumn(6).getString()));
    TRY(decision.trigger.value, U256::from_decimal(row.getColumn(7).getString()));
    TRY(decision.target.value, U256::from_decimal(row.getColumn(8).getString()));
    TRY(decision.outcome, from_word(kOutcomes, row.getColumn(9).getString()));
    decision.reason = row.getColumn(10).getString();
    decision.plan = row.getColumn(11).getString();
    TRY(decision.health_expected.value, U256::from_decimal(row.getColumn(12).getString()));
    TRY(decision.gates, gates_from(row.getColumn(13).getString()));
    return out;
}

constexpr const char* kDecisionColumns =
    "time_ms, position, block_number, block_hash, block_time, health_now, health_next, trigger_health, target_health, "
    "outcome, reason, plan, health_expected, gates";

}  // namespace

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::Safe:
            return "safe";
        case Outcome::Refused:
            return "refused";
        case Outcome::DryRun:
            return "dry-run";
        case Outcome::Checking:
            return "checking";
        case Outcome::Waiting:
            return "waiting";
        case Outcome::Acting:
            return "acting";
    }
    return "?";
}

std::string_view to_string(AlertLevel level) {
    switch (level) {
        case AlertLevel::Info:
            return "info";
        case AlertLevel::Warning:
            return "warning";
        case AlertLevel::Critical:
            return "critical";
    }
    return "?";
}

/// Numbers only grow (AUTOINCREMENT), so the newest `keep` rows are those above a number.
void Journal::trim(const char* table, std::int64_t keep) {
    const std::string name = table;
    SQLite::Statement remove(database_->sql(),
                             "DELETE FROM " + name + " WHERE id <= (SELECT max(id) FROM " + name + ") - ?");
    remove.bind(1, keep);
    remove.exec();
}

Result<void> Journal::add_decisions(std::span<const DecisionRow> rows) {
    return database_->transaction("writing decisions", [&]() -> Result<void> {
        SQLite::Statement insert(database_->sql(), std::string("INSERT INTO decisions(") + kDecisionColumns +
                                                       ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        for (const auto& [time_ms, d] : rows) {
            bind_all(insert,
                     {time_ms, d.position, number(d.block.number), to_hex(d.block.hash.view()),
                      number(d.block.timestamp), plimsoll::to_string(d.health_now), plimsoll::to_string(d.health_next),
                      plimsoll::to_string(d.trigger), plimsoll::to_string(d.target), std::string(to_string(d.outcome)),
                      d.reason, d.plan, plimsoll::to_string(d.health_expected), gates_text(d.gates)});
            insert.exec();
            insert.reset();
        }
        trim("decisions", retention_.decisions);
        return {};
    });
}

Result<std::vector<DecisionRow>> Journal::decisions(const std::string& position, std::size_t limit) {
    std::vector<DecisionRow> out;
    TRY_VOID(database_->read("reading decisions", [&]() -> Result<void> {
        SQLite::Statement query(database_->sql(), std::string("SELECT ") + kDecisionColumns + " FROM decisions WHERE " +
                                                      (position.empty() ? "'' = ?" : "position = ?") +
                                                      " ORDER BY id DESC LIMIT ?");
        bind_all(query, {position, number(limit)});
        while (query.executeStep()) {
            TRY(auto row, decision_from(query));
            out.push_back(std::move(row));
        }
        return {};
    }));
    return out;
}

Result<void> Journal::add_alerts(std::span<const AlertRow> rows) {
    return database_->transaction("writing alerts", [&]() -> Result<void> {
        SQLite::Statement insert(
            database_->sql(),
            "INSERT INTO alerts(time_ms, level, kind, position, text, resolved, delivered) VALUES(?, "
            "?, ?, ?, ?, ?, ?)");
        for (const auto& [time_ms, alert, delivered] : rows) {
            bind_all(insert, {time_ms, std::string(to_string(alert.level)), alert.kind, alert.position, alert.text,
                              number(alert.resolved ? 1 : 0), delivered});
            insert.exec();
            insert.reset();
        }
        trim("alerts", retention_.alerts);
        return {};
    });
}

Result<std::vector<AlertRow>> Journal::alerts(std::int64_t since_ms, std::size_t limit) {
    std::vector<AlertRow> out;
    TRY_VOID(database_->read("reading alerts", [&]() -> Result<void> {
        SQLite::Statement query(database_->sql(),
                                "SELECT time_ms, level, kind, position, text, resolved, delivered FROM alerts WHERE "
                                "time_ms >= ? ORDER BY id DESC LIMIT ?");
        bind_all(query, {since_ms, number(limit)});
        while (query.executeStep()) {
            TRY(const AlertLevel level, from_word(kLevels, query.getColumn(1).getString()));
            out.push_back({query.getColumn(0).getInt64(),
                           {level, query.getColumn(2).getString(), query.getColumn(3).getString(),
                            query.getColumn(4).getString(), query.getColumn(5).getInt() == 1},
                           query.getColumn(6).getString()});
        }
        return {};
    }));
    return out;
}

Result<void> Journal::add_settings_changes(std::span<const SettingsChange> rows) {
    return database_->transaction("writing settings", [&]() -> Result<void> {
        SQLite::Statement insert(database_->sql(),
                                 "INSERT INTO settings_changes(time_ms, key, old, new) VALUES(?, ?, ?, ?)");
        for (const auto& row : rows) {
            bind_all(insert, {row.time_ms, row.key, row.old_value, row.new_value});
            insert.exec();
            insert.reset();
        }
        trim("settings_changes", retention_.settings_changes);
        return {};
    });
}

Result<std::vector<SettingsChange>> Journal::settings_changes(std::int64_t since_ms, std::size_t limit) {
    std::vector<SettingsChange> out;
    TRY_VOID(database_->read("reading settings", [&]() -> Result<void> {
        SQLite::Statement query(
            database_->sql(),
            "SELECT time_ms, key, old, new FROM settings_changes WHERE time_ms >= ? ORDER BY id DESC "
            "LIMIT ?");
        bind_all(query, {since_ms, number(limit)});
        while (query.executeStep()) {
            out.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                           query.getColumn(2).getString(), query.getColumn(3).getString()});
        }
        return {};
    }));
    return out;
}

Result<void> Journal::set_paused(const std::string& position, bool paused, std::int64_t time_ms) {
    return change(*database_, "writing a pause",
                  paused ? "INSERT OR IGNORE INTO paused(position, since_ms) VALUES(?1, ?2)"
                         : "DELETE FROM paused WHERE position = ?1 AND ?2 IS NOT NULL",
                  {position, time_ms});
}

Result<std::vector<std::string>> Journal::paused() {
    std::vector<std::string> out;
    TRY_VOID(database_->read("reading pauses", [&]() -> Result<void> {
        SQLite::Statement query(database_->sql(), "SELECT position FROM paused ORDER BY position");
        while (query.executeStep()) out.push_back(query.getColumn(0).getString());
        return {};
    }));
    return out;
}

}  // namespace plimsoll::journal
