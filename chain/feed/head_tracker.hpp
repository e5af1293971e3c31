// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chain/rpc/eth.hpp"

/// Which block comes next: heads in any order in, one chain linked by parent hashes out. Pure.
namespace plimsoll::feed {

/// The head extends what is known.
struct Advanced {};
/// The newest head once more.
struct Duplicate {};
/// A block that is known and is not the newest.
struct Old {};
/// Blocks between are unknown. The header of `parent` (number `to`) is wanted next; the gap reaches down to `from` at
/// least.
struct Gap {
    BlockNumber from{};
    BlockNumber to{};
    Hash32 parent;
};
/// Blocks that were delivered are not canonical any more. `removed` newest first, `added` oldest first.
struct Reorganised {
    BlockRef ancestor;
    std::vector<BlockRef> removed;
    std::vector<BlockRef> added;
};
/// Too far from what is known to be joined: start anew there, or wait for another head.
struct Unjoinable {
    std::string reason;
};
/// The header contradicts itself or its parent.
struct Contradiction {
    std::string reason;
};
using Verdict = std::variant<Advanced, Duplicate, Old, Gap, Reorganised, Unjoinable, Contradiction>;

struct HeadTrackerLimits {
    std::size_t history = 256;  // delivered blocks kept; a reorganisation below them cannot be joined
    std::size_t gap = 256;      // blocks filled in at most; more start anew
};

/// For chains with such blocks. Missing ones are asked for one after the other: where they come fast, the newest is
/// reached sooner by starting anew. And the head of a node that got stuck must be known as an old one for some time.
constexpr HeadTrackerLimits limits_for(std::chrono::milliseconds block_time) {
    constexpr std::int64_t kUsual = 256;
    constexpr std::int64_t kRememberedMs = 900'000;
    const std::int64_t ms = std::max<std::int64_t>(block_time.count(), 1);
    return {static_cast<std::size_t>(std::clamp<std::int64_t>(kRememberedMs / ms, kUsual, 16 * kUsual)),
            static_cast<std::size_t>(std::clamp<std::int64_t>(ms / 40, 16, kUsual))};
}

/// Two halves. Heads are offered, and known blocks form one branch from the delivered history to the newest head. Steps
/// then move the delivered history along that branch one block at a time, so that a branch that is replaced before it
/// was delivered was never there.
class HeadTracker {
  public:
    HeadTracker() = default;
    explicit HeadTracker(HeadTrackerLimits limits) : limits_(limits) {}

    /// Forgets everything; `block` counts as delivered.
    void restart(const BlockRef& block);

    /// A head as a node announces it. Contradiction if nothing was delivered yet: restart first.
    Verdict offer(const rpc::Header& head);
    /// The header that the last Gap wanted.
    Verdict offer_parent(const rpc::Header& parent);

    /// Back to `ancestor`; `removed` newest first.
    struct Rollback {
        BlockRef ancestor;
        std::vector<BlockRef> removed;
    };
    using Step = std::variant<Rollback, rpc::Header>;
    /// What to deliver next, if anything.
    std::optional<Step> step() const;
    /// step() was delivered.
    void done();

    const BlockRef* delivered() const { return history_.empty() ? nullptr : &history_.back(); }
    /// The newest block known: the end of the branch, or the last delivered.
    const BlockRef* newest() const { return branch_.empty() ? delivered() : &branch_.back().ref; }

  private:
    Verdict join(std::vector<rpc::Header> fresh);
    std::optional<std::size_t> in_history(const Hash32& hash) const;
    std::optional<std::size_t> in_branch(const Hash32& hash) const;

    HeadTrackerLimits limits_;
    std::deque<BlockRef> history_;     // delivered, oldest first
    std::vector<rpc::Header> branch_;  // to be delivered; the first one's parent is in the history
    std::vector<rpc::Header> loose_;   // newest first; the parent of the last is wanted
};

}  // namespace plimsoll::feed
