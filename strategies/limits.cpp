// SPDX-License-Identifier: Apache-2.0
#include "strategies/limits.hpp"

#include <algorithm>

namespace plimsoll::strategies {

namespace {

constexpr U256 kGivenUnit{100'000'000};

/// a + b, or the largest number: a sum that does not fit is above every limit.
template <class Q>
Q add_saturating(const Q& a, const Q& b) {
    return checked_add(a, b).value_or(Q{kU256Max});
}

template <class Q>
Check at_most(std::string name, const Q& measured, const Q& maximum) {
    return {std::move(name), measured <= maximum, to_string(measured), "at most " + to_string(maximum)};
}

U256 rescaled(const U256& given, const U256& base_unit) {
    return mul_div_down(given, base_unit, kGivenUnit).value_or(kU256Max);
}

}  // namespace

BaseValue in_base(const BaseValue& given, const U256& base_unit) {
    return BaseValue{rescaled(given.value, base_unit)};
}

Price in_base(const Price& given, const U256& base_unit) {
    return Price{rescaled(given.value, base_unit)};
}

Check check_value_per_action(const std::optional<BaseValue>& maximum, BaseValue value) {
    if (!maximum) return {"limit-value-per-action", true, to_string(value), "no limit"};
    return at_most("limit-value-per-action", value, *maximum);
}

Check check_value_per_day(const std::optional<BaseValue>& maximum, BaseValue moved, BaseValue value) {
    const BaseValue sum = add_saturating(moved, value);
    if (!maximum) return {"limit-value-per-day", true, to_string(sum), "no limit"};
    return at_most("limit-value-per-day", sum, *maximum);
}

std::optional<BaseValue> left_of(const std::optional<BaseValue>& maximum, BaseValue moved) {
    if (!maximum) return std::nullopt;
    return BaseValue{saturating_sub(maximum->value, moved.value)};
}

Check check_gas_per_day(Wei maximum, Wei spent, Wei worst_case) {
    return at_most("limit-gas-per-day", add_saturating(spent, worst_case), maximum);
}

Check check_fee_ceiling(Wei maximum, Wei next_base_fee) {
    return at_most("limit-fee-per-gas", next_base_fee, maximum);
}

Check check_contracts(std::span<const lending::ContractCall> calls, std::span<const Address> allowed) {
    for (const auto& call : calls) {
        if (std::find(allowed.begin(), allowed.end(), call.to) == allowed.end())
            return {"limit-contracts", false, to_string(call.to), "an allowed contract"};
    }
    return {"limit-contracts", true, std::to_string(calls.size()) + " calls", "allowed contracts"};
}

Check check_native_balance(Wei have, Wei worst_case) {
    return {"native-balance", have >= worst_case, to_string(have), "at least " + to_string(worst_case)};
}

Check check_cooldown(std::int64_t cooldown_ms, const std::optional<std::int64_t>& last_ms, std::int64_t now_ms) {
    const std::string required = "at least " + std::to_string(cooldown_ms) + " ms";
    if (!last_ms) return {"cooldown", true, "no action yet", required};
    const std::int64_t since = std::max<std::int64_t>(0, now_ms - *last_ms);
    return {"cooldown", since >= cooldown_ms, std::to_string(since) + " ms", required};
}

}  // namespace plimsoll::strategies
