// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/journal/journal.hpp"
#include "bot/notify/message.hpp"
#include "bot/notify/open_alerts.hpp"

namespace plimsoll::bot::notify {

/// One way to one reader: a channel, or one chat of it.
struct LaneRule {
    std::string name;     // of the channel; "phone/123" where it has several chats
    std::string channel;  // its name in the configuration
    engine::AlertLevel level{};
    Use use{};
    std::int64_t after_ms = 300'000;     // of escalation and backup
    std::int64_t repeat_ms = 1'800'000;  // what lasts is told again after this
    std::size_t notices_max = 1;         // in one message
    bool keeps_state{};
    bool acknowledges{};             // as Form's
    std::int64_t test_every_ms = 0;  // a test message goes out so often; 0: never
};

/// What waits for people and who is told what when. Virtual time, no clock and no socket; the journal keeps its rows.
///
/// What lasts is told when it is new or graver, again every repeat_ms until somebody acknowledges it, and when it is
/// over; what happens is told each time. What waits for a way that is down is replaced by what is newer of the same
/// condition, is tried again with growing pauses, and ends after hours (kInfoMs, kWarningMs, kCriticalMs). A new
/// process tells nothing that the one before it has told already.
class Queue {
  public:
    static constexpr std::size_t kWaitingMost = 500;  // in a lane; then the least grave and oldest give way
    static constexpr std::size_t kKnownMost = 4'096;  // conditions remembered
    static constexpr std::int64_t kGatherMs = 2'000;  // for which what is not critical waits for company
    static constexpr std::int64_t kCalmMs = 30'000;   // between two messages of one condition that is not critical
    static constexpr std::int64_t kInfoMs = 2 * 3'600'000;
    static constexpr std::int64_t kWarningMs = 12 * 3'600'000;
    static constexpr std::int64_t kCriticalMs = 24 * 3'600'000;
    static constexpr std::int64_t kSilentMs = 30 * 60'000;  // what lasts is heard of within this time
    static constexpr std::int64_t kPauseMs = 5'000;         // after the first failure; twice as long each time
    static constexpr std::int64_t kPauseMostMs = 300'000;
    static constexpr std::int64_t kServerPauseMostMs = 3'600'000;  // as the other side wants it
    static constexpr std::uint32_t kUnfitMost = 3;                 // a message that is not taken alone is given up

    /// An alert of an earlier process.
    struct Heard {
        std::string key;
        engine::Alert alert;
        std::int64_t at_ms{};
    };
    struct Memory {
        std::vector<journal::DeliveryRow> rows;  // oldest first
        std::vector<journal::AcknowledgedRow> acknowledged;
        std::vector<journal::ChannelRow> channels;
        std::vector<Heard> heard;  // oldest first; of what somebody takes care of, whoever was told of it
        std::int64_t last_id = 0;
    };
    static constexpr const char* kAcknowledged = "acknowledged";  // the note of a row that said no more than this
    /// How far back rows matter.
    static constexpr std::int64_t kMemoryMs = kCriticalMs;

    Queue(std::vector<LaneRule> lanes, Memory memory, std::int64_t now);

    void take(const Notice& notice, std::int64_t now);

    /// Lanes whose test message is due, by their numbers.
    std::vector<std::size_t> tests_due(std::int64_t now) const;
    /// To this lane alone, whatever its rule; what an incident is opened by is closed again.
    void test(std::size_t lane, const Notice& notice, std::int64_t now);

    /// One message for one lane; under way until answered() is called.
    struct Parcel {
        std::size_t lane{};
        std::vector<std::int64_t> ids;
        std::vector<Notice> notices;
    };
    std::vector<Parcel> due(std::int64_t now);
    void answered(const Parcel& parcel, const Verdict& verdict, std::int64_t now);

    /// Somebody takes care of what is open: no repeats and no escalation until it is graver or over. How many those
    /// are.
    std::size_t acknowledge(const std::string& by, std::int64_t now);
    /// The same of one alone, by its id or its key. False: nothing of that name is open.
    bool acknowledge(const std::string& which, const std::string& by, std::int64_t now);
    using Open = OpenAlert;
    std::vector<Open> open() const;
    AlertsNow overview() const;
    /// Grows whenever overview() may have become another.
    std::uint64_t revision() const { return revision_; }

    /// What has changed since the last call, for the journal.
    struct Changes {
        std::vector<journal::DeliveryRow> rows;
        std::vector<journal::AcknowledgedRow> acknowledged;
        std::vector<std::string> forgotten;  // keys
        bool empty() const { return rows.empty() && acknowledged.empty() && forgotten.empty(); }
        /// What has changed after these: the later word on a key is the one that stays.
        void add(Changes later);
    };
    Changes take_changes();

    struct LaneState {
        std::string name;
        std::string channel;
        std::size_t waiting{};
        std::uint32_t failures{};   // in a row
        std::int64_t failing_ms{};  // for so long; 0: it works, as far as is known
        std::string why;            // of the last failure
        std::int64_t last_taken_ms{};
    };
    std::vector<LaneState> lanes(std::int64_t now) const;

  private:
    struct Waiting {
        journal::DeliveryRow row;
        bool flying = false;
        bool alone = false;  // it goes by itself: together with others it was not taken
        std::uint32_t unfit = 0;
        bool acknowledgement = false;  // only that somebody takes care; not in the journal before it has ended

        int gravity() const;
    };
    struct Told {
        std::int64_t at_ms{};
        engine::AlertLevel level{};
        bool resolved{};
        std::int64_t delivered_ms{};
        bool shown{};         // what was delivered last says that it lasts
        bool acknowledged{};  // and it is told, or about to be, that somebody takes care
    };
    struct Lane {
        LaneRule rule;
        std::map<std::int64_t, Waiting> waiting;  // by id
        std::map<std::string, Told> told;         // by key: what was queued last
        std::int64_t not_before_ms = 0;
        bool limited = false;  // by the other side: not even for what is critical
        bool flying = false;
        std::uint32_t failures = 0;
        std::int64_t failing_since_ms = 0;
        std::string why;
        std::int64_t last_taken_ms = 0;
        std::int64_t last_test_ms = 0;
    };
    struct Known {
        Open open;
        std::int64_t heard_ms{};
        bool event{};
    };

    void remember(Memory memory, std::int64_t now);
    void remember_seen(Memory memory, std::int64_t now);
    void note(const Notice& notice, std::int64_t now);
    void take(Lane& lane, const Notice& notice, bool seen, std::int64_t now);
    void resolve(Lane& lane, const Notice& notice, std::int64_t now);
    Waiting* replaceable(Lane& lane, const std::string& key);
    void enqueue(Lane& lane, const Notice& notice, std::int64_t due_ms, std::int64_t now);
    void end(Lane& lane, std::int64_t id, const char* state, std::int64_t now);
    void crowd_out(Lane& lane, std::int64_t now);
    void forget_silent(std::int64_t now);
    bool needless(const Lane& lane, const journal::DeliveryRow& row) const;
    bool acknowledged(const std::string& key) const;
    bool see(const std::string& key, const std::string& by, std::int64_t now);
    void confirm(Lane& lane, const std::string& key, std::int64_t now);
    void unsee(const std::string& key);
    void tell_ways(std::vector<Open>& all) const;
    void delivered(Lane& lane, Waiting& waiting, std::int64_t now);
    void failed(Lane& lane, const Verdict& verdict, std::int64_t least_ms, std::int64_t now);
    void changed(const journal::DeliveryRow& row) {
        changed_.insert_or_assign(row.id, row);
        ++revision_;
    }

    std::vector<Lane> lanes_;
    std::map<std::string, Known> known_;                    // by key: what lasts, and what lately happened
    std::map<std::string, journal::AcknowledgedRow> seen_;  // by key
    std::map<std::int64_t, journal::DeliveryRow> changed_;  // by id
    std::map<std::string, journal::AcknowledgedRow> seen_now_;
    std::set<std::string> forgotten_;
    std::int64_t last_id_ = 0;
    std::uint64_t revision_ = 0;
};

}  // namespace plimsoll::bot::notify
