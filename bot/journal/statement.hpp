// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <array>
#include <concepts>
#include <span>
#include <vector>

#include "bot/journal/database.hpp"
#include "bot/journal/journal.hpp"
#include "bot/journal/row.hpp"

/// Cells to and from statements. Only files of this folder include this.
namespace plimsoll::journal {

/// The caller has made sure that it fits (to_cells), or it is a small count.
template <std::integral T>
Cell number(T value) {
    return static_cast<std::int64_t>(value);
}

void bind_all(SQLite::Statement& statement, std::span<const Cell> cells);
inline void bind_all(SQLite::Statement& statement, std::initializer_list<Cell> cells) {
    bind_all(statement, std::span<const Cell>(cells.begin(), cells.size()));
}

/// One statement that changes something, in a transaction of its own.
Result<void> change(Database& database, std::string_view place, const char* sql, std::initializer_list<Cell> cells);

/// Every row of a query.
template <class Row>
Result<std::vector<Row>> rows_of(Database& database, std::string_view place, const char* sql,
                                 Row (*read)(const SQLite::Statement& row)) {
    std::vector<Row> out;
    TRY_VOID(database.read(place, [&]() -> Result<void> {
        SQLite::Statement query(database.sql(), sql);
        while (query.executeStep()) out.push_back(read(query));
        return {};
    }));
    return out;
}

inline std::string text_in(const SQLite::Statement& row, int column) {
    return row.getColumn(column).getString();
}
inline std::int64_t integer_in(const SQLite::Statement& row, int column) {
    return row.getColumn(column).getInt64();
}

inline constexpr std::array kLevels = {engine::AlertLevel::Info, engine::AlertLevel::Warning,
                                       engine::AlertLevel::Critical};

/// Which of `words` to_string() calls so.
template <class Words>
Result<typename Words::value_type> from_word(const Words& words, const std::string& text) {
    for (const auto candidate : words) {
        if (text == to_string(candidate)) return candidate;
    }
    return fail(Errc::Decode, "journal: \"" + text + "\" is no known word here");
}

/// Columns [from, to) of the current row.
std::vector<Cell> cells_of(SQLite::Statement& row, int from, int to);

}  // namespace plimsoll::journal
