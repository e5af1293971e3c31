// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "chain/lending/position.hpp"

/// How much to exchange so that the health factor lands on its target.
///
/// Let S be the collateral weighted by liquidation thresholds, D the debt, H the target. Of a value y that is taken
/// from the position, r y comes out of the exchange after its price, fees and the loan's premium. Withdrawing y takes T
/// y of weight (T the threshold of what is sold) and repaying r y lowers D by it:
///     (S - T y) / (D - r y) = H   =>   y = (H D - S) / (r H - T),
/// which with k = 1 / r and the debt repaid x = y / k is x = (H D - S) / (H - T k). Supplying what is bought gives G r
/// y of weight instead (G its threshold), and borrowing y costs H y: y = (H D - S) / (r G - T) with G, T replaced by H
/// on the debt's side.
namespace plimsoll::strategies {

/// Parts of a million of the target: where the result may lie above it.
inline constexpr std::uint32_t kBandPpm = 5'000;

struct Effect {
    U256 taken_value;                 // a sample of the exchange near the size looked for: what is taken,
    U256 given_value;                 // and what comes of it
    bool borrows{};                   // taken by new debt, not from collateral
    bool supplies{};                  // given to collateral, not to debt
    std::uint32_t taken_threshold{};  // bps; zero where it does not count
    std::uint32_t given_threshold{};
};

/// The value to take by the formula above, from an account that stands at `now`; nullopt when no amount reaches the
/// target in this way.
std::optional<U256> closed_form(const lending::AccountSummary& now, Wad target, const Effect& effect);

struct Fit {
    U256 amount;
    Wad health;
    bool reached{};    // at or above the target
    bool exact{};      // and at most kBandPpm above it
    bool exhausted{};  // a larger amount than this has no quote
};

/// Health factor after an amount; nullopt when that much cannot be exchanged.
using HealthAt = std::function<Result<std::optional<Wad>>(const U256& amount)>;

inline constexpr int kFitEvaluations = 28;

/// The amount in [1, cap] whose health factor is within the band above `target`, near its lower end, starting from
/// `guess`; the least that reaches it where the band cannot be hit; the one of the greatest health factor where the
/// target cannot. `start` is the health factor of amount zero. At most kFitEvaluations questions.
Result<Fit> fit(Wad target, Wad start, const U256& guess, const U256& cap, const HealthAt& health_at);

/// target * (1,000,000 + ppm) / 1,000,000, rounded down.
Wad above(Wad target, std::uint32_t ppm);

}  // namespace plimsoll::strategies
