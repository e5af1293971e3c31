// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "bot/engine/event.hpp"

namespace plimsoll::engine {

/// Both fee fields of an EIP-1559 transaction, per gas.
struct Bid {
    Wei max_fee;
    Wei priority;

    bool operator==(const Bid&) const = default;
};

/// What blocks paid lately, and what to offer for the next.
class FeeBook {
  public:
    void update(const FeesDone& fees);
    /// Blocks since the last answer; nullopt before the first.
    std::optional<BlockNumber> age(const BlockRef& head) const;
    /// At least the base fee that the block after `head` can have: EIP-1559 lets it grow by an eighth.
    Wei next_base_fee(const BlockRef& head) const;
    /// Twice the next base fee (six full blocks) plus the median priority paid, or the highest when urgent; not above
    /// `ceiling`. A book without an answer bids from the head's base fee alone.
    Bid bid(const BlockRef& head, bool urgent, Wei ceiling) const;
    /// The least that replaces `old` and is not below `fresh`: nodes ask 10 % more in both fields, this gives 12.5 %
    /// and one wei. nullopt when `ceiling` does not allow it: then the old one is only sent again.
    static std::optional<Bid> replacement(const Bid& old, const Bid& fresh, Wei ceiling);

  private:
    std::optional<FeesDone> last_;
};

}  // namespace plimsoll::engine
