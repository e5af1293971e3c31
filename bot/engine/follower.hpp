// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "bot/engine/extra_read.hpp"
#include "bot/engine/log_union.hpp"
#include "chain/followed.hpp"

namespace plimsoll::engine {

/// Keeps what is followed on one chain at its head, all markets or all pools: applies blocks in order, asks for what
/// they want, one read at a time. Blocks that come while a read is under way wait in a bounded queue.
class Follower {
  public:
    static constexpr std::size_t kQueue = 64;  // more: all start anew at the newest block
    static constexpr int kReadFailures = 3;    // in a row, with newer blocks waiting: the same

    /// Both outlive it.
    Follower(std::vector<Followed*> followed, LogUnion& logs);

    std::size_t size() const { return entries_.size(); }

    void restart(const BlockRef& block);
    void add(const BlockAdded& event);
    /// The reorganisation's blocks below the ancestor are forgotten; each goes back or starts anew.
    void reorg(const BlockRef& ancestor);

    /// Forgets what is known of one; it is read anew at the present block.
    void resync(std::size_t i) { entries_[i].followed->reset(); }

    /// Goes on as far as can be without an answer, and not beyond block `last`. True when every one is at at(), or is
    /// known not to be: at the head; or where the last read was of, though newer blocks wait. Then call it again.
    bool advance(Output& out, BlockNumber last = std::numeric_limits<BlockNumber>::max());
    /// Newer blocks wait.
    bool behind() const { return !queue_.empty(); }
    /// Right after advance(): what is wanted and `extras` in one multicall; false when there is nothing to ask.
    bool ask(Output& out, std::vector<ExtraRead> extras);
    /// Whether asking now makes sense for others too: there is a head, and no read is under way.
    bool may_ask() const { return read_ == 0 && !head_empty(); }
    /// True when the answer was to the read under way; extras() then holds what came with it, if it came.
    bool answer(const ReadDone& event);
    std::vector<ExtraAnswer> take_extras() { return std::exchange(answered_, {}); }
    /// Time passed: a failed read may be tried again.
    void tick() { waiting_ = false; }

    /// Block that all are taken to.
    const BlockRef& at() const { return at_; }
    bool head_empty() const { return !started_; }
    bool in_sync(std::size_t i) const;
    /// Why one could not follow, once per failure.
    std::vector<std::pair<std::size_t, std::string>> take_errors() { return std::exchange(errors_, {}); }
    /// Reads that failed in a row.
    int read_failures() const { return read_failures_; }
    const std::string& read_error() const { return read_error_; }

  private:
    struct Entry {
        Followed* followed{};
        bool broken{};  // does not follow until `retry_at`
        BlockNumber retry_at{};
        std::uint32_t failures{};  // in a row
        std::size_t addresses{};   // sizes of the filter when it was last taken in
        std::size_t topics{};
    };
    struct Section {
        std::size_t entry{};
        std::size_t calls{};
    };
    void fail_entry(std::size_t i, std::string why);
    void start_anew(const BlockRef& block);
    void apply(const BlockAdded& event);
    void update_filter(Output& out);
    bool gather();
    bool newest_will_do() const;

    std::vector<Entry> entries_;
    LogUnion* logs_;
    std::uint64_t needed_ = 0;  // logs selected with an older filter than this miss some of ours
    std::deque<BlockAdded> queue_;
    BlockRef at_;
    bool started_ = false;
    RequestId read_ = 0;
    bool answered_now_ = false;  // and nobody has been told yet that all are at at_
    bool waiting_ = false;       // a read failed: not before the next tick or block
    int read_failures_ = 0;
    std::string read_error_;
    std::vector<Section> sections_;
    std::vector<ExtraRead> extras_;
    std::vector<ExtraAnswer> answered_;
    std::vector<std::pair<std::size_t, std::string>> errors_;
    std::vector<std::pair<std::size_t, std::vector<Call>>> wanted_;  // by entry, at at_
};

}  // namespace plimsoll::engine
