// SPDX-License-Identifier: Apache-2.0
#include "bot/alerts.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "bot/journal/writer.hpp"
#include "bot/log.hpp"
#include "bot/metrics.hpp"

namespace plimsoll::bot {

namespace {

constexpr std::size_t kDedupKeyMax = 255;

void log_alert(const std::string& chain, const engine::Alert& alert) {
    const std::string line = (alert.position.empty() ? "" : alert.position + ": ") + alert.text;
    const auto write = [&](log::Level level) {
        log::write(level, line, {{"alert", alert.kind}, {"resolved", alert.resolved}, {"chain", chain}});
    };
    switch (alert.level) {
        case engine::AlertLevel::Info:
            return write(log::Level::Info);
        case engine::AlertLevel::Warning:
            return write(log::Level::Warn);
        case engine::AlertLevel::Critical:
            return write(log::Level::Error);
    }
}

/// One journal row for an alert, written when the last channel has answered.
struct Delivery {
    journal::JournalWriter* journal;
    journal::AlertRow row;
    std::size_t open;

    void answered(std::string_view channel, const Result<void>& result) {
        row.delivered += (row.delivered.empty() ? "" : ", ") + std::string(channel) + (result ? " ok" : " failed");
        if (--open == 0 && journal != nullptr) journal->note(row);
    }
};

}  // namespace

AlertDesk::AlertDesk(AlertDeskOptions options, journal::JournalWriter* journal, metrics::Metrics* metrics)
    : options_(std::move(options)), journal_(journal), metrics_(metrics) {}

void AlertDesk::add_sink(std::unique_ptr<AlertSink> sink) {
    sinks_.push_back(std::move(sink));
}

void AlertDesk::at_block(const std::string& chain, const BlockRef& block) {
    blocks_.insert_or_assign(chain, block);
}

/// How long the condition has lasted. An engine repeats a standing condition after its own interval, and says what
/// merely happened (news, an event) at any time: only what comes back after such an interval is still the same.
std::int64_t AlertDesk::note_standing(const engine::Alert& alert, std::int64_t now) {
    const Key key{alert.position, alert.kind};
    const auto found = standing_.find(key);
    if (alert.resolved) {
        if (found == standing_.end()) return 0;
        const std::int64_t lasted = now - found->second.since_ms;
        standing_.erase(found);
        return lasted;
    }
    if (found != standing_.end()) {
        Standing& entry = found->second;
        const std::int64_t gap = now - entry.last_ms;
        const bool worse = alert.level > entry.level;
        const bool same = worse || (alert.level != engine::AlertLevel::Info && gap >= options_.repeat_ms &&
                                    gap <= 2 * options_.repeat_ms);
        if (!same) entry.since_ms = now;
        entry.last_ms = now;
        entry.level = alert.level;
        return now - entry.since_ms;
    }
    if (standing_.size() >= options_.standing_max) {
        standing_.erase(std::min_element(standing_.begin(), standing_.end(), [](const auto& a, const auto& b) {
            return a.second.last_ms < b.second.last_ms;
        }));
    }
    standing_.emplace(key, Standing{now, now, alert.level});
    return 0;
}

void AlertDesk::take(const std::string& chain, engine::Alert alert) {
    const std::int64_t now = options_.now_ms();
    const std::int64_t lasted = note_standing(alert, now);
    deliver(chain, std::move(alert), lasted, now);
}

void AlertDesk::raise(const std::string& chain, engine::AlertLevel level, const std::string& kind,
                      const std::string& subject, std::string text) {
    const std::int64_t now = options_.now_ms();
    if (const auto found = standing_.find({subject, kind}); found != standing_.end()) {
        Standing& entry = found->second;
        if (level <= entry.level && now - entry.last_ms < options_.repeat_ms) return;
        entry.last_ms = now;
        entry.level = level;
        return deliver(chain, {level, kind, subject, std::move(text), false}, now - entry.since_ms, now);
    }
    take(chain, {level, kind, subject, std::move(text), false});
}

void AlertDesk::clear(const std::string& chain, const std::string& kind, const std::string& subject, std::string text) {
    if (!standing_.contains({subject, kind})) return;
    take(chain, {engine::AlertLevel::Info, kind, subject, std::move(text), true});
}

std::string alert_key(std::string_view instance, std::string_view subject, std::string_view kind) {
    std::string out = fmt::format("plimsoll/{}/{}/{}", instance, subject, kind);
    out.resize(std::min(out.size(), kDedupKeyMax));
    return out;
}

AlertMessage AlertDesk::message_of(const std::string& chain, const engine::Alert& alert, std::int64_t standing_ms,
                                   std::int64_t now) const {
    AlertContext context;
    context.name = options_.name;
    context.live = options_.live && options_.live(alert.position);
    context.now_ms = now;
    context.standing_ms = standing_ms;
    context.chain = chain;
    if (const auto block = blocks_.find(chain); block != blocks_.end()) {
        context.block = block->second.number;
        context.block_timestamp = block->second.timestamp;
    }
    return {alert.level,
            alert.kind,
            alert.position,
            chain,
            alert.resolved,
            alert.event,
            alert_text(alert, context),
            alert_key(options_.instance, alert.position, alert.kind)};
}

void AlertDesk::deliver(const std::string& chain, engine::Alert alert, std::int64_t standing_ms, std::int64_t now) {
    AlertMessage message = message_of(chain, alert, standing_ms, now);
    if (storm_.passes(chain, alert, now)) return send(chain, std::move(alert), std::move(message), now);
    if (journal_ == nullptr) return;
    alert.text = std::move(message.text);
    journal_->note(journal::AlertRow{now, std::move(alert), "grouped"});
}

void AlertDesk::at_second() {
    const std::int64_t now = options_.now_ms();
    for (auto& group : storm_.due(now)) {
        AlertMessage message = message_of(group.chain, group.alert, 0, now);
        send(group.chain, std::move(group.alert), std::move(message), now);
    }
}

void AlertDesk::send(const std::string& chain, engine::Alert alert, AlertMessage message, std::int64_t now) {
    log_alert(chain, alert);
    const std::string level(journal::to_string(alert.level));
    const auto delivery =
        std::make_shared<Delivery>(Delivery{journal_, {now, std::move(alert), ""}, sinks_.size() + 1});
    delivery->row.alert.text = message.text;
    const auto answered = [delivery, metrics = metrics_, level](std::string_view channel, const Result<void>& result) {
        if (metrics != nullptr) metrics->alert(level, channel, result ? "sent" : "failed");
        if (!result) log::error("alert not delivered", {{"channel", channel}, {"reason", result.error().message}});
        delivery->answered(channel, result);
    };
    for (const auto& sink : sinks_) {
        sink->deliver(message, [answered, channel = std::string(sink->channel())](const Result<void>& result) {
            answered(channel, result);
        });
    }
    answered("log", {});
}

}  // namespace plimsoll::bot
