// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/fee_book.hpp"

namespace plimsoll::engine {

std::optional<BlockNumber> FeeBook::age(const BlockRef& head) const {
    if (!last_) return std::nullopt;
    return head.number > last_->newest_block ? head.number - last_->newest_block : 0;
}

Wei FeeBook::next_base_fee(const BlockRef& head) const {
    if (last_ && last_->newest_block >= head.number) return last_->next_base_fee;
    return tx::highest_base_fee(head.base_fee, 1);
}

tx::Bid FeeBook::bid(const BlockRef& head, tx::Urgency urgency, Wei ceiling) const {
    tx::FeeHistory history;
    history.next_base_fee = next_base_fee(head);
    if (last_) history.priority_fees = last_->priorities;
    return tx::bid(history, urgency, ceiling);
}

}  // namespace plimsoll::engine
