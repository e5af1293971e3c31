// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "strategies/situation.hpp"

namespace plimsoll::strategies {

/// The most of an asset that a plan may use, in its smallest units, and which bound that is.
struct Cap {
    U256 amount;
    std::string gate;

    void lower(const U256& to, std::string_view name) {
        if (to < amount) amount = to, gate = name;
    }
    /// To what `value` buys of the asset, where there is such a bound.
    void lower_to_worth(const lending::AssetPosition& asset, const std::optional<BaseValue>& value,
                        std::string_view name);
    /// To what the owner's limits and the guard's budget leave when `moved` of them is already used.
    void keep_to_limits(const Situation& situation, const lending::AssetPosition& asset, BaseValue moved = {});
};

}  // namespace plimsoll::strategies
