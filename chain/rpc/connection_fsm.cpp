// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/connection_fsm.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace plimsoll::rpc {

namespace {

constexpr Milliseconds kPauseMin{20};  // full jitter may draw zero: never a hot loop
constexpr unsigned kDoublingsMax = 16;

}  // namespace

ConnectionFsm::ConnectionFsm(LifeOptions options, std::function<double()> random)
    : options_(options), random_(std::move(random)) {}

void ConnectionFsm::wait(TimePoint now, Error error) {
    state_ = State::Waiting;
    last_error_ = std::move(error);
    const auto ceiling = std::min<Milliseconds::rep>(
        options_.backoff_max.count(), options_.backoff_base.count() << std::min(failures_, kDoublingsMax));
    // A node of another chain will not change in a moment: ask it again at the slowest pace.
    const auto bound = wrong_chain_ ? options_.backoff_max.count() : ceiling;
    const auto drawn = Milliseconds(static_cast<Milliseconds::rep>(random_() * static_cast<double>(bound)));
    retry_at_ = now + std::max(drawn, kPauseMin);
    ++failures_;
}

ConnectionFsm::Action ConnectionFsm::tick(TimePoint now) {
    switch (state_) {
        case State::Waiting:
            if (now < retry_at_) return Action::None;
            state_ = State::Connecting;
            state_since_ = now;
            return Action::Connect;
        case State::Connecting:
            return Action::None;
        case State::Verifying:
            if (dropped_ || now < state_since_ + options_.verify_limit) return Action::None;
            dropped_ = true;
            last_error_ = {Errc::Timeout, "the node does not tell its chain id"};
            return Action::Drop;
        case State::Live:
            if (dropped_) return Action::None;
            if (now >= last_activity_ + options_.dead_after) {
                dropped_ = true;
                last_error_ = {Errc::Timeout, fmt::format("nothing received for {} ms, not even an answer to a ping",
                                                          options_.dead_after.count())};
                return Action::Drop;
            }
            if (pinged_ || now < last_activity_ + options_.ping_after) return Action::None;
            pinged_ = true;
            return Action::Ping;
    }
    return Action::None;
}

std::optional<TimePoint> ConnectionFsm::wake() const {
    switch (state_) {
        case State::Waiting:
            return retry_at_;
        case State::Connecting:
            return std::nullopt;
        case State::Verifying:
            if (dropped_) return std::nullopt;
            return state_since_ + options_.verify_limit;
        case State::Live:
            if (dropped_) return std::nullopt;
            return last_activity_ + (pinged_ ? options_.dead_after : options_.ping_after);
    }
    return std::nullopt;
}

ConnectionFsm::Action ConnectionFsm::on_connected(TimePoint now) {
    state_ = State::Verifying;
    state_since_ = now;
    dropped_ = false;
    return Action::Verify;
}

void ConnectionFsm::on_connect_failed(TimePoint now, Error error) {
    wait(now, std::move(error));
}

ConnectionFsm::Action ConnectionFsm::on_chain_id(TimePoint now, const Result<ChainId>& answer) {
    if (state_ != State::Verifying || dropped_) return Action::None;
    wrong_chain_ = answer && options_.chain_id && *answer != *options_.chain_id;
    const bool untold = !answer && answer.error().code == Errc::Rpc && options_.chain_id_untold;
    if ((!answer && !untold) || wrong_chain_) {
        dropped_ = true;
        last_error_ =
            answer ? Error{Errc::Mismatch, fmt::format("the node serves chain {}, not {}", *answer, *options_.chain_id)}
                   : answer.error();
        return Action::Drop;
    }
    state_ = State::Live;
    state_since_ = now;
    last_activity_ = now;
    pinged_ = false;
    ++connections_;
    return Action::GoLive;
}

void ConnectionFsm::on_activity(TimePoint now) {
    last_activity_ = now;
    pinged_ = false;
}

void ConnectionFsm::on_lost(TimePoint now, Error error) {
    if (state_ == State::Live && now - state_since_ >= options_.stable_after) failures_ = 0;
    // The reason of our own Drop says more than the error of the closed socket.
    wait(now, dropped_ ? last_error_ : std::move(error));
    dropped_ = false;
}

std::string_view to_string(ConnectionFsm::State state) {
    switch (state) {
        case ConnectionFsm::State::Waiting:
            return "waiting";
        case ConnectionFsm::State::Connecting:
            return "connecting";
        case ConnectionFsm::State::Verifying:
            return "verifying";
        case ConnectionFsm::State::Live:
            return "live";
    }
    return "unknown";
}

}  // namespace plimsoll::rpc
