// SPDX-License-Identifier: Apache-2.0
// What a rollup bills besides gas: for choosing between plans from a line through two sizes, for limits and balance
// from what the chain says of the very call, in the same request as its simulation.
#include <algorithm>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

namespace {

/// The fee follows prices of the chain below, which rise by an eighth a block at most: two of them.
Wei until_included(const Wei& fee) {
    return Wei{mul_div_up(fee.value, U256{81}, U256{64}).value_or(kU256Max)};
}

}  // namespace

void Core::data_fee_reads(std::vector<ExtraRead>& reads) {
    if (config.rollup == tx::Rollup::None) return;
    const BlockNumber head = follower.at().number;
    const bool due = data_fee_asked_ == 0 || data_fee_asked_ + config.refresh_blocks <= head;
    if (!due && (at_risk_.empty() || data_fee_asked_ == head)) return;
    data_fee_asked_ = head;
    reads.push_back({ExtraRead::Kind::DataFee, 0, 0, 0, 0, {}, tx::data_fee_calls(config.rollup)});
}

void Core::take_data_fee(const ExtraAnswer& answer) {
    const auto fee = tx::data_fee(config.rollup, answer.results);
    if (fee) {
        data_fee_ = *fee;
        alerts_.clear(out, "data-fee", "", "what is billed besides gas can be read again");
        return;
    }
    alerts_.raise(out, now, AlertLevel::Warning, "data-fee", "",
                  "what this chain bills besides gas cannot be read (" + fee.error().message + "): plans are priced " +
                      (data_fee_ ? "with what it was" : "without it") + ". Is `rollup` of the chain right?");
}

/// What limits and balance must bear. What cannot be read is counted as it was last known: a rescue does not wait.
Wei Core::data_fee_of(const strategies::Plan& plan, const SimulationDone& done) {
    if (config.rollup != tx::Rollup::OpStack) return {};
    if (const auto fee = tx::data_fee_of(done.before[1])) return until_included(*fee);
    return data_fee_ ? until_included(data_fee_->of_call(plan.calls.front().data.size())) : Wei{};
}

/// The same of the operator's fee, which follows no price.
tx::OperatorFee Core::operator_fee_of(const SimulationDone& done) const {
    if (config.rollup != tx::Rollup::OpStack) return {};
    if (const auto fee = tx::operator_fee(std::span(done.before).subspan(2))) return *fee;
    return data_fee_ ? data_fee_->operation : tx::OperatorFee{};
}

/// Receipts say what was paid for data, and of the operator's fee only numbers whose meaning depends on the fork.
void Core::bill_operator(ReceiptDone& event) const {
    if (!event.receipt || !data_fee_) return;
    ReceiptInfo& receipt = *event.receipt;
    const Wei fee = data_fee_->operation.of_gas(receipt.gas_used);
    receipt.data_fee = checked_add(receipt.data_fee, fee).value_or(Wei{kU256Max});
}

/// Where bytes are paid for in gas, and the node has not estimated it.
Gas Core::gas_of_data(const strategies::Plan& plan) const {
    const Wei base = std::min(fees_.next_base_fee(follower.at()), follower.at().base_fee);  // the lower, the more gas
    if (config.rollup != tx::Rollup::Arbitrum || !data_fee_ || base.is_zero()) return 0;
    const Wei fee = data_fee_->of_call(plan.calls.front().data.size());
    const auto gas = div_up(fee.value, base.value);
    return gas && gas->fits_u64() ? std::min<Gas>(gas->low_u64(), config.gas_limit_max) : config.gas_limit_max;
}

}  // namespace plimsoll::engine
