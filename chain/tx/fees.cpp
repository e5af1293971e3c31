// SPDX-License-Identifier: Apache-2.0
#include "chain/tx/fees.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace plimsoll::tx {

namespace {

constexpr Wei kLeastPriority{U256{1'000'000}};
constexpr std::uint32_t kNormalBlocks = 4;
constexpr std::uint32_t kUrgentBlocks = 8;

/// Fees near the top of the range are nobody's to pay: staying there is as good as any answer.
Wei saturated(const Math<U256>& value) {
    return Wei{value.value_or(kU256Max)};
}

Wei add(const Wei& a, const Wei& b) {
    return saturated(checked_add(a.value, b.value));
}

/// fee * 9 / 8, rounded up, and one.
Wei raised(const Wei& fee) {
    return add(add(fee, saturated(div_up(fee.value, U256{8}))), Wei{U256{1}});
}

Wei least_above(const Wei& fee) {
    const Wei tenth = saturated(mul_div_down(fee.value, U256{110}, U256{100}));
    return std::max(tenth, add(fee, Wei{U256{1}}));
}

/// One field of a replacement; nothing when no legal value fits.
std::optional<Wei> replaced(const Wei& old, const Wei& fresh, const Wei& ceiling) {
    if (least_above(old) > ceiling || old.value == kU256Max) return std::nullopt;
    return std::min(std::max(raised(old), fresh), ceiling);
}

}  // namespace

Math<Wei> next_base_fee(Wei base_fee, Gas gas_used, Gas gas_limit, const BaseFeeRule& rule) {
    if (rule.elasticity == 0 || gas_limit < rule.elasticity) return tl::unexpected(MathError::DivisionByZero);
    const Gas target = gas_limit / rule.elasticity;
    if (gas_used == target) return base_fee;
    const bool rises = gas_used > target;
    const U256 distance{rises ? gas_used - target : target - gas_used};
    TRY(const auto scaled, mul_div_down(base_fee.value, distance, U256{target}));
    TRY(const auto delta, div_down(scaled, U256{rule.max_change_denominator}));
    if (!rises) return checked_sub(base_fee, Wei{delta});
    return checked_add(base_fee, Wei{std::max(delta, U256{1})});
}

Wei highest_base_fee(Wei next_base_fee, std::uint32_t blocks, const BaseFeeRule& rule) {
    // A full block uses the limit: elasticity times the target.
    const Gas limit = rule.elasticity * 1'000'000;
    Wei out = next_base_fee;
    for (std::uint32_t i = 0; i < blocks && out.value != kU256Max; ++i)
        out = tx::next_base_fee(out, limit, limit, rule).value_or(Wei{kU256Max});
    return out;
}

Wei lowest_base_fee(Wei next_base_fee, std::uint32_t blocks, const BaseFeeRule& rule) {
    const Gas limit = rule.elasticity * 1'000'000;
    Wei out = next_base_fee;
    for (std::uint32_t i = 0; i < blocks; ++i) out = tx::next_base_fee(out, 0, limit, rule).value_or(out);
    return out;
}

Wei stake_priority(const Wei& loss, Gas gas, BlockNumber missed) {
    constexpr std::array<std::uint64_t, 6> kShares{0, 100, 250, 500, 1'000, 2'500};  // bps
    const std::uint64_t share = kShares[std::min<BlockNumber>(missed, kShares.size() - 1)];
    const Wei worth = saturated(mul_div_down(loss.value, U256{share}, U256{10'000}));
    return Wei{div_down(worth.value, U256{gas}).value_or(U256{})};
}

Bid bid(const FeeHistory& history, Urgency urgency, Wei ceiling, Wei least) {
    Wei priority = std::max(kLeastPriority, least);
    if (!history.priority_fees.empty()) {
        std::vector<Wei> paid(history.priority_fees.begin(), history.priority_fees.end());
        std::sort(paid.begin(), paid.end());
        priority = std::max(priority, urgency == Urgency::Urgent ? paid.back() : paid[paid.size() / 2]);
    }
    const Wei base =
        highest_base_fee(history.next_base_fee, urgency == Urgency::Urgent ? kUrgentBlocks : kNormalBlocks);
    Bid out;
    out.max_fee = std::min(add(base, priority), ceiling);
    out.max_priority_fee = std::min(priority, out.max_fee);
    return out;
}

Bid least_replacement(const Bid& old) {
    return {least_above(old.max_fee), least_above(old.max_priority_fee)};
}

std::optional<Bid> replacement(const Bid& old, const Bid& fresh, Wei ceiling) {
    const auto max_fee = replaced(old.max_fee, fresh.max_fee, ceiling);
    if (!max_fee) return std::nullopt;
    const auto priority = replaced(old.max_priority_fee, fresh.max_priority_fee, *max_fee);
    if (!priority) return std::nullopt;
    return Bid{*max_fee, *priority};
}

}  // namespace plimsoll::tx
