// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "bot/engine/journal_record.hpp"

/// Records as rows of a table. One list of fields serves writing, reading and the table's columns; a digest over the
/// whole row, stored with it, shows damage that the database itself cannot see.
namespace plimsoll::journal {

/// NULL, INTEGER, TEXT, BLOB.
using Cell = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

/// Keccak-256 over the cells with their types and lengths.
Hash32 digest(std::span<const Cell> cells);

std::string_view to_string(engine::Stage stage);

/// Names of the columns, in the order of the cells.
const std::vector<std::string>& record_columns();

/// Errc::Range when an integer leaves what the database can hold (63 bits).
Result<std::vector<Cell>> to_cells(const engine::JournalRecord& record);

/// Errc::Decode names the column that has not the promised form.
Result<engine::JournalRecord> record_from_cells(std::span<const Cell> cells);

}  // namespace plimsoll::journal
