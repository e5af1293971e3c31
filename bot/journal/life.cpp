// SPDX-License-Identifier: Apache-2.0
// Whose journal it is, and how the processes that wrote it ended.
#include <SQLiteCpp/SQLiteCpp.h>
#include <algorithm>
#include <set>

#include "bot/journal/journal.hpp"
#include "bot/journal/statement.hpp"
#include "bot/log.hpp"

namespace plimsoll::journal {

namespace {

struct Known {
    std::vector<std::pair<std::int64_t, std::string>> owners;  // chain, address
    std::set<std::pair<std::int64_t, std::string>> sorted;

    void add(std::int64_t chain, std::string address) {
        sorted.emplace(chain, address);
        owners.emplace_back(chain, std::move(address));
    }
    bool has(const Owner& owner) const {
        return sorted.contains({static_cast<std::int64_t>(owner.chain_id), to_hex(owner.address.view())});
    }
    std::string text() const {
        constexpr std::size_t kShown = 3;
        std::string out;
        for (std::size_t i = 0; i < std::min(kShown, owners.size()); ++i)
            out += (i == 0 ? "" : ", ") + owners[i].second + " on chain " + std::to_string(owners[i].first);
        return out + (owners.size() > kShown ? " and others" : "");
    }
};

}  // namespace

Result<void> Journal::claim(std::span<const Owner> owners, bool adopt, std::int64_t time_ms) {
    if (owners.empty()) return {};
    return database_->transaction("binding the journal", [&]() -> Result<void> {
        auto& sql = database_->sql();
        Known known;
        SQLite::Statement query(sql, "SELECT chain_id, address FROM owners ORDER BY since_ms, chain_id, address");
        while (query.executeStep()) known.add(query.getColumn(0).getInt64(), query.getColumn(1).getString());
        const bool ours = known.owners.empty() || std::any_of(owners.begin(), owners.end(),
                                                              [&](const Owner& owner) { return known.has(owner); });
        if (!ours && !adopt)
            return fail(Errc::Refused, "journal: " + database_->path() + " belongs to " + known.text() +
                                           ", and none of these keys acts here (move it away, or give this daemon its "
                                           "own data_dir; if it is right, start once with run --adopt)");
        SQLite::Statement insert(sql, "INSERT OR IGNORE INTO owners(chain_id, address, since_ms) VALUES(?, ?, ?)");
        for (const Owner& owner : owners) {
            if (known.has(owner)) continue;
            bind_all(insert, {number(owner.chain_id), to_hex(owner.address.view()), time_ms});
            insert.exec();
            insert.reset();
            if (!known.owners.empty())
                log::info("the journal has another owner",
                          {{"chain_id", owner.chain_id}, {"address", to_hex(owner.address.view())}});
        }
        return {};
    });
}

Result<std::uint32_t> Journal::begin_life(std::int64_t time_ms, std::int64_t window_ms) {
    constexpr int kKept = 100;
    std::uint32_t crashes = 0;
    TRY_VOID(database_->transaction("noting the start", [&]() -> Result<void> {
        crashes = 0;
        auto& sql = database_->sql();
        SQLite::Statement lives(sql, "SELECT began_ms, ended_ms IS NOT NULL FROM lives ORDER BY id DESC");
        while (lives.executeStep()) {
            const bool ended = lives.getColumn(1).getInt() == 1;
            if (ended || time_ms - lives.getColumn(0).getInt64() > window_ms) break;
            ++crashes;
        }
        SQLite::Statement begin(sql, "INSERT INTO lives(began_ms) VALUES(?)");
        begin.bind(1, time_ms);
        begin.exec();
        trim("lives", kKept);
        return {};
    }));
    return crashes;
}

Result<void> Journal::end_life(std::int64_t time_ms) {
    return change(*database_, "noting the end", "UPDATE lives SET ended_ms = ? WHERE id = (SELECT max(id) FROM lives)",
                  {time_ms});
}

}  // namespace plimsoll::journal
