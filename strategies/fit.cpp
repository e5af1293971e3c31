// SPDX-License-Identifier: Apache-2.0
#include "strategies/fit.hpp"

#include <algorithm>

namespace plimsoll::strategies {

namespace {

// Roundings of tokens and interest until inclusion must not push the result below the target.
constexpr std::uint32_t kAimPpm = 100;
constexpr std::uint32_t kLeastPpm = 2;
// Good enough at first; later the whole band is.
constexpr std::uint32_t kClosePpm = 700;
constexpr int kStrict = 6;

U256 between(const U256& low, const U256& high) {
    return checked_add(low, shift_right(saturating_sub(high, low), 1)).value_or(high);
}

class Search {
  public:
    Search(Wad target, Wad start, const U256& cap)
        : least_(above(target, kLeastPpm)),
          aim_(above(target, kAimPpm)),
          close_(above(target, kClosePpm)),
          most_(above(target, kBandPpm)),
          target_(target),
          cap_(cap),
          low_health_(start),
          before_health_(start),
          best_health_(start) {}

    Result<Fit> run(const U256& guess, const HealthAt& health_at) {
        U256 probe = std::clamp(guess, U256{1}, cap_);
        for (int i = 0; i < kFitEvaluations; ++i) {
            TRY(const auto health, health_at(probe));
            note(probe, health);
            const Wad& enough = i < kStrict ? close_ : most_;
            if (health && *health >= least_ && *health <= enough) return done(probe, *health);
            const auto next = next_probe(i);
            if (!next) break;
            probe = *next;
        }
        if (high_ && high_health_ >= target_) return done(*high_, high_health_);
        return Fit{best_, best_health_, false, false, barred_.has_value()};
    }

  private:
    Fit done(const U256& amount, const Wad& health) const { return {amount, health, true, health <= most_, false}; }

    void note(const U256& probe, const std::optional<Wad>& health) {
        if (!health) {
            barred_ = barred_ ? std::min(*barred_, probe) : probe;
        } else if (*health >= least_) {
            if (!high_ || probe < *high_) high_ = probe, high_health_ = *health;
        } else {
            if (*health > best_health_) best_ = probe, best_health_ = *health;
            if (probe > low_) low_ = probe, low_health_ = *health;
        }
    }

    std::optional<U256> next_probe(int round) {
        if (high_) return within(low_, *high_, round);
        if (barred_) {
            // Past the end of the pools: what is left is to come near to it.
            if (saturating_sub(*barred_, low_) <= std::max(shift_right(low_, 6), U256{1})) return std::nullopt;
            return between(low_, *barred_);
        }
        if (low_ >= cap_) return std::nullopt;
        return std::min(cap_, further());
    }

    /// False position, which halving helps out: the health factor bends upwards.
    std::optional<U256> within(const U256& low, const U256& high, int round) const {
        const U256 gap = saturating_sub(high, low);
        if (gap <= U256{1}) return std::nullopt;
        const U256 rise = saturating_sub(high_health_.value, low_health_.value);
        const U256 wanted = saturating_sub(aim_.value, low_health_.value);
        const bool steep =
            high_health_.value >= *checked_mul(U256{2}, std::min(target_.value, shift_right(kU256Max, 1)));
        if (steep || round % 4 == 3 || rise.is_zero()) return between(low, high);
        const auto part = mul_div_down(gap, wanted, rise);
        if (!part) return between(low, high);
        return std::clamp(*checked_add(low, std::min(*part, gap)), *checked_add(low, U256{1}),
                          *checked_sub(high, U256{1}));
    }

    /// Along the line through the last two points below, and never less than a fraction further.
    U256 further() {
        const U256 least =
            checked_add(low_, checked_add(shift_right(low_, pushes_ > 2 ? 1 : 6), U256{1}).value_or(low_))
                .value_or(cap_);
        ++pushes_;
        const U256 run = saturating_sub(low_, before_);
        const U256 rise = saturating_sub(low_health_.value, before_health_.value);
        const U256 wanted = saturating_sub(aim_.value, low_health_.value);
        before_ = low_;
        before_health_ = low_health_;
        if (rise.is_zero() || run.is_zero()) return least;
        const auto step = mul_div_up(run, wanted, rise);
        const auto next = step ? checked_add(low_, *step) : Math<U256>(cap_);
        return std::max(least, next.value_or(cap_));
    }

    Wad least_;
    Wad aim_;
    Wad close_;
    Wad most_;
    Wad target_;
    U256 cap_;
    U256 low_;
    Wad low_health_;
    U256 before_;
    Wad before_health_;
    int pushes_ = 0;
    std::optional<U256> high_;
    Wad high_health_;
    std::optional<U256> barred_;
    U256 best_;
    Wad best_health_;
};

}  // namespace

Wad above(Wad target, std::uint32_t ppm) {
    return Wad{mul_div_down(target.value, U256{1'000'000ULL + ppm}, U256{1'000'000}).value_or(kU256Max)};
}

std::optional<U256> closed_form(const lending::AccountSummary& now, Wad target, const Effect& effect) {
    if (now.health_factor >= target) return U256{};
    // In units of 1e18 * bps, as a health factor times 10,000 is.
    const auto scaled = [](std::uint32_t bps) { return checked_mul(U256{bps}, kWad); };
    const auto target_bps = checked_mul(target.value, kBps);
    if (!target_bps) return std::nullopt;
    const auto gain = effect.supplies ? scaled(effect.given_threshold) : target_bps;
    const auto price = effect.borrows ? target_bps : scaled(effect.taken_threshold);
    const auto lacking = checked_mul(saturating_sub(target.value, now.health_factor.value), kBps);
    if (!gain || !price || !lacking) return std::nullopt;
    const auto numerator = checked_mul(now.debt.value, *lacking);
    const auto gained = checked_mul(effect.given_value, *gain);
    const auto paid = checked_mul(effect.taken_value, *price);
    if (!numerator || !gained || !paid || *gained <= *paid) return std::nullopt;
    const auto value = mul_div_up(*numerator, effect.taken_value, saturating_sub(*gained, *paid));
    if (!value) return std::nullopt;
    return *value;
}

Result<Fit> fit(Wad target, Wad start, const U256& guess, const U256& cap, const HealthAt& health_at) {
    if (cap.is_zero()) return Fit{{}, start, start >= target, true, false};
    return Search(target, start, cap).run(guess, health_at);
}

}  // namespace plimsoll::strategies
