// SPDX-License-Identifier: Apache-2.0
#include "bot/journal/statement.hpp"

namespace plimsoll::journal {

void bind_all(SQLite::Statement& statement, std::span<const Cell> cells) {
    for (int i = 0; const Cell& cell : cells) {
        ++i;
        if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
            statement.bind(i, *integer);
        } else if (const auto* text = std::get_if<std::string>(&cell)) {
            statement.bind(i, *text);
        } else if (const auto* bytes = std::get_if<Bytes>(&cell)) {
            // A null pointer would bind NULL: an empty blob needs an address.
            static constexpr char kNothing = 0;
            const void* data = bytes->empty() ? static_cast<const void*>(&kNothing) : bytes->data();
            statement.bind(i, data, static_cast<int>(bytes->size()));
        } else {
            statement.bind(i);
        }
    }
}

Result<void> change(Database& database, std::string_view place, const char* sql, std::initializer_list<Cell> cells) {
    return database.transaction(place, [&]() -> Result<void> {
        SQLite::Statement statement(database.sql(), sql);
        bind_all(statement, cells);
        statement.exec();
        return {};
    });
}

std::vector<Cell> cells_of(SQLite::Statement& row, int from, int to) {
    std::vector<Cell> out;
    out.reserve(static_cast<std::size_t>(to - from));
    for (int i = from; i < to; ++i) {
        const SQLite::Column column = row.getColumn(i);
        if (column.isInteger()) {
            out.emplace_back(std::int64_t{column.getInt64()});
        } else if (column.isText()) {
            out.emplace_back(column.getString());
        } else if (column.isBlob()) {
            const auto* data = static_cast<const std::uint8_t*>(column.getBlob());
            out.emplace_back(Bytes(data, data + column.getBytes()));
        } else {
            out.emplace_back(std::monostate{});
        }
    }
    return out;
}

}  // namespace plimsoll::journal
