// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/fee_book.hpp"

#include <algorithm>

namespace plimsoll::engine {

namespace {

constexpr Wei kPriorityMin{U256{1'000'000}};  // 0.001 gwei: what block builders take at least

Wei add(const Wei& a, const Wei& b) {
    return checked_add(a, b).value_or(Wei{kU256Max});
}
Wei raised_by_eighth(const Wei& fee) {
    return add(fee, Wei{div_up(fee.value, U256{8}).value_or(U256{})});
}
Wei bumped(const Wei& fee) {
    return add(raised_by_eighth(fee), Wei{U256{1}});
}

}  // namespace

void FeeBook::update(const FeesDone& fees) {
    last_ = fees;
}

std::optional<BlockNumber> FeeBook::age(const BlockRef& head) const {
    if (!last_) return std::nullopt;
    return head.number > last_->newest_block ? head.number - last_->newest_block : 0;
}

Wei FeeBook::next_base_fee(const BlockRef& head) const {
    if (last_ && last_->newest_block >= head.number) return last_->next_base_fee;
    return raised_by_eighth(head.base_fee);
}

Bid FeeBook::bid(const BlockRef& head, bool urgent, Wei ceiling) const {
    Wei priority = kPriorityMin;
    if (last_ && !last_->priorities.empty()) {
        auto paid = last_->priorities;
        std::sort(paid.begin(), paid.end());
        priority = std::max(priority, urgent ? paid.back() : paid[paid.size() / 2]);
    }
    const Wei base = next_base_fee(head);
    Bid out;
    out.max_fee = std::min(add(add(base, base), priority), ceiling);
    out.priority = std::min(priority, out.max_fee);
    return out;
}

std::optional<Bid> FeeBook::replacement(const Bid& old, const Bid& fresh, Wei ceiling) {
    const Wei least_fee = bumped(old.max_fee);
    const Wei least_priority = bumped(old.priority);
    if (least_fee > ceiling || least_priority > ceiling) return std::nullopt;
    Bid out;
    out.max_fee = std::min(std::max(least_fee, fresh.max_fee), ceiling);
    out.priority = std::min(std::max(least_priority, fresh.priority), out.max_fee);
    if (out.priority < least_priority) return std::nullopt;
    return out;
}

}  // namespace plimsoll::engine
