// SPDX-License-Identifier: Apache-2.0
// What a lane remembers of steps that have ended: they are watched on, and sent again when their block is removed.
#include <algorithm>
#include <iterator>

#include "bot/engine/lane.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::engine {

namespace {

template <class T, class Wanted>
std::vector<T> take_if(std::vector<T>& from, Wanted wanted) {
    const auto first = std::stable_partition(from.begin(), from.end(), [&](const T& entry) { return !wanted(entry); });
    std::vector<T> out(std::make_move_iterator(first), std::make_move_iterator(from.end()));
    from.erase(first, from.end());
    return out;
}

}  // namespace

void Lane::reorg(Output& out, const Canon& canon, std::int64_t now) {
    const BlockNumber head = canon.empty() ? head_ : canon.head().number;
    const auto gone = [&](const Step& step) {
        return step.seen && canon.standing(step.seen->number, step.seen->hash) != Canon::Standing::Canonical &&
               canon.standing(step.seen->number, step.seen->hash) != Canon::Standing::Older;
    };
    if (busy() && gone(*step_)) {
        again(out, *step_, head, now);
        used_ = false;
        doubts_ = 0;
        if (phase_ == Phase::Settling)
            unsettled_ = true;  // whether it has ended on disk is known with the journal's answer
        else
            phase_ = Phase::Open;
    }
    for (auto& step : take_if(settled_, gone)) reopen(out, std::move(step), head, now);
    take_back();
}

/// Out of its block: sent again as it is.
void Lane::again(Output& out, Step& step, BlockNumber head, std::int64_t now) const {
    const std::size_t attempt = step.seen ? step.seen->attempt : step.to_send();
    JournalRecord record = row(step, Stage::Sent, now);
    fill(record, step, attempt);
    record.outcome = "its block was removed";
    out.put(Persist{out.next(), {std::move(record)}});
    step.open_at = 0;  // everybody has seen it in its block
    step.attempts.back().since = head;
    broadcast(out, step, step.attempts[attempt]);
    step.seen.reset();
}

void Lane::reopen(Output& out, Step step, BlockNumber head, std::int64_t now) {
    again(out, step, head, now);
    reopened_steps_.push_back(std::move(step));
}

/// The lane is not free while the nonce of an ended step is open again.
void Lane::take_back() {
    if (busy() || reopened_steps_.empty()) return;
    step_ = std::move(reopened_steps_.back());
    reopened_steps_.pop_back();
    phase_ = Phase::Open;
    reopened_ = true;
    used_ = false;
    doubts_ = 0;
}

Lane::Step Lane::step_of(const std::vector<JournalRecord>& rows) {
    CHECK_INVARIANT(!rows.empty());
    Step step;
    step.base = rows.back();
    step.base.raw.clear();
    for (const auto& record : rows) {
        if (record.nonce) step.base.nonce = record.nonce;
        if (record.stage == Stage::Signed) step.attempts.push_back(attempt_of(record));
    }
    if (!step.attempts.empty()) fill(step.base, step, step.attempts.size() - 1);  // the last row may be of an earlier
    return step;
}

void Lane::adopt(Output& out, const std::vector<JournalRecord>& rows, std::int64_t now) {
    CHECK_INVARIANT(!busy());
    step_ = step_of(rows);
    phase_ = Phase::Open;
    used_ = true;  // until the chain says that the nonce is free
    doubts_ = 0;
    if (step_->attempts.empty()) abandon(out, "nothing was signed before the restart", now, News::None);
}

void Lane::recall(const std::vector<JournalRecord>& rows) {
    Step step = step_of(rows);
    if (step.attempts.empty() || !step.base.nonce) return;
    Recalled entry;
    bool in_sums = false;
    for (const auto& record : rows) {
        if (record.stage == Stage::Abandoned) step.uncounted = true;
        // After it had been given up, or had reverted in another block.
        const bool late = in_sums && !step.counted && record.succeeded;
        const bool found = record.stage == Stage::Seen && (step.uncounted || late);
        if (!found && record.stage != Stage::Settled) continue;
        step.count(record.succeeded);
        in_sums = true;
        entry.known = record.block_hash;
        if (record.attempt < step.attempts.size()) step.ended_with = record.attempt;
    }
    entry.step = std::move(step);
    watch_again(std::move(entry));
}

void Lane::watch_again(Recalled entry) {
    recalled_.push_back(std::move(entry));
    if (recalled_.size() > kWatched) recalled_.erase(recalled_.begin());
}

void Lane::remember(const Step& step) {
    // What gave its nonce to this one is sent no more: this one is, should it be taken out again.
    const auto gave_way = [&](const Step& other) { return other.base.nonce == step.base.nonce; };
    for (auto& other : take_if(reopened_steps_, gave_way)) set_aside(std::move(other));
    if (recheck_) {
        Recalled entry{step, step.seen->hash, 0};
        entry.step.count(step.seen->succeeded);
        entry.step.ended_with = step.seen->attempt;
        entry.step.seen.reset();
        watch_again(std::move(entry));
        return;
    }
    keep(step);
    if (settled_.size() > kWatched) settled_.erase(settled_.begin());
}

/// Counted, and watched while its block may be removed.
void Lane::keep(const Step& step) {
    settled_.push_back(step);
    settled_.back().count(step.seen->succeeded);
    settled_.back().ended_with = step.seen->attempt;
}

void Lane::recheck() {
    recheck_ = true;
    for (const auto& step : settled_) remember(step);
    settled_.clear();
    recheck_ = phase_ == Phase::Settling && step_->seen;  // its end is on the way as it is
    if (!busy() || !step_->seen || recheck_) return;
    step_->seen.reset();
    used_ = true;  // until the chain says that the nonce is free
    doubts_ = 0;
}

JournalRecord Lane::seen_row(const Step& step, std::int64_t now) const {
    JournalRecord record = row(step, Stage::Seen, now);
    fill(record, step, step.seen->attempt);
    record.block_number = step.seen->number;
    record.block_hash = step.seen->hash;
    record.succeeded = step.seen->succeeded;
    record.gas_spent = step.seen->cost;
    return record;
}

void Lane::owe(Owed row) {
    owed_.push_back(std::move(row));
    if (owed_.size() > kOwed) owed_.erase(owed_.begin());
}

void Lane::noted(const Persisted& event) {
    const auto it = std::find_if(owed_.begin(), owed_.end(),
                                 [&](const Owed& owed) { return owed.request != 0 && owed.request == event.id; });
    if (it == owed_.end()) return;
    if (event.error.empty())
        owed_.erase(it);
    else
        it->request = 0;  // block() tries again
}

bool Lane::wants(Nonce nonce) const {
    const auto has = [&](const Step& step) { return step.base.nonce == nonce; };
    return std::any_of(reopened_steps_.begin(), reopened_steps_.end(), has) ||
           std::any_of(recalled_.begin(), recalled_.end(), [&](const Recalled& entry) { return has(entry.step); });
}

/// The step that has the lane gives its nonce to another one. It is sent on: either may be included.
void Lane::yield() {
    CHECK_INVARIANT(reopened());
    reopened_steps_.push_back(*step_);
    drop();
}

std::vector<const Lane::Attempt*> Lane::rivals() const {
    std::vector<const Attempt*> out;
    for (const auto* steps : {&doubtful_, &reopened_steps_}) {
        for (const auto& step : *steps) {
            if (busy() && step.base.nonce == step_->base.nonce) out.push_back(&step.attempts.back());
        }
    }
    return out;
}

bool Lane::used_by_another() const {
    return std::any_of(settled_.begin(), settled_.end(),
                       [&](const Step& step) { return step.base.nonce == step_->base.nonce; });
}

/// Watched, and never sent again.
void Lane::set_aside(Step step) {
    if (doubtful_.size() < kWatched) doubtful_.push_back(std::move(step));
}

/// A block that stays holds this nonce.
void Lane::forget(Nonce nonce) {
    std::erase_if(doubtful_, [&](const Step& step) { return step.base.nonce == nonce; });
    std::erase_if(reopened_steps_, [&](const Step& step) { return step.base.nonce == nonce; });
}

/// `latest` is the first nonce that is not used: what has ended with that or a later one is out of the chain.
void Lane::reclaim(Output& out, Nonce latest, BlockNumber head, std::int64_t now) {
    const auto unused = [&](const Step& step) { return *step.base.nonce >= latest; };
    for (auto& entry : take_if(recalled_, [&](const Recalled& entry) { return unused(entry.step); }))
        reopen(out, std::move(entry.step), head, now);
    for (auto& step : take_if(settled_, [&](const Step& step) { return step.seen->unproved && unused(step); }))
        reopen(out, std::move(step), head, now);
    if (std::any_of(reopened_steps_.begin(), reopened_steps_.end(), unused)) take_back();
}

}  // namespace plimsoll::engine
