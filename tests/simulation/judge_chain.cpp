// SPDX-License-Identifier: Apache-2.0
// What the chain shows of what was done.
#include <algorithm>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "tests/simulation/judge.hpp"

namespace plimsoll::sim {

using engine::JournalRecord;

namespace {

constexpr Timestamp kDay = 86'400;

}  // namespace

void Judge::adopted(const Block& head) {
    while (last_ != nullptr && !Chain::is_ancestor(last_, &head)) {
        while (!spent_.empty() && spent_.back().number >= last_->ref.number) spent_.pop_back();
        last_ = last_->parent;
    }
    std::vector<const Block*> fresh;
    for (const Block* block = &head; block != last_ && block != nullptr; block = block->parent) fresh.push_back(block);
    for (auto it = fresh.rbegin(); it != fresh.rend(); ++it) {
        for (const auto& mined : (*it)->mined) judge_mined(**it, mined);
    }
    last_ = &head;
    while (!spent_.empty() && spent_.front().at + 2 * kDay < head.ref.timestamp) spent_.pop_front();
}

void Judge::judge_mined(const Block& block, const Mined& mined) {
    const auto found = attempts_.find(mined.tx->hash);
    if (found == attempts_.end()) return violate("2: the chain holds what the journal never saw");
    Named& named = found->second;
    const auto& record = named.record;
    const std::string step = record.incident + "#" + std::to_string(record.step);
    const bool rescue = record.purpose == engine::Purpose::Rescue;
    if (narrate)
        narrate("mined " + step + " attempt " + std::to_string(record.attempt) + " nonce " +
                std::to_string(*record.nonce) + (mined.succeeded ? " succeeded" : " reverted") + " in block " +
                std::to_string(block.ref.number) + ", value " + to_string(record.value));
    if (named.first_mined)
        ++counts.again;
    else
        named.first_mined = agenda_.now();
    if (rescue && mined.succeeded) {
        ++counts.rescues;
        const auto& message = fields(*mined.tx).message;
        const bool repays = message.data.size() == 132 && *message.to == block.after->aave.pool();
        const bool sells = *message.to == Guarded::guard();
        Address whose;
        if (repays) std::copy_n(message.data.begin() + 4 + 96 + 12, 20, whose.bytes.begin());
        if (sells) whose = guard::read_execute(message.data)->account;
        if (sells) ++counts.sales;
        if ((!repays && !sells) || whose != account_of(record.position))
            violate("4: a rescue that does something else");
        for (const auto& before : spent_) {
            if (before.position != record.position || !before.succeeded || before.purpose != engine::Purpose::Rescue)
                continue;
            if (before.step == step) {
                violate("3: one action twice on the chain");
            } else if (static_cast<Ms>(before.at) * 1'000 > named.intent && before.number <= block.ref.number) {
                // Intended before the other was in any block: both are for the same danger.
                const auto other = std::find_if(attempts_.begin(), attempts_.end(), [&](const auto& one) {
                    return one.second.record.incident + "#" + std::to_string(one.second.record.step) == before.step &&
                           one.second.first_mined;
                });
                if (other != attempts_.end() && *other->second.first_mined > named.intent)
                    violate("3: two actions for one danger: " + before.step + " and " + step);
            }
        }
    }
    if (!mined.succeeded) {
        ++counts.reverts;
        reverted_.emplace(step, agenda_.now());
    }
    Spent spent;
    spent.number = block.ref.number;
    spent.at = block.ref.timestamp;
    spent.position = record.position;
    spent.purpose = record.purpose;
    spent.succeeded = mined.succeeded;
    spent.wei = *checked_mul(mined.price.value, U256{mined.gas});
    spent.value = mined.succeeded ? record.value.value : U256{};
    spent.step = step;
    spent.intent = named.intent;
    if (mined.succeeded) {
        // A reorganisation may take another attempt than the one that was counted: limits are held against the lesser,
        // and what is left of them is by the greater.
        Spent& ever = ever_.try_emplace(step, spent).first->second;
        const U256 most = std::max(ever.value, spent.value);
        spent.value = std::min(ever.value, spent.value);
        ever = spent;
        ever.value = most;
    }
    spent_.push_back(std::move(spent));
    judge_limits(record.position, block.ref.timestamp);
}

void Judge::judge_limits(const std::string& position, Timestamp now) {
    const auto& limits = position_named(position).limits;
    U256 gas;
    U256 value;
    Ms newest = 0;  // of the actions that moved something
    for (const auto& spent : spent_) {
        if (spent.position == position && spent.succeeded) newest = std::max(newest, spent.intent);
    }
    for (const auto& spent : spent_) {
        if (spent.position != position || spent.at + kDay <= now) continue;
        gas = *checked_add(gas, spent.wei);
        // It stood in a block as one that had moved nothing, and that block was taken out after the next one had left.
        const auto reverted = reverted_.find(spent.step);
        const bool came_back =
            reverted != reverted_.end() && reverted->second < newest && newest < static_cast<Ms>(spent.at) * 1'000;
        if (!came_back) value = *checked_add(value, spent.value);
    }
    if (gas > limits.max_gas_per_day.value)
        violate("4: gas of a day " + to_string(gas) + " above " + to_string(limits.max_gas_per_day));
    if (limits.max_value_per_day && value > limits.max_value_per_day->value)
        violate("4: value of a day " + to_string(value) + " above " + to_string(*limits.max_value_per_day));
}

/// It costs more than nodes take or than its sender had a short while ago.
bool Judge::out_of_reach(const JournalRecord& record) const {
    const std::size_t lately = blocks(8, 4'000);
    const U256 cost = *checked_mul(record.tx.max_fee.value, U256{record.tx.gas_limit});
    if (cost > config_.rpc_fee_cap.value) return true;
    const Block* block = &chain_.head();
    for (std::size_t i = 0; i < lately && block != nullptr; ++i, block = block->parent) {
        const auto coin = block->after->native.find(record.address);
        if (coin == block->after->native.end() || cost > coin->second) return true;
    }
    return false;
}

/// What all may see pays less than the base fee: it waits, and is raised when its position falls again (rule 6). A few
/// blocks may leave it out all the same.
bool Judge::waits_for_fees(const JournalRecord& newest, Ms since) const {
    const std::size_t most = blocks(8, 10'000);
    std::size_t chances = 0;
    for (const Block* block = &chain_.head();
         block != nullptr && static_cast<Ms>(block->ref.timestamp) * 1'000 >= since; block = block->parent) {
        if (newest.tx.max_fee >= *checked_add(block->ref.base_fee, block->tip)) ++chances;
    }
    return chances < most;
}

std::optional<std::string> Judge::stays_open(Ms time) const {
    for (const auto& first : disk_.synced()) {
        if (first.time_ms >= time || disk_.ended(first)) continue;
        const JournalRecord* newest = nullptr;
        for (const auto& record : disk_.synced()) {
            if (record.stage == engine::Stage::Signed && step_name(record) == step_name(first)) newest = &record;
        }
        if (newest == nullptr || !waits_for_fees(*newest, time)) return step_name(first);
    }
    return std::nullopt;
}

bool Judge::savable(const config::Position& position) const {
    const Block& head = chain_.head();
    const Address& account = account_of(position.name);
    Ledger copy = *head.after;
    if (copy.summary(account).collateral.is_zero()) return false;  // a debt alone is nothing to save
    const U256 base = Chain::next_base_fee(head).value;
    constexpr std::uint64_t kGasOfAll = 1'000'000;
    const U256 cost = *checked_mul(*mul_div_up(base, U256{3}, U256{2}), U256{kGasOfAll});
    U256 gas;
    U256 value;
    for (const auto& spent : spent_) {
        if (spent.position != position.name || spent.at + 2 * kDay <= head.ref.timestamp) continue;
        gas = *checked_add(gas, spent.wei);
    }
    // To count what a reorganisation has taken away is careful, and allowed.
    for (const auto& [step, spent] : ever_) {
        if (spent.position == position.name) value = *checked_add(value, spent.value);
    }
    const auto* wallet = wallet_named(position.wallet);
    if (*checked_add(gas, cost) > position.limits.max_gas_per_day.value || copy.native[wallet->sender] < cost)
        return false;
    if (*mul_div_up(base, U256{13}, U256{10}) > position.limits.max_fee_per_gas.value) return false;
    U256 left = kU256Max;
    if (position.limits.max_value_per_day) left = saturating_sub(position.limits.max_value_per_day->value, value);
    if (position.limits.max_value_per_action) left = std::min(left, position.limits.max_value_per_action->value);
    if (wallet->guard) return savable_by_sale(position, copy, left);
    std::vector<Log> logs;
    for (std::size_t id = 0; id < copy.tokens.size(); ++id) {
        U256 amount = std::min(copy.debt(account, id), copy.tokens[id].balance[account]);
        const U256 worth = copy.worth(id, amount);
        if (worth > left) amount = *mul_div_down(amount, left, worth);
        left = saturating_sub(left, copy.worth(id, amount));
        if (!amount.is_zero()) copy.repay(account, id, amount, logs);
    }
    if (narrate)
        narrate("left of the day for " + position.name + ": value " + to_string(left) + ", spent " + to_string(value) +
                ", gas spent " + to_string(gas));
    // A hair above: what only just reaches it is for nobody to plan.
    return copy.health(account).value >= *mul_div_up(position.trigger.value, U256{1'002}, U256{1'000});
}

}  // namespace plimsoll::sim
