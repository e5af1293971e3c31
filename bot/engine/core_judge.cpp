// SPDX-License-Identifier: Apache-2.0
// What the answers to a check say: of the simulation, of the sender's account, of gas and fees.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

/// What a step may use when the node cannot estimate it although the simulation succeeds.
Gas usual_gas(Purpose purpose) {
    switch (purpose) {
        case Purpose::ResetApproval:
        case Purpose::Approve:
        case Purpose::Prepare:
            return 120'000;
        case Purpose::Rescue:
            return 900'000;
    }
    return 900'000;
}

Wei times(const Wei& fee, Gas gas) {
    return Wei{checked_mul(fee.value, U256{gas}).value_or(kU256Max)};
}

std::string revert_text(const CallResult& result) {
    constexpr std::size_t kShown = 100;
    const ByteView data = result.data;
    return data.empty() ? "no reason given" : to_hex(data.first(std::min(data.size(), kShown)));
}

}  // namespace

/// Same block, same call: the contract's view before, every call, the contract's view after.
bool Core::judge_simulation(std::size_t i, Checkup& check, Gate& result) {
    const PositionState& position = positions[i];
    const auto& market = market_at(position.market);
    const Address& account = account_of(i);
    const SimulationDone& done = *check.simulated;
    result = {"simulation-request", false, done.error, "an answer"};
    if (!done.error.empty()) return false;
    result = {"simulation", false, "an answer of another form", "one result per call"};
    const std::size_t asked = config.rollup == tx::Rollup::OpStack ? 4 : 1;
    if (done.before.size() != asked || done.after.size() != 1 || done.calls.size() != check.plan.calls.size())
        return false;
    check.data_fee = data_fee_of(check.plan, done);
    check.operator_fee = operator_fee_of(done);
    for (std::size_t n = 0; n < done.calls.size(); ++n) {
        if (done.calls[n].success) continue;
        result.measured = "call " + std::to_string(n + 1) + " fails: " + revert_text(done.calls[n]);
        result.required = "every call succeeds";
        return false;
    }
    // Where the state has gone on meanwhile, it is an audit read since that must agree.
    const bool late = check.at.hash != follower.at().hash;
    const auto before = market.audit(account, follower.at(), done.before.front());
    const auto after = market.audit(account, follower.at(), done.after.front());
    if (!late) audited(i, before);
    if (!before || !after) {
        result.measured = before ? after.error().message : before.error().message;
        return false;
    }
    if (late ? !audited_since(position, check.at) : !before->agrees) {
        result = {"audit-agrees", false, "the contract's view differs", "the audit before acting agrees"};
        return false;
    }
    const Wad from = before->theirs.health_factor;
    const Wad to = after->theirs.health_factor;
    const bool enough = check.plan.shortfall.empty() ? to >= position.config.trigger : true;
    const bool prepares = position.incident->prepares;
    result = {"simulation", prepares || (to > from && enough), health_text(from) + " to " + health_text(to),
              prepares ? "every call succeeds" : "rises to the trigger"};
    return result.passed;
}

bool Core::judge_account(SenderState& sender, const BlockRef& since, Gate& result) {
    result = {"nonce", false, "unknown", "known at the head"};
    if (!sender.known_at || sender.known_at->number < since.number) return false;
    if (canon.standing(sender.known_at->number, sender.known_at->hash) != Canon::Standing::Canonical) return false;
    if (sender.lane.busy()) {
        result = {"nonce", true, "held: " + sender.lane.nonce_text(), "one at a time"};
        return true;
    }
    if (sender.lane.wants(sender.latest)) {
        result = {"nonce", false, "an ended transaction with nonce " + std::to_string(sender.latest) + " is sent again",
                  "free"};
        return false;
    }
    const auto* last = sender.lane.last();
    if (last != nullptr && last->base.nonce && last->seen && sender.latest <= *last->base.nonce) {
        result = {"nonce", false, std::to_string(sender.latest),
                  "above " + std::to_string(*last->base.nonce) + ", which is used"};
        return false;
    }
    constexpr BlockNumber kQuarantine = 3;
    if (sender.pending > sender.latest) {
        if (!sender.foreign_since) sender.foreign_since = follower.at().number;
        alerts_.raise(out, now, AlertLevel::Critical, "foreign-pending", sender.name,
                      "nonce " + std::to_string(sender.latest) +
                          " is held by a pending transaction that is not ours: is the key in use elsewhere?");
        result = {"nonce", follower.at().number >= *sender.foreign_since + kQuarantine,
                  "a foreign transaction is pending at " + std::to_string(sender.latest),
                  "none, or " + std::to_string(kQuarantine) + " blocks of waiting"};
        return result.passed;
    }
    sender.foreign_since.reset();
    alerts_.clear(out, "foreign-pending", sender.name, "no foreign transaction is pending");
    result = {"nonce", true, std::to_string(sender.latest), "nothing pending"};
    return true;
}

/// The highest fee that limits, balance and nodes allow a transaction with this gas limit and what it costs besides.
Wei Core::fee_ceiling(std::size_t i, const Wei& base, Gas gas_limit, const Wei& besides) {
    const PositionState& position = positions[i];
    const auto& limits = position.config.limits;
    const Wei spent = budget_.gas(position.config.name, now);
    const SenderState& sender = sender_of(i);
    const U256 day = saturating_sub(saturating_sub(limits.max_gas_per_day.value, spent.value), besides.value);
    const Wei by_day{div_down(day, U256{gas_limit}).value_or(U256{})};
    const U256 left = saturating_sub(sender.native.value, besides.value);
    const Wei by_balance{div_down(left, U256{gas_limit}).value_or(U256{})};
    Wei ceiling = std::min({limits.max_fee_per_gas, by_day, by_balance});
    if (!config.rpc_fee_cap.value.is_zero()) {
        const Wei by_nodes{div_down(config.rpc_fee_cap.value, U256{gas_limit}).value_or(U256{})};
        // Above the owner's ceiling it waits for the base fee to fall, and waits where nodes take it.
        if (base <= by_nodes || base > limits.max_fee_per_gas) ceiling = std::min(ceiling, by_nodes);
        if (base > by_nodes)
            alerts_.raise(out, now, AlertLevel::Critical, "rpc-fee-cap", position.config.name,
                          "a transaction at the next base fee " + to_string(base) +
                              " costs more than nodes take by default: raise their cap (geth: --rpc.txfeecap) and "
                              "rpc_fee_cap");
    }
    return ceiling;
}

/// Nobody can include it: the sender has not what it may cost (EIP-1559), or it costs more than nodes take and neither
/// a node nor a relay has taken it. That one has is not believed when blocks could have included it and did not.
bool Core::out_of_reach(const SenderState& sender, const Lane::Attempt& attempt) const {
    const Wei cost = times(attempt.tx.max_fee, attempt.tx.gas_limit);
    if (cost > sender.native) return true;
    if (config.rpc_fee_cap.value.is_zero() || cost <= config.rpc_fee_cap) return false;
    const bool passed_over = attempt.tx.max_fee >= fees_.next_base_fee(follower.at()) &&
                             follower.at().number >= attempt.since + blocks_of_patience();
    return passed_over || !(attempt.accepted || attempt.relayed);
}

/// The bid for a nonce that is in use. It is higher than what a pool may hold; where that is nothing it may be lower
/// than the last: fees have fallen since, and that one would hold the nonce for ever.
std::optional<tx::Bid> Core::raise(const SenderState& sender, tx::Bid bid, const Wei& ceiling, Gas gas_limit) const {
    const auto& attempts = sender.lane.step()->attempts;
    const Lane::Attempt& newest = attempts.back();
    const bool fits = config.rpc_fee_cap.value.is_zero() || times(ceiling, gas_limit) <= config.rpc_fee_cap;
    if (!fits || !out_of_reach(sender, newest))
        return tx::replacement({newest.tx.max_fee, newest.tx.max_priority_fee}, bid, ceiling);
    const auto held = std::find_if(attempts.rbegin(), attempts.rend(),
                                   [&](const Lane::Attempt& attempt) { return !out_of_reach(sender, attempt); });
    if (held == attempts.rend()) return bid;
    // Where no higher one is allowed it is for pools that have lost the other.
    return tx::replacement({held->tx.max_fee, held->tx.max_priority_fee}, bid, ceiling).value_or(bid);
}

/// The priority fee for a rescue that missed blocks: by what liquidation would take, at least 5 % of the debt. Zero
/// where the coin has no price.
Wei Core::worth_paying(std::size_t i, const Checkup& check) const {
    const Lane::Step* step = sender_of(i).lane.step();
    if (step == nullptr || step->attempts.empty() || check.purpose != Purpose::Rescue) return {};
    constexpr std::uint64_t kPart = 20;
    const strategies::Plan& plan = check.plan;
    const auto gas_coins = checked_mul(check.climb.fee_per_gas.value, U256{plan.gas});
    const auto loss = div_down(plan.before.debt.value, U256{kPart});
    if (!gas_coins || !loss) return {};
    const U256 spent = checked_add(*gas_coins, plan.besides_gas.value).value_or(kU256Max);
    const Wei coins{mul_div_down(*loss, spent, plan.gas_cost.value).value_or(U256{})};
    return tx::stake_priority(coins, plan.gas, follower.at().number - step->attempts.front().since);
}

/// Gas and fees. The bid comes down to what limits and balance allow, as long as the next block can take it.
std::optional<TxFields> Core::price(std::size_t i, const Checkup& check, Decision& decision, Gate& failed) {
    const PositionState& position = positions[i];
    const SenderState& sender = sender_of(i);
    const auto& limits = position.config.limits;
    const bool estimated = check.estimated->error.empty() && check.estimated->gas > 0;
    Gas needed = estimated ? check.estimated->gas : usual_gas(check.purpose) + gas_of_data(check.plan);
    if (check.purpose == Purpose::Rescue) needed = std::max(needed, check.plan.gas);  // an estimate may be too low
    TxFields fields;
    fields.gas_limit = needed > config.gas_limit_max ? needed : std::min(needed + needed / 4, config.gas_limit_max);
    if (position.incident->gas_least > fields.gas_limit)
        fields.gas_limit = std::min(position.incident->gas_least, config.gas_limit_max);
    const bool replaces = (check.climb.replaces && sender.lane.busy()) ||
                          (gives_way(sender) && !position.incident->prepares) || outbids(i, check.purpose);
    const Lane::Attempt* old =
        replaces && !sender.lane.step()->attempts.empty() ? &sender.lane.step()->attempts.back() : nullptr;
    if (old != nullptr) fields.gas_limit = std::max(fields.gas_limit, old->tx.gas_limit);
    failed = {"gas-limit", fields.gas_limit <= config.gas_limit_max, std::to_string(fields.gas_limit),
              "at most " + std::to_string(config.gas_limit_max)};
    if (!failed.passed) return std::nullopt;
    decision.gates.push_back(failed);

    const Wei base = fees_.next_base_fee(follower.at());
    const Wei operation = check.operator_fee.of_gas(fields.gas_limit);  // of the limit: the rest is given back
    const Wei besides = checked_add(check.data_fee, operation).value_or(Wei{kU256Max});
    const Wei cheapest = checked_add(times(base, fields.gas_limit), besides).value_or(Wei{kU256Max});
    const Wei spent = budget_.gas(position.config.name, now);
    failed = strategies::check_gas_per_day(limits.max_gas_per_day, spent, cheapest);
    if (!failed.passed) return std::nullopt;
    decision.gates.push_back(failed);
    failed = strategies::check_native_balance(sender.native, cheapest);
    if (!failed.passed) return std::nullopt;
    decision.gates.push_back(failed);

    const Wei ceiling = fee_ceiling(i, base, fields.gas_limit, besides);
    Gate fee = strategies::check_fee_ceiling(limits.max_fee_per_gas, base);
    if (!fee.passed) {  // a low bid is still sent: it waits for the base fee to fall, and is sent again each block
        alerts_.raise(out, now, AlertLevel::Critical, "limit-fee-per-gas", position.config.name,
                      "the next base fee " + to_string(base) + " is above the limit " +
                          to_string(limits.max_fee_per_gas) + ": the bid is lowered to it and will wait");
        fee.measured += ", the bid is lowered";
        fee.passed = true;
    } else if (old == nullptr) {
        alerts_.clear(out, "limit-fee-per-gas", position.config.name, "the base fee is below the limit again");
    }
    decision.gates.push_back(std::move(fee));

    const auto urgency = bid_urgency(i, check.climb.urgency);
    const Wei least = urgency == tx::Urgency::Urgent ? worth_paying(i, check) : Wei{};
    tx::Bid bid = fees_.bid(follower.at(), urgency, ceiling, least);
    if (old != nullptr) {
        const auto higher = raise(sender, bid, ceiling, fields.gas_limit);
        failed = {"limit-fee-per-gas", higher.has_value(), to_string(old->tx.max_fee) + " and an eighth",
                  "at most " + to_string(ceiling)};
        if (!higher) {
            alerts_.raise(out, now, AlertLevel::Critical, "limit-fee-per-gas", position.config.name,
                          "the limits allow no higher bid than " + to_string(old->tx.max_fee) +
                              ": the same transaction is sent again each block");
            return std::nullopt;
        }
        bid = *higher;
        for (const auto* rival : sender.lane.rivals())
            bid = tx::replacement({rival->tx.max_fee, rival->tx.max_priority_fee}, bid, ceiling).value_or(bid);
    }
    fields.chain_id = config.chain_id;
    fields.nonce = sender.lane.busy() ? *sender.lane.step()->base.nonce : sender.latest;
    fields.max_fee = bid.max_fee;
    fields.max_priority_fee = bid.max_priority_fee;
    fields.to = check.plan.calls.front().to;
    fields.data = check.plan.calls.front().data;
    return fields;
}

}  // namespace plimsoll::engine
