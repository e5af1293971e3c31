// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/queue.hpp"

#include <algorithm>
#include <utility>

namespace plimsoll::bot::notify {

namespace {

using engine::AlertLevel;

constexpr const char* kWaiting = "waiting";

std::int64_t life_of(AlertLevel level) {
    switch (level) {
        case AlertLevel::Info:
            return Queue::kInfoMs;
        case AlertLevel::Warning:
            return Queue::kWarningMs;
        case AlertLevel::Critical:
            return Queue::kCriticalMs;
    }
    return Queue::kInfoMs;
}

}  // namespace

/// What is over wakes nobody, and that somebody takes care does not either.
int Queue::Waiting::gravity() const {
    return row.alert.resolved || acknowledgement ? 0 : 1 + static_cast<int>(row.alert.level);
}

Queue::Queue(std::vector<LaneRule> lanes, Memory memory, std::int64_t now) {
    for (auto& rule : lanes) {
        lanes_.emplace_back();
        lanes_.back().rule = std::move(rule);
    }
    remember(std::move(memory), now);
}

bool Queue::acknowledged(const std::string& key) const {
    return seen_.contains(key);
}

/// What is open, and whether somebody takes care of it.
void Queue::note(const Notice& notice, std::int64_t now) {
    const auto& alert = notice.alert;
    if (alert.resolved) {
        known_.erase(notice.key);
        return unsee(notice.key);
    }
    if (alert.event && alert.level == AlertLevel::Info) return;
    const auto [at, fresh] = known_.try_emplace(notice.key);
    Known& known = at->second;
    if (fresh) known.open = opened(notice.key, alert, now);
    known.open.text = said_of(alert);
    known.open.event = alert.event;
    if (alert.event || alert.level > known.open.level) unsee(notice.key);
    known.open.level = alert.event ? alert.level : std::max(known.open.level, alert.level);
    known.event = alert.event;
    known.heard_ms = now;
    if (known_.size() <= kKnownMost) return;
    known_.erase(std::min_element(known_.begin(), known_.end(),
                                  [](const auto& a, const auto& b) { return a.second.heard_ms < b.second.heard_ms; }));
}

void Queue::take(const Notice& notice, std::int64_t now) {
    ++revision_;
    note(notice, now);
    const bool seen = acknowledged(notice.key);
    for (auto& lane : lanes_) {
        // That a channel is down is told by the others.
        if (notice.alert.kind == "alert-channel" && notice.alert.position == lane.rule.channel) continue;
        if (notice.alert.resolved)
            resolve(lane, notice, now);
        else
            take(lane, notice, seen, now);
    }
}

/// What waits already of a condition, and may still be changed.
Queue::Waiting* Queue::replaceable(Lane& lane, const std::string& key) {
    for (auto& [id, waiting] : lane.waiting) {
        if (waiting.row.key == key && !waiting.flying && !waiting.row.alert.event && !waiting.acknowledgement)
            return &waiting;
    }
    return nullptr;
}

void Queue::take(Lane& lane, const Notice& notice, bool seen, std::int64_t now) {
    const auto& alert = notice.alert;
    const LaneRule& rule = lane.rule;
    const bool grave = alert.level == AlertLevel::Critical;
    if (alert.level < rule.level || (rule.use == Use::Escalation && !grave)) return;
    auto told = lane.told.find(notice.key);
    if (!alert.event) {
        if (Waiting* waiting = replaceable(lane, notice.key)) {
            const bool known = told != lane.told.end() && told->second.shown;
            if (told != lane.told.end()) told->second.resolved = false;
            if (waiting->row.alert.resolved && known) {  // it was over for a moment that nobody has heard of
                end(lane, waiting->row.id, "needless", now);
            } else {
                const AlertLevel level = std::max(alert.level, waiting->row.alert.level);
                if (grave && rule.use == Use::Always) waiting->row.due_ms = std::min(waiting->row.due_ms, now);
                waiting->row.alert = alert;
                waiting->row.alert.level = level;
                waiting->row.until_ms = now + life_of(level);
                if (told != lane.told.end()) told->second.level = level;
                changed(waiting->row);
                return;
            }
        }
        const bool before = told != lane.told.end() && !told->second.resolved && alert.level <= told->second.level;
        if (seen || (before && now - told->second.at_ms < rule.repeat_ms)) return;
    }
    const bool again = told != lane.told.end() && !told->second.resolved && told->second.shown;
    std::int64_t due_ms = grave ? now : now + kGatherMs;
    if (told != lane.told.end() && !grave && !alert.event) due_ms = std::max(due_ms, told->second.at_ms + kCalmMs);
    if (rule.use == Use::Backup || (rule.use == Use::Escalation && !again)) due_ms = now + rule.after_ms;
    enqueue(lane, notice, due_ms, now);
}

void Queue::resolve(Lane& lane, const Notice& notice, std::int64_t now) {
    const auto at = lane.told.find(notice.key);
    if (at == lane.told.end() || at->second.resolved) return;
    Told& told = at->second;
    Notice over = notice;
    over.alert.level = told.level;
    if (Waiting* waiting = replaceable(lane, notice.key)) {
        if (lane.rule.use == Use::Always && !lane.rule.keeps_state) {  // that it was so is told all the same
            waiting->row.alert = over.alert;
            told.resolved = true;
            changed(waiting->row);
            return;
        }
        end(lane, waiting->row.id, "needless", now);
    }
    const bool flying = std::any_of(lane.waiting.begin(), lane.waiting.end(),
                                    [&](const auto& entry) { return entry.second.row.key == notice.key; });
    if (!told.shown && !flying) {
        lane.told.erase(at);
        return;
    }
    enqueue(lane, over, now + kGatherMs, now);
}

void Queue::enqueue(Lane& lane, const Notice& notice, std::int64_t due_ms, std::int64_t now) {
    journal::DeliveryRow row;
    row.id = ++last_id_;
    row.channel = lane.rule.name;
    row.state = kWaiting;
    row.raised_ms = notice.raised_ms;
    row.due_ms = due_ms;
    row.until_ms = due_ms + life_of(notice.alert.level);
    row.alert = notice.alert;
    row.chain = notice.chain;
    row.key = notice.key;
    changed(row);
    const std::int64_t id = row.id;
    lane.waiting.emplace(id, Waiting{std::move(row)});
    Told& told = lane.told[notice.key];
    told.at_ms = now;
    told.level = notice.alert.level;
    told.resolved = notice.alert.resolved;
    if (lane.waiting.size() > kWaitingMost) crowd_out(lane, now);
    if (lane.told.size() <= kKnownMost) return;
    lane.told.erase(std::min_element(lane.told.begin(), lane.told.end(),
                                     [](const auto& a, const auto& b) { return a.second.at_ms < b.second.at_ms; }));
}

void Queue::end(Lane& lane, std::int64_t id, const char* state, std::int64_t now) {
    const auto at = lane.waiting.find(id);
    if (at == lane.waiting.end()) return;
    at->second.row.state = state;
    at->second.row.ended_ms = now;
    changed(at->second.row);
    lane.waiting.erase(at);
}

void Queue::crowd_out(Lane& lane, std::int64_t now) {
    const auto victim = std::min_element(lane.waiting.begin(), lane.waiting.end(), [](const auto& a, const auto& b) {
        if (a.second.flying != b.second.flying) return b.second.flying;
        return a.second.gravity() < b.second.gravity();
    });
    end(lane, victim->first, "crowded-out", now);
}

/// Whether a message of an escalation or a backup has lost its reason.
bool Queue::needless(const Lane& lane, const journal::DeliveryRow& row) const {
    switch (lane.rule.use) {
        case Use::Always:
            return false;
        case Use::Escalation:
            return !row.alert.resolved && row.alert.kind != kTestKind &&
                   (acknowledged(row.key) || !known_.contains(row.key));
        case Use::Backup:
            return std::any_of(lanes_.begin(), lanes_.end(), [&](const Lane& other) {
                if (other.rule.use != Use::Always) return false;
                const auto told = other.told.find(row.key);
                return told != other.told.end() && told->second.delivered_ms >= row.raised_ms;
            });
    }
    return false;
}

std::vector<Queue::Parcel> Queue::due(std::int64_t now) {
    forget_silent(now);
    std::vector<Parcel> out;
    for (std::size_t l = 0; l < lanes_.size(); ++l) {
        Lane& lane = lanes_[l];
        std::vector<Waiting*> ready;
        std::vector<std::pair<std::int64_t, const char*>> ended;
        for (auto& [id, waiting] : lane.waiting) {
            if (waiting.flying) continue;
            if (waiting.row.until_ms <= now)
                ended.emplace_back(id, "expired");
            else if (waiting.row.due_ms <= now &&
                     (waiting.acknowledgement ? !acknowledged(waiting.row.key) : needless(lane, waiting.row)))
                ended.emplace_back(id, "needless");
            else if (waiting.row.due_ms <= now)
                ready.push_back(&waiting);
        }
        for (const auto& [id, state] : ended) end(lane, id, state, now);
        const bool urgent = !lane.limited && std::any_of(ready.begin(), ready.end(), [](const Waiting* waiting) {
            return waiting->row.tries == 0 && waiting->gravity() > static_cast<int>(AlertLevel::Critical);
        });
        if (lane.flying || ready.empty() || (now < lane.not_before_ms && !urgent)) continue;
        std::stable_sort(ready.begin(), ready.end(),
                         [](const Waiting* a, const Waiting* b) { return a->gravity() > b->gravity(); });
        const bool alone = ready.front()->alone;
        Parcel parcel;
        parcel.lane = l;
        for (Waiting* waiting : ready) {
            if (parcel.ids.size() >= (alone ? 1 : lane.rule.notices_max)) break;
            if (waiting->alone && !alone) continue;
            waiting->flying = true;
            parcel.ids.push_back(waiting->row.id);
            const auto& row = waiting->row;
            parcel.notices.push_back({row.alert, row.chain, row.key, row.raised_ms, waiting->acknowledgement});
        }
        lane.flying = true;
        out.push_back(std::move(parcel));
    }
    return out;
}

void Queue::failed(Lane& lane, const Verdict& verdict, std::int64_t least_ms, std::int64_t now) {
    constexpr std::uint32_t kDoublings = 10;
    if (lane.failures++ == 0) lane.failing_since_ms = now;
    lane.why = verdict.why;
    lane.limited = verdict.after.has_value();
    const std::int64_t doubled = kPauseMs << std::min(lane.failures - 1, kDoublings);
    const std::int64_t pause = verdict.after ? std::clamp<std::int64_t>(verdict.after->count(), 100, kServerPauseMostMs)
                                             : std::max(least_ms, std::min(doubled, kPauseMostMs));
    lane.not_before_ms = now + pause;
}

void Queue::delivered(Lane& lane, Waiting& waiting, std::int64_t now) {
    lane.last_taken_ms = now;
    const std::string key = waiting.row.key;
    if (waiting.acknowledgement) waiting.row.note = kAcknowledged;
    const auto told = lane.told.find(key);
    if (told == lane.told.end() || waiting.acknowledgement) return;
    told->second.delivered_ms = now;
    told->second.shown = !waiting.row.alert.resolved;
    if (acknowledged(key)) confirm(lane, key, now);
}

void Queue::answered(const Parcel& parcel, const Verdict& verdict, std::int64_t now) {
    constexpr std::int64_t kBetweenMs = 1'000;
    constexpr std::int64_t kDeniedMs = 30'000;
    Lane& lane = lanes_[parcel.lane];
    lane.flying = false;
    ++revision_;
    for (const auto id : parcel.ids) {
        const auto at = lane.waiting.find(id);
        if (at == lane.waiting.end()) continue;
        Waiting& waiting = at->second;
        waiting.flying = false;
        ++waiting.row.tries;
        waiting.row.note = verdict.why;
        if (verdict.took == Took::Yes) {
            delivered(lane, waiting, now);
            end(lane, id, "sent", now);
            continue;
        }
        if (verdict.took == Took::Unfit) {
            waiting.alone = true;
            if (parcel.ids.size() == 1 && ++waiting.unfit >= kUnfitMost) {
                end(lane, id, "refused", now);
                continue;
            }
        }
        if (!waiting.acknowledgement) changed(waiting.row);
    }
    switch (verdict.took) {
        case Took::Yes:
            lane.failures = 0;
            lane.failing_since_ms = 0;
            lane.limited = false;
            lane.why.clear();
            lane.not_before_ms = now + kBetweenMs;
            return;
        case Took::Unfit:
            if (parcel.ids.size() == 1) return failed(lane, verdict, kBetweenMs, now);
            lane.not_before_ms = now + kBetweenMs;
            return;
        case Took::Later:
            return failed(lane, verdict, kBetweenMs, now);
        case Took::Denied:
            return failed(lane, verdict, kDeniedMs, now);
    }
}

}  // namespace plimsoll::bot::notify
