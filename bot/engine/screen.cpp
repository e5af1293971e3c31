// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/screen.hpp"

#include <algorithm>

namespace plimsoll::engine {

namespace {

constexpr std::uint64_t kMarginTop = 256;
constexpr std::uint64_t kMarginBottom = 253;
constexpr unsigned kProductBitsMin = 60;  // below, rounding down would no longer be negligible: begin anew

}  // namespace

void Screen::resize(std::size_t accounts) {
    const std::size_t old = accounts_.size();
    accounts_.resize(accounts);
    for (std::size_t i = old; i < accounts; ++i) set_due(i, U256::max());
}

void Screen::set_due(std::size_t account, const U256& due) {
    Account& entry = accounts_[account];
    entry.due = due;
    ++entry.generation;
    heap_.push({due, static_cast<std::uint32_t>(account), entry.generation});
    // Replaced entries stay in the heap until they come up; when they are the most of it, it is built anew.
    if (heap_.size() <= 4 * accounts_.size() + 64) return;
    std::vector<Entry> live;
    live.reserve(accounts_.size());
    for (std::size_t i = 0; i < accounts_.size(); ++i)
        live.push_back({accounts_[i].due, static_cast<std::uint32_t>(i), accounts_[i].generation});
    heap_ = std::priority_queue<Entry>({}, std::move(live));
}

void Screen::all_due() {
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        if (accounts_[i].due != U256::max()) set_due(i, U256::max());
    }
}

void Screen::drift(const std::optional<Wad>& factor) {
    if (!factor || factor->value > kWad) {
        all_due();
        return;
    }
    product_ = mul_div_down(product_, factor->value, kWad).value_or(U256{});
    if (product_.bit_width() > kProductBitsMin) return;
    product_ = shift_left(U256{1}, kScaleBits);
    all_due();
}

void Screen::changed(std::size_t account) {
    if (accounts_[account].due != U256::max()) set_due(account, U256::max());
}

void Screen::evaluated(std::size_t account, const Wad& health, const BaseValue& collateral, const BaseValue& debt,
                       const Wad& threshold) {
    U256 due = U256::max();
    if (debt.is_zero()) {
        due = U256{};  // without debt only a change of its own can matter
    } else if (!threshold.is_zero() && debt.value >= U256{kScreened} && collateral.value >= U256{kScreened}) {
        const auto top = mul_div_up(product_, U256{kMarginTop}, U256{kMarginBottom});
        if (top) due = mul_div_up(*top, threshold.value, health.value).value_or(U256::max());
    }
    set_due(account, due);
}

std::vector<std::size_t> Screen::due() {
    std::vector<std::size_t> out;
    std::vector<Entry> kept;
    while (!heap_.empty() && heap_.top().due >= product_) {
        const Entry entry = heap_.top();
        heap_.pop();
        if (entry.generation != accounts_[entry.account].generation) continue;
        out.push_back(entry.account);
        kept.push_back(entry);
    }
    for (const auto& entry : kept) heap_.push(entry);  // due until evaluated
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<std::size_t> Screen::slice(std::size_t count) {
    std::vector<std::size_t> out;
    count = std::min(count, accounts_.size());
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (next_ >= accounts_.size()) next_ = 0;
        out.push_back(next_++);
    }
    return out;
}

}  // namespace plimsoll::engine
