// SPDX-License-Identifier: Apache-2.0
// A plan that passed goes to the journal.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

/// Expected cost with gas, of the debt that the plan repays.
std::uint32_t cost_bps(const strategies::Plan& plan) {
    const U256 repaid = saturating_sub(plan.before.debt.value, plan.after.debt.value);
    const U256 cost = checked_add(plan.cost.value, plan.gas_cost.value).value_or(kU256Max);
    const auto bps = mul_div_up(cost, U256{10'000}, repaid);
    constexpr std::uint32_t kMost = 1'000'000;
    return repaid.is_zero() || !bps ? 0 : static_cast<std::uint32_t>(std::min(*bps, U256{kMost}).low_u64());
}

}  // namespace

/// What has time is shown to relays alone at first. Approvals give nothing away.
Lane::Hiding Core::hiding(std::size_t i, const Checkup& check) const {
    const bool time = bid_urgency(i, check.climb.urgency) == tx::Urgency::Normal;
    if (check.purpose != Purpose::Rescue || !time) return {};
    return {config.relays.size(), config.private_blocks};
}

void Core::act(std::size_t i, const Checkup& check, Decision decision, const TxFields& tx) {
    PositionState& position = positions[i];
    const WalletState& wallet = wallets[position.wallet];
    SenderState& sender = senders[wallet.sender];
    Incident& incident = *position.incident;
    const std::string& name = position.config.name;
    if (!wallet.live) {
        decision.outcome = Outcome::DryRun;
        decision.reason = "dry-run";
        alerts_.raise(out, now, AlertLevel::Warning, "dry-run", name, "dry run: would " + decision.plan);
        record(i, std::move(decision));
        position.incident.reset();
        return;
    }
    const bool over = gives_way(sender) && !incident.prepares;
    const bool outbid = outbids(i, check.purpose);
    if (sender.lane.busy() && sender.owner != i && !over && !outbid) {  // another position was faster
        refuse(i, std::move(decision), {"lane", false, "in use", "free"});
        return;
    }
    if (!position.blocked_by.empty()) {
        alerts_.clear(out, position.blocked_by, name, "acting now");
        position.blocked_by.clear();
    }
    position.unready_since.reset();
    const strategies::Plan& plan = check.plan;
    if (!plan.shortfall.empty())
        alerts_.raise(out, now, AlertLevel::Critical, "short:" + plan.shortfall, name,
                      plan.shortfall + " keeps the rescue below the target: health factor " +
                          health_text(plan.after.health_factor) + " expected");
    JournalRecord row;
    row.incident = incident.id;
    row.step = incident.steps;
    row.purpose = check.purpose;
    row.position = name;
    row.wallet = wallet.name;
    row.address = sender.address;
    row.chain_id = config.chain_id;
    row.time_ms = now;
    row.trigger_number = incident.trigger.number;
    row.trigger_hash = incident.trigger.hash;
    row.asset = plan.asset;
    row.amount = plan.amount;
    if (check.purpose == Purpose::Rescue) row.value = plan.value;
    row.health_before = plan.before.health_factor;
    row.health_expected = plan.after.health_factor;
    row.strategy = plan.strategy;
    row.rung = decision.rung;
    row.cost_bps = cost_bps(plan);
    row.tx = tx;
    decision.outcome = Outcome::Acting;
    decision.reason = std::string(to_string(check.purpose));
    if (!incident.prepares) record(i, std::move(decision));
    incident.partial.reset();
    incident.split = check.purpose == Purpose::Rescue &&
                     (plan.shortfall == "price-impact" || plan.shortfall == "liquidity" || plan.shortfall == "rung");
    if (check.purpose == Purpose::Rescue && (plan.shortfall == "balance" || plan.shortfall == "other-debts"))
        incident.partial = plan.asset;
    lanes_.insert(wallet.sender);
    if (outbid) sender.lane.yield();
    if (sender.lane.busy()) {
        if (over) take_over(i);
        sender.lane.replace(out, std::move(row));
        return;
    }
    ++incident.steps;
    sender.owner = i;
    quieten(sender);
    sender.lane.begin(out, std::move(row), outbid ? Lane::Hiding{} : hiding(i, check));
}

}  // namespace plimsoll::engine
