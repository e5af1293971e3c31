// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "chain/dex/route.hpp"

namespace plimsoll::dex {

/// Pools as earlier swaps leave them, over a list that stays as it is.
class Overlay {
  public:
    explicit Overlay(std::span<const Pool> base) : base_(base) {}

    /// Nothing for a place outside the list.
    Pool* edit(std::size_t index) {
        for (auto& [place, pool] : changed_) {
            if (place == index) return &pool;
        }
        if (index >= base_.size()) return nullptr;
        return &changed_.emplace_back(index, base_[index]).second;
    }

    /// The whole route for this amount; the pools move, however it ends.
    RouteQuote swap(const Route& route, const U256& amount, Exact exact, const QuoteLimits& limits);

  private:
    std::span<const Pool> base_;
    std::vector<std::pair<std::size_t, Pool>> changed_;
};

/// amount_in at the mid prices of all hops, without fees.
Math<U256> at_mid_price(std::span<const Pool> pools, const Route& route, const U256& amount_in);

/// How much less than `fair` is `got`, in bps, rounded up.
std::uint32_t shortfall_bps(const U256& fair, const U256& got);

}  // namespace plimsoll::dex
