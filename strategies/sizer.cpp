// SPDX-License-Identifier: Apache-2.0
// What bounds a pair, and what an amount of it brings.
#include "strategies/sizer.hpp"

#include <algorithm>

#include "strategies/repay_from_wallet.hpp"

namespace plimsoll::strategies {

U256 Sizer::taken_of(const AssetPosition& asset) const {
    U256 out;
    for (const auto& leg : out_.legs) {
        if (leg.sold->asset == asset.asset) out = checked_add(out, leg.taken()).value_or(kU256Max);
    }
    return out;
}

/// Of the loan of what is bought, by the legs so far.
U256 Sizer::borrowed() const {
    U256 out;
    for (const auto& leg : out_.legs) out = checked_add(out, leg.loan).value_or(kU256Max);
    return out;
}

/// What is left of a debt after the steps so far.
U256 Sizer::owed(const AssetPosition& bought) const {
    U256 out = bought.debt.value;
    for (const auto& change : done_) {
        if (change.asset == bought.asset && change.kind == Change::Kind::Repay)
            out = saturating_sub(out, change.amount.value);
    }
    return out;
}

/// The same with the interest until a late inclusion.
Result<U256> Sizer::closing(const AssetPosition& bought) {
    if (!later_) {
        TRY(later_, s_.market.position(s_.now.account, s_.as_of + kCloseMargin));
    }
    const U256 left = owed(bought);
    for (const auto& asset : later_->assets) {
        if (asset.asset != bought.asset) continue;
        const U256 interest = saturating_sub(asset.debt.value, bought.debt.value);
        TRY(const U256 sum, checked_add(left, interest));
        return sum;
    }
    return left;
}

bool Sizer::may_close(const AssetPosition& bought) const {
    if (terms_.supplies) return false;
    if (s_.seat->standing.policy.may_close || terms_.borrows) return true;
    return std::any_of(s_.now.assets.begin(), s_.now.assets.end(), [&](const AssetPosition& other) {
        return other.asset != bought.asset && !owed(other).is_zero();
    });
}

Cap Sizer::cap_of(const AssetPosition& sold, const AssetPosition& bought) const {
    const U256 before = taken_of(sold);
    const auto left = [&](const U256& of) { return saturating_sub(of, before); };
    const LoanSource* source = terms_.funding.source;
    const auto fee = lent(sold);
    Cap cap{kU256Max, ""};
    if (!terms_.borrows) {
        cap.lower(left(sold.supplied.value), "balance");
        cap.lower(left(withdrawable(s_, sold.asset).value), "guard-allowance");
    }
    if (const auto* conditions = conditions_of(s_, sold.asset)) {
        U256 liquidity = left(conditions->liquidity.value);
        // The market's own loan is not back yet when the same asset is taken.
        if (fee && source->lender == guard::Lender::AaveV3) liquidity = shift_right(liquidity, 1);
        cap.lower(liquidity, "liquidity");
        if (terms_.borrows) cap.lower(left(conditions->borrow_room.value), "borrow-cap");
        if (const auto* room = conditions_of(s_, bought.asset); terms_.supplies && room != nullptr)
            cap.lower(exchanged_up(bought, sold, room->supply_room.value).value_or(kU256Max), "supply-cap");
    }
    cap.keep_to_limits(s_, sold, BaseValue{moved_});
    if (!terms_.borrows) cap.amount = saturating_sub(cap.amount, kTakenOver);
    cap.amount = loan_covered_by(cap.amount, fee.value_or(0));
    if (fee) cap.lower(left(source->available.value), "flash-liquidity");
    if (!fee && source != nullptr && source->asset == bought.asset)
        cap.lower(exchanged_up(bought, sold, saturating_sub(source->available.value, borrowed())).value_or(kU256Max),
                  "flash-liquidity");
    return cap;
}

std::optional<Venue> Sizer::venue_for(const AssetPosition& sold, const AssetPosition& bought,
                                      const U256& amount) const {
    if (terms_.offer != nullptr) {
        Venue venue;
        venue.name = terms_.offer->name;
        venue.offer = terms_.offer;
        return venue;
    }
    std::vector<Address> avoid;
    const LoanSource* source = terms_.funding.source;
    if (source != nullptr && source->lender == guard::Lender::UniswapV3) avoid.push_back(source->source);
    auto venues = terms_.memory != nullptr ? terms_.memory->venues(s_, sold.asset, bought.asset, amount, avoid)
                                           : venues_for(s_, sold.asset, bought.asset, amount, avoid);
    const bool stepwise = terms_.funding.kind == Funding::Kind::Steps;
    // In steps every further route is paid for again and again.
    std::erase_if(venues,
                  [&](const Venue& venue) { return venue.offer != nullptr || (stepwise && venue.routes.size() > 1); });
    if (venues.empty()) return std::nullopt;
    // A pair without another venue keeps the one it has, unless the plan is this pair alone.
    if (terms_.venue >= venues.size()) return std::nullopt;
    return venues[terms_.venue];
}

/// Fills in what selling `amount` brings; false when the venue cannot take it.
Result<bool> Sizer::price(Leg& leg, const U256& amount, dex::Overlay& pools) const {
    auto sale = sell(s_, leg.venue, amount, pools);
    if (!sale) return false;
    leg.sale = *std::move(sale);
    TRY(const Fair fair, fair_price(s_, *leg.sold, *leg.bought, amount));
    leg.doubtful = disagree(s_, fair);
    leg.least = leg.venue.itself ? amount : least_out(s_, fair, leg.sale.amount_out);
    const LoanSource* source = terms_.funding.source;
    leg.fee_sold = leg.fee_bought = leg.loan = {};
    leg.over = terms_.borrows ? U256{} : kTakenOver;
    if (const auto fee = lent(*leg.sold)) leg.fee_sold = fee_of(amount, *fee);
    if (source != nullptr && terms_.funding.kind != Funding::Kind::SoldLoan && source->asset == leg.bought->asset) {
        const U256 sure = std::min(leg.least, leg.sale.amount_out);
        leg.loan =
            std::min(loan_covered_by(sure, source->fee_ppm), saturating_sub(source->available.value, borrowed()));
        leg.fee_bought = fee_of(leg.loan, source->fee_ppm);
    }
    return true;
}

/// Health factor after this leg; `out` is the leg at that amount.
Result<std::optional<Wad>> Sizer::health(const Leg& like, const U256& amount, Leg& out) const {
    out = like;
    dex::Overlay pools = pools_;
    TRY(const bool sold, price(out, amount, pools));
    if (!sold) return std::optional<Wad>{};
    auto changes = done_;
    changes.push_back(give(terms_, *out.bought, out.given()));
    changes.push_back(take(terms_, *out.sold, out.taken()));
    changes.insert(changes.end(), terms_.after.changes.begin(), terms_.after.changes.end());
    TRY(const auto summary, s_.market.after(s_.now.account, changes, s_.as_of));
    return std::optional<Wad>{summary.health_factor};
}

/// By the closed form, with the price that selling `sample` gets; nullopt when no amount can reach the target.
Result<std::optional<U256>> Sizer::guess_for(const Leg& like, const U256& sample) const {
    Leg leg = like;
    dex::Overlay pools = pools_;
    TRY(const bool sold, price(leg, sample, pools));
    Effect effect;
    effect.borrows = terms_.borrows;
    effect.supplies = terms_.supplies;
    effect.taken_threshold = leg.sold->collateral ? leg.sold->threshold_bps : 0;
    effect.given_threshold = leg.bought->threshold_bps;
    if (sold) {
        TRY(effect.taken_value, value_up(*leg.sold, leg.taken()));
        TRY(effect.given_value, value_down(*leg.bought, leg.given()));
    } else {
        effect.taken_value = kWad;
        effect.given_value = less_bps(kWad, slippage_bps(s_));
    }
    const auto value = closed_form(now_, target_, effect);
    if (!value) return std::optional<U256>{};
    const U256 taken = amount_worth(*leg.sold, *value);
    return std::optional<U256>{loan_covered_by(taken, lent(*leg.sold).value_or(0))};
}

NoPlan Sizer::too_dear(const Leg& leg) const {
    const std::string sale = "selling " + name_of(*leg.sold) + " for " + name_of(*leg.bought);
    if (leg.doubtful)
        return {"reference-disagrees",
                "no pool pays what the reference says of " + sale + ", which is far from the protocol's price"};
    const std::uint32_t most = slippage_bps(s_);
    const auto price = mul_div_down(leg.least, kBps, U256{10'000 - std::min(most, 9'999U)});
    const auto paid = price ? mul_div_down(leg.sale.amount_out, kBps, std::max(*price, U256{1})) : price;
    const std::string lacking =
        paid ? std::to_string(saturating_sub(kBps, *paid).low_u64()) + " bps less than its price" : "too little";
    return {"price-impact", sale + " through " + leg.venue.name + " brings " + lacking + "; " + std::to_string(most) +
                                " bps are allowed at this urgency"};
}

/// Makes the leg as small as the price it gets demands. A NoPlan when even a little of it is too dear.
Result<std::optional<NoPlan>> Sizer::bound_impact(Leg& leg) {
    Leg best = leg;
    dex::Overlay whole = pools_;
    TRY(const bool fits, price(best, leg.sale.amount_in, whole));
    if (fits && best.sale.amount_out >= best.least) {
        leg = std::move(best);
        return std::optional<NoPlan>{};
    }
    bool found = false;
    U256 low;
    U256 high = leg.sale.amount_in;
    U256 probe = shift_right(high, 4);
    for (int i = 0; i < 12 && probe > low; ++i) {
        Leg trial = leg;
        dex::Overlay pools = pools_;
        TRY(const bool sold, price(trial, probe, pools));
        if (sold && trial.sale.amount_out >= trial.least) {
            low = probe;
            best = std::move(trial);
            found = true;
        } else {
            high = probe;
            if (!found && sold && i < 3) best = std::move(trial);  // dust would only show its rounding
        }
        // By sixteenths down to a size that bears the price, then halves between.
        const U256 half = checked_add(low, shift_right(saturating_sub(high, low), 1)).value_or(high);
        probe = found ? half : shift_right(probe, 4);
    }
    if (!found) return std::optional<NoPlan>{too_dear(best)};
    leg = std::move(best);
    out_.shortfall = "price-impact";
    return std::optional<NoPlan>{};
}

/// Grows or shrinks the leg to what closes the debt. False when it cannot; then the leg is as it was.
Result<bool> Sizer::close_debt(Leg& leg, const Cap& cap, bool needed) {
    if (!may_close(*leg.bought) && !needed) return false;
    TRY(const U256 due, closing(*leg.bought));
    const U256 wanted =
        leg.venue.itself ? due : mul_div_up(due, U256{10'000 + kCloseBufferBps}, kBps).value_or(kU256Max);
    U256 amount = std::min(exchanged_up(*leg.bought, *leg.sold, wanted).value_or(cap.amount), cap.amount);
    for (int i = 0; i < 8; ++i) {
        if (amount.is_zero()) return false;
        Leg trial = leg;
        dex::Overlay pools = pools_;
        TRY(const bool sold, price(trial, amount, pools));
        if (!sold || trial.sale.amount_out.is_zero()) return false;
        const U256 given = trial.given();
        if (given >= wanted) {
            const U256 most =
                checked_add(wanted, checked_add(div_down(wanted, U256{500}).value_or(U256{}), U256{2}).value_or(U256{}))
                    .value_or(kU256Max);
            if (given <= most || i == 7 || amount <= U256{1}) {
                if (trial.sale.amount_out < trial.least) return false;
                trial.closes = true;
                leg = std::move(trial);
                return true;
            }
        } else if (amount >= cap.amount) {
            return false;
        }
        // The price at this size is nearly that at the right one.
        U256 next = mul_div_up(amount, wanted, std::max(given, U256{1})).value_or(cap.amount);
        if (given < wanted) next = std::max(next, checked_add(amount, U256{1}).value_or(amount));
        amount = std::min(next, cap.amount);
    }
    return false;
}

}  // namespace plimsoll::strategies
