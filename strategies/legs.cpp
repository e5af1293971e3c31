// SPDX-License-Identifier: Apache-2.0
#include "strategies/legs.hpp"

#include <algorithm>

#include "strategies/repay_from_wallet.hpp"
#include "strategies/sizer.hpp"

namespace plimsoll::strategies {

Result<std::optional<NoPlan>> Sizer::size_offer(Leg& leg, const Cap& cap) {
    const U256& amount = terms_.offer->amount_in.value;
    if (amount > cap.amount) return std::optional<NoPlan>{NoPlan{cap.gate, "the offer is for more than that allows"}};
    Leg out;
    TRY(const auto health_factor, health(leg, amount, out));
    const Wad most = above(target_, kBandPpm);
    if (!health_factor || *health_factor < target_ || *health_factor > most)
        return std::optional<NoPlan>{NoPlan{"offer-size", "the offer of " + leg.venue.name + " is for another amount"}};
    if (out.sale.amount_out < out.least)
        return std::optional<NoPlan>{
            NoPlan{"price-impact", "the offer of " + leg.venue.name + " is below the allowed price"}};
    leg = std::move(out);
    out_.reached = true;
    return std::optional<NoPlan>{};
}

/// Beyond what closes the debt selling only loses: the search ends there, or just before it where a debt may not be
/// closed. `leg` is priced at the guess.
Result<void> Sizer::bound_debt(const Leg& leg, Cap& cap) {
    if (terms_.supplies || terms_.borrows) return {};
    const U256 left = owed(*leg.bought);
    if (leg.given() < less_bps(left, 300)) return {};
    Leg all = leg;
    TRY(const bool closed, close_debt(all, cap, false));
    if (closed) {
        cap.lower(all.sale.amount_in, "other-debts");
        return {};
    }
    const U256 most = less_bps(left, may_close(*leg.bought) ? 0 : 10);
    if (leg.given() > most)
        cap.lower(mul_div_down(leg.sale.amount_in, most, leg.given()).value_or(cap.amount), "other-debts");
    return {};
}

Result<std::optional<NoPlan>> Sizer::size_to_target(Leg& leg, Cap cap) {
    // No sale lowers the debt by more than its price; a guess at that price finds the routes.
    const U256 sample = leg.sale.amount_in;
    TRY(auto guess, guess_for(leg, sample));
    // Where the price is too bad at that size the rest of the search is below it.
    Leg bounded = leg;
    bounded.sale.amount_in = std::min(guess.value_or(cap.amount), cap.amount);
    TRY(auto dear, bound_impact(bounded));
    if (dear) return dear;
    if (out_.shortfall == "price-impact") cap.lower(bounded.sale.amount_in, "price-impact");
    out_.shortfall.clear();
    TRY_VOID(bound_debt(bounded, cap));
    std::optional<Leg> last;
    const HealthAt ask = [&](const U256& amount) -> Result<std::optional<Wad>> {
        Leg trial;
        TRY(auto out, health(leg, amount, trial));
        if (out) last = std::move(trial);
        return out;
    };
    TRY(const Fit fitted, fit(target_, now_.health_factor, guess.value_or(cap.amount), cap.amount, ask));
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
        if (const auto value = closed_form(now_, target_, plain)) rough = std::min(rough, amount_worth(sold, *value));
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
        out_.reached = health_factor && *health_factor >= target_;
        out_.shortfall = out_.reached ? "" : "other-debts";
        out_.excess = out_.reached && *health_factor > above(target_, kBandPpm) ? "closes-debt" : "";
    }
    return Sized{std::move(leg)};
}

/// The leg is decided: what comes after sees it.
Result<void> Sizer::keep(Leg leg) {
    TRY(const bool sold, price(leg, leg.sale.amount_in, pools_));
    if (!sold) return fail(Errc::Internal, "a sale that was quoted cannot be quoted again");
    const U256 left = saturating_sub(leg.given(), owed(*leg.bought));
    done_.push_back(give(terms_, *leg.bought, leg.given()));
    done_.push_back(take(terms_, *leg.sold, leg.taken()));
    if (leg.closes && !left.is_zero() && goes_back(s_, *leg.bought, left))
        done_.push_back({Change::Kind::Supply, leg.bought->asset, TokenAmount{left}});
    TRY(now_, s_.market.after(s_.now.account, done_, s_.as_of));
    TRY(const U256 value, value_up(*leg.sold, leg.taken()));
    TRY(moved_, checked_add(moved_, value));
    out_.legs.push_back(std::move(leg));
    auto& kept = out_.legs.back();
    kept.whole = !terms_.borrows && taken_of(*kept.sold) >= kept.sold->supplied.value;
    return {};
}

/// Whether another collateral may do what this pair could not, by what stopped it.
bool Sizer::goes_on(const AssetPosition& bought) const {
    static const std::vector<std::string> kOwn = {"balance",      "guard-allowance", "liquidity", "pool-liquidity",
                                                  "price-impact", "other-debts",     "no-effect"};
    if (std::find(kOwn.begin(), kOwn.end(), out_.shortfall) != kOwn.end()) return true;
    const LoanSource* source = terms_.funding.source;
    return out_.shortfall == "flash-liquidity" && source != nullptr && source->asset != bought.asset;
}

Result<std::variant<Legs, NoPlan>> Sizer::run(const std::vector<const AssetPosition*>& sold,
                                              const std::vector<const AssetPosition*>& bought) {
    TRY(now_, s_.market.after(s_.now.account, done_, s_.as_of));
    NoPlan reason{"no-effect", "nothing can be sold"};
    std::vector<const AssetPosition*> open = bought;
    bool done = false;
    for (const auto* from : sold) {
        // Debt of the same asset first: nothing is lost there.
        auto order = open;
        if (terms_.supplies) std::erase_if(order, [&](const AssetPosition* to) { return to->asset == from->asset; });
        std::stable_partition(order.begin(), order.end(),
                              [&](const AssetPosition* to) { return to->asset == from->asset; });
        for (const auto* to : order) {
            if (done || out_.legs.size() >= kMostLegs) break;
            const std::string before = out_.shortfall;
            TRY(auto sized, size(*from, *to));
            if (auto* none = std::get_if<NoPlan>(&sized)) {
                if (out_.legs.empty()) reason = std::move(*none);
                out_.shortfall = before;
                continue;
            }
            auto leg = std::get<Leg>(std::move(sized));
            const bool closes = leg.closes;
            TRY_VOID(keep(std::move(leg)));
            if (closes) std::erase(open, to);
            done = out_.reached || terms_.offer != nullptr || (!closes && !goes_on(*to));
            if (!closes) break;
        }
        if (done || open.empty()) break;
    }
    if (out_.legs.empty()) return std::variant<Legs, NoPlan>{std::move(reason)};
    if (open.empty() && terms_.closes_position) out_.shortfall.clear();
    if (!out_.reached && out_.shortfall.empty() && !terms_.closes_position) out_.shortfall = "other-debts";
    if (!open.empty() && terms_.closes_position && out_.shortfall.empty()) out_.shortfall = "other-debts";
    return std::variant<Legs, NoPlan>{std::move(out_)};
}

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
