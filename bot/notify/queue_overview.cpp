// SPDX-License-Identifier: Apache-2.0
// What the queue tells those who look, and what it is told by them.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "bot/notify/queue.hpp"
#include "chain/codec/keccak.hpp"

namespace plimsoll::bot::notify {

std::string_view to_string(Use use) {
    switch (use) {
        case Use::Always:
            return "always";
        case Use::Escalation:
            return "escalation";
        case Use::Backup:
            return "backup";
    }
    return "?";
}

std::string alert_id(std::string_view key) {
    constexpr std::size_t kDigits = 8;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.data());  // NOLINT: text
    return to_hex(keccak256(ByteView(bytes, key.size())).view()).substr(2, kDigits);
}

std::string said_of(const engine::Alert& alert) {
    constexpr std::size_t kLongest = 300;
    return cut_text(first_line(alert.text), kLongest);
}

OpenAlert opened(const std::string& key, const engine::Alert& alert, std::int64_t since_ms) {
    return {alert_id(key), key, alert.level, alert.kind, alert.position, since_ms, "", said_of(alert), alert.event, {}};
}

bool Queue::see(const std::string& key, const std::string& by, std::int64_t now) {
    if (acknowledged(key)) return false;
    known_.at(key).open.acknowledged_by = by;
    const journal::AcknowledgedRow row{key, now, by};
    seen_.insert_or_assign(key, row);
    seen_now_.insert_or_assign(key, row);
    forgotten_.erase(key);
    ++revision_;
    for (auto& lane : lanes_) confirm(lane, key, now);
    return true;
}

/// Nobody takes care of it any more: it is graver, happened again, or is over.
void Queue::unsee(const std::string& key) {
    if (seen_.erase(key) == 0) return;
    if (const auto known = known_.find(key); known != known_.end()) known->second.open.acknowledged_by.clear();
    seen_now_.erase(key);
    forgotten_.insert(key);
    for (auto& lane : lanes_) {
        if (const auto told = lane.told.find(key); told != lane.told.end()) told->second.acknowledged = false;
    }
}

/// Where an incident is held open, it is told that somebody takes care of it: once, and after the incident itself. The
/// journal has it when it is told; what was not by then is told by the next process.
void Queue::confirm(Lane& lane, const std::string& key, std::int64_t now) {
    const auto told = lane.told.find(key);
    const auto known = known_.find(key);
    if (!lane.rule.acknowledges || told == lane.told.end() || known == known_.end()) return;
    if (!told->second.shown || std::exchange(told->second.acknowledged, true)) return;
    const Open& open = known->second.open;
    Waiting waiting;
    waiting.acknowledgement = true;
    waiting.row.id = ++last_id_;
    waiting.row.channel = lane.rule.name;
    waiting.row.state = "waiting";
    waiting.row.raised_ms = waiting.row.due_ms = now;
    waiting.row.until_ms = now + kInfoMs;
    waiting.row.alert = {open.level, open.kind, open.position, open.text, false, open.event};
    waiting.row.key = key;
    lane.waiting.emplace(waiting.row.id, std::move(waiting));
}

std::size_t Queue::acknowledge(const std::string& by, std::int64_t now) {
    std::size_t count = 0;
    for (const auto& [key, known] : known_) count += see(key, by, now) ? 1U : 0U;
    return count;
}

bool Queue::acknowledge(const std::string& which, const std::string& by, std::int64_t now) {
    const auto found = std::find_if(known_.begin(), known_.end(), [&](const auto& entry) {
        return entry.first == which || entry.second.open.id == which;
    });
    if (found == known_.end()) return false;
    see(found->first, by, now);
    return true;
}

/// How far each lane has come with each of these.
void Queue::tell_ways(std::vector<Open>& all) const {
    for (const auto& lane : lanes_) {
        std::unordered_map<std::string_view, std::int64_t> due;
        for (const auto& [id, waiting] : lane.waiting) {
            if (!waiting.row.alert.resolved && !waiting.acknowledgement && !needless(lane, waiting.row))
                due[waiting.row.key] = waiting.row.due_ms;
        }
        for (auto& open : all) {
            AlertWay way{lane.rule.name, lane.rule.use};
            if (const auto waits = due.find(open.key); waits != due.end()) way.due_ms = waits->second;
            const auto told = lane.told.find(open.key);
            if (told != lane.told.end() && told->second.delivered_ms >= open.since_ms)
                way.told_ms = told->second.delivered_ms;
            if (way.due_ms != 0 || way.told_ms != 0) open.ways.push_back(std::move(way));
        }
    }
}

std::vector<std::size_t> Queue::tests_due(std::int64_t now) const {
    std::vector<std::size_t> out;
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
        const auto& lane = lanes_[l];
        const std::int64_t every = lane.rule.test_every_ms;
        if (every != 0 && (lane.last_test_ms == 0 || now - lane.last_test_ms >= every)) out.push_back(l);
    }
    return out;
}

void Queue::test(std::size_t lane, const Notice& notice, std::int64_t now) {
    constexpr std::int64_t kCloseMs = 10'000;
    lanes_[lane].last_test_ms = now;
    enqueue(lanes_[lane], notice, now, now);
    if (!lanes_[lane].rule.keeps_state) return;
    Notice over = notice;
    over.alert.resolved = true;
    enqueue(lanes_[lane], over, now + kCloseMs, now);
}

std::vector<Queue::Open> Queue::open() const {
    return overview().open;
}

AlertsNow Queue::overview() const {
    AlertsNow out;
    std::vector<const Open*> all;
    for (const auto& [key, known] : known_) all.push_back(&known.open);
    std::stable_sort(all.begin(), all.end(), [](const Open* a, const Open* b) {
        return a->level != b->level ? a->level > b->level : a->since_ms < b->since_ms;
    });
    out.open_total = all.size();
    all.resize(std::min(all.size(), AlertsNow::kShown));
    for (const Open* open : all) out.open.push_back(*open);
    tell_ways(out.open);
    std::vector<const journal::DeliveryRow*> rows;
    for (const auto& lane : lanes_) {
        for (const auto& [id, waiting] : lane.waiting) rows.push_back(&waiting.row);
        out.channels.push_back({lane.rule.name, lane.waiting.size(), lane.failures,
                                lane.failures == 0 ? 0 : lane.failing_since_ms, lane.why, lane.last_taken_ms});
    }
    out.waiting_total = rows.size();
    std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return a->due_ms < b->due_ms; });
    rows.resize(std::min(rows.size(), AlertsNow::kShown));
    for (const auto* row : rows)
        out.waiting.push_back({row->channel, row->alert.level, row->alert.kind, row->alert.position,
                               row->alert.resolved, row->raised_ms, row->due_ms, row->tries, row->note});
    return out;
}

}  // namespace plimsoll::bot::notify
