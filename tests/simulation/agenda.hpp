// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace plimsoll::sim {

using Ms = std::int64_t;  // unix milliseconds of the simulated clock, or a span of them

/// The only clock there is. What is due at the same millisecond happens in the order in which it was asked for.
class Agenda {
  public:
    explicit Agenda(Ms start) : now_(start) {}

    Ms now() const { return now_; }
    std::uint64_t done() const { return done_; }

    void after(Ms delay, std::function<void()> what) {
        entries_.push(Entry{now_ + std::max<Ms>(delay, 0), next_++, std::move(what)});
    }

    /// The next thing that is due until `end`; false when there is none.
    bool step(Ms end) {
        if (entries_.empty() || entries_.top().at > end) {
            now_ = std::max(now_, end);
            return false;
        }
        // The only way to move out of a priority_queue; the entry is popped at once.
        Entry entry = std::move(const_cast<Entry&>(entries_.top()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        entries_.pop();
        now_ = entry.at;
        ++done_;
        entry.what();
        return true;
    }

  private:
    struct Entry {
        Ms at{};
        std::uint64_t order{};
        std::function<void()> what;
        bool operator<(const Entry& other) const { return std::pair(other.at, other.order) < std::pair(at, order); }
    };

    Ms now_;
    std::uint64_t next_ = 0;
    std::uint64_t done_ = 0;
    std::priority_queue<Entry> entries_;
};

}  // namespace plimsoll::sim
