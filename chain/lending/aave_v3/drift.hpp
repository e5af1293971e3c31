// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "chain/lending/aave_v3/store.hpp"
#include "chain/lending/aave_v3/view.hpp"

namespace plimsoll::lending::aave_v3 {

/// Bounds what prices and interest did to all accounts at once, see lending::Drift.
///
/// An account's health factor in real numbers is the sum of supply * income * price * threshold over the sum of
/// debt * index * price. With its balances, flags and thresholds unchanged, the upper sum is at least its earlier value
/// times the smallest income * price ratio of any reserve, the lower one at most times the largest index * price ratio.
/// Both are taken over one at most: a common price of an eMode category may stand in the place of a reserve's own, and
/// when it changes the category's accounts are named.
class DriftMeter {
  public:
    /// From what `view` (of the state's block) was at the last call. Accounts that the bound leaves out are marked in
    /// the store as changed: holders of a reserve that cannot be compared, and of one that moved far and is held by
    /// few, so that it does not loosen the bound for all. Nothing when there is nothing to compare with.
    std::optional<Wad> take(const View& view, Store& store);
    void forget() { before_.clear(); }

  private:
    struct Mark {
        Address asset;
        U256 price;
        U256 income;
        U256 debt_index;
        bool priced{};
    };
    struct Bounds {
        U256 low = kWad;
        U256 high = kWad;
    };
    static Math<void> widen(Bounds& bounds, const Mark& from, const Mark& to);
    static bool moved_far(const U256& from, const U256& to);

    Profile profile_;
    std::vector<Mark> before_;  // by reserve
};

}  // namespace plimsoll::lending::aave_v3
