// SPDX-License-Identifier: Apache-2.0
#include "chain/oracle/pending_book.hpp"

#include <algorithm>

#include "chain/oracle/feed_calls.hpp"
#include "chain/oracle/transmission.hpp"

namespace plimsoll::oracle {

namespace {

bool contains(const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

void remember(auto& list, const auto& value) {
    if (contains(list, value)) return;
    if (list.size() == PendingBook::kRemembered) list.pop_front();
    list.push_back(value);
}

U256 apart(const Round& a, const Round& b) {
    return a.answer.word > b.answer.word ? saturating_sub(a.answer.word, b.answer.word)
                                         : saturating_sub(b.answer.word, a.answer.word);
}

}  // namespace

void PendingBook::follow(std::vector<Reporter> reporters) {
    reporters_ = std::move(reporters);
    std::erase_if(entries_, [this](const auto& entry) { return !wanted(entry.second.transaction); });
}

std::vector<Address> PendingBook::targets() const {
    std::set<Address> out;
    for (const auto& reporter : reporters_) {
        out.insert(reporter.aggregator);
        out.insert(reporter.transmitters.begin(), reporter.transmitters.end());
    }
    return {out.begin(), out.end()};
}

/// The aggregator that it claims to report to, when one that is followed could take it from there.
std::optional<Address> PendingBook::wanted(const PendingTransaction& transaction) const {
    const auto claim = decode_transmission(transaction.to, transaction.data);
    if (!claim) return std::nullopt;
    const Address& transmitter = claim->forwarder ? *claim->forwarder : transaction.from;
    for (const auto& reporter : reporters_) {
        if (reporter.aggregator != claim->aggregator) continue;
        // An aggregator that does not tell its transmitters is believed to have this one, but no forwarder.
        if (reporter.transmitters.empty() ? !claim->forwarder : contains(reporter.transmitters, transmitter))
            return claim->aggregator;
    }
    return std::nullopt;
}

bool PendingBook::refused_before(const Hash32& hash) const {
    return contains(refused_, hash);
}

bool PendingBook::is_trusted(const PendingTransaction& transaction) const {
    const auto transmits = [&](const Reporter& reporter) { return contains(reporter.transmitters, transaction.from); };
    return contains(trusted_, transaction.from) || std::any_of(reporters_.begin(), reporters_.end(), transmits);
}

bool PendingBook::is_counted(const Entry& entry) const {
    return !entry.moves.empty() && entry.shown_at + 1 >= at_.number;
}

std::map<Hash32, PendingBook::Entry>::iterator PendingBook::remove(std::map<Hash32, Entry>::iterator at,
                                                                   bool& counted) {
    if (is_counted(at->second)) counted = true;
    if (at->second.counted) ++counts_.fallen;
    return entries_.erase(at);
}

/// What was never shown and comes from somebody unknown gives way to what comes from a known sender.
bool PendingBook::make_room(bool trusted) {
    if (entries_.size() < kHeld) return true;
    if (!trusted) return false;
    const auto least = std::find_if(entries_.begin(), entries_.end(),
                                    [](const auto& entry) { return !entry.second.trusted && !entry.second.counted; });
    if (least == entries_.end()) return false;
    entries_.erase(least);
    return true;
}

bool PendingBook::offer(PendingTransaction transaction, BlockNumber head) {
    if (const auto known = entries_.find(transaction.hash); known != entries_.end()) {
        known->second.heard_at = head;
        return false;
    }
    if (refused_before(transaction.hash)) return false;
    const auto aggregator = wanted(transaction);
    if (!aggregator) return false;
    const bool trusted = is_trusted(transaction);
    // Of two with one nonce the later seen is the one that a node keeps.
    bool counted = false;
    for (auto it = entries_.begin(); it != entries_.end();) {
        const auto& other = it->second.transaction;
        it = other.from == transaction.from && other.nonce == transaction.nonce ? remove(it, counted) : std::next(it);
    }
    if (!make_room(trusted)) return counted;
    Entry entry;
    entry.aggregator = *aggregator;
    entry.heard_at = head;
    entry.trusted = trusted;
    entry.transaction = std::move(transaction);
    const Hash32 hash = entry.transaction.hash;
    entries_.emplace(hash, std::move(entry));
    return true;
}

bool PendingBook::gone(const Hash32& hash) {
    const auto found = entries_.find(hash);
    bool counted = false;
    if (found != entries_.end()) remove(found, counted);
    return counted;
}

void PendingBook::at(const BlockRef& head) {
    if (head.hash == at_.hash) return;
    at_ = head;
    trials_ = strange_trials_ = 0;
    bool counted = false;
    for (auto it = entries_.begin(); it != entries_.end();)
        it = it->second.heard_at + kUnheard < head.number ? remove(it, counted) : std::next(it);
}

void PendingBook::rewound() {
    for (auto& [hash, entry] : entries_) {
        entry.moves.clear();
        entry.tried_at = {};
    }
    at_ = {};
}

std::optional<PendingBook::Trial> PendingBook::next() {
    if (trials_ >= kTrials) return std::nullopt;
    Entry* best = nullptr;
    for (auto& [hash, entry] : entries_) {
        if (entry.tried_at == at_.hash) continue;
        if (!entry.trusted && strange_trials_ >= kTrials / 2) continue;
        const auto rank = [](const Entry& e) { return std::pair(e.counted, e.trusted); };
        if (best == nullptr || rank(entry) > rank(*best)) best = &entry;
    }
    if (best == nullptr) return std::nullopt;
    ++trials_;
    if (!best->trusted) ++strange_trials_;
    best->tried_at = at_.hash;
    Trial trial{best->transaction, {}};
    for (const auto& reporter : reporters_) {
        if (reporter.aggregator == best->aggregator)
            trial.reads.push_back(call::ask_for(reporter.feed, call::kLatestRoundData));
    }
    return trial;
}

bool PendingBook::tried(const Hash32& hash, const BlockRef& block, std::span<const CallResult> before,
                        std::span<const CallResult> after) {
    const auto found = entries_.find(hash);
    if (found == entries_.end() || block.hash != at_.hash) return false;
    Entry& entry = found->second;
    std::map<Address, std::pair<Round, Round>> moves;
    std::size_t n = 0;
    for (const auto& reporter : reporters_) {
        if (reporter.aggregator != entry.aggregator || n >= std::min(before.size(), after.size())) continue;
        const auto now = call::round_in(before[n]);
        const auto then = call::round_in(after[n]);
        ++n;
        if (now && then && then->positive() && then->id != now->id)
            moves.emplace(reporter.feed, std::pair(*now, *then));
    }
    const bool before_counted = is_counted(entry);
    if (moves.empty()) {
        ++counts_.without;
        remember(refused_, hash);
        bool counted = false;
        remove(found, counted);
        return before_counted;
    }
    if (!entry.counted) ++counts_.shown;
    entry.counted = entry.trusted = true;
    remember(trusted_, entry.transaction.from);
    const bool same = before_counted && entry.moves == moves;
    entry.moves = std::move(moves);
    entry.shown_at = block.number;
    return !same;
}

std::map<Address, Round> PendingBook::rounds() const {
    std::map<Address, std::pair<Round, Round>> farthest;
    for (const auto& [hash, entry] : entries_) {
        if (!is_counted(entry)) continue;
        for (const auto& [feed, move] : entry.moves) {
            const auto [at, added] = farthest.emplace(feed, move);
            if (!added && apart(move.first, move.second) > apart(at->second.first, at->second.second))
                at->second = move;
        }
    }
    std::map<Address, Round> out;
    for (const auto& [feed, move] : farthest) out.emplace(feed, move.second);
    return out;
}

std::vector<Hash32> PendingBook::held() const {
    std::vector<Hash32> out;
    for (const auto& [hash, entry] : entries_) out.push_back(hash);
    return out;
}

}  // namespace plimsoll::oracle
