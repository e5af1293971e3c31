// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/random_run.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>

namespace plimsoll::onchain {

namespace {

constexpr std::size_t kHistoryLines = 60;

}  // namespace

std::vector<std::uint64_t> seeds(std::span<const std::uint64_t> fixed) {
    if (const char* wanted = std::getenv("PLIMSOLL_SEED")) return {std::strtoull(wanted, nullptr, 10)};
    std::vector<std::uint64_t> out(fixed.begin(), fixed.end());
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    out.push_back(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
    return out;
}

Moves& Moves::operator+=(const Moves& more) {
    for (const auto& [kind, count] : more.kinds) {
        kinds[kind].first += count.first;
        kinds[kind].second += count.second;
    }
    return *this;
}

void Moves::print() const {
    for (const auto& [kind, count] : kinds)
        std::printf("  %-30s %4u mined, %4u reverted\n", kind.c_str(), count.first, count.second);
}

RandomRun::RandomRun(Node& node, Follower& follower, Dice& dice, const Rules& rules)
    : node_(node), follower_(follower), dice_(dice), rules_(rules) {}

void RandomRun::begin(std::vector<Address> accounts) {
    waiting_ = std::move(accounts);
    while (waiting_.size() > rules_.waiting_at_first) watch_next();
    head_ = node_.latest().ref;
    follower_.sync(head_);
    check();
    forget_changes();
}

Findings RandomRun::play() {
    for (unsigned i = 0; i < rules_.blocks && !in_trouble(); ++i) {
        if (!waiting_.empty() && dice_.percent(rules_.watch_percent)) watch_next();
        if (rules_.detour_percent > 0 && dice_.percent(rules_.detour_percent))
            detour();
        else
            advance();
    }
    if (in_trouble()) {
        found_.story = fmt::format("PLIMSOLL_SEED={} goes wrong at block {}:", rules_.seed, head_.number);
        for (const auto& line : history_) found_.story += "\n  " + line;
    }
    return std::move(found_);
}

/// Sometimes read at once, sometimes with the next block.
void RandomRun::watch_next() {
    follower_.market().watch(waiting_.back());
    waiting_.pop_back();
    if (dice_.percent(50) && head_.number != 0) follower_.sync(head_);
}

std::vector<bool> RandomRun::mine(const std::vector<Move>& moves, Timestamp at) {
    std::vector<Tx> transactions;
    transactions.reserve(moves.size());
    for (const auto& move : moves) transactions.push_back(move.tx);
    auto mined = node_.mine(transactions, at);
    history_.push_back(fmt::format("block {} at {}", mined.header.ref.number, mined.header.ref.timestamp));
    for (std::size_t i = 0; i < moves.size(); ++i) {
        const bool good = mined.succeeded[i];
        auto& count = found_.moves.kinds[moves[i].kind];
        ++(good ? count.first : count.second);
        history_.push_back(fmt::format("    {}{}", moves[i].tx.what, good ? "" : " (reverted)"));
    }
    if (history_.size() > kHistoryLines) history_.erase(history_.begin(), history_.end() - kHistoryLines);
    follow(mined.header.ref);
    return std::move(mined.succeeded);
}

void RandomRun::follow(const BlockRef& block) {
    const auto before = summaries(block.timestamp);
    if (const auto stepped = follower_.step(block); !stepped) return trouble("apply: " + stepped.error().message);
    head_ = block;
    check();
    check_changed(before);
}

std::map<Address, lending::AccountSummary> RandomRun::summaries(Timestamp at) {
    std::map<Address, lending::AccountSummary> out;
    for (const auto& account : follower_.market().accounts()) {
        if (const auto summary = follower_.market().summary(account, at)) out.emplace(account, *summary);
    }
    return out;
}

void RandomRun::check() {
    for (auto& difference : compare(head_)) trouble(std::move(difference));
}

/// Whoever is not named as changed must not be worse than interest alone had made him, or than the bound says.
void RandomRun::check_changed(const std::map<Address, lending::AccountSummary>& with_interest) {
    lending::Drift drift;
    if (rules_.by_drift)
        drift = follower_.market().take_drift();
    else
        drift.changed = follower_.market().take_changed();
    const auto earlier = std::exchange(last_, summaries(head_.timestamp));
    if (rules_.by_drift && !drift.factor) return;
    const std::set<Address> named(drift.changed.begin(), drift.changed.end());
    for (const auto& [account, before] : drift.factor ? earlier : with_interest) {
        if (named.contains(account)) continue;
        const auto now = last_.find(account);
        const U256 low = drift.factor ? bounded(before, *drift.factor) : before.health_factor.value;
        if (now != last_.end() && now->second.health_factor.value >= low) continue;
        trouble(fmt::format("block {}: account {} is not named as changed; was {}, is {}, bound {}", head_.number,
                            to_checksum(account), to_text(before),
                            now == last_.end() ? "unknown" : to_text(now->second), to_string(low)));
    }
    ++(drift.factor ? found_.bounded : found_.unbounded);
}

/// Some blocks that will not have been, then others in their place.
void RandomRun::detour() {
    const auto ancestor = head_;
    const auto snapshot = node_.snapshot();
    detour_begins();
    const auto depth = dice_.between(1, rules_.detour_blocks_max);
    history_.push_back(fmt::format("{} blocks that are taken back:", depth));
    for (std::uint64_t i = 0; i < depth && !in_trouble(); ++i) advance();
    if (in_trouble()) return;
    node_.revert(snapshot);
    detour_ends();
    history_.push_back(fmt::format("back to block {}", ancestor.number));
    head_ = ancestor;
    if (follower_.market().rewind(ancestor)) {
        ++found_.rewinds;
    } else if (rules_.may_resync) {
        ++found_.resyncs;
        follower_.market().reset();
    } else {
        return trouble("a rewind of a few blocks is refused");
    }
    follower_.sync(ancestor);
    check();
    forget_changes();
}

void RandomRun::forget_changes() {
    if (rules_.by_drift)
        follower_.market().take_drift();
    else
        follower_.market().take_changed();
    last_ = summaries(head_.timestamp);
}

}  // namespace plimsoll::onchain
