// SPDX-License-Identifier: Apache-2.0
#include "chain/feed/head_tracker.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "chain/types/check.hpp"

namespace plimsoll::feed {

void HeadTracker::restart(const BlockRef& block) {
    history_.assign(1, block);
    branch_.clear();
    loose_.clear();
}

std::optional<std::size_t> HeadTracker::in_history(const Hash32& hash) const {
    // From the newest: that is where almost every parent is.
    for (std::size_t i = history_.size(); i-- > 0;) {
        if (history_[i].hash == hash) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> HeadTracker::in_branch(const Hash32& hash) const {
    for (std::size_t i = branch_.size(); i-- > 0;) {
        if (branch_[i].ref.hash == hash) return i;
    }
    return std::nullopt;
}

Verdict HeadTracker::offer(const rpc::Header& head) {
    loose_.clear();
    if (history_.empty()) return Contradiction{"nothing to join to"};
    if (newest()->hash == head.ref.hash) return Duplicate{};
    if (in_branch(head.ref.hash) || in_history(head.ref.hash)) return Old{};
    return join(std::vector<rpc::Header>(1, head));
}

Verdict HeadTracker::offer_parent(const rpc::Header& parent) {
    if (loose_.empty()) return Old{};
    if (loose_.back().ref.parent != parent.ref.hash) {
        loose_.clear();
        return Contradiction{"another block than the parent that was asked for"};
    }
    auto fresh = std::move(loose_);
    loose_.clear();
    fresh.push_back(parent);
    return join(std::move(fresh));
}

/// `fresh` is linked, newest first. Joins it to the branch or the history, or asks for one parent more.
Verdict HeadTracker::join(std::vector<rpc::Header> fresh) {
    const BlockRef& lowest = fresh.back().ref;
    if (fresh.size() > 1 && fresh[fresh.size() - 2].ref.number != lowest.number + 1)
        return Contradiction{fmt::format("block {} is not one above its parent", fresh[fresh.size() - 2].ref.number)};
    if (fresh.size() > 1 && fresh[fresh.size() - 2].ref.timestamp < lowest.timestamp)
        return Contradiction{fmt::format("block {} is older than its parent", fresh[fresh.size() - 2].ref.number)};
    const auto branch_at = in_branch(lowest.parent);
    const auto history_at = branch_at ? std::nullopt : in_history(lowest.parent);
    if (!branch_at && !history_at) {
        if (lowest.number <= history_.front().number)
            return Unjoinable{fmt::format("block {} is not above any block known, the oldest is {}", lowest.number,
                                          history_.front().number)};
        const BlockNumber newest_number = newest()->number;
        const BlockNumber top = fresh.front().ref.number;
        if (fresh.size() > limits_.gap || (top > newest_number && top - newest_number > limits_.gap))
            return Unjoinable{fmt::format("more than {} blocks are missing below block {}", limits_.gap, top)};
        Gap gap;
        gap.from = std::min(newest_number + 1, lowest.number - 1);
        gap.to = lowest.number - 1;
        gap.parent = lowest.parent;
        loose_ = std::move(fresh);
        return gap;
    }
    const BlockRef& parent = branch_at ? branch_[*branch_at].ref : history_[*history_at];
    if (lowest.number != parent.number + 1)
        return Contradiction{fmt::format("block {} is not one above its parent", lowest.number)};
    if (lowest.timestamp < parent.timestamp)
        return Contradiction{fmt::format("block {} is older than its parent", lowest.number)};
    branch_.resize(branch_at ? *branch_at + 1 : 0);
    branch_.insert(branch_.end(), fresh.rbegin(), fresh.rend());
    const auto next = step();
    CHECK_INVARIANT(next.has_value());
    const auto* rollback = std::get_if<Rollback>(&*next);
    if (rollback == nullptr) return Advanced{};
    Reorganised out{rollback->ancestor, rollback->removed, {}};
    for (const auto& header : branch_) out.added.push_back(header.ref);
    return out;
}

std::optional<HeadTracker::Step> HeadTracker::step() const {
    if (branch_.empty()) return std::nullopt;
    const Hash32& parent = branch_.front().ref.parent;
    if (history_.back().hash == parent) return branch_.front();
    const auto at = in_history(parent);
    CHECK_INVARIANT(at.has_value());
    Rollback out{history_[*at], {}};
    out.removed.assign(history_.rbegin(), history_.rbegin() + static_cast<std::ptrdiff_t>(history_.size() - 1 - *at));
    return out;
}

void HeadTracker::done() {
    CHECK_INVARIANT(!branch_.empty());
    const Hash32& parent = branch_.front().ref.parent;
    if (history_.back().hash != parent) {
        while (history_.back().hash != parent) history_.pop_back();
        return;
    }
    history_.push_back(branch_.front().ref);
    branch_.erase(branch_.begin());
    // The parent of the branch must stay known.
    while (history_.size() > limits_.history) history_.pop_front();
}

}  // namespace plimsoll::feed
