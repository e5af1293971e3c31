// SPDX-License-Identifier: Apache-2.0
#include "strategies/legs.hpp"

#include <algorithm>

#include "strategies/repay_from_wallet.hpp"

namespace plimsoll::strategies {

namespace {

struct Cap {
    U256 amount;
    std::string gate;

    void lower(const U256& to, std::string_view name) {
        if (to < amount) amount = to, gate = name;
    }
};

using Sized = std::variant<Leg, NoPlan>;

class Sizer {
  public:
    Sizer(const Situation& s, const Terms& terms)
        : s_(s), terms_(terms), pools_(pools_of(s)), done_(terms.before.changes), moved_(terms.before.moved.value) {}

    Result<std::variant<Legs, NoPlan>> run(const std::vector<const AssetPosition*>& sold,
                                           const std::vector<const AssetPosition*>& bought);

  private:
    Result<Sized> size(const AssetPosition& sold, const AssetPosition& bought);
    Cap cap_of(const AssetPosition& sold, const AssetPosition& bought) const;
    /// The loan's fee in parts of a million, where the loan is of what this pair sells; nullopt where it is not.
    std::optional<std::uint32_t> lent(const AssetPosition& sold) const {
        const bool is = terms_.funding.kind == Funding::Kind::SoldLoan && terms_.funding.source->asset == sold.asset;
        return is ? std::optional(terms_.funding.source->fee_ppm) : std::nullopt;
    }
    std::optional<Venue> venue_for(const AssetPosition& sold, const AssetPosition& bought, const U256& amount) const;
    Result<bool> price(Leg& leg, const U256& amount, dex::Overlay& pools) const;
    Result<std::optional<Wad>> health(const Leg& like, const U256& amount, Leg& out) const;
    Result<std::optional<U256>> guess_for(const Leg& like, const U256& sample) const;
    Result<std::optional<NoPlan>> bound_impact(Leg& leg);
    Result<bool> close_debt(Leg& leg, const Cap& cap, bool needed);
    U256 taken_of(const AssetPosition& asset) const;
    U256 owed(const AssetPosition& bought) const;
    Result<U256> closing(const AssetPosition& bought);
    bool may_close(const AssetPosition& bought) const;
    Result<void> keep(Leg leg);
    Result<std::optional<NoPlan>> size_to_target(Leg& leg, const Cap& cap);
    Result<std::optional<NoPlan>> size_offer(Leg& leg, const Cap& cap);

    const Situation& s_;
    const Terms& terms_;
    dex::Overlay pools_;  // as the legs so far leave them
    std::vector<Change> done_;
    AccountSummary now_;
    U256 moved_;
    Legs out_;
    std::optional<lending::Position> later_;
};

U256 Sizer::taken_of(const AssetPosition& asset) const {
    U256 out;
    for (const auto& leg : out_.legs) {
        if (leg.sold->asset == asset.asset) out = checked_add(out, leg.taken()).value_or(kU256Max);
    }
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
    if (!terms_.borrows) cap.lower(left(sold.supplied.value), "balance");
    if (terms_.borrows)
        cap.lower(left(borrowable(s_, sold.asset).value), "guard-delegation");
    else
        cap.lower(left(withdrawable(s_, sold.asset).value), "guard-allowance");
    if (const auto* conditions = conditions_of(s_, sold.asset)) {
        U256 liquidity = left(conditions->liquidity.value);
        // The market's own loan is not back yet when the same asset is taken.
        if (fee && source->lender == guard::Lender::AaveV3) liquidity = shift_right(liquidity, 1);
        cap.lower(liquidity, "liquidity");
        if (terms_.borrows) cap.lower(left(conditions->borrow_room.value), "borrow-cap");
        if (const auto* room = conditions_of(s_, bought.asset); terms_.supplies && room != nullptr)
            cap.lower(exchanged_up(bought, sold, room->supply_room.value).value_or(kU256Max), "supply-cap");
    }
    const auto worth = [&](const std::optional<BaseValue>& value, std::string_view gate) {
        if (value) cap.lower(amount_worth(sold, saturating_sub(value->value, moved_)), gate);
    };
    worth(s_.allowed.value_per_action, "limit-value-per-action");
    worth(s_.allowed.value_left_today, "limit-value-per-day");
    worth(guard_budget(s_), "guard-value-per-day");
    if (!terms_.borrows) cap.amount = saturating_sub(cap.amount, kTakenOver);
    cap.amount = loan_covered_by(cap.amount, fee.value_or(0));
    if (fee) cap.lower(left(source->available.value), "flash-liquidity");
    if (!fee && source != nullptr && source->asset == bought.asset)
        cap.lower(exchanged_up(bought, sold, source->available.value).value_or(kU256Max), "flash-liquidity");
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
    auto venues = venues_for(s_, sold.asset, bought.asset, amount, avoid);
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
    leg.least = leg.venue.itself ? amount : least_out(s_, fair);
    const LoanSource* source = terms_.funding.source;
    leg.fee_sold = leg.fee_bought = leg.loan = {};
    leg.over = terms_.borrows ? U256{} : kTakenOver;
    if (const auto fee = lent(*leg.sold)) leg.fee_sold = fee_of(amount, *fee);
    if (source != nullptr && terms_.funding.kind != Funding::Kind::SoldLoan && source->asset == leg.bought->asset) {
        const U256 sure = std::min(leg.least, leg.sale.amount_out);
        leg.loan = std::min(loan_covered_by(sure, source->fee_ppm), source->available.value);
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
    const auto value = closed_form(now_, s_.target, effect);
    if (!value) return std::optional<U256>{};
    const U256 taken = amount_worth(*leg.sold, *value);
    return std::optional<U256>{loan_covered_by(taken, lent(*leg.sold).value_or(0))};
}

/// Makes the leg as small as the price it gets demands. A NoPlan when even a little of it is too dear.
Result<std::optional<NoPlan>> Sizer::bound_impact(Leg& leg) {
    if (leg.venue.itself || leg.sale.amount_out >= leg.least) return std::optional<NoPlan>{};
    Leg best;
    bool found = false;
    U256 low;
    U256 high = leg.sale.amount_in;
    // A hundredth first: where that is too dear already it is the price, not the size.
    U256 probe = std::max(div_down(high, U256{100}).value_or(U256{}), U256{1});
    for (int i = 0; i < 10; ++i) {
        Leg trial = leg;
        dex::Overlay pools = pools_;
        TRY(const bool sold, price(trial, probe, pools));
        if (sold && trial.sale.amount_out >= trial.least) {
            low = probe;
            best = std::move(trial);
            found = true;
        } else if (i == 0) {
            break;
        } else {
            high = probe;
        }
        probe = checked_add(low, shift_right(saturating_sub(high, low), 1)).value_or(high);
        if (probe <= low) break;
    }
    if (!found)
        return std::optional<NoPlan>{NoPlan{"price-impact", "selling " + name_of(*leg.sold) + " for " +
                                                                name_of(*leg.bought) + " through " + leg.venue.name +
                                                                " brings less than the allowed price"}};
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

Result<std::optional<NoPlan>> Sizer::size_offer(Leg& leg, const Cap& cap) {
    const U256& amount = terms_.offer->amount_in.value;
    if (amount > cap.amount) return std::optional<NoPlan>{NoPlan{cap.gate, "the offer is for more than that allows"}};
    Leg out;
    TRY(const auto health_factor, health(leg, amount, out));
    const Wad most = above(s_.target, kBandPpm);
    if (!health_factor || *health_factor < s_.target || *health_factor > most)
        return std::optional<NoPlan>{NoPlan{"offer-size", "the offer of " + leg.venue.name + " is for another amount"}};
    if (out.sale.amount_out < out.least)
        return std::optional<NoPlan>{
            NoPlan{"price-impact", "the offer of " + leg.venue.name + " is below the allowed price"}};
    leg = std::move(out);
    out_.reached = true;
    return std::optional<NoPlan>{};
}

Result<std::optional<NoPlan>> Sizer::size_to_target(Leg& leg, const Cap& cap) {
    // No sale lowers the debt by more than its price; a guess at that price finds the routes.
    const U256 sample = leg.sale.amount_in;
    TRY(const auto guess, guess_for(leg, sample));
    Leg at;
    std::optional<Leg> last;
    const HealthAt ask = [&](const U256& amount) -> Result<std::optional<Wad>> {
        Leg trial;
        TRY(auto out, health(leg, amount, trial));
        if (out) last = std::move(trial);
        return out;
    };
    TRY(const Fit fitted, fit(s_.target, now_.health_factor, guess.value_or(cap.amount), cap.amount, ask));
    if (fitted.amount.is_zero()) {
        if (fitted.exhausted)
            return std::optional<NoPlan>{NoPlan{"no-route", leg.venue.name + " cannot take even a little"}};
        return std::optional<NoPlan>{NoPlan{
            "no-effect",
            "selling " + name_of(*leg.sold) + " for " + name_of(*leg.bought) + " does not raise the health factor"}};
    }
    if (!last || last->sale.amount_in != fitted.amount) {
        TRY(const auto again, ask(fitted.amount));
        if (!again) return std::optional<NoPlan>{NoPlan{"no-route", leg.venue.name + " cannot take it"}};
    }
    leg = *std::move(last);
    out_.reached = fitted.reached;
    if (fitted.reached && !fitted.exact) out_.excess = "smallest-unit";
    if (!fitted.reached) out_.shortfall = fitted.exhausted ? "pool-liquidity" : cap.gate;
    if (!fitted.reached && fitted.amount < cap.amount && !fitted.exhausted) out_.shortfall = "no-effect";
    return std::optional<NoPlan>{};
}

Result<Sized> Sizer::size(const AssetPosition& sold, const AssetPosition& bought) {
    out_.reached = false;
    out_.shortfall.clear();
    out_.excess.clear();
    const Cap cap = cap_of(sold, bought);
    if (cap.amount.is_zero()) {
        const std::string gate = cap.gate == "balance" ? "no-balance" : cap.gate;
        return Sized{NoPlan{gate, "nothing of " + name_of(sold) + " can be taken: " + gate}};
    }
    Leg leg;
    leg.sold = &sold;
    leg.bought = &bought;
    // Size at the protocol's own prices, to look for routes of about that size.
    TRY(const U256 owing, closing(bought));
    U256 rough = exchanged_up(bought, sold, owing).value_or(cap.amount);
    if (terms_.supplies) rough = cap.amount;
    Effect plain{kWad,
                 less_bps(kWad, slippage_bps(s_) / 4),
                 terms_.borrows,
                 terms_.supplies,
                 sold.collateral ? sold.threshold_bps : 0,
                 bought.threshold_bps};
    if (!terms_.closes_position) {
        if (const auto value = closed_form(now_, s_.target, plain)) rough = std::min(rough, amount_worth(sold, *value));
    }
    rough = std::clamp(rough, U256{1}, cap.amount);
    auto venue = venue_for(sold, bought, rough);
    if (!venue)
        return Sized{NoPlan{"no-route", terms_.venue == 0
                                            ? "no pool leads from " + name_of(sold) + " to " + name_of(bought)
                                            : "no other venue sells " + name_of(sold)}};
    leg.venue = *std::move(venue);
    leg.sale.amount_in = rough;

    if (terms_.offer != nullptr) {
        TRY(auto refused, size_offer(leg, cap));
        if (refused) return Sized{*std::move(refused)};
        return Sized{std::move(leg)};
    }
    if (terms_.closes_position) {
        TRY(const bool closed, close_debt(leg, cap, true));
        if (closed) return Sized{std::move(leg)};
        TRY(const bool fits, [&]() -> Result<bool> {
            dex::Overlay pools = pools_;
            return price(leg, cap.amount, pools);
        }());
        if (!fits) return Sized{NoPlan{"pool-liquidity", leg.venue.name + " cannot take what closing needs"}};
        if (leg.sale.amount_out < leg.least)
            return Sized{
                NoPlan{"price-impact", "closing through " + leg.venue.name + " brings less than the allowed price"}};
        out_.shortfall = cap.gate;
        return Sized{std::move(leg)};
    }
    TRY(auto refused, size_to_target(leg, cap));
    if (refused) return Sized{*std::move(refused)};
    TRY(auto dear, bound_impact(leg));
    if (dear) return Sized{*std::move(dear)};
    if (out_.shortfall == "price-impact") out_.reached = false;
    if (terms_.supplies || terms_.borrows) return Sized{std::move(leg)};

    const U256 left = owed(bought);
    const U256 rest = saturating_sub(left, leg.given());
    TRY(const U256 rest_value, value_up(bought, rest));
    const U256 dust = checked_mul(s_.now.base_unit, U256{kDustUnits}).value_or(U256{});
    if (rest_value >= dust) return Sized{std::move(leg)};
    Leg all = leg;
    TRY(const bool closed, close_debt(all, cap, false));
    if (closed) {
        leg = std::move(all);
        Leg at;
        TRY(const auto health_factor, health(leg, leg.sale.amount_in, at));
        out_.reached = health_factor && *health_factor >= s_.target;
        out_.shortfall = out_.reached ? "" : "other-debts";
        out_.excess = out_.reached && *health_factor > above(s_.target, kBandPpm) ? "closes-debt" : "";
    }
    return Sized{std::move(leg)};
}

/// The leg is decided: what comes after sees it.
Result<void> Sizer::keep(Leg leg) {
    TRY(const bool sold, price(leg, leg.sale.amount_in, pools_));
    if (!sold) return fail(Errc::Internal, "a sale that was quoted cannot be quoted again");
    done_.push_back(give(terms_, *leg.bought, leg.given()));
    done_.push_back(take(terms_, *leg.sold, leg.taken()));
    TRY(now_, s_.market.after(s_.now.account, done_, s_.as_of));
    TRY(const U256 value, value_up(*leg.sold, leg.taken()));
    TRY(moved_, checked_add(moved_, value));
    out_.legs.push_back(std::move(leg));
    auto& kept = out_.legs.back();
    kept.whole = !terms_.borrows && taken_of(*kept.sold) >= kept.sold->supplied.value;
    return {};
}

Result<std::variant<Legs, NoPlan>> Sizer::run(const std::vector<const AssetPosition*>& sold,
                                              const std::vector<const AssetPosition*>& bought) {
    TRY(now_, s_.market.after(s_.now.account, done_, s_.as_of));
    std::size_t from = 0;
    std::size_t to = 0;
    NoPlan reason{"no-effect", "nothing can be sold"};
    const LoanSource* source = terms_.funding.source;
    while (from < sold.size() && to < bought.size() && out_.legs.size() < kMostLegs) {
        if (terms_.supplies && sold[from]->asset == bought[to]->asset) {
            ++to;
            continue;
        }
        TRY(auto sized, size(*sold[from], *bought[to]));
        if (auto* none = std::get_if<NoPlan>(&sized)) {
            reason = std::move(*none);
            if (terms_.offer != nullptr) break;
            ++from;
            continue;
        }
        auto leg = std::get<Leg>(std::move(sized));
        const bool closes = leg.closes;
        TRY_VOID(keep(std::move(leg)));
        if (out_.reached || terms_.offer != nullptr) break;
        if (closes)
            ++to;
        else if (out_.shortfall == "balance" || out_.shortfall == "guard-allowance" || out_.shortfall == "liquidity" ||
                 out_.shortfall == "pool-liquidity" || out_.shortfall == "price-impact" ||
                 (out_.shortfall == "flash-liquidity" && source->asset != bought[to]->asset))
            ++from;
        else
            break;
    }
    if (out_.legs.empty()) return std::variant<Legs, NoPlan>{std::move(reason)};
    if (!out_.reached && out_.shortfall.empty()) out_.shortfall = to >= bought.size() ? "" : "other-debts";
    return std::variant<Legs, NoPlan>{std::move(out_)};
}

}  // namespace

Change take(const Terms& terms, const AssetPosition& asset, const U256& amount) {
    return {terms.borrows ? Change::Kind::Borrow : Change::Kind::Withdraw, asset.asset, TokenAmount{amount}};
}

Change give(const Terms& terms, const AssetPosition& asset, const U256& amount) {
    return {terms.supplies ? Change::Kind::Supply : Change::Kind::Repay, asset.asset, TokenAmount{amount}};
}

Result<std::variant<Legs, NoPlan>> size_legs(const Situation& situation, const Terms& terms,
                                             const std::vector<const AssetPosition*>& sold,
                                             const std::vector<const AssetPosition*>& bought) {
    return Sizer(situation, terms).run(sold, bought);
}

}  // namespace plimsoll::strategies
