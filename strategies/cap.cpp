// SPDX-License-Identifier: Apache-2.0
#include "strategies/cap.hpp"

#include "strategies/policy.hpp"
#include "strategies/values.hpp"

namespace plimsoll::strategies {

void Cap::lower_to_worth(const lending::AssetPosition& asset, const std::optional<BaseValue>& value,
                         std::string_view name) {
    if (value) lower(amount_worth(asset, value->value), name);
}

void Cap::keep_to_limits(const Situation& situation, const lending::AssetPosition& asset, BaseValue moved) {
    const auto worth = [&](std::optional<BaseValue> value, std::string_view name) {
        if (value) value->value = saturating_sub(value->value, moved.value);
        lower_to_worth(asset, value, name);
    };
    worth(situation.allowed.value_per_action, "limit-value-per-action");
    worth(situation.allowed.value_left_today, "limit-value-per-day");
    if (!situation.wallet_signs) worth(guard_budget(situation), "guard-value-per-day");
}

}  // namespace plimsoll::strategies
