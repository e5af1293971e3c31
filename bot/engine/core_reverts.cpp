// SPDX-License-Identifier: Apache-2.0
// What follows from rescues that were included and did nothing, and from figures that differed.
#include <algorithm>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

namespace {

constexpr std::uint32_t kTwice = 2;
constexpr std::int64_t kFirstRestMs = 15'000;

/// What tells plans apart that fail for the same reason: who lends and who swaps. Sizes do not.
std::string kind_of(const std::string& strategy, const Bytes& data) {
    std::string out = strategy + "/";
    const auto plan = guard::read_execute(data);
    if (!plan) return out;
    out += std::to_string(static_cast<int>(plan->loan.lender)) + to_string(plan->loan.source);
    std::set<Address> targets;
    for (const auto& step : plan->steps) {
        if (step.action == guard::Action::Swap) targets.insert(step.target);
    }
    for (const auto& target : targets) out += "/" + to_string(target);
    return out;
}

std::uint32_t of_strategy(const std::map<std::string, std::uint32_t>& reverted, const std::string& strategy) {
    std::uint32_t out = 0;
    for (const auto& [kind, count] : reverted) {
        if (kind.starts_with(strategy + "/")) out += count;
    }
    return out;
}

}  // namespace

/// What has reverted twice although its simulation succeeded comes last: another strategy first, else the same by
/// other ways.
void Core::prefer_others(std::size_t i, std::vector<strategies::Plan>& rungs) const {
    const auto& reverted = positions[i].reverted;
    if (reverted.empty()) return;
    const auto weight = [&](const strategies::Plan& plan) {
        const auto same = reverted.find(kind_of(plan.strategy, plan.calls.front().data));
        if (same != reverted.end() && same->second >= kTwice) return 2;
        return of_strategy(reverted, plan.strategy) >= kTwice ? 1 : 0;
    };
    std::stable_sort(rungs.begin(), rungs.end(),
                     [&](const strategies::Plan& a, const strategies::Plan& b) { return weight(a) < weight(b); });
}

void Core::note_revert(std::size_t i, const Lane::Attempt& attempt) {
    if (attempt.purpose != Purpose::Rescue) return;
    PositionState& position = positions[i];
    ++position.reverted[kind_of(attempt.strategy, attempt.tx.data)];
    const std::uint32_t count = of_strategy(position.reverted, attempt.strategy);
    if (count < kTwice) return;
    alerts_.raise(out, now, AlertLevel::Critical, "reverts", position.config.name,
                  std::to_string(count) + " rescues by " + attempt.strategy +
                      " passed their simulations and reverted: another kind of plan goes first");
}

void Core::forget_reverts(std::size_t i) {
    positions[i].reverted.clear();
    alerts_.clear(out, "reverts", positions[i].config.name, "no rescue of it reverts any more");
}

/// Short rests first, then ever longer ones, up to the owner's cool-down.
std::int64_t Core::rest_ms(std::size_t i, std::uint32_t doublings) const {
    constexpr std::uint32_t kDoublings = 20;
    const auto most =
        std::chrono::duration_cast<std::chrono::milliseconds>(positions[i].config.limits.cooldown).count();
    return std::min<std::int64_t>(most, kFirstRestMs << std::min(doublings, kDoublings));
}

/// After failures. And after rescues that came too late to be needed, unless it is about to be liquidated: around its
/// trigger a position would pay for one after the other.
std::optional<std::int64_t> Core::resting_until(std::size_t i) const {
    const PositionState& position = positions[i];
    std::optional<std::int64_t> until = position.rests_until;
    if (position.needless_ms && !position.near_liquidation()) {
        const std::int64_t end = *position.needless_ms + rest_ms(i, position.needless - 1);
        until = std::max(until.value_or(end), end);
    }
    if (!until || now >= *until) return std::nullopt;
    return until;
}

/// Figures that differed from the contract's agree again: for some blocks what spends is what measures for itself. The
/// same while nodes do not say the same.
bool Core::by_guard_alone(std::size_t i) const {
    constexpr BlockNumber kBlocks = 10;
    const PositionState& position = positions[i];
    const bool lately = position.differed_at && *position.differed_at + kBlocks > follower.at().number;
    const bool doubted = position.differ && position.differ->with_us <= position.differ->against;
    return (lately || doubted) && wallets[position.wallet].guard && position.seat.standing;
}

}  // namespace plimsoll::engine
