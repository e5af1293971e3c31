// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "chain/lending/market.hpp"

namespace plimsoll::lending {

/// While it lives, the market answers as if these assets had these prices.
class Supposing {
  public:
    Supposing(const Market& market, std::span<const SupposedPrice> prices)
        : market_(prices.empty() ? nullptr : &market) {
        if (market_ != nullptr) market_->suppose(prices);
    }
    ~Supposing() {
        if (market_ != nullptr) market_->suppose({});
    }
    Supposing(const Supposing&) = delete;
    Supposing& operator=(const Supposing&) = delete;

  private:
    const Market* market_;
};

}  // namespace plimsoll::lending
