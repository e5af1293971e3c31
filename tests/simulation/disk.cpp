// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/disk.hpp"

#include <algorithm>

#include "bot/shell/memory.hpp"

namespace plimsoll::sim {

using engine::JournalRecord;
using engine::Stage;

namespace {

bool ends(Stage stage) {
    return stage == Stage::Settled || stage == Stage::Abandoned;
}

bool same_step(const JournalRecord& a, const JournalRecord& b) {
    return a.incident == b.incident && a.step == b.step;
}

}  // namespace

void Disk::write(std::vector<JournalRecord> records, Done done) {
    waiting_.push_back({std::move(records), std::move(done)});
    if (!busy_) begin();
}

void Disk::begin() {
    busy_ = true;
    agenda_.after(sync_takes, [this, life = life_] {
        if (life != life_) return;
        if (health == Health::Good) return finish(true, {});
        if (health == Health::Full) return finish(false, "database or disk is full");
        finish(random_.chance(50), "disk I/O error");
    });
}

void Disk::finish(bool survives, const std::string& error) {
    Commit commit = std::move(waiting_.front());
    waiting_.pop_front();
    std::string why = error;
    if (survives) {
        const std::string refused_for = keep(commit.records);
        if (why.empty()) why = refused_for;
    }
    busy_ = false;
    if (!waiting_.empty()) begin();
    commit.done(why);
}

void Disk::crash() {
    ++life_;
    busy_ = false;
    // Commits are written in order: the first of those under way may have come through.
    if (!waiting_.empty() && health != Health::Full && random_.chance(50)) keep(waiting_.front().records);
    waiting_.clear();
}

bool Disk::ended(const JournalRecord& record) const {
    return ended_.contains({record.incident, record.step});
}

std::string Disk::keep(const std::vector<JournalRecord>& records) {
    forget_old();
    std::vector<JournalRecord> fresh;
    for (const auto& record : records) {
        bool known = false;
        const std::string why = refusal(record, known);
        if (!why.empty()) {
            refused.push_back(why + ": incident " + record.incident + " step " + std::to_string(record.step));
            return why;
        }
        if (!known) fresh.push_back(record);
    }
    for (const auto& record : fresh) {
        synced_.push_back(record);
        const Step step{record.incident, record.step};
        if (record.nonce) next_nonces_[record.address] = std::max(next_nonces_[record.address], *record.nonce + 1);
        if (ends(record.stage)) ended_.insert(step);
        if (record.stage == Stage::Abandoned) abandoned_.insert(step);
        const bool reverted = record.stage == Stage::Settled && !record.succeeded;
        if (reverted) reverted_.insert(step);
        // What was given up, or had reverted in another block, and is then found in one has spent as well.
        const bool seen = record.stage == Stage::Seen;
        const bool found = seen && (abandoned_.contains(step) || (record.succeeded && reverted_.contains(step)));
        if (!found && record.stage != Stage::Settled) continue;
        const BaseValue moved = record.succeeded ? record.value : BaseValue{};
        spendings_[{step, found}] = {record.position,  record.wallet, record.time_ms,  record.purpose,
                                     record.succeeded, moved,         record.gas_spent};
    }
    return {};
}

/// As the constraints of bot/journal do.
std::string Disk::refusal(const JournalRecord& record, bool& known) const {
    const bool noted = record.stage == Stage::Sent || record.stage == Stage::Seen;
    std::optional<Nonce> held;
    for (const auto& other : synced_) {
        if (!same_step(other, record)) continue;
        if (other.stage == Stage::Reserved) held = other.nonce;
        if (noted || other.stage != record.stage || other.attempt != record.attempt) continue;
        auto timeless = other;
        timeless.time_ms = record.time_ms;
        known = timeless == record;
        if (known) return {};
    }
    if (!noted && ended(record)) return "a record after the end of its step";
    for (const auto& other : synced_) {
        const bool same = same_step(other, record) && other.stage == record.stage;
        if (same && (record.stage == Stage::Intent || record.stage == Stage::Reserved))
            return "a second intent or reservation of one step";
        if (same && record.stage == Stage::Signed && other.attempt == record.attempt)
            return "a second signature of one attempt";
        if (!same_step(other, record) && record.stage == Stage::Reserved && other.stage == Stage::Reserved &&
            other.address == record.address && other.nonce == record.nonce && !ended(other))
            return "a nonce that another open step holds";
    }
    if (record.stage == Stage::Signed && held != record.nonce) return "a signature for a nonce that is not held";
    return {};
}

bool Disk::holds(const Hash32& attempt, const Bytes& raw) const {
    return std::any_of(synced_.rbegin(), synced_.rend(), [&](const auto& record) {
        return record.stage == Stage::Signed && record.hash == attempt && record.raw == raw;
    });
}

/// What ended long ago is in nobody's way but ours.
void Disk::forget_old() {
    constexpr std::size_t kMany = 2'000;
    constexpr Ms kLong = 4 * 3'600'000;
    if (synced_.size() < kMany) return;
    std::erase_if(synced_, [&](const auto& record) { return ended(record) && record.time_ms < agenda_.now() - kLong; });
}

engine::Started Disk::begin_life(Ms wall) {
    constexpr Ms kHour = 3'600'000;
    const Ms now = wall;
    Ms newest = 0;
    for (const auto& record : synced_) newest = std::max<Ms>(newest, record.time_ms);
    std::set<Step> old;
    for (const auto& record : synced_) {
        if (ends(record.stage) && record.time_ms < std::min(now, newest) - kHour)
            old.insert({record.incident, record.step});
    }
    engine::Started out;
    for (const auto& record : synced_) {
        if (!old.contains({record.incident, record.step})) out.records.push_back(record);
    }
    for (const auto& [of, spending] : spendings_) {
        if (spending.time_ms > now - 24 * kHour) out.spendings.push_back(spending);
    }
    for (const auto& [address, next] : next_nonces_) out.nonces.push_back({address, next});
    out.adopted = next_nonces_.empty();  // the first time, its owner says so
    safe_until_ = 0;
    if (health != Health::Good) return out;  // the start cannot be noted
    const auto crashes =
        std::find_if(lives_.begin(), lives_.end(), [&](Ms begun) { return begun < now - bot::kCrashWindowMs; }) -
        lives_.begin();
    if (crashes >= static_cast<std::ptrdiff_t>(bot::kCrashesMax)) out.safe_until_ms = now + bot::kSafeMs;
    safe_until_ = out.safe_until_ms;
    lives_.push_front(now);
    return out;
}

}  // namespace plimsoll::sim
