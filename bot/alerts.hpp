// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/alert_storm.hpp"
#include "bot/engine/command.hpp"
#include "chain/types/block.hpp"

namespace plimsoll::journal {
class JournalWriter;
}
namespace plimsoll::metrics {
class Metrics;
}

namespace plimsoll::bot {

/// An alert as people get it.
struct AlertMessage {
    engine::AlertLevel level{};
    std::string kind;      // stable word: "below-warn", "audit-mismatch"
    std::string position;  // or a wallet, or empty
    std::string chain;
    bool resolved{};
    bool event{};           // it happened, and does not last
    std::string text;       // first line stands alone; under kAlertTextMax bytes
    std::string dedup_key;  // "plimsoll/<instance>/<position>/<kind>", at most 255 bytes
};

inline constexpr std::size_t kAlertTextMax = 1'000;

/// A way to reach people.
class AlertSink {
  public:
    virtual ~AlertSink() = default;
    virtual std::string_view channel() const = 0;
    /// Must not wait. Calls `done` exactly once, on the loop, with its own deadline.
    virtual void deliver(const AlertMessage& message, std::function<void(Result<void>)> done) = 0;
};

/// What surrounds an alert, for its last line and its mode.
struct AlertContext {
    bool live{};
    std::int64_t now_ms{};       // unix
    std::int64_t standing_ms{};  // how long the condition has lasted; 0 when it is new
    std::string chain;           // empty: not of one chain
    BlockNumber block{};         // 0: unknown
    Timestamp block_timestamp{};
    std::string name = {};  // of the daemon; empty: it is the only one
};

/// "[desk-1] " where a daemon has a name, else nothing.
std::string name_mark(std::string_view name);

/// The text of an alert: the daemon's name, level, subject and what is the case in the first line (with the mode before
/// it when nothing is sent), how long it has lasted, and block, UTC time and kind in the last. Addresses are shortened,
/// secrets removed.
std::string alert_text(const engine::Alert& alert, const AlertContext& context);

/// "45 s", "12 min", "1 h 12 min", "3 d 4 h".
std::string duration_text(std::int64_t ms);
/// AlertMessage::dedup_key of what is said of this subject.
std::string alert_key(std::string_view instance, std::string_view subject, std::string_view kind);
/// "2024-08-05 01:10:23Z" of seconds since 1970.
std::string utc_text(std::int64_t seconds);

struct AlertDeskOptions {
    std::string instance = "plimsoll";
    std::int64_t repeat_ms = 600'000;                      // a standing condition of the shell is said again after this
    std::size_t standing_max = 1'024;                      // conditions remembered; the oldest give way
    std::function<std::int64_t()> now_ms;                  // wall clock, unix milliseconds
    std::function<bool(const std::string& subject)> live;  // whether this position or wallet acts for real
    std::string name = {};                                 // put before each text; empty: nothing is
};

/// Gives every alert to the log, the journal, the metrics and the sinks. Used on the loop's thread.
class AlertDesk {
  public:
    /// `journal` and `metrics` may be null (no rows, no counts).
    AlertDesk(AlertDeskOptions options, journal::JournalWriter* journal, metrics::Metrics* metrics);

    void add_sink(std::unique_ptr<AlertSink> sink);
    /// The newest block of a chain, for the last line of its alerts.
    void at_block(const std::string& chain, const BlockRef& block);

    /// An alert of an engine, which repeats nothing by itself: always delivered.
    void take(const std::string& chain, engine::Alert alert);
    /// A condition that the shell sees, as often as it sees it: delivered when it is new, when it grows more serious,
    /// and again every repeat_ms. `subject` is a position, a wallet, or empty.
    void raise(const std::string& chain, engine::AlertLevel level, const std::string& kind, const std::string& subject,
               std::string text);
    /// It is over: delivered if it was raised.
    void clear(const std::string& chain, const std::string& kind, const std::string& subject, std::string text);

    /// About once a second: tells together what came all at once.
    void at_second();

  private:
    struct Standing {
        std::int64_t since_ms{};
        std::int64_t last_ms{};
        engine::AlertLevel level{};
    };
    using Key = std::pair<std::string, std::string>;  // subject, kind

    std::int64_t note_standing(const engine::Alert& alert, std::int64_t now);
    void deliver(const std::string& chain, engine::Alert alert, std::int64_t standing_ms, std::int64_t now);
    AlertMessage message_of(const std::string& chain, const engine::Alert& alert, std::int64_t standing_ms,
                            std::int64_t now) const;
    void send(const std::string& chain, engine::Alert alert, AlertMessage message, std::int64_t now);

    AlertDeskOptions options_;
    journal::JournalWriter* journal_;
    metrics::Metrics* metrics_;
    std::vector<std::unique_ptr<AlertSink>> sinks_;
    std::map<Key, Standing> standing_;
    AlertStorm storm_;
    std::map<std::string, BlockRef> blocks_;
};

}  // namespace plimsoll::bot
