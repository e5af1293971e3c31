// SPDX-License-Identifier: Apache-2.0
// Rows of the journal as a damaged file may hold them. Cells follow each other: a byte for the type, then eight bytes
// of a number, or two of a length and so many bytes. The first byte of all chooses how a row is made of them: 0 as they
// are, else laid over a good row, so that single fields are reached.
#include "bot/journal/row.hpp"
#include "tests/fuzz/support/input.hpp"

using namespace plimsoll;
using namespace plimsoll::journal;
using fuzz::require;

namespace {

Cell take_cell(fuzz::Input& input) {
    const auto kind = input.byte() % 4;
    if (kind == 0) return std::monostate{};
    if (kind == 1) return static_cast<std::int64_t>(input.uint(8));
    const auto bytes = input.bytes(input.uint(2));
    if (kind == 2) return std::string(fuzz::text_of(bytes));
    return Bytes(bytes.begin(), bytes.end());
}

std::vector<Cell> good_row() {
    engine::JournalRecord record;
    record.incident = "main/1722820223045";
    record.stage = engine::Stage::Signed;
    record.nonce = 7;
    record.raw = {2, 0xf8};
    return *to_cells(record);
}

std::vector<Cell> take_row(fuzz::Input& input) {
    std::vector<Cell> out;
    if (input.byte() == 0) {
        while (!input.at_end() && out.size() < 64) out.push_back(take_cell(input));
        return out;
    }
    out = good_row();
    while (!input.at_end()) {
        const std::size_t at = input.byte() % out.size();
        out[at] = take_cell(input);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto cells = take_row(input);
    require(digest(cells) == digest(cells), "a digest of the same is the same");
    const auto record = record_from_cells(cells);
    if (!record) {
        require(record.error().code == Errc::Decode && !record.error().message.empty(), "Decode with a column");
        return 0;
    }
    require(cells.size() == record_columns().size(), "a record has every column");
    const auto written = to_cells(*record);
    if (!written) {
        require(written.error().code == Errc::Range, "only Range");
        return 0;
    }
    const auto again = record_from_cells(*written);
    require(again && *again == *record, "a record, written, reads the same");
    require(*to_cells(*again) == *written, "and is written the same");
    return 0;
}
