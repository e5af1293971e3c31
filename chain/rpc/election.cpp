// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/election.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace plimsoll::rpc {

Election::Election(std::size_t count, ElectionRules rules, TimePoint now) : states_(count), rules_(rules) {
    for (auto& state : states_) state.newest_at = now;
}

void Election::head(std::size_t endpoint, BlockNumber number, TimePoint now) {
    State& state = states_[endpoint];
    state.up = true;
    state.down_since.reset();
    if (number <= state.newest) return;
    state.newest = number;
    state.newest_at = now;
    note_behind(now);
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

std::optional<std::size_t> Election::successor() const {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        if (i != current_ && fit(states_[i]) && known(states_[i])) return i;
    }
    return std::nullopt;
}

std::optional<std::string> Election::fault(TimePoint now) const {
    const State& state = states_[current_];
    if (state.down_since && now - *state.down_since >= rules_.grace) return "its connection is lost";
    if (state.failures >= rules_.failures) return fmt::format("{} of its calls failed", state.failures);
    return std::nullopt;
}

std::optional<Election::Change> Election::judge(TimePoint now) {
    note_behind(now);
    note_good(now);
    const State& state = states_[current_];
    const auto change = [&](std::size_t to, std::string why) {
        Change out{current_, to, std::move(why)};
        current_ = to;
        behind_since_.reset();
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
            return std::make_tuple(state.down_since.has_value(), state.failures, !known(state), i != current_);
        };
        return cost(a) < cost(b);
    });
    return out;
}

}  // namespace plimsoll::rpc
