// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/fee_book.hpp"

#include <algorithm>

namespace plimsoll::engine {

std::optional<BlockNumber> FeeBook::age(const BlockRef& head) const {
    if (!last_) return std::nullopt;
    return head.number > last_->newest_block ? head.number - last_->newest_block : 0;
}

Wei FeeBook::next_base_fee(const BlockRef& head) const {
    constexpr BlockNumber kAhead = 8;  // a node further ahead of the head than this says nothing of use
    if (!last_ || last_->newest_block < head.number) return tx::highest_base_fee(head.base_fee, 1);
    if (head.base_fee.value.is_zero()) return last_->next_base_fee;
    const auto blocks = static_cast<std::uint32_t>(std::min(last_->newest_block - head.number, kAhead) + 1);
    return std::clamp(last_->next_base_fee, tx::lowest_base_fee(head.base_fee, blocks),
                      tx::highest_base_fee(head.base_fee, blocks));
}

tx::Bid FeeBook::bid(const BlockRef& head, tx::Urgency urgency, Wei ceiling, Wei least) const {
    tx::FeeHistory history;
    history.next_base_fee = next_base_fee(head);
    if (last_) history.priority_fees = last_->priorities;
    return tx::bid(history, urgency, ceiling, least);
}

}  // namespace plimsoll::engine
