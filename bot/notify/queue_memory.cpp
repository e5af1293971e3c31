// SPDX-License-Identifier: Apache-2.0
// What the queue knows of conditions beyond its messages: over restarts, and whether somebody takes care.
#include <algorithm>
#include <iterator>
#include <utility>

#include "bot/notify/queue.hpp"

namespace plimsoll::bot::notify {

using engine::AlertLevel;

void Queue::remember(Memory memory, std::int64_t now) {
    last_id_ = memory.last_id;
    for (auto& row : memory.rows) {
        last_id_ = std::max(last_id_, row.id);
        const auto lane = std::find_if(lanes_.begin(), lanes_.end(),
                                       [&](const Lane& candidate) { return candidate.rule.name == row.channel; });
        if (row.alert.resolved) {
            known_.erase(row.key);
        } else if (!row.alert.event || row.alert.level != AlertLevel::Info) {
            const auto at = known_.try_emplace(row.key).first;
            Known& known = at->second;
            const std::int64_t since = known.open.key.empty() ? row.raised_ms : known.open.since_ms;
            known.open = opened(row.key, row.alert, since);
            known.event = row.alert.event;
            known.heard_ms = known.event ? row.raised_ms : now;
        }
        if (lane == lanes_.end()) {
            if (!row.waits()) continue;
            row.state = "needless";
            row.note = "the channel is no longer configured";
            row.ended_ms = now;
            changed(row);
            continue;
        }
        Told& told = lane->told[row.key];
        told.at_ms = row.raised_ms;
        told.level = row.alert.level;
        told.resolved = row.alert.resolved;
        if (row.state == "sent") {
            lane->last_taken_ms = std::max(lane->last_taken_ms, row.ended_ms);
            told.delivered_ms = row.ended_ms;
            told.shown = !row.alert.resolved;
            told.acknowledged = row.note == kAcknowledged;
        }
        if (row.waits()) {
            const std::int64_t id = row.id;
            lane->waiting.emplace(id, Waiting{std::move(row)});
        }
    }
    for (const auto& row : memory.channels) {
        for (auto& lane : lanes_) {
            if (lane.rule.name != row.channel) continue;
            lane.last_taken_ms = std::max(lane.last_taken_ms, row.taken_ms);
            lane.last_test_ms = std::min(row.tested_ms, now);  // a clock that was set back waits no longer than usual
        }
    }
    remember_seen(std::move(memory), now);
}

/// Who takes care of what. No channel may have a message of it: then it is as grave as it was when it was last heard
/// of.
void Queue::remember_seen(Memory memory, std::int64_t now) {
    std::map<std::string, Open> heard;
    for (const auto& [key, alert, at_ms] : memory.heard) {
        if (alert.resolved) {
            heard.erase(key);
            continue;
        }
        const auto [at, fresh] = heard.try_emplace(key);
        const Open before = fresh ? opened(key, alert, at_ms) : at->second;
        at->second = opened(key, alert, before.since_ms);
        at->second.level = std::max(alert.level, before.level);
    }
    for (auto& row : memory.acknowledged) {
        auto known = known_.find(row.key);
        if (const auto last = heard.find(row.key); known == known_.end() && last != heard.end())
            known = known_.emplace(row.key, Known{last->second, now, false}).first;
        if (known == known_.end()) {
            forgotten_.insert(row.key);
            continue;
        }
        known->second.open.acknowledged_by = row.by;
        const std::string key = row.key;
        seen_.emplace(key, std::move(row));
        for (auto& lane : lanes_) confirm(lane, key, now);
    }
}

void Queue::Changes::add(Changes later) {
    std::set<std::string> seen;
    for (const auto& row : later.acknowledged) seen.insert(row.key);
    const std::set<std::string> over(later.forgotten.begin(), later.forgotten.end());
    std::erase_if(acknowledged, [&](const auto& row) { return over.contains(row.key); });
    std::erase_if(forgotten, [&](const auto& key) { return seen.contains(key); });
    const auto append = [](auto& to, auto& from) { std::move(from.begin(), from.end(), std::back_inserter(to)); };
    append(rows, later.rows);
    append(acknowledged, later.acknowledged);
    append(forgotten, later.forgotten);
}

/// What lasts is heard of again and again; what is not any more has ended without a word. Only where an incident is
/// held open elsewhere somebody must say so.
void Queue::forget_silent(std::int64_t now) {
    for (auto at = known_.begin(); at != known_.end();) {
        const Known& known = at->second;
        if (now - known.heard_ms <= (known.event ? kCriticalMs : kSilentMs)) {
            ++at;
            continue;
        }
        for (auto& lane : lanes_) {
            if (!lane.rule.keeps_state || known.event) continue;
            Notice over{{known.open.level, known.open.kind, known.open.position, "Not heard of any more.", true, false},
                        "",
                        known.open.key,
                        now};
            resolve(lane, over, now);
        }
        ++revision_;
        if (seen_.erase(at->first) != 0) forgotten_.insert(at->first);
        at = known_.erase(at);
    }
}

Queue::Changes Queue::take_changes() {
    Changes out;
    for (auto& [id, row] : std::exchange(changed_, {})) out.rows.push_back(std::move(row));
    for (auto& [key, row] : std::exchange(seen_now_, {})) out.acknowledged.push_back(std::move(row));
    for (const auto& key : std::exchange(forgotten_, {})) out.forgotten.push_back(key);
    return out;
}

std::vector<Queue::LaneState> Queue::lanes(std::int64_t now) const {
    std::vector<LaneState> out;
    for (const auto& lane : lanes_) {
        const std::int64_t failing = lane.failures == 0 ? 0 : std::max<std::int64_t>(now - lane.failing_since_ms, 1);
        out.push_back({lane.rule.name, lane.rule.channel, lane.waiting.size(), lane.failures, failing, lane.why,
                       lane.last_taken_ms});
    }
    return out;
}

}  // namespace plimsoll::bot::notify
