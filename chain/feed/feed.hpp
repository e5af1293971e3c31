// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chain/rpc/eth.hpp"

namespace plimsoll::rpc {
class EthClient;
class Subscription;
}  // namespace plimsoll::rpc

/// One ordered stream of canonical blocks with their logs: gap-free, reorg-aware, honest about silence.
namespace plimsoll::feed {

/// The next canonical block; its parent is the block before it in the stream. `logs` are all that match the filter.
/// `filter` is the revision of the filter they were selected by, zero before there was one (then there are no logs).
struct BlockAdded {
    BlockRef block;
    std::vector<Log> logs;
    std::uint64_t filter{};
};

/// The chain was reorganised: the stream goes back to `ancestor`; `removed` are newest first. The added blocks follow
/// as BlockAdded events.
struct Reorg {
    BlockRef ancestor;
    std::vector<BlockRef> removed;
};

/// The first event, and again when the history cannot be joined (gap or reorg deeper than is kept): what follows starts
/// anew after `block`, whose logs are not told.
struct Restarted {
    BlockRef block;
};

/// No head newer than the chain's limit: spending stops, alerting goes on.
struct Stale {
    Timestamp last_block_timestamp{};
    std::string reason;
};

struct Live {};

using FeedEvent = std::variant<BlockAdded, Reorg, Restarted, Stale, Live>;

struct FeedOptions {
    std::chrono::milliseconds head_age_max{36'000};  // an older head is stale
    /// Without a head for so long the node is asked for its newest; zero: five sixths of head_age_max.
    std::chrono::milliseconds silence{0};
    std::chrono::milliseconds poll{1'000};  // between looks for a head where the node cannot notify
    std::chrono::milliseconds retry{100};   // first pause after a failed request; doubles to `retry_max`
    std::chrono::milliseconds retry_max{2'000};
    std::chrono::seconds future_max{30};    // a head further ahead of the clock is counted
    std::size_t history = 256;              // blocks back to which a reorganisation is followed
    std::size_t gap = 256;                  // missing blocks filled in at most
    std::function<std::int64_t()> wall_ms;  // unix milliseconds; empty: the system clock
    /// Hears of a block whose time or place cannot be right. May be empty.
    std::function<void(const std::string& what)> strange;
};

/// Counters since the start, for metrics.
struct FeedStats {
    BlockNumber head{};  // last block told
    Timestamp head_timestamp{};
    bool live = false;
    std::uint64_t blocks = 0;
    std::uint64_t reorgs = 0;
    std::uint64_t restarts = 0;
    std::uint64_t headers_fetched = 0;  // missing parents, first head, probes and polls
    std::uint64_t logs_fetched = 0;     // eth_getLogs made
    std::uint64_t logs_doubted = 0;     // answers without logs that the bloom did not rule out, checked
    std::uint64_t logs_incomplete = 0;  // ... and found wanting
    std::uint64_t logs_spared = 0;      // blocks whose bloom excludes the filter
    std::uint64_t repeats = 0;          // heads known already
    std::uint64_t rejected = 0;         // headers that cannot be decoded or contradict themselves
    std::uint64_t retries = 0;
    std::uint64_t probes = 0;                 // after silence
    std::uint64_t renewals = 0;               // of the subscription: the node had moved on without a word
    std::uint64_t future_heads = 0;           // timestamps too far ahead of the clock
    std::chrono::microseconds last_delay{0};  // from the notification to the BlockAdded
};

/// Follows one endpoint. Heads come by subscription, or by polling where there is none; missing ones are fetched by
/// hash; the logs of a block by its hash, once, and only if its bloom may hold any. At a steady head that is one
/// request a block at most.
///
/// All work is done inside next(): a head is told in the very read that brought it when its bloom excludes the filter.
class Feed {
  public:
    using Subscribe = std::function<std::unique_ptr<rpc::Subscription>()>;

    Feed(boost::asio::any_io_executor executor, rpc::EthClient& eth, FeedOptions options);
    /// `subscribe` gives a newHeads subscription, or nothing. `eth` outlives the feed.
    Feed(boost::asio::any_io_executor executor, rpc::Eth& eth, Subscribe subscribe, FeedOptions options);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    /// The next event, in order; one waiter at a time. Errc::Cancelled after stop(), and never again anything else.
    Task<Result<FeedEvent>> next();

    /// Selects the logs of every block told after the event now being worked on; `revision` comes back with them.
    void set_filter(LogFilter filter, std::uint64_t revision);
    void stop();
    FeedStats stats() const;

  private:
    class Follower;
    std::unique_ptr<Follower> follower_;
};

}  // namespace plimsoll::feed
