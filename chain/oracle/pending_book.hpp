// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "chain/oracle/feed_node.hpp"
#include "chain/types/pending.hpp"

namespace plimsoll::oracle {

/// A feed that is followed, what reports reach it through, and who may send them.
struct Reporter {
    Address feed;
    Address aggregator;
    std::vector<Address> transmitters;  // nothing: the aggregator does not tell

    bool operator==(const Reporter&) const = default;
};

/// Pending transactions that may move a price, and what they were shown to do.
///
/// Sans-I/O. Call data only says which transactions are worth a simulation; what counts is the feed's own answer after
/// the transaction was simulated on a block, and only for that block and the next: it is simulated again at each. What
/// has no effect, as a forged report has none, is dropped and not tried again. A transaction is gone when the node says
/// so, when another one with its nonce is seen, or when the node says nothing of it for kUnheard blocks.
///
/// Bounds: kHeld transactions, kTrials simulations per block. Transmitters themselves, and senders whose reports had an
/// effect before, go first and have half of the simulations for themselves: anybody may send to a forwarder, and must
/// not crowd them out.
class PendingBook {
  public:
    static constexpr std::size_t kHeld = 32;
    static constexpr std::size_t kTrials = 16;
    static constexpr BlockNumber kUnheard = 3;
    static constexpr std::size_t kRemembered = 256;

    /// Those of now on.
    void follow(std::vector<Reporter> reporters);
    /// What such transactions are sent to; ascending.
    std::vector<Address> targets() const;

    /// Takes in what may move a price that is followed, where there is room for it. One that is held already is heard
    /// of. Whether there is anything new, or what counted gave way to it.
    bool offer(PendingTransaction transaction, BlockNumber head);
    /// Whether what was shown of it counted.
    bool gone(const Hash32& hash);
    /// A new block: everything is to be shown anew, and what was not heard of is gone.
    void at(const BlockRef& head);
    /// Everything that was shown was of blocks that are no longer.
    void rewound();

    struct Trial {
        PendingTransaction transaction;
        std::vector<Call> reads;  // before and after it: latestRoundData of the feeds that it may move
    };
    /// What is to be simulated next on the block of at(); nothing when all is, or the bound is reached. A trial without
    /// an outcome is made again on the next block.
    std::optional<Trial> next();
    /// The outcome of a trial on `block`. Whether what counts is another than before.
    bool tried(const Hash32& hash, const BlockRef& block, std::span<const CallResult> before,
               std::span<const CallResult> after);

    /// By feed, the round that it will have. Where several are on their way, the one that is farthest from now.
    std::map<Address, Round> rounds() const;
    /// Transactions that the node is to be asked for.
    std::vector<Hash32> held() const;

    /// Since the start.
    struct Counts {
        std::uint64_t shown{};    // with an effect, each once
        std::uint64_t without{};  // without any: forged, late, or of no feed that is read
        std::uint64_t fallen{};   // that had one and are gone: included, replaced or dropped
    };
    const Counts& counts() const { return counts_; }

  private:
    struct Entry {
        PendingTransaction transaction;
        Address aggregator;
        BlockNumber heard_at{};
        bool trusted{};
        bool counted{};  // in Counts::shown
        Hash32 tried_at;
        BlockNumber shown_at{};
        std::map<Address, std::pair<Round, Round>> moves;  // by feed: its round on that block, and after
    };
    std::optional<Address> wanted(const PendingTransaction& transaction) const;
    bool is_counted(const Entry& entry) const;
    bool make_room(bool trusted);
    void forget(const Hash32& hash);
    bool refused_before(const Hash32& hash) const;
    bool is_trusted(const PendingTransaction& transaction) const;
    std::map<Hash32, Entry>::iterator remove(std::map<Hash32, Entry>::iterator at, bool& counted);

    std::vector<Reporter> reporters_;
    std::map<Hash32, Entry> entries_;
    std::deque<Hash32> refused_;   // the newest kRemembered
    std::deque<Address> trusted_;  // the newest kRemembered
    BlockRef at_;
    std::size_t trials_ = 0;          // on the block of at_
    std::size_t strange_trials_ = 0;  // of senders unknown
    Counts counts_;
};

}  // namespace plimsoll::oracle
