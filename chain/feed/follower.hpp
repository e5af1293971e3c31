// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "chain/feed/bloom.hpp"
#include "chain/feed/feed.hpp"
#include "chain/feed/head_tracker.hpp"
#include "chain/rpc/endpoint.hpp"

namespace plimsoll::feed {

/// The shell around a HeadTracker: waits for heads, fetches what is missing, minds the clock.
class Feed::Follower {
  public:
    Follower(boost::asio::any_io_executor executor, rpc::Eth& eth, Subscribe subscribe, FeedOptions options);

    Task<Result<FeedEvent>> next();
    void set_filter(LogFilter filter, std::uint64_t revision);
    void stop();
    FeedStats stats() const { return stats_; }

  private:
    using TimePoint = rpc::TimePoint;

    /// Waits for a note, the poll's turn or something due, and takes it in.
    Task<void> take_in();
    Task<void> wait_for_poll(TimePoint until);
    Task<void> on_note(rpc::SubscriptionNote note);
    /// Asks for the newest head and offers it; true if it was not known.
    Task<bool> look();
    Task<void> on_head(rpc::Header head);
    /// Fetches the parents that `verdict` wants, until the branch is joined or given up.
    Task<void> settle(Verdict verdict, rpc::Header head);
    /// One step of the tracker: an event into out_, or a pause before the next try.
    Task<void> advance();
    Task<Result<std::vector<Log>>> logs_of(rpc::Header header);
    /// After an empty answer that the header's bloom does not rule out.
    Task<Result<std::vector<Log>>> logs_beyond_doubt(rpc::Header header);

    /// Whether the block that `head` rests on is there: a head by itself is not what the stream begins with.
    Task<bool> linked(rpc::Header head);
    void mind_time(const rpc::Header& head);
    void strange(const std::string& what);
    void restart(const rpc::Header& head, std::string reason);
    void judge_age(std::string reason);
    void pause_after_failure(const Error& error);
    TimePoint due() const;
    TimePoint stale_at() const;
    void arm(TimePoint when);
    std::int64_t age_ms() const;

    boost::asio::any_io_executor executor_;
    rpc::Eth& eth_;
    Subscribe subscribe_;
    FeedOptions options_;
    HeadTracker tracker_;
    std::unique_ptr<rpc::Subscription> subscription_;
    boost::asio::steady_timer timer_;
    std::optional<TimePoint> armed_;
    std::deque<FeedEvent> out_;
    std::optional<LogFilter> filter_;
    BloomTest bloom_;
    std::uint64_t revision_ = 0;
    bool started_ = false;
    bool stopped_ = false;
    bool want_look_ = true;  // the newest head is to be asked for
    TimePoint retry_at_{};   // nothing is fetched before
    std::chrono::milliseconds pause_{0};
    TimePoint heard_at_{};        // last head or probe
    TimePoint told_at_{};         // when the newest block was told
    TimePoint noted_at_{};        // when the note being worked on arrived
    bool renew_on_news_ = false;  // the look under way follows a silence
    bool fills_bloom_ = false;    // a block's logs were seen to fill its bloom
    unsigned unfilled_ = 0;       // ... and not to, before that
    bool told_ = false;           // Stale or Live has been told
    std::string trouble_;         // last failure, for the reason of Stale
    FeedStats stats_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for the timer's handler
};

}  // namespace plimsoll::feed
