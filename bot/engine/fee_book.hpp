// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "bot/engine/event.hpp"
#include "chain/tx/fees.hpp"

namespace plimsoll::engine {

/// What blocks paid lately, and what to offer for the next.
class FeeBook {
  public:
    void update(const FeesDone& fees) { last_ = fees; }
    /// Blocks since the last answer; nullopt before the first.
    std::optional<BlockNumber> age(const BlockRef& head) const;
    /// Of the block after `head`: as the node said, within what EIP-1559 lets follow the head's own, which its hash
    /// proves; the most of that without a word of the node.
    Wei next_base_fee(const BlockRef& head) const;
    /// Not above `ceiling`, with a priority fee of `least`. A book without an answer bids from the head's base fee
    /// alone.
    tx::Bid bid(const BlockRef& head, tx::Urgency urgency, Wei ceiling, Wei least = Wei{}) const;

  private:
    std::optional<FeesDone> last_;
};

}  // namespace plimsoll::engine
