// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/election.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace plimsoll::rpc {

Timestamp believable(Timestamp of_block, std::chrono::seconds since_epoch) {
    constexpr std::chrono::seconds kAhead(30);
    const auto latest = std::max<std::chrono::seconds::rep>(0, (since_epoch + kAhead).count());
    return of_block <= static_cast<Timestamp>(latest) ? of_block : 0;
}

Election::Election(std::size_t count, ElectionRules rules, TimePoint now) : states_(count), rules_(rules) {
    for (auto& state : states_) state.newest_at = now;
}

void Election::exclude(std::size_t endpoint) {
    states_[endpoint].excluded = true;
    while (current_ + 1 < states_.size() && states_[current_].excluded) ++current_;
}

void Election::head(std::size_t endpoint, BlockNumber number, TimePoint now, Timestamp timestamp) {
    State& state = states_[endpoint];
    state.up = true;
    state.down_since.reset();
    if (number <= state.newest) return;
    state.newest = number;
    state.newest_at = now;
    state.timestamp = std::max(state.timestamp, timestamp);
    // Who is not asked can show in no other way that it works again.
    if (state.failures > 0) --state.failures;
    note_behind(now);
    note_old(now);
}

/// Its newest block is old by that of another one that goes on.
bool Election::is_old(const State& state) const {
    const auto behind = static_cast<Timestamp>(rules_.behind.count());
    return state.timestamp != 0 && std::any_of(states_.begin(), states_.end(), [&](const State& other) {
               return fit(other) && other.timestamp > state.timestamp + behind;
           });
}

void Election::note_old(TimePoint now) {
    if (!is_old(states_[current_]))
        old_since_.reset();
    else if (!old_since_)
        old_since_ = now;
}

void Election::note_behind(TimePoint now) {
    const bool behind = std::any_of(states_.begin(), states_.end(), [&](const State& state) {
        return fit(state) && state.newest > states_[current_].newest;
    });
    if (!behind)
        behind_since_.reset();
    else if (!behind_since_)
        behind_since_ = now;
}

void Election::up(std::size_t endpoint) {
    states_[endpoint].up = true;
    states_[endpoint].down_since.reset();
}

void Election::down(std::size_t endpoint, TimePoint now) {
    State& state = states_[endpoint];
    state.up = false;
    if (!state.down_since) state.down_since = now;
}

void Election::succeeded(std::size_t endpoint) {
    if (states_[endpoint].failures > 0) --states_[endpoint].failures;
}

void Election::failed(std::size_t endpoint) {
    unsigned& failures = states_[endpoint].failures;
    failures = std::min(failures + 1, 2 * rules_.failures);
}

void Election::rest(std::size_t endpoint, TimePoint until, std::string why) {
    State& state = states_[endpoint];
    if (state.rests_until && *state.rests_until >= until) return;
    state.rests_until = until;
    state.rests_why = std::move(why);
}

bool Election::quiet(TimePoint now) const {
    return now - states_[current_].newest_at >= rules_.silence / 2;
}

/// An endpoint is good while it is fit and not behind the current one.
void Election::note_good(TimePoint now) {
    const BlockNumber newest = states_[current_].newest;
    for (auto& state : states_) {
        const bool good = fit(state) && state.failures == 0 && known(state) && state.newest + 1 >= newest;
        if (!good)
            state.good_since.reset();
        else if (!state.good_since)
            state.good_since = now;
    }
}

/// The first that has shown what the current one has, then any that is not old. Not by who has shown most: a head of
/// the far future would win.
std::optional<std::size_t> Election::successor() const {
    const auto rank = [&](const State& state) {
        if (is_old(state)) return 2;
        return state.newest + 1 < states_[current_].newest ? 1 : 0;
    };
    std::optional<std::size_t> out;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        if (i == current_ || !fit(states_[i]) || !known(states_[i])) continue;
        if (!out || rank(states_[i]) < rank(states_[*out])) out = i;
    }
    return out;
}

std::optional<std::string> Election::fault(TimePoint now) const {
    const State& state = states_[current_];
    if (state.down_since && now - *state.down_since >= rules_.grace) return "its connection is lost";
    if (state.rests_until) return state.rests_why;
    if (state.failures >= rules_.failures) return fmt::format("{} of its calls failed", state.failures);
    return std::nullopt;
}

std::optional<Election::Change> Election::judge(TimePoint now) {
    for (auto& each : states_) {
        if (each.rests_until && now >= *each.rests_until) each.rests_until.reset();
    }
    note_behind(now);
    note_old(now);
    note_good(now);
    const State& state = states_[current_];
    const auto change = [&](std::size_t to, std::string why) {
        Change out{current_, to, std::move(why)};
        current_ = to;
        behind_since_.reset();
        old_since_.reset();
        states_[to].newest_at = now;  // it has its time to show a head as well
        return out;
    };
    if (auto why = fault(now)) {
        if (const auto next = successor()) return change(*next, *std::move(why));
    }
    if (behind_since_ && now - *behind_since_ >= rules_.lag && now - state.newest_at >= rules_.silence) {
        for (std::size_t i = 0; i < states_.size(); ++i) {
            if (i == current_ || !fit(states_[i]) || states_[i].newest <= state.newest) continue;
            const auto silent = std::chrono::duration_cast<std::chrono::seconds>(now - state.newest_at).count();
            return change(i,
                          fmt::format("no new block for {} s, while another has block {}", silent, states_[i].newest));
        }
    }
    if (old_since_ && now - *old_since_ >= 2 * rules_.lag) {
        for (std::size_t i = 0; i < states_.size(); ++i) {
            if (i == current_ || !fit(states_[i]) || is_old(states_[i]) || states_[i].newest <= state.newest) continue;
            return change(i, fmt::format("it is behind: its newest block is {} s older than block {} of another",
                                         states_[i].timestamp - std::min(state.timestamp, states_[i].timestamp),
                                         states_[i].newest));
        }
    }
    for (std::size_t i = 0; i < current_; ++i) {
        const auto& since = states_[i].good_since;
        if (since && now - *since >= rules_.steady) return change(i, "the one before it is good again");
    }
    return std::nullopt;
}

std::vector<std::size_t> Election::order() const {
    std::vector<std::size_t> out(states_.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
        const auto cost = [&](std::size_t i) {
            const State& state = states_[i];
            return std::make_tuple(state.down_since.has_value(), state.rests_until.has_value(), is_old(state),
                                   state.failures, !known(state), i != current_);
        };
        return cost(a) < cost(b);
    });
    return out;
}

}  // namespace plimsoll::rpc
