// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "chain/lending/aave_v3/state.hpp"
#include "chain/types/result.hpp"

namespace plimsoll::lending::aave_v3 {

/// A change that the pool would not carry out, by the rule's name.
inline auto refuse(const std::string& rule, const std::string& explanation) {
    return fail(Errc::Refused, rule + ": " + explanation);
}

/// Debt as the isolation ceiling counts it: hundredths of a whole token (ReserveConfiguration.DEBT_CEILING_DECIMALS).
inline U256 ceiling_units(const U256& amount, const Reserve& reserve) {
    constexpr unsigned kDecimals = 2;
    const unsigned decimals = reserve.state.config.decimals;
    if (decimals <= kDecimals) return amount;
    const auto unit = pow10(decimals - kDecimals);
    return unit ? div_down(amount, *unit).value_or(U256{}) : U256{};
}

}  // namespace plimsoll::lending::aave_v3
