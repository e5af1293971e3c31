// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <concepts>
#include <span>
#include <vector>

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

/// Columns [from, to) of the current row.
std::vector<Cell> cells_of(SQLite::Statement& row, int from, int to);

}  // namespace plimsoll::journal
