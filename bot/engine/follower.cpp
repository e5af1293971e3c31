// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/follower.hpp"

#include <algorithm>

namespace plimsoll::engine {

namespace {

constexpr BlockNumber kRetryMax = 64;  // blocks between tries of what keeps failing

}  // namespace

Follower::Follower(std::vector<Followed*> followed, LogUnion& logs) : logs_(&logs) {
    for (auto* one : followed) entries_.push_back({one, false, 0, 0, 0, 0});
}

bool Follower::in_sync(std::size_t i) const {
    if (!started_ || entries_[i].broken) return false;
    const auto block = entries_[i].followed->synced();
    return block && block->hash == at_.hash;
}

void Follower::start_anew(const BlockRef& block) {
    for (auto& entry : entries_) {
        entry.followed->reset();
        entry.broken = false;
    }
    at_ = block;
    started_ = true;
    read_ = 0;
    answered_now_ = false;
    waiting_ = false;
}

void Follower::restart(const BlockRef& block) {
    queue_.clear();
    start_anew(block);
}

void Follower::add(const BlockAdded& event) {
    if (!started_) {
        start_anew(event.block);
        return;
    }
    waiting_ = false;
    queue_.push_back(event);
    if (queue_.size() <= kQueue) return;
    start_anew(queue_.back().block);
    queue_.clear();
}

void Follower::reorg(const BlockRef& ancestor) {
    while (!queue_.empty() && queue_.back().block.number > ancestor.number) queue_.pop_back();
    if (!started_ || at_.number <= ancestor.number) return;
    for (auto& entry : entries_) {
        if (entry.broken || !entry.followed->rewind(ancestor)) entry.followed->reset();
    }
    at_ = ancestor;
    read_ = 0;
    answered_now_ = false;
    waiting_ = false;
}

void Follower::fail_entry(std::size_t i, std::string why) {
    Entry& entry = entries_[i];
    entry.followed->reset();
    entry.broken = true;
    entry.failures = std::min(entry.failures + 1, 16U);
    entry.retry_at = at_.number + std::min<BlockNumber>(1ULL << (entry.failures - 1), kRetryMax);
    errors_.emplace_back(i, std::move(why));
}

void Follower::apply(const BlockAdded& event) {
    if (event.filter < needed_) {  // its logs were selected before the filter grew: what it misses is unknown
        start_anew(queue_.empty() ? event.block : queue_.back().block);
        queue_.clear();
        return;
    }
    at_ = event.block;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        Entry& entry = entries_[i];
        if (entry.broken) {
            if (entry.retry_at <= at_.number) entry.broken = false;  // reads() starts it anew at this block
            continue;
        }
        if (auto applied = entry.followed->apply(event.block, event.logs); !applied)
            fail_entry(i, applied.error().message);
    }
}

bool Follower::gather() {
    wanted_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].broken) continue;
        if (auto calls = entries_[i].followed->reads(at_); !calls.empty()) wanted_.emplace_back(i, std::move(calls));
    }
    return !wanted_.empty();
}

void Follower::update_filter(Output& out) {
    bool grown = false;
    for (auto& entry : entries_) {
        const auto& filter = entry.followed->filter();
        if (filter.addresses.size() == entry.addresses && filter.topics0.size() == entry.topics) continue;
        entry.addresses = filter.addresses.size();
        entry.topics = filter.topics0.size();
        grown = logs_->add(filter) || grown;
    }
    logs_->tell(out);
    if (grown) needed_ = logs_->revision();
}

/// Where answers take longer than blocks, whoever reads every block falls behind for ever.
bool Follower::newest_will_do() const {
    return std::all_of(wanted_.begin(), wanted_.end(),
                       [&](const auto& wanted) { return entries_[wanted.first].followed->wants_newest(); });
}

bool Follower::advance(Output& out, BlockNumber last) {
    if (!started_ || read_ != 0) return false;
    for (;;) {
        update_filter(out);
        const bool more = !queue_.empty() && queue_.front().block.number <= last;
        if (gather() && !(more && newest_will_do())) return false;
        const bool answered = std::exchange(answered_now_, false);
        if (wanted_.empty() && (answered || !more)) return true;
        const BlockAdded next = std::move(queue_.front());
        queue_.pop_front();
        apply(next);
    }
}

bool Follower::ask(Output& out, std::vector<ExtraRead> extras) {
    if (!may_ask() || waiting_) return false;
    Read read;
    sections_.clear();
    for (auto& [entry, calls] : wanted_) {
        sections_.push_back({entry, calls.size()});
        std::move(calls.begin(), calls.end(), std::back_inserter(read.calls));
    }
    wanted_.clear();
    for (const auto& extra : extras) read.calls.insert(read.calls.end(), extra.calls.begin(), extra.calls.end());
    extras_ = std::move(extras);
    if (read.calls.empty()) return false;
    read.id = read_ = out.next();
    read.at = at_;
    out.put(std::move(read));
    return true;
}

bool Follower::answer(const ReadDone& event) {
    if (event.id == 0 || event.id != read_) return false;
    read_ = 0;
    std::size_t expected = 0;
    for (const auto& extra : extras_) expected += extra.calls.size();
    for (const auto& section : sections_) expected += section.calls;
    if (!event.error.empty() || event.results.size() != expected) {
        read_error_ = event.error.empty() ? "the answer has not one result per call" : event.error;
        waiting_ = true;
        if (++read_failures_ >= kReadFailures && !queue_.empty()) {  // the node may not have this state any more
            const BlockRef newest = queue_.back().block;
            queue_.clear();
            start_anew(newest);
        }
        return true;
    }
    read_failures_ = 0;
    answered_now_ = true;
    std::span<const CallResult> rest = event.results;
    for (const auto& section : sections_) {
        auto taken = entries_[section.entry].followed->answer(at_, rest.first(section.calls));
        if (taken)
            entries_[section.entry].failures = 0;
        else
            fail_entry(section.entry, taken.error().message);
        rest = rest.subspan(section.calls);
    }
    for (auto& extra : extras_) {
        const auto mine = rest.first(extra.calls.size());
        rest = rest.subspan(extra.calls.size());
        answered_.push_back({std::move(extra), {mine.begin(), mine.end()}});
    }
    extras_.clear();
    return true;
}

}  // namespace plimsoll::engine
