// SPDX-License-Identifier: Apache-2.0
// Rule 10: what is shown to relays alone, and for how long.
#include "tests/simulation/judge.hpp"

namespace plimsoll::sim {

using engine::JournalRecord;

namespace {

constexpr std::size_t kNear = 3;  // told blocks in a row: one of them may come between the decision and the sending

}  // namespace

/// The newest told blocks all have it within a twentieth of liquidation, and the engine could know it: of a branch that
/// is told all at once it has read nothing yet. Where blocks are fast, the newest that it has decided on.
bool Judge::near_liquidation(const std::string& position) const {
    auto end = told_.end();
    if (Pace{config_.block_time_ms}.fast())
        while (end != told_.begin() && std::prev(end)->number > decided_upto_) --end;
    else if (told_.empty() || decided_upto_ + 1 < told_.back().number)
        return false;
    if (end - told_.begin() < static_cast<std::ptrdiff_t>(kNear)) return false;
    const Wad level{*mul_div_up(kWad, U256{105}, U256{100})};
    for (auto it = end - static_cast<std::ptrdiff_t>(kNear); it != end; ++it) {
        const Block* block = chain_.find(it->hash);
        if (block == nullptr || block->after->health(account_of(position)) >= level) return false;
    }
    return true;
}

void Judge::judge_hiding(const engine::Broadcast& command, const JournalRecord& record) {
    const auto [shown, fresh] = shown_.try_emplace(step_name(record));
    Shown& step = shown->second;
    if (fresh) step.since = command.head;
    if (step.newest != command.hash) step.unwilling.clear();
    step.newest = command.hash;
    if (!command.hidden) {
        step.open = true;
        return;
    }
    ++counts.hidden;
    if (config_.relays.empty()) violate("10: hidden from everybody, where there is no relay");
    // An approval that takes the nonce of a hidden rescue has its blocks.
    if (record.purpose != engine::Purpose::Rescue && record.attempt == 0) violate("10: hidden, and no rescue");
    if (step.open) violate("10: hidden again, what all were shown");
    if (command.head >= step.since + config_.private_blocks) violate("10: hidden for longer than its owner allows");
    if (step.unwilling.size() == config_.relays.size()) violate("10: hidden, and no relay has it");
    if (near_liquidation(record.position)) violate("10: hidden, and liquidation is near");
}

void Judge::heard_relay(const engine::Sent& said) {
    const auto known = attempts_.find(said.hash);
    if (known == attempts_.end()) return;
    const auto shown = shown_.find(step_name(known->second.record));
    if (shown == shown_.end() || shown->second.newest != said.hash) return;
    using engine::SendOutcome;
    if (said.outcome == SendOutcome::Accepted || said.outcome == SendOutcome::AlreadyKnown)
        shown->second.unwilling.erase(said.endpoint);
    else if (said.outcome != SendOutcome::Underpriced)
        shown->second.unwilling.insert(said.endpoint);
}

}  // namespace plimsoll::sim
