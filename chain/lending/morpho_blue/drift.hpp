// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "chain/lending/morpho_blue/view.hpp"

namespace plimsoll::lending::morpho_blue {

/// Bounds what price and interest did to all accounts at once, see lending::Drift. An account's health factor in real
/// numbers is collateral * price * lltv over shares * (assets + 1) / (shares of all + 1e6): with its own numbers
/// unchanged it moves by the ratio of prices over the ratio of what a share is worth.
class DriftMeter {
  public:
    /// From what `view` (of the state's block) was at the last call. Nothing when there is nothing to compare with.
    std::optional<Wad> take(const View& view);
    void forget() { before_.reset(); }

  private:
    struct Mark {
        U256 price;
        Totals totals;
    };
    std::optional<Mark> before_;
};

}  // namespace plimsoll::lending::morpho_blue
