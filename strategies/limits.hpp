// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "chain/lending/market.hpp"

/// The owner's limits, each as one pure question with the numbers that answer it.
namespace plimsoll::strategies {

/// One condition of acting. Texts are exact integers (wei, base currency units, milliseconds) or fixed words.
struct Check {
    std::string name;  // stable: "limit-value-per-action", ...
    bool passed{};
    std::string measured;
    std::string required;

    bool operator==(const Check&) const = default;
};

/// A limit or price that the owner gave in whole units of a market's base currency times 1e8 ("25000 USD"), in that
/// currency's own scale; `base_unit` is one whole unit. Rounded down.
BaseValue in_base(const BaseValue& given, const U256& base_unit);
Price in_base(const Price& given, const U256& base_unit);

/// Value moved by one action, base currency; no maximum always passes.
Check check_value_per_action(const std::optional<BaseValue>& maximum, BaseValue value);
/// `moved` in the last 24 hours plus this one.
Check check_value_per_day(const std::optional<BaseValue>& maximum, BaseValue moved, BaseValue value);
/// What is left of a day's value; nullopt without a maximum.
std::optional<BaseValue> left_of(const std::optional<BaseValue>& maximum, BaseValue moved);
/// Gas money of the last 24 hours, plus the most this transaction can cost.
Check check_gas_per_day(Wei maximum, Wei spent, Wei worst_case);
/// Fails when the next block's base fee alone is above the ceiling: the bid is lowered to it and will wait.
Check check_fee_ceiling(Wei maximum, Wei next_base_fee);
/// Every target is one of the market's contracts, an asset it knows as debt, or allowed by the owner.
Check check_contracts(std::span<const lending::ContractCall> calls, std::span<const Address> allowed);
/// The wallet's coin covers the most this transaction can cost.
Check check_native_balance(Wei have, Wei worst_case);
/// Time since the last action; none yet always passes.
Check check_cooldown(std::int64_t cooldown_ms, const std::optional<std::int64_t>& last_ms, std::int64_t now_ms);

}  // namespace plimsoll::strategies
