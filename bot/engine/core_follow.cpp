// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

/// Once below its warning, a position must rise this far above it before it counts as safe again.
Wad above_warning(const Wad& warn) {
    return Wad{mul_div_up(warn.value, U256{101}, U256{100}).value_or(kU256Max)};
}

Level level_of(const PositionState& position) {
    const Wad health = position.health();
    if (health < position.config.trigger) return Level::AtRisk;
    // On old prices one is warned earlier; acting keeps to the trigger.
    const Wad warn = position.price_old ? above_warning(position.config.warn) : position.config.warn;
    if (health < warn) return Level::Warned;
    const bool was_low = position.level == Level::Warned || position.level == Level::AtRisk;
    return was_low && health < above_warning(warn) ? Level::Warned : Level::Safe;
}

}  // namespace

void Core::on(const Tick&) {
    follower.tick();
    pools.tick();
    end_safe_mode();
    check_feed();
    // Off the critical path: a bounded number of exact evaluations that keep the bounds tight.
    for (std::size_t m = 0; m < screens_.size(); ++m) {
        if (!follower.in_sync(m) || evaluated_ != follower.at().hash) continue;
        for (const auto local : screens_[m].slice(config.screen_slice)) {
            const std::size_t i = local_[m][local];
            const bool was = at_risk_.contains(i);
            if (!positions[i].removed && evaluate(i) && !was && at_risk_.contains(i)) decide(i);
        }
    }
    pump();
    ask_new_senders();
}

void Core::clock_went_back(std::int64_t by) {
    budget_.not_after(now);
    alerts_.clock_went_back(by);
    if (safe_mode()) safe_until_ms_ = std::max<std::int64_t>(safe_until_ms_ - by, 1);
    for (auto& position : positions) {
        if (position.rests_until) *position.rests_until -= by;
        if (position.prepared_ms) *position.prepared_ms -= by;
        if (position.needless_ms) *position.needless_ms -= by;
    }
}

void Core::check_feed() {
    if (canon.empty()) {
        if (started_ms_ && now - *started_ms_ > config.head_age_max_ms)
            alerts_.raise(out, now, AlertLevel::Critical, "feed-stale", "", "no block since the start");
        return;
    }
    const std::int64_t age = head_age_ms(canon.head());
    if (feed_live && age <= config.head_age_max_ms) {
        alerts_.clear(out, "feed-stale", "", "the head is fresh again");
        return;
    }
    alerts_.raise(out, now, AlertLevel::Critical, "feed-stale", "",
                  "the newest block is " + std::to_string(age / 1'000) + " s old (" +
                      (feed_reason.empty() ? std::string("no new head") : feed_reason) + "): nothing is sent");
}

void Core::on(const FeedStale& event) {
    feed_told_ = true;
    set_feed(false, event.reason.empty() ? "stale" : event.reason);
    check_feed();
}

void Core::on(const FeedLive&) {
    feed_told_ = true;
    set_feed(true, "");
    check_feed();
}

/// A stale feed holds back even what is signed; it goes out with the first block after.
void Core::set_feed(bool live, std::string reason) {
    feed_live = live;
    feed_reason = std::move(reason);
    for (auto& sender : senders) quieten(sender);
}

void Core::on(const Restarted& event) {
    if (event.block.number < final_number()) doubt_finality(event.block.number);
    highest_ = std::max(highest_, event.block.number);
    canon.restart(event.block);
    head_told_ms_ = now;
    follower.restart(event.block);
    pools.restart(event.block);
    feeds_.rewound();
    pending_.rewound();
    if (!feed_told_) set_feed(true, "");
    evaluated_ = {};
    decided_ = 0;
    for (std::size_t i = 0; i < positions.size(); ++i) {
        positions[i].agreed_at.reset();
        audit_due(i, 0);
    }
    for (auto& sender : senders) {
        sender.lane.recheck();
        sender.known_at.reset();
    }
    lanes_at_block();
    pump();
    ask_new_senders();
}

/// A block at which a position at risk could not even be looked at has its reason in the record too.
void Core::account_for_missed() {
    if (canon.empty()) return;
    for (const auto i : at_risk_) {
        if (positions[i].evaluated == canon.head().hash) continue;
        Decision decision = draft(i);
        decision.block = canon.head();
        decision.outcome = Outcome::Refused;
        decision.reason = "market-sync";
        record(i, std::move(decision));
    }
}

void Core::on(const BlockAdded& event) {
    account_for_missed();
    if (canon.empty())
        canon.restart(event.block);
    else
        canon.add(event.block);
    highest_ = std::max(highest_, event.block.number);
    regain_finality();
    head_told_ms_ = now;
    follower.add(event);
    if (pools.size() > 0) pools.add(event);
    check_feed();
    pump();
    lanes_at_block();
}

void Core::on(const Reorg& event) {
    if (event.ancestor.number < final_number()) doubt_finality(event.ancestor.number);
    canon.rewind(event.ancestor);
    follower.reorg(event.ancestor);
    pools.reorg(event.ancestor);
    feeds_.rewound();
    pending_.rewound();
    evaluated_ = {};
    decided_ = 0;
    for (std::size_t i = 0; i < positions.size(); ++i) {
        PositionState& position = positions[i];
        position.tokens_asked = 0;
        position.seat.at = 0;
        if (position.agreed_at && *position.agreed_at <= event.ancestor.number) continue;
        position.agreed_at.reset();
        audit_due(i, 0);
    }
    for (auto& sender : senders) {
        sender.lane.reorg(out, canon, now);
        sender.known_at.reset();
    }
    for (auto& wallet : wallets) {
        wallet.tokens.clear();
        wallet.changed_in = 0;
    }
}

void Core::on(const ReadDone& event) {
    if (pools.answer(event)) {  // routes may be there now that were not
        pump();
        if (evaluated_ == follower.at().hash) decide_all();
        return;
    }
    if (!follower.answer(event)) return;
    auto answered = follower.take_extras();
    if (follower.read_failures() == 0) alerts_.clear(out, "reads-fail", "", "reads succeed again");
    if (follower.read_failures() >= Follower::kReadFailures)
        alerts_.raise(out, now, AlertLevel::Warning, "reads-fail", "", "reads fail: " + follower.read_error());
    for (const auto& one : answered) take_extra(one);
    pump();
    if (!answered.empty() && evaluated_ == follower.at().hash) {
        decide_all();
        for (const auto s : lanes_) settle_if_due(s);
    }
}

/// To the head; and over a block that newer ones came behind while it was read, which is decided on first: where
/// answers take longer than blocks there is no other. Plans need pools of the same block.
void Core::follow() {
    for (bool over = false;; over = true) {
        const bool there = follower.advance(out);
        report_follower();
        if (pools.size() > 0) pools.advance(out, follower.at().number);
        if (over) ask_accounts();
        if (there && evaluated_ != follower.at().hash) evaluate_block();
        if (!there || !follower.behind()) return;
        for (const auto s : lanes_) settle_if_due(s);
    }
}

void Core::pump() {
    follow();
    if (follower.may_ask()) follower.ask(out, extras());
    if (pools.size() == 0) return;
    report_pools();
    pools.advance(out, follower.at().number);  // quotes may have found ticks missing
    if (pools.may_ask()) pools.ask(out, {});
}

void Core::report_pools() {
    for (const auto& [i, why] : pools.take_errors())
        alerts_.raise(out, now, AlertLevel::Warning, "pools-error", "", "the pools start anew: " + why);
    if (pools.in_sync(0)) alerts_.clear(out, "pools-error", "", "the pools follow again");
    for (const auto& pool : config.pools) {
        const std::string& trouble = book.trouble(pool.address);
        if (trouble.empty())
            alerts_.clear(out, "pool-trouble", pool.name, "the pool can be used again");
        else
            alerts_.raise(out, now, AlertLevel::Warning, "pool-trouble", pool.name, "the pool is left out: " + trouble);
    }
}

void Core::report_follower() {
    for (const auto& [i, why] : follower.take_errors()) {
        alerts_.raise(out, now, AlertLevel::Warning, "market-error", config.markets[i].name,
                      "the market starts anew: " + why);
    }
    for (std::size_t m = 0; m < follower.size(); ++m) {
        const std::string why = market_at(m).unsupported();
        const std::string& name = config.markets[m].name;
        if (why.empty())
            alerts_.clear(out, "unsupported", name, "the market is supported");
        else
            alerts_.raise(out, now, AlertLevel::Critical, "unsupported", name, "the market is not acted on: " + why);
        if (follower.in_sync(m)) alerts_.clear(out, "market-error", name, "the market follows again");
    }
}

void Core::evaluate_block() {
    evaluated_ = follower.at().hash;
    decided_ = follower.at().number;
    for (std::size_t m = 0; m < follower.size(); ++m) {
        follows_[m] = follower.in_sync(m);
        if (!follows_[m]) continue;
        ahead_[m].uses = market_at(m).price_uses();
        note_jumps(m);
        refresh_ahead(m);
        const auto drift = market_at(m).take_drift();
        screens_[m].drift(drift.factor);
        for (const auto& account : drift.changed) {
            const auto found = by_account_[m].find(account);
            if (found == by_account_[m].end()) continue;
            for (const auto i : found->second) screens_[m].changed(positions[i].local);
        }
        for (const auto local : screens_[m].due()) {
            const std::size_t i = local_[m][local];
            if (!positions[i].removed) evaluate(i);
        }
        report_changes(m);
    }
    for (const auto s : lanes_) {  // what waits for its proof is looked at in every block, however safe it is
        const auto* step = senders[s].lane.step();
        const auto owner = senders[s].owner;
        if (step == nullptr || !step->seen || !owner) continue;
        const PositionState& position = positions[*owner];
        if (follows_[position.market] && !position.removed && position.evaluated != evaluated_) evaluate(*owner);
    }
    ask_each();
    report_jumps();
    decide_all();
}

bool Core::evaluate(std::size_t i) {
    PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    const auto& market = market_at(position.market);
    const Timestamp at = follower.at().timestamp;
    const auto next_at = at + static_cast<Timestamp>((config.block_time_ms + 999) / 1'000);
    const auto first = market.summary(wallet.address, at);
    const auto second = market.summary(wallet.address, next_at);
    if (!first || !second) {
        const std::string& why = first ? second.error().message : first.error().message;
        alerts_.raise(out, now, AlertLevel::Critical, "no-value", position.config.name,
                      "the position cannot be valued: " + why);
        position.evaluated = {};
        return false;
    }
    alerts_.clear(out, "no-value", position.config.name, "the position can be valued again");
    position.health_now = first->health_factor;
    position.health_next = second->health_factor;
    evaluate_ahead(i, next_at);
    position.evaluated = follower.at().hash;
    set_level(i, level_of(position));
    const Wad warn = position.price_old ? above_warning(position.config.warn) : position.config.warn;
    const Wad threshold = position.level == Level::Safe     ? warn
                          : position.level == Level::Warned ? position.config.trigger
                                                            : Wad{};
    screens_[position.market].evaluated(position.local, position.health(), first->collateral, first->debt, threshold);
    return true;
}

void Core::set_level(std::size_t i, Level level) {
    PositionState& position = positions[i];
    if (level == Level::Safe && position.level == Level::Safe) return;  // what stood was cleared when it became so
    const std::string& name = position.config.name;
    const std::string health = health_text(position.health());
    const bool was_at_risk = position.level == Level::AtRisk;
    position.level = level;
    if (level == Level::AtRisk) {
        at_risk_.insert(i);
        warned_.erase(i);
        const bool open = position.health_counted().value < kWad;
        const std::string whose =
            position.health_told
                ? " as another node reads it (by our own figures " + health_text(position.health_own()) + "),"
            : position.pending_acts && position.health_pending
                ? " by a pending transaction to a price feed, which is not in a block yet (the "
                  "protocol counts " +
                      health_text(position.health_counted()) + "),"
            : position.health_public ? " by the public feeds, which the protocol has yet to read (it counts " +
                                           health_text(position.health_counted()) + "),"
                                     : "";
        alerts_.raise(out, now, AlertLevel::Critical, open ? "liquidatable" : "below-trigger", name,
                      "health factor " + health + whose + " is below " +
                          (open ? std::string("1: the position can be liquidated")
                                : "the trigger " + health_text(position.config.trigger)));
        if (!open) alerts_.clear(out, "liquidatable", name, "health factor " + health);
        return;
    }
    at_risk_.erase(i);
    alerts_.clear(out, "liquidatable", name, "health factor " + health);
    alerts_.clear(out, "below-trigger", name, "health factor " + health + " is above the trigger");
    if (was_at_risk) {
        if (!position.blocked_by.empty()) alerts_.forget(position.blocked_by, name);
        position.blocked_by.clear();
        position.unready_since.reset();
        forget_reverts(i);
        Decision decision;
        decision.outcome = Outcome::Safe;
        decision.reason = "above the trigger";
        record(i, std::move(decision));
        if (!sender_of(i).lane.busy() || sender_of(i).owner != i) position.incident.reset();
    }
    if (level == Level::Warned) {
        warned_.insert(i);
        alerts_.raise(out, now, AlertLevel::Warning, "below-warn", name,
                      "health factor " + health + " is below the warning level " + health_text(position.config.warn));
    } else {
        warned_.erase(i);
        alerts_.clear(out, "below-warn", name, "health factor " + health + " is above the warning level");
    }
}

}  // namespace plimsoll::engine
