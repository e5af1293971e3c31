// SPDX-License-Identifier: Apache-2.0
// Prices that are not in a block yet: pending transactions to the feeds behind the markets. What one says counts for
// nothing before a simulation on the newest block has shown what the feed answers after it.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

constexpr std::size_t kAtOnce = 4;  // simulations under way
const std::string kAlert = "price-pending";
const std::string kUnproven = "pending-unproven";

}  // namespace

void Core::on(const PendingSeen& event) {
    if (config.pending_prices == PendingPrices::Off || follower.head_empty()) return;
    const auto& transaction = event.transaction;
    const bool changed =
        event.gone ? pending_.gone(transaction.hash) : pending_.offer(transaction, follower.at().number);
    if (changed) take_pending();
    try_pending();
}

/// The feeds of this block are known: what is pending is looked at anew.
void Core::pending_at_block() {
    if (config.pending_prices == PendingPrices::Off) return;
    pending_.follow(feeds_.reporters());
    pending_.at(follower.at());
    feeds_.pend(pending_.rounds());
    auto targets = pending_.targets();
    auto held = pending_.held();
    if (targets == watched_ && held.empty()) return;
    watched_ = targets;
    out.put(WatchPending{std::move(targets), std::move(held)});
}

void Core::try_pending() {
    if (config.pending_prices == PendingPrices::Off) return;
    while (trials_.size() < kAtOnce) {
        auto trial = pending_.next();
        if (!trial) return;
        const auto& transaction = trial->transaction;
        const RequestId id = out.next();
        trials_.emplace(id, std::pair(transaction.hash, follower.at()));
        out.put(Simulate{id,
                         transaction.from,
                         follower.at(),
                         trial->reads,
                         {{transaction.to, transaction.data}},
                         trial->reads,
                         config.pending_prices == PendingPrices::Prepare});
    }
}

/// Whether it is the answer to a trial.
bool Core::tried_pending(const SimulationDone& event) {
    const auto found = trials_.find(event.id);
    if (found == trials_.end()) return false;
    const auto [hash, block] = found->second;
    trials_.erase(found);
    if (event.error.empty()) {
        alerts_.clear(out, kUnproven, "", "pending prices can be proven again");
        if (pending_.tried(hash, block, event.before, event.after)) take_pending();
    } else if (block.hash == follower.at().hash) {
        alerts_.raise(out, now, AlertLevel::Info, kUnproven, "",
                      "a pending price cannot be proven and is not counted: " + event.error);
    }
    try_pending();
    return true;
}

/// What is pending is another than before: whoever it matters to is evaluated, and planned for, at once.
void Core::take_pending() {
    feeds_.pend(pending_.rounds());
    for (std::size_t m = 0; m < follower.size(); ++m) {
        if (follower.in_sync(m) && follows_[m]) look_ahead(m);
    }
    if (evaluated_ == follower.at().hash) decide_all();
    pump();  // what plans need of those that are at risk now
}

void Core::evaluate_pending(std::size_t i, Timestamp at) {
    PositionState& position = positions[i];
    position.pending_acts = config.pending_prices == PendingPrices::Act;
    position.health_pending.reset();
    position.pending.clear();
    if (!ahead_[position.market].pending.empty()) {
        auto prices = worst_prices(i, true);
        position.health_pending = health_with(i, prices, at, position.health());
        if (position.health_pending) position.pending = std::move(prices);
    }
    if (position.pending_acts && position.health_pending) position.ahead = position.pending;
    const bool would = position.health_pending && *position.health_pending < position.config.trigger;
    arm(i, would && position.health() >= position.config.trigger);
}

void Core::arm(std::size_t i, bool armed) {
    const PositionState& position = positions[i];
    const std::string& name = position.config.name;
    if (!armed) {
        if (armed_.erase(i) > 0)
            alerts_.clear(out, kAlert, name, "no pending price puts it below its trigger any more");
        return;
    }
    armed_.insert(i);
    alerts_.raise(out, now, AlertLevel::Warning, kAlert, name,
                  "a pending transaction to a price feed would take the health factor from " +
                      health_text(position.health()) + " to " + health_text(*position.health_pending) +
                      ", below the trigger " + health_text(position.config.trigger) +
                      ": the plan is made, and nothing is sent before the price is in a block");
}

/// All that acting would need is read and the plan is made and shown, as if the price had come.
void Core::plan_ahead(std::size_t i) {
    PositionState& position = positions[i];
    if (position.removed || position.evaluated != follower.at().hash || !position.health_pending) return;
    if (position.incident && position.incident->check) return;
    if (sender_of(i).owner == i && sender_of(i).lane.busy()) return;
    Decision decision = draft(i);
    const auto before = std::exchange(position.ahead, position.pending);
    Climb plans = climb(i, decision, false);
    position.ahead = before;
    if (!plans.rungs.empty()) describe(decision, plans, 0);
    decision.gates.push_back({"price-in-block", false,
                              "pending: health factor " + health_text(*position.health_pending),
                              "in a block, or pending_prices = \"act\""});
    decision.outcome = Outcome::Refused;
    decision.reason = kAlert;
    record(i, std::move(decision));
    if (const auto age = fees_.age(follower.at()); !age || *age > 0) ask_fees();
    if (const auto& known = sender_of(i).known_at; !known || known->hash != follower.at().hash)
        ask_account(wallets[position.wallet].sender);
}

}  // namespace plimsoll::engine
