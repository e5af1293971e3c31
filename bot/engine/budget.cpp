// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/budget.hpp"

#include <algorithm>

namespace plimsoll::engine {

namespace {

template <class Q>
Q sum(const std::deque<Spending>& entries, std::int64_t now, Q Spending::*field) {
    Q out;
    for (const auto& entry : entries) {
        // A time in the future (the clock stepped back) still counts: the limit errs to the careful side.
        if (now - entry.time_ms >= Budget::kWindowMs) continue;
        out = checked_add(out, entry.*field).value_or(Q{kU256Max});
    }
    return out;
}

}  // namespace

void Budget::add(const Spending& spending) {
    auto& entries = by_position_[spending.position];
    while (!entries.empty() && spending.time_ms - entries.front().time_ms >= 2 * kWindowMs) entries.pop_front();
    if (entries.size() >= kKept) {
        Spending oldest = entries.front();
        entries.pop_front();
        entries.front().value = checked_add(entries.front().value, oldest.value).value_or(BaseValue{kU256Max});
        entries.front().gas = checked_add(entries.front().gas, oldest.gas).value_or(Wei{kU256Max});
    }
    entries.push_back(spending);
}

void Budget::not_after(std::int64_t now) {
    for (auto& [position, entries] : by_position_) {
        for (auto& entry : entries) entry.time_ms = std::min(entry.time_ms, now);
    }
}

BaseValue Budget::value(const std::string& position, std::int64_t now) const {
    const auto it = by_position_.find(position);
    return it == by_position_.end() ? BaseValue{} : sum(it->second, now, &Spending::value);
}

Wei Budget::gas(const std::string& position, std::int64_t now) const {
    const auto it = by_position_.find(position);
    return it == by_position_.end() ? Wei{} : sum(it->second, now, &Spending::gas);
}

std::optional<std::int64_t> Budget::last_action(const std::string& position) const {
    const auto it = by_position_.find(position);
    std::optional<std::int64_t> out;
    if (it == by_position_.end()) return out;
    for (const auto& entry : it->second) {
        if (entry.purpose == Purpose::Rescue && entry.succeeded)
            out = std::max(out.value_or(entry.time_ms), entry.time_ms);
    }
    return out;
}

}  // namespace plimsoll::engine
