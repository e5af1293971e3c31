// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/follower.hpp"

#include <algorithm>

namespace plimsoll::engine {

namespace {

constexpr BlockNumber kRetryMax = 64;  // blocks between tries of a market that keeps failing

template <class T>
bool merge(std::vector<T>& into, const std::vector<T>& from) {
    const std::size_t before = into.size();
    for (const auto& item : from) {
        if (std::find(into.begin(), into.end(), item) == into.end()) into.push_back(item);
    }
    return into.size() != before;
}

}  // namespace

Follower::Follower(std::vector<std::unique_ptr<lending::Market>> markets) {
    for (auto& market : markets) markets_.push_back({std::move(market), false, 0, 0, 0, 0});
}

bool Follower::in_sync(std::size_t i) const {
    if (!started_ || markets_[i].broken) return false;
    const auto block = markets_[i].market->synced();
    return block && block->hash == at_.hash;
}

void Follower::start_anew(const BlockRef& block) {
    for (auto& entry : markets_) {
        entry.market->reset();
        entry.broken = false;
    }
    at_ = block;
    started_ = true;
    read_ = 0;
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
    for (auto& entry : markets_) {
        if (entry.broken || !entry.market->rewind(ancestor)) entry.market->reset();
    }
    at_ = ancestor;
    read_ = 0;
    waiting_ = false;
}

void Follower::fail_market(std::size_t i, std::string why) {
    Entry& entry = markets_[i];
    entry.market->reset();
    entry.broken = true;
    entry.failures = std::min(entry.failures + 1, 16U);
    entry.retry_at = at_.number + std::min<BlockNumber>(1ULL << (entry.failures - 1), kRetryMax);
    errors_.emplace_back(i, std::move(why));
}

void Follower::apply(const BlockAdded& event) {
    if (event.filter != revision_) {  // its logs were selected before the filter grew: what it misses is unknown
        start_anew(queue_.empty() ? event.block : queue_.back().block);
        queue_.clear();
        return;
    }
    at_ = event.block;
    for (std::size_t i = 0; i < markets_.size(); ++i) {
        Entry& entry = markets_[i];
        if (entry.broken) {
            if (entry.retry_at <= at_.number) entry.broken = false;  // reads() starts it anew at this block
            continue;
        }
        if (auto applied = entry.market->apply(event.block, event.logs); !applied)
            fail_market(i, applied.error().message);
    }
}

bool Follower::gather() {
    wanted_.clear();
    for (std::size_t i = 0; i < markets_.size(); ++i) {
        if (markets_[i].broken) continue;
        if (auto calls = markets_[i].market->reads(at_); !calls.empty()) wanted_.emplace_back(i, std::move(calls));
    }
    return !wanted_.empty();
}

void Follower::update_filter(Output& out) {
    bool grown = false;
    for (auto& entry : markets_) {
        const auto& filter = entry.market->filter();
        if (filter.addresses.size() == entry.addresses && filter.topics0.size() == entry.topics) continue;
        entry.addresses = filter.addresses.size();
        entry.topics = filter.topics0.size();
        const bool any_topic = !filter.addresses.empty() && filter.topics0.empty();
        grown = merge(filter_.addresses, filter.addresses) || grown;
        grown = merge(filter_.topics0, filter.topics0) || (any_topic && !any_topic_) || grown;
        any_topic_ = any_topic_ || any_topic;
    }
    if (!grown) return;
    if (any_topic_) filter_.topics0.clear();
    std::sort(filter_.addresses.begin(), filter_.addresses.end());
    std::sort(filter_.topics0.begin(), filter_.topics0.end());
    out.put(SetLogFilter{++revision_, filter_});
}

bool Follower::advance(Output& out) {
    if (!started_ || read_ != 0) return false;
    for (;;) {
        update_filter(out);
        if (gather()) return false;
        if (queue_.empty()) return true;
        const BlockAdded next = std::move(queue_.front());
        queue_.pop_front();
        apply(next);
    }
}

bool Follower::ask(Output& out, std::vector<ExtraRead> extras) {
    if (!may_ask() || waiting_) return false;
    Read read;
    sections_.clear();
    for (auto& [market, calls] : wanted_) {
        sections_.push_back({market, calls.size()});
        std::move(calls.begin(), calls.end(), std::back_inserter(read.calls));
    }
    wanted_.clear();
    for (const auto& extra : extras) read.calls.push_back(extra.call);
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
    std::size_t expected = extras_.size();
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
    std::span<const CallResult> rest = event.results;
    for (const auto& section : sections_) {
        auto taken = markets_[section.market].market->answer(at_, rest.first(section.calls));
        if (taken)
            markets_[section.market].failures = 0;
        else
            fail_market(section.market, taken.error().message);
        rest = rest.subspan(section.calls);
    }
    for (std::size_t i = 0; i < extras_.size(); ++i) answered_.emplace_back(std::move(extras_[i]), rest[i]);
    extras_.clear();
    return true;
}

}  // namespace plimsoll::engine
