// SPDX-License-Identifier: Apache-2.0
#include "chain/feed/follower.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <utility>

#include "chain/rpc/decode.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::feed {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

rpc::TimePoint now() {
    return std::chrono::steady_clock::now();
}

/// A bloom that holds nothing though the block burnt gas may be one that the chain does not fill in.
bool says_nothing(const rpc::Header& header) {
    return header.gas_used > 0 &&
           std::all_of(header.logs_bloom.begin(), header.logs_bloom.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

Feed::Follower::Follower(asio::any_io_executor executor, rpc::Eth& eth, Subscribe subscribe, FeedOptions options)
    : executor_(std::move(executor)),
      eth_(eth),
      subscribe_(std::move(subscribe)),
      options_(std::move(options)),
      tracker_(HeadTrackerLimits{options_.history, options_.gap}),
      timer_(executor_) {
    if (!options_.wall_ms) options_.wall_ms = unix_ms;
    if (options_.silence.count() == 0) options_.silence = options_.head_age_max * 5 / 6;
}

void Feed::Follower::set_filter(LogFilter filter, std::uint64_t revision) {
    bloom_ = BloomTest(filter);
    filter_ = std::move(filter);
    revision_ = revision;
}

void Feed::Follower::stop() {
    stopped_ = true;
    timer_.cancel();
    if (subscription_) subscription_->interrupt();
}

Task<Result<FeedEvent>> Feed::Follower::next() {
    if (!started_) {
        started_ = true;
        heard_at_ = now();
        subscription_ = subscribe_();
    }
    while (!stopped_) {
        if (!out_.empty()) {
            FeedEvent event = std::move(out_.front());
            out_.pop_front();
            co_return event;
        }
        if (now() < retry_at_) {
            co_await take_in();
        } else if (want_look_) {
            want_look_ = false;
            co_await look();
        } else if (tracker_.step()) {
            co_await advance();
        } else {
            co_await take_in();
        }
    }
    co_return fail(Errc::Cancelled, "the feed has stopped");
}

Task<void> Feed::Follower::take_in() {
    const TimePoint until = due();
    if (until <= now()) {
        const bool silent = now() - heard_at_ >= options_.silence;
        if (silent) {
            ++stats_.probes;
            heard_at_ = now();
            want_look_ = true;
            renew_on_news_ = true;
        }
        judge_age(trouble_);
        co_return;
    }
    if (!subscription_) {
        co_await wait_for_poll(until);
        co_return;
    }
    arm(until);
    auto note = co_await subscription_->next();
    if (note)
        co_await on_note(*std::move(note));
    else if (note.error().code == Errc::Cancelled)
        stop();
}

Task<void> Feed::Follower::wait_for_poll(TimePoint until) {
    const TimePoint poll_at = std::max(now() + options_.poll, retry_at_);
    timer_.expires_at(std::min(until, poll_at));
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (now() >= poll_at) want_look_ = true;
}

Task<void> Feed::Follower::on_note(rpc::SubscriptionNote note) {
    using Kind = rpc::SubscriptionNote::Kind;
    switch (note.kind) {
        case Kind::Began:
            want_look_ = want_look_ || tracker_.delivered() != nullptr;
            co_return;
        case Kind::Ended:
            trouble_ = note.error.message;
            co_return;
        case Kind::Refused:
            trouble_ = note.error.message;
            if (note.error.code == Errc::Timeout)
                subscription_->renew();
            else
                subscription_.reset();  // polled from now on
            co_return;
        case Kind::Item:
            break;
    }
    noted_at_ = now();
    auto head = rpc::decode_header(note.item.value());
    if (!head) {
        ++stats_.rejected;
        trouble_ = head.error().message;
        want_look_ = true;
        co_return;
    }
    co_await on_head(*std::move(head));
}

Task<bool> Feed::Follower::look() {
    rpc::BlockId latest;
    ++stats_.headers_fetched;
    auto head = co_await eth_.header(latest);
    noted_at_ = now();
    if (!head) {
        want_look_ = true;
        pause_after_failure(head.error());
        judge_age(trouble_);
        co_return false;
    }
    pause_ = milliseconds(0);
    const auto* newest = tracker_.newest();
    const bool news = newest == nullptr || newest->hash != head->ref.hash;
    if (news && renew_on_news_ && subscription_) {
        ++stats_.renewals;
        subscription_->renew();
    }
    renew_on_news_ = false;
    co_await on_head(*std::move(head));
    co_return news;
}

Task<void> Feed::Follower::on_head(rpc::Header head) {
    heard_at_ = noted_at_;
    mind_time(head);
    if (tracker_.delivered() == nullptr) {
        const bool right = co_await linked(head);
        if (right && !stopped_) restart(head, {});
        co_return;
    }
    const Verdict verdict = tracker_.offer(head);
    co_await settle(verdict, head);
}

void Feed::Follower::strange(const std::string& what) {
    if (options_.strange) options_.strange(what);
}

/// The daemon's own clock may be the one that is wrong: nothing is refused for it, but a block is never younger than
/// when it was told.
void Feed::Follower::mind_time(const rpc::Header& head) {
    const std::int64_t ahead_ms = static_cast<std::int64_t>(head.ref.timestamp) * 1'000 - options_.wall_ms();
    if (ahead_ms <= milliseconds(options_.future_max).count()) return;
    ++stats_.future_heads;
    strange(fmt::format("block {} is {} s ahead of this machine's clock: one of them is wrong", head.ref.number,
                        ahead_ms / 1'000));
}

Task<bool> Feed::Follower::linked(rpc::Header head) {
    if (head.ref.number == 0) co_return true;
    rpc::BlockId id;
    id.value = head.ref.parent;
    ++stats_.headers_fetched;
    const auto parent = co_await eth_.header(id);
    if (stopped_) co_return false;
    if (parent && parent->ref.number + 1 == head.ref.number && parent->ref.timestamp <= head.ref.timestamp)
        co_return true;
    want_look_ = true;
    const Error why = parent ? Error(Errc::Mismatch, "it does not follow its parent") : parent.error();
    if (parent || why.code == Errc::NotFound) {
        ++stats_.rejected;
        strange(fmt::format("block {} is not begun with: {}", head.ref.number, why.message));
    }
    pause_after_failure(why);
    judge_age(trouble_);
    co_return false;
}

Task<void> Feed::Follower::settle(Verdict verdict, rpc::Header head) {
    while (const auto* gap = std::get_if<Gap>(&verdict)) {
        rpc::BlockId parent;
        parent.value = gap->parent;
        ++stats_.headers_fetched;
        auto header = co_await eth_.header(parent);
        if (stopped_) co_return;
        if (!header) {
            // The newest head is asked for again after the pause: it leads to the same gap, or around it. What else is
            // heard in the pause does not prolong it: heads of a branch that nobody has may come faster than they fail.
            if (!std::exchange(want_look_, true)) pause_after_failure(header.error());
            co_return;
        }
        verdict = tracker_.offer_parent(*header);
    }
    if (std::holds_alternative<Duplicate>(verdict) || std::holds_alternative<Old>(verdict)) {
        ++stats_.repeats;
        judge_age(trouble_);
    } else if (const auto* contradiction = std::get_if<Contradiction>(&verdict)) {
        ++stats_.rejected;
        trouble_ = contradiction->reason;
        strange(contradiction->reason);
    } else if (const auto* unjoinable = std::get_if<Unjoinable>(&verdict)) {
        const std::string reason = unjoinable->reason;
        const bool right = co_await linked(head);
        if (right && !stopped_) restart(head, reason);
    }
}

void Feed::Follower::restart(const rpc::Header& head, std::string reason) {
    if (!reason.empty()) trouble_ = std::move(reason);
    tracker_.restart(head.ref);
    ++stats_.restarts;
    stats_.head = head.ref.number;
    stats_.head_timestamp = head.ref.timestamp;
    told_at_ = now();
    out_.emplace_back(Restarted{head.ref});
    judge_age(trouble_);
}

Task<void> Feed::Follower::advance() {
    const auto step = tracker_.step();
    if (const auto* rollback = std::get_if<HeadTracker::Rollback>(&*step)) {
        ++stats_.reorgs;
        out_.emplace_back(Reorg{rollback->ancestor, rollback->removed});
        tracker_.done();
        co_return;
    }
    const auto& header = std::get<rpc::Header>(*step);
    BlockAdded added;
    added.block = header.ref;
    added.filter = revision_;
    if (filter_ && (bloom_.may_match(header.logs_bloom) || says_nothing(header))) {
        auto logs = co_await logs_of(header);
        if (stopped_) co_return;
        if (!logs) {
            // Heads go on being taken in meanwhile: the block may be replaced.
            want_look_ = want_look_ || logs.error().code == Errc::NotFound || logs.error().code == Errc::Mismatch;
            pause_after_failure(logs.error());
            judge_age(trouble_);
            co_return;
        }
        added.logs = *std::move(logs);
    } else {
        ++stats_.logs_spared;
    }
    tracker_.done();
    pause_ = milliseconds(0);
    trouble_.clear();
    ++stats_.blocks;
    stats_.head = header.ref.number;
    stats_.head_timestamp = header.ref.timestamp;
    told_at_ = now();
    stats_.last_delay = std::chrono::duration_cast<std::chrono::microseconds>(now() - noted_at_);
    out_.emplace_back(std::move(added));
    judge_age({});
}

Task<Result<std::vector<Log>>> Feed::Follower::logs_of(rpc::Header header) {
    ++stats_.logs_fetched;
    LogFilter filter = *filter_;
    auto logs = co_await eth_.logs_of_block(std::move(filter), header.ref.hash);
    if (stopped_ || !logs || !logs->empty()) co_return logs;
    co_return co_await logs_beyond_doubt(header);
}

/// Either two nodes agree, or all logs of the block together fill its bloom. A chain whose blooms were never seen to be
/// filled by its logs may not fill them so: there it is believed after some tries.
Task<Result<std::vector<Log>>> Feed::Follower::logs_beyond_doubt(rpc::Header header) {
    constexpr unsigned kTries = 3;
    ++stats_.logs_doubted;
    LogFilter filter = *filter_;
    auto two = co_await eth_.logs_of_two(filter, header.ref.hash);
    if (stopped_ || two || two.error().code != Errc::Unsupported || says_nothing(header)) {
        if (!two && two.error().code == Errc::Unsupported) co_return std::vector<Log>();
        co_return two;
    }
    auto all = co_await eth_.logs_of_block(LogFilter(), header.ref.hash);
    if (stopped_ || !all) co_return all;
    if (fills(bloom_of(*all), header.logs_bloom)) {
        fills_bloom_ = true;
    } else if (fills_bloom_ || ++unfilled_ < kTries) {
        ++stats_.logs_incomplete;
        co_return fail(Errc::Mismatch,
                       fmt::format("the logs told of block {} do not fill the bloom of its header", header.ref.number));
    }
    std::erase_if(*all, [&](const Log& log) { return !selects(filter, log); });
    co_return all;
}

void Feed::Follower::pause_after_failure(const Error& error) {
    trouble_ = error.message;
    ++stats_.retries;
    pause_ = std::clamp(pause_ * 2, options_.retry, options_.retry_max);
    retry_at_ = now() + pause_;
}

/// By its timestamp, but no less than since it was told: a clock that is behind must not make an old head fresh.
std::int64_t Feed::Follower::age_ms() const {
    const auto known = std::chrono::duration_cast<milliseconds>(now() - told_at_).count();
    return std::max<std::int64_t>(options_.wall_ms() - static_cast<std::int64_t>(stats_.head_timestamp) * 1'000, known);
}

/// Tells Stale or Live where that has changed, going by the last block told. A feed that has told no block yet is stale
/// once it is silent.
void Feed::Follower::judge_age(std::string reason) {
    const bool nothing_yet = tracker_.delivered() == nullptr;
    const bool fresh = !nothing_yet && age_ms() <= options_.head_age_max.count();
    if (fresh) {
        if (!told_ || !stats_.live) out_.emplace_back(Live{});
    } else if (!told_ || stats_.live) {
        std::string text = nothing_yet ? std::string("no block has been received yet")
                                       : fmt::format("the newest block {} is {} s old", stats_.head, age_ms() / 1'000);
        if (!reason.empty()) text += ": " + reason;
        out_.emplace_back(Stale{stats_.head_timestamp, std::move(text)});
    }
    told_ = true;
    stats_.live = fresh;
}

Feed::Follower::TimePoint Feed::Follower::stale_at() const {
    if (!stats_.live) return TimePoint::max();
    return now() + milliseconds(std::max<std::int64_t>(options_.head_age_max.count() - age_ms() + 1, 0));
}

Feed::Follower::TimePoint Feed::Follower::due() const {
    TimePoint out = std::min(heard_at_ + options_.silence, stale_at());
    // A pause ends by itself: the waiter must come back for it.
    if (retry_at_ > now()) out = std::min(out, retry_at_);
    return out;
}

/// Moves the timer only when something is due before it: a head a second does not touch it.
void Feed::Follower::arm(TimePoint when) {
    if (armed_ && *armed_ <= when) return;
    armed_ = when;
    timer_.expires_at(when);
    timer_.async_wait([this, when, alive = std::weak_ptr<bool>(alive_)](boost::system::error_code error) {
        if (error || alive.expired() || armed_ != when) return;
        armed_.reset();
        if (subscription_) subscription_->interrupt();
    });
}

}  // namespace plimsoll::feed
