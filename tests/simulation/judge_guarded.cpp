// SPDX-License-Identifier: Apache-2.0
// Rule 11: what is done through the guard, and at which price.
#include "tests/simulation/judge.hpp"

namespace plimsoll::sim {

/// Each sale brings at least what the owner's slippage leaves of the protocol's price, of the block acted on.
void Judge::judge_sale(const engine::JournalRecord& record) {
    if (record.tx.to != Guarded::guard()) return;
    const auto plan = guard::read_execute(record.tx.data);
    if (!plan) return violate("11: the guard is told what it does not understand");
    if (plan->account != account_of(record.position)) violate("11: a plan for another account");
    const auto acted = acted_.find(record.position);
    const Block* block = acted == acted_.end() ? nullptr : chain_.find(acted->second.hash);
    if (block == nullptr) return violate("11: a plan that nobody decided on");
    const auto& state = *block->after;
    const std::uint64_t slippage = position_named(record.position).limits.max_slippage_bps;
    for (const auto& step : plan->steps) {
        if (step.action != guard::Action::Swap) continue;
        const auto sold = state.aave.state.id_of(step.asset);
        const auto bought = state.aave.state.id_of(step.asset_out);
        if (!sold || !bought || step.amount.value == kU256Max) {
            violate("11: a sale that cannot be told the price of");
            continue;
        }
        const U256 all = state.worth(*sold, step.amount.value);
        const U256 least = *mul_div_down(all, U256{10'000 - slippage}, U256{10'000});
        // One part in a thousand: a sale in parts rounds each of them.
        if (state.worth(*bought, step.min_out.value) < *mul_div_down(least, U256{999}, U256{1'000}))
            violate("11: sold for less than the owner's slippage allows");
    }
}

/// By a sale that loses 1.5 %, within what is left of the day.
bool Judge::savable_by_sale(const config::Position& position, const Ledger& state, const U256& left) const {
    const Address& account = account_of(position.name);
    const auto now = state.summary(account);
    constexpr std::uint64_t kParts = 200;
    const Wad enough{*mul_div_up(position.trigger.value, U256{1'002}, U256{1'000})};
    for (std::uint64_t part = 1; part < kParts; ++part) {
        const U256 repaid = *mul_div_down(now.debt.value, U256{part}, U256{kParts});
        const U256 sold = *mul_div_up(repaid, U256{1'015}, U256{1'000});
        if (sold >= now.collateral.value || sold > left) return false;
        const U256 weighted = *mul_div_down(*checked_sub(now.collateral.value, sold), now.liquidation_threshold, kBps);
        if (*mul_div_down(weighted, kWad, *checked_sub(now.debt.value, repaid)) >= enough.value) return true;
    }
    return false;
}

}  // namespace plimsoll::sim
