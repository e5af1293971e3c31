// SPDX-License-Identifier: Apache-2.0
#include "bot/init/proposal.hpp"

#include <algorithm>

namespace plimsoll::bot::init {

namespace {

// Excess over 1 in thousandths: 250 is 1.25. What people write has two or three digits.
constexpr std::uint64_t kThousand = 1'000;
constexpr std::uint64_t kUsual = 250;
constexpr std::uint64_t kWarnMost = 150;

Wad level(std::uint64_t excess) {
    constexpr U256 kThousandth = U256::literal("1'000'000'000'000'000");
    return Wad{checked_mul(U256{kThousand + excess}, kThousandth).value_or(kU256Max)};
}

/// Rounded down; at most ten.
std::uint64_t excess_of(Wad health) {
    constexpr std::uint64_t kMost = 9'000;
    if (health.value <= kWad) return 0;
    const auto excess = mul_div_down(saturating_sub(health.value, kWad), U256{kThousand}, kWad);
    return excess && *excess < U256{kMost} ? excess->low_u64() : kMost;
}

/// Two digits where there is room for them.
std::uint64_t rounded(std::uint64_t excess) {
    constexpr std::uint64_t kFine = 60;
    constexpr std::uint64_t kStep = 10;
    return excess < kFine ? excess : excess / kStep * kStep;
}

std::uint64_t target_over(std::uint64_t trigger) {
    return std::max(rounded(trigger * 9 / 5), trigger + 5);
}

}  // namespace

Levels propose(Wad health, std::uint32_t least_bps) {
    const std::uint64_t now = excess_of(health);
    // A fall by 1 - 1/h of the price liquidates: h is 1 / (1 - part).
    const std::uint64_t bps = 10'000;
    const std::uint64_t part = std::min<std::uint64_t>(least_bps, bps / 2);
    const std::uint64_t least = (part * kThousand + bps - part - 1) / (bps - part);
    const std::uint64_t trigger = std::max({least, rounded(std::min(kUsual, now * 3 / 5)), std::uint64_t{5}});
    const std::uint64_t half = now > trigger ? (now - trigger) / 2 : 0;
    const std::uint64_t warn = rounded(trigger + std::min(half, kWarnMost));
    return {level(std::max(warn, trigger)), level(trigger), level(target_over(trigger))};
}

Levels around(const Levels& proposed, Wad trigger, Wad target) {
    Levels out = proposed;
    if (!trigger.is_zero()) {
        out.trigger = trigger;
        const std::uint64_t excess = excess_of(trigger);
        out.target = level(target_over(excess));
        out.warn = std::max(proposed.warn, trigger);
    }
    if (!target.is_zero()) out.target = target;
    return out;
}

}  // namespace plimsoll::bot::init
