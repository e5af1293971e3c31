// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/memory.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "bot/log.hpp"
#include "bot/shell/reload.hpp"

namespace plimsoll::bot {

namespace {

/// Each once, in the order of their wallets: a guardian's key stands behind many.
template <class Wanted>
std::vector<Address> senders_of(const engine::EngineConfig& chain, Wanted wanted) {
    std::vector<Address> out;
    std::unordered_set<Address> seen;
    for (const auto& wallet : chain.wallets) {
        if (wanted(wallet) && seen.insert(wallet.sender).second) out.push_back(wallet.sender);
    }
    return out;
}

}  // namespace

Result<Memory> recall(journal::Journal& journal, std::int64_t now_ms, bool once) {
    constexpr std::int64_t kDayMs = 86'400'000;
    constexpr std::int64_t kHourMs = 3'600'000;
    Memory out;
    TRY(out.unsettled, journal.unsettled());
    TRY(out.ended, journal.ended_lately(now_ms, kHourMs));
    TRY(out.spendings, journal.spent_since(now_ms - kDayMs));
    TRY(out.paused, journal.paused());
    TRY(out.pauses, journal.wallet_pauses());
    if (once) return out;
    const auto crashes = journal.begin_life(now_ms, kCrashWindowMs);
    if (!crashes) {  // a full disk: then nothing is signed anyway, and what is signed must go out
        log::error("the start cannot be noted", {{"reason", crashes.error().message}});
        return out;
    }
    if (*crashes > 0) log::warn("the last process did not end as it was asked to", {{"in_a_row", *crashes}});
    if (*crashes >= kCrashesMax) out.safe_until_ms = now_ms + kSafeMs;
    return out;
}

std::vector<journal::SettingsChange> limit_changes(const Limits& before, const Limits& after, std::int64_t now_ms) {
    std::map<std::string, std::string> known(before.begin(), before.end());
    std::vector<journal::SettingsChange> out;
    for (const auto& [key, value] : after) {
        std::string& old = known[key];
        if (old != value) out.push_back({now_ms, key, old, value});
    }
    return out;
}

void note_limits(journal::Journal& journal, const config::Settings& settings, std::int64_t now_ms) {
    constexpr std::size_t kRows = 20'000;
    const auto rows = journal.settings_changes(0, kRows);
    std::map<std::string, std::string> newest;
    if (rows) {
        for (const auto& row : *rows) newest.emplace(row.key, row.new_value);  // newest first
    }
    const auto changes = limit_changes({newest.begin(), newest.end()}, limits_of(settings), now_ms);
    const auto written = changes.empty() ? Result<void>() : journal.add_settings_changes(changes);
    if (!written) log::error("the limits in force cannot be noted", {{"reason", written.error().message}});
}

std::vector<journal::Owner> owners_of(const std::vector<engine::EngineConfig>& chains) {
    std::vector<journal::Owner> out;
    for (const auto& chain : chains) {
        for (const auto& sender : senders_of(chain, [](const auto& wallet) { return wallet.live; }))
            out.push_back({chain.chain_id, sender});
    }
    return out;
}

Result<engine::Started> started(const Memory& memory, journal::Journal& journal, const engine::EngineConfig& chain,
                                bool adopt) {
    engine::Started out;
    for (const auto* records : {&memory.unsettled, &memory.ended}) {
        std::copy_if(records->begin(), records->end(), std::back_inserter(out.records),
                     [&](const auto& record) { return record.chain_id == chain.chain_id; });
    }
    out.spendings = memory.spendings;
    out.paused = memory.paused;
    for (const auto& pause : memory.pauses) out.pauses.push_back({pause.wallet, pause.until_ms});
    for (const auto& sender : senders_of(chain, [](const auto&) { return true; })) {
        TRY(const auto highest, journal.highest_nonce(chain.chain_id, sender));
        if (highest) out.nonces.push_back({sender, *highest + 1});
    }
    out.adopted = adopt;
    out.safe_until_ms = memory.safe_until_ms;
    return out;
}

}  // namespace plimsoll::bot
