// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/lane.hpp"

#include <algorithm>

#include "chain/types/check.hpp"

namespace plimsoll::engine {

namespace {

Wei cost_of(const ReceiptInfo& receipt) {
    const Wei gas{checked_mul(U256{receipt.gas_used}, receipt.effective_gas_price.value).value_or(kU256Max)};
    return checked_add(gas, receipt.data_fee).value_or(Wei{kU256Max});
}

/// What an attempt does and for whom, from a record or into one.
template <class To, class From>
void copy_deed(To& to, const From& from) {
    to.tx = from.tx;
    to.hash = from.hash;
    to.position = from.position;
    to.wallet = from.wallet;
    to.purpose = from.purpose;
    to.asset = from.asset;
    to.amount = from.amount;
    to.value = from.value;
    to.strategy = from.strategy;
    to.rung = from.rung;
    to.cost_bps = from.cost_bps;
}

}  // namespace

bool Lane::waits_for(RequestId id) const {
    return id != 0 && id == request_;
}

std::string Lane::nonce_text() const {
    return busy() && step_->base.nonce ? std::to_string(*step_->base.nonce) : "none";
}

JournalRecord Lane::row(const Step& step, Stage stage, std::int64_t now) const {
    JournalRecord out = step.base;
    out.stage = stage;
    out.time_ms = now;
    out.raw.clear();
    return out;
}

Lane::Attempt Lane::attempt_of(const JournalRecord& record) {
    Attempt out;
    copy_deed(out, record);
    out.raw = record.raw;
    return out;
}

void Lane::fill(JournalRecord& record, const Step& step, std::size_t attempt) {
    record.attempt = static_cast<std::uint32_t>(attempt);
    copy_deed(record, step.attempts[attempt]);
}

void Lane::begin(Output& out, JournalRecord record, Hiding hiding) {
    CHECK_INVARIANT(!busy());
    const std::int64_t now = record.time_ms;
    const TxFields tx = record.tx;
    record.tx = {};
    record.tx.to = tx.to;
    record.tx.data = tx.data;
    record.attempt = 0;
    record.nonce.reset();
    step_ = Step{};
    step_->base = record;
    step_->hiding = hiding;
    JournalRecord intent = row(*step_, Stage::Intent, now);
    step_->base.nonce = tx.nonce;
    JournalRecord reserved = row(*step_, Stage::Reserved, now);
    step_->base.tx = tx;
    phase_ = Phase::Reserving;
    used_ = false;
    reopened_ = false;
    doubts_ = 0;
    request_ = out.next();
    out.put(Persist{request_, {std::move(intent), std::move(reserved)}});
}

void Lane::replace(Output& out, JournalRecord record) {
    if (!busy() || phase_ != Phase::Open || building_ || reopened_ || step_->seen) return;
    CHECK_INVARIANT(record.tx.nonce == *step_->base.nonce);
    sign(out, std::move(record));
}

void Lane::sign(Output& out, JournalRecord record) {
    record.incident = step_->base.incident;
    record.step = step_->base.step;
    record.nonce = step_->base.nonce;
    record.attempt = static_cast<std::uint32_t>(step_->attempts.size());
    record.stage = Stage::Signed;
    request_ = out.next();
    out.put(Sign{request_, record.wallet, record.tx});
    building_ = Building{std::move(record), false};
}

void Lane::commit(Output& out) {
    building_->committing = true;
    request_ = out.next();
    out.put(Persist{request_, {building_->record}});
}

void Lane::drop() {
    last_ = std::move(*step_);
    step_.reset();
    building_.reset();
    ending_.reset();
    phase_ = Phase::Idle;
    request_ = 0;
    reopened_ = false;
    unsettled_ = false;
    recheck_ = false;
}

void Lane::end(Output& out, Stage stage, std::string outcome, std::int64_t now) {
    JournalRecord record = row(*step_, stage, now);
    record.outcome = std::move(outcome);
    if (step_->seen) {
        fill(record, *step_, step_->seen->attempt);
        record.block_number = step_->seen->number;
        record.block_hash = step_->seen->hash;
        record.succeeded = step_->seen->succeeded;
        record.gas_spent = step_->seen->cost;
    }
    ending_ = record;
    request_ = out.next();
    out.put(Persist{request_, {std::move(record)}});
}

Lane::News Lane::persisted(Output& out, const Persisted& event, std::int64_t now, BlockNumber head) {
    if (!waits_for(event.id)) return News::None;
    request_ = 0;
    if (!event.error.empty()) reason_ = "journal: " + event.error;
    if (phase_ == Phase::Reserving) {
        if (!event.error.empty()) {  // it may be on disk all the same, and would hold the nonce: its end is written too
            abandon(out, "not reserved", now, News::Failed);
            return News::Stuck;
        }
        phase_ = Phase::Open;
        JournalRecord record = step_->base;
        record.time_ms = now;
        sign(out, std::move(record));
        return News::None;
    }
    if (phase_ == Phase::Settling && unsettled_) {
        if (!event.error.empty()) return News::Stuck;  // it may be on disk: another end would be refused for ever
        unsettled_ = false;
        reopened_ = true;
        phase_ = Phase::Open;
        step_->uncounted = true;  // nobody has heard of this end
        return step_->seen ? abandoned(out, now) : News::None;
    }
    if (phase_ == Phase::Settling) {
        if (!event.error.empty()) return News::Stuck;  // block() tries again
        if (ending_->stage == Stage::Abandoned) return abandoned(out, now);
        if (step_->seen) remember(*step_);
        drop();
        return News::Settled;
    }
    if (!building_) return News::None;
    if (!event.error.empty()) return News::Stuck;  // it may be on disk or not: the same record is written again
    Building built = std::move(*building_);
    building_.reset();
    step_->base = built.record;
    step_->base.raw.clear();
    head_ = head;
    const bool first = step_->attempts.empty();
    if (first && step_->hiding.relays > 0) step_->open_at = head + step_->hiding.blocks;
    step_->attempts.push_back(attempt_of(built.record));
    step_->ended_with.reset();
    step_->attempts.back().since = head;
    if (!used_ && !step_->seen) broadcast(out, *step_, step_->attempts.back());
    return News::Sent;
}

Lane::News Lane::signed_(Output& out, const Signed& event, std::int64_t now) {
    if (!waits_for(event.id) || !building_ || building_->committing) return News::None;
    request_ = 0;
    const bool good = event.error.empty() && !event.raw.empty() && !event.hash.is_zero();
    if (good) {
        building_->record.raw = event.raw;
        building_->record.hash = event.hash;
        building_->record.time_ms = now;
        commit(out);
        return News::None;
    }
    reason_ = "signer: " + (event.error.empty() ? std::string("no bytes") : event.error);
    building_.reset();
    if (!step_->attempts.empty()) return News::Stuck;
    abandon(out, "not signed", now, News::Failed);
    return News::None;
}

/// The lane is free only when the end is durable: until then the journal would hold the nonce for this step.
void Lane::abandon(Output& out, std::string outcome, std::int64_t now, News then) {
    phase_ = Phase::Settling;
    after_end_ = then;
    end(out, Stage::Abandoned, std::move(outcome), now);
}

Lane::News Lane::abandoned(Output& out, std::int64_t now) {
    const News news = after_end_;
    step_->uncounted = true;
    if (step_->seen) {  // a receipt came while the end was being written: the row of it counts behind that end only
        owe({out.next(), seen_row(*step_, now)});
        out.put(Persist{owed_.back().request, {owed_.back().record}});
        remember(*step_);
        drop();
        return News::Found;
    }
    if (!step_->attempts.empty()) set_aside(*step_);
    drop();
    return news;
}

std::optional<Lane::Owed> Lane::include(Output& out, Step& step, const ReceiptDone& event, const Hash32& known,
                                        std::int64_t now) const {
    const Attempt* attempt = find(step, event.hash);
    if (attempt == nullptr || step.seen) return std::nullopt;
    const auto& receipt = *event.receipt;
    step.seen = Inclusion{receipt.block_number,
                          receipt.block_hash,
                          receipt.succeeded,
                          cost_of(receipt),
                          receipt.gas_used,
                          static_cast<std::size_t>(attempt - step.attempts.data()),
                          false};
    if (receipt.block_hash == known) return std::nullopt;  // that is in the journal
    Owed written{out.next(), seen_row(step, now)};
    out.put(Persist{written.request, {written.record}});
    return written;
}

Lane::News Lane::receipt(Output& out, const ReceiptDone& event, const Canon& canon, std::int64_t now) {
    if (!event.receipt) {
        Attempt* attempt = step_ ? find(*step_, event.hash) : nullptr;
        if (attempt != nullptr && event.error.empty()) attempt->absent = true;
        return News::None;
    }
    const auto standing = canon.standing(event.receipt->block_number, event.receipt->block_hash);
    if (standing == Canon::Standing::Ahead || standing == Canon::Standing::Removed) return News::None;
    std::optional<Owed> written;
    const auto included = [&](Step& step, const Hash32& known) {
        const bool before = step.seen.has_value();
        written = include(out, step, event, known, now);
        if (before || !step.seen) return false;
        step.seen->unproved = standing == Canon::Standing::Older;
        return true;
    };
    // An ended step is back in a block, and counted before unless it was taken for somebody else's.
    const auto back = [&](Step step, bool doubted) {
        const bool found = doubted || step.uncounted || (!step.counted && step.seen->succeeded);
        keep(step);
        if (found && written) owe(*std::move(written));
        if (found) last_ = std::move(step);
        return found ? News::Found : News::None;
    };
    if (step_ && included(*step_, {})) {
        if (!reopened_) return News::Seen;
        Step step = *step_;
        drop();
        return back(std::move(step), false);
    }
    for (auto it = reopened_steps_.begin(); it != reopened_steps_.end(); ++it) {
        if (!included(*it, {})) continue;
        Step step = std::move(*it);
        reopened_steps_.erase(it);
        return back(std::move(step), false);
    }
    for (auto it = recalled_.begin(); it != recalled_.end(); ++it) {
        if (!included(it->step, it->known)) continue;
        Step step = std::move(it->step);
        recalled_.erase(it);
        return back(std::move(step), false);
    }
    for (auto it = doubtful_.begin(); it != doubtful_.end(); ++it) {
        if (!included(*it, {})) continue;
        Step step = std::move(*it);
        doubtful_.erase(it);
        return back(std::move(step), true);
    }
    return News::None;
}

void Lane::watch(Output& out, const Step& step, bool resend) const {
    for (const auto& attempt : step.attempts) out.put(FetchReceipt{attempt.hash});
    if (resend) broadcast(out, step, step.attempts[step.to_send()]);
}

bool Lane::is_final(const Step& step, BlockNumber head) const {
    return final_ != 0 ? step.seen->number <= final_ : step.seen->number + final_depth_ < head;
}

void Lane::block(Output& out, const BlockRef& head) {
    head_ = head.number;
    for (auto& owed : owed_) {
        if (owed.request != 0) continue;
        owed.request = out.next();
        out.put(Persist{owed.request, {owed.record}});
    }
    while (!settled_.empty() && is_final(settled_.front(), head.number)) {
        forget(*settled_.front().base.nonce);
        settled_.erase(settled_.begin());
    }
    for (const auto& step : reopened_steps_) watch(out, step, true);
    for (const auto& step : doubtful_) watch(out, step, false);
    for (auto& entry : recalled_) {
        if (entry.until == 0) entry.until = head.number + final_depth_;
        watch(out, entry.step, false);
    }
    for (const auto& entry : recalled_) {
        if (entry.until < head.number) forget(*entry.step.base.nonce);
    }
    std::erase_if(recalled_, [&](const Recalled& entry) { return entry.until < head.number; });
    if (!busy()) return;
    for (auto& attempt : step_->attempts) attempt.absent = false;
    if (step_->open_at <= head_) step_->open_at = 0;   // a reorganisation takes the head back, but not what was shown
    if (request_ == 0 && phase_ == Phase::Settling) {  // the last try to write the end failed
        request_ = out.next();
        out.put(Persist{request_, {*ending_}});
        if (!unsettled_) return;
    }
    if (request_ == 0 && building_ && building_->committing) commit(out);
    if (step_->seen || step_->attempts.empty()) return;
    watch(out, *step_, !used_ && step_->attempts.back().since < head.number);
}

Lane::News Lane::account(Output& out, Nonce latest, const BlockRef& head, std::int64_t now) {
    reclaim(out, latest, head.number, now);
    const bool open = busy() && step_->base.nonce && phase_ == Phase::Open;
    if (open && step_->seen && step_->seen->unproved && latest <= *step_->base.nonce) step_->seen.reset();
    if (!busy() || step_->seen || !step_->base.nonce || phase_ != Phase::Open) return News::None;
    if (latest <= *step_->base.nonce) {
        doubts_ = 0;
        const bool first = used_;
        used_ = false;
        if (first && !step_->attempts.empty()) {
            step_->attempts.back().since = head.number;
            broadcast(out, *step_, step_->attempts[step_->to_send()]);
        }
        return News::None;
    }
    used_ = true;
    if (used_by_another() && !building_) {  // the step that gave way to this one was included after all
        if (reopened_) {
            set_aside(*step_);
            drop();
        } else {
            abandon(out, "its nonce was used by the transaction before it", now, News::None);
        }
        return News::None;
    }
    if (head.hash == doubted_at_) return News::None;
    doubted_at_ = head.hash;
    const bool absent =
        std::all_of(step_->attempts.begin(), step_->attempts.end(), [](const Attempt& a) { return a.absent; });
    for (const auto& attempt : step_->attempts) out.put(FetchReceipt{attempt.hash});
    if (!absent || ++doubts_ <= kDoubtsMax || building_) return News::None;  // an error says nothing
    reason_ = "nonce " + std::to_string(*step_->base.nonce) + " was used by a transaction that is not ours";
    if (reopened_) {  // its end is written already
        set_aside(*step_);
        drop();
        return News::Foreign;
    }
    abandon(out, "nonce used elsewhere", now, News::Foreign);
    return News::None;
}

void Lane::settle(Output& out, std::string outcome, std::int64_t now) {
    if (!busy() || phase_ != Phase::Open || reopened_) return;
    building_.reset();  // an attempt that is not out yet is not needed any more
    phase_ = Phase::Settling;
    end(out, Stage::Settled, std::move(outcome), now);
}

}  // namespace plimsoll::engine
