// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "chain/types/block.hpp"

/// Which of several endpoints of one chain is followed, and which are asked first. Pure: times are handed in.
namespace plimsoll::rpc {

struct ElectionRules {
    /// So long without a new head, and for `lag` of it behind another endpoint: that one is followed. A head that only
    /// one endpoint announces, and be it far in the future, does not unseat one that goes on announcing its own.
    std::chrono::milliseconds silence{16'000};
    std::chrono::milliseconds lag{1'000};
    /// A head that is so much older by its own time than another's, which is not of the future: its node syncs or hangs
    /// back, though it announces one block after the other. For `lag`, twice over: that other one is followed.
    std::chrono::seconds behind{30};
    std::chrono::milliseconds grace{1'000};    // a lost connection may come back within this
    std::chrono::milliseconds steady{60'000};  // one that is preferred must be good for so long to be gone back to
    unsigned failures = 3;                     // failed calls; each that succeeds, and each new head, takes one back
};

/// A block's own time for Election::head: zero where it is further in the future than clocks differ.
Timestamp believable(Timestamp of_block, std::chrono::seconds since_epoch);

class Election {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// The endpoints in the owner's order of preference; the first is followed to begin with.
    Election(std::size_t count, ElectionRules rules, TimePoint now);
    /// Never followed. Before anything else, and not for all of them.
    void exclude(std::size_t endpoint);

    /// `timestamp` is the block's own; zero: not known.
    void head(std::size_t endpoint, BlockNumber number, TimePoint now, Timestamp timestamp = 0);
    void up(std::size_t endpoint);
    void down(std::size_t endpoint, TimePoint now);
    void succeeded(std::size_t endpoint);
    void failed(std::size_t endpoint);
    /// Not followed, and asked last, until then: it lied, or asks to be spared. `why` stands in Change.
    void rest(std::size_t endpoint, TimePoint until, std::string why);

    struct Change {
        std::size_t from{};
        std::size_t to{};
        std::string why;  // of the one that was left
    };
    /// Whether another is followed from now on. The last one that is left is never given up.
    std::optional<Change> judge(TimePoint now);

    std::size_t current() const { return current_; }
    /// No new head of the current one for half the time that is given it.
    bool quiet(TimePoint now) const;
    /// Whom to ask, best first: all of them.
    std::vector<std::size_t> order() const;

  private:
    struct State {
        BlockNumber newest{};
        TimePoint newest_at;
        Timestamp timestamp{};  // of the newest
        bool up{};
        bool excluded{};
        std::optional<TimePoint> down_since;
        unsigned failures{};
        std::optional<TimePoint> good_since;
        std::optional<TimePoint> rests_until;
        std::string rests_why;
    };

    bool fit(const State& state) const {
        return !state.excluded && !state.down_since && !state.rests_until && state.failures < rules_.failures;
    }
    bool known(const State& state) const { return state.up || state.newest != 0; }
    void note_behind(TimePoint now);
    void note_old(TimePoint now);
    bool is_old(const State& state) const;
    void note_good(TimePoint now);
    std::optional<std::size_t> successor() const;
    std::optional<std::string> fault(TimePoint now) const;

    std::vector<State> states_;
    ElectionRules rules_;
    std::size_t current_ = 0;
    std::optional<TimePoint> behind_since_;  // the current one, of any other
    std::optional<TimePoint> old_since_;     // its head's own time, against another's
};

}  // namespace plimsoll::rpc
