// SPDX-License-Identifier: Apache-2.0
#include "bot/journal/row.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>

#include "bot/engine/text.hpp"
#include "chain/codec/keccak.hpp"

namespace plimsoll::journal {

namespace {

using engine::JournalRecord;
using engine::Purpose;
using engine::Stage;

constexpr std::array kStages = {Stage::Intent, Stage::Reserved, Stage::Signed,   Stage::Sent,
                                Stage::Seen,   Stage::Settled,  Stage::Abandoned};
constexpr std::array kPurposes = {Purpose::ResetApproval, Purpose::Approve, Purpose::Prepare, Purpose::Rescue};

constexpr std::string_view kOldRescue = "repay";  // its name in the first schema
constexpr std::size_t kColumnsOfFirst = 34;       // rows of the first schema have no more, and are sealed without

/// The one list of fields. Changing it needs a new schema step.
template <class Visitor, class Record>
void each_field(Visitor& visit, Record& r) {
    visit("incident", r.incident);
    visit("step", r.step);
    visit("attempt", r.attempt);
    visit("stage", r.stage);
    visit("purpose", r.purpose);
    visit("position", r.position);
    visit("wallet", r.wallet);
    visit("address", r.address);
    visit("chain_id", r.chain_id);
    visit("time_ms", r.time_ms);
    visit("trigger_number", r.trigger_number);
    visit("trigger_hash", r.trigger_hash);
    visit("asset", r.asset);
    visit("amount", r.amount);
    visit("value", r.value);
    visit("health_before", r.health_before);
    visit("health_expected", r.health_expected);
    visit("nonce", r.nonce);
    visit("tx_chain_id", r.tx.chain_id);
    visit("tx_nonce", r.tx.nonce);
    visit("tx_max_priority_fee", r.tx.max_priority_fee);
    visit("tx_max_fee", r.tx.max_fee);
    visit("tx_gas_limit", r.tx.gas_limit);
    visit("tx_to", r.tx.to);
    visit("tx_value", r.tx.value);
    visit("tx_data", r.tx.data);
    visit("hash", r.hash);
    visit("raw", r.raw);
    visit("endpoint", r.endpoint);
    visit("block_number", r.block_number);
    visit("block_hash", r.block_hash);
    visit("succeeded", r.succeeded);
    visit("outcome", r.outcome);
    visit("gas_spent", r.gas_spent);
    visit("strategy", r.strategy);
    visit("rung", r.rung);
    visit("cost_bps", r.cost_bps);
}

struct ColumnNames {
    std::vector<std::string> names;
    void operator()(const char* name, const auto&) { names.emplace_back(name); }
};

class Writer {
  public:
    std::vector<Cell> cells;
    std::string too_large;  // first column whose integer does not fit

    void operator()(const char*, const std::string& v) { cells.emplace_back(v); }
    void operator()(const char*, const Bytes& v) { cells.emplace_back(v); }
    void operator()(const char*, Stage v) { cells.emplace_back(std::string(to_string(v))); }
    void operator()(const char*, Purpose v) { cells.emplace_back(std::string(to_string(v))); }
    void operator()(const char*, const Address& v) { cells.emplace_back(to_hex(v.view())); }
    void operator()(const char*, const Hash32& v) { cells.emplace_back(to_hex(v.view())); }
    template <class Tag>
    void operator()(const char*, const Quantity<Tag>& v) {
        cells.emplace_back(plimsoll::to_string(v));
    }
    template <std::integral T>
    void operator()(const char* name, T v) {
        if (!std::in_range<std::int64_t>(v) && too_large.empty()) too_large = name;
        cells.emplace_back(static_cast<std::int64_t>(v));
    }
    void operator()(const char*, bool v) { cells.emplace_back(std::int64_t{v ? 1 : 0}); }
    void operator()(const char* name, const std::optional<Nonce>& v) {
        if (v)
            (*this)(name, *v);
        else
            cells.emplace_back(std::monostate{});
    }
};

class Reader {
  public:
    explicit Reader(std::span<const Cell> cells) : cells_(cells) {}
    std::string bad;  // first column that has not the promised form

    void operator()(const char* name, std::string& out) {
        if (const auto* v = next<std::string>(name)) out = *v;
    }
    void operator()(const char* name, Bytes& out) {
        if (const auto* v = next<Bytes>(name)) out = *v;
    }
    void operator()(const char* name, Stage& out) { word(name, kStages, out); }
    void operator()(const char* name, Purpose& out) {
        const auto* v = at_ < cells_.size() ? std::get_if<std::string>(&cells_[at_]) : nullptr;
        if (v == nullptr || *v != kOldRescue) return word(name, kPurposes, out);
        ++at_;
        out = Purpose::Rescue;
    }
    template <std::size_t N, class Tag>
    void operator()(const char* name, FixedBytes<N, Tag>& out) {
        if (const auto* v = next<std::string>(name)) keep(name, FixedBytes<N, Tag>::parse(*v), out);
    }
    template <class Tag>
    void operator()(const char* name, Quantity<Tag>& out) {
        if (const auto* v = next<std::string>(name)) keep(name, U256::from_decimal(*v), out.value);
    }
    template <std::integral T>
    void operator()(const char* name, T& out) {
        const auto* v = next<std::int64_t>(name);
        if (v == nullptr) return;
        if (!std::in_range<T>(*v)) return fault(name);
        out = static_cast<T>(*v);
    }
    void operator()(const char* name, bool& out) {
        const auto* v = next<std::int64_t>(name);
        if (v == nullptr) return;
        if (*v != 0 && *v != 1) return fault(name);
        out = *v == 1;
    }
    void operator()(const char* name, std::optional<Nonce>& out) {
        if (at_ < cells_.size() && std::holds_alternative<std::monostate>(cells_[at_])) {
            ++at_;
            out.reset();
        } else {
            (*this)(name, out.emplace());
        }
    }
    bool at_end() const { return at_ == cells_.size(); }

  private:
    void fault(const char* name) {
        if (bad.empty()) bad = name;
    }
    template <class T>
    const T* next(const char* name) {
        const T* out = at_ < cells_.size() ? std::get_if<T>(&cells_[at_]) : nullptr;
        ++at_;
        if (out == nullptr) fault(name);
        return out;
    }
    template <class Parsed, class T>
    void keep(const char* name, const Parsed& parsed, T& out) {
        if (parsed)
            out = *parsed;
        else
            fault(name);
    }
    template <class Words, class T>
    void word(const char* name, const Words& words, T& out) {
        const auto* v = next<std::string>(name);
        if (v == nullptr) return;
        for (const T candidate : words) {
            if (*v == to_string(candidate)) {
                out = candidate;
                return;
            }
        }
        fault(name);
    }

    std::span<const Cell> cells_;
    std::size_t at_{};
};

/// As the second schema gives them to rows of the first.
bool is_default(const Cell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number == 0;
    const auto* text = std::get_if<std::string>(&cell);
    return text != nullptr && text->empty();
}

void append_u64(Bytes& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

}  // namespace

Hash32 digest(std::span<const Cell> cells) {
    const auto more = cells.subspan(std::min(cells.size(), kColumnsOfFirst));
    if (std::all_of(more.begin(), more.end(), is_default)) cells = cells.first(cells.size() - more.size());
    Bytes buffer;
    for (const Cell& cell : cells) {
        buffer.push_back(static_cast<std::uint8_t>(cell.index()));
        if (const auto* number = std::get_if<std::int64_t>(&cell)) {
            append_u64(buffer, static_cast<std::uint64_t>(*number));
        } else if (const auto* text = std::get_if<std::string>(&cell)) {
            append_u64(buffer, text->size());
            buffer.insert(buffer.end(), text->begin(), text->end());
        } else if (const auto* bytes = std::get_if<Bytes>(&cell)) {
            append_u64(buffer, bytes->size());
            buffer.insert(buffer.end(), bytes->begin(), bytes->end());
        }
    }
    return keccak256(buffer);
}

std::string_view to_string(Stage stage) {
    switch (stage) {
        case Stage::Intent:
            return "intent";
        case Stage::Reserved:
            return "reserved";
        case Stage::Signed:
            return "signed";
        case Stage::Sent:
            return "sent";
        case Stage::Seen:
            return "seen";
        case Stage::Settled:
            return "settled";
        case Stage::Abandoned:
            return "abandoned";
    }
    return "?";
}

const std::vector<std::string>& record_columns() {
    static const std::vector<std::string> names = [] {
        ColumnNames visitor;
        const JournalRecord any;
        each_field(visitor, any);
        return visitor.names;
    }();
    return names;
}

Result<std::vector<Cell>> to_cells(const JournalRecord& record) {
    Writer writer;
    writer.cells.reserve(record_columns().size());
    each_field(writer, record);
    if (!writer.too_large.empty()) return fail(Errc::Range, "journal: " + writer.too_large + " has more than 63 bits");
    return std::move(writer.cells);
}

Result<JournalRecord> record_from_cells(std::span<const Cell> cells) {
    JournalRecord out;
    Reader reader(cells);
    each_field(reader, out);
    if (!reader.bad.empty()) return fail(Errc::Decode, "journal: column " + reader.bad + " has not the promised form");
    if (!reader.at_end()) return fail(Errc::Decode, "journal: a row has too many columns");
    return out;
}

}  // namespace plimsoll::journal
