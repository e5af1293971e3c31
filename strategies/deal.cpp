// SPDX-License-Identifier: Apache-2.0
#include "strategies/deal.hpp"

#include <algorithm>

#include "strategies/draft.hpp"
#include "strategies/legs.hpp"

namespace plimsoll::strategies {

namespace {

guard::Step step(guard::Action action, const Address& asset, const U256& amount) {
    guard::Step out;
    out.action = action;
    out.asset = asset;
    out.amount = TokenAmount{amount};
    return out;
}

/// Writes down the steps for the guard and, beside them, what they do to the position.
class Assembler {
  public:
    Assembler(const Situation& s, const Terms& terms, const Legs& legs)
        : s_(s), terms_(terms), legs_(legs), pools_(pools_of(s)) {}

    Result<Proposal> run();

  private:
    void take(const AssetPosition& asset, const U256& amount, bool whole);
    void give_all(const AssetPosition& asset, const U256& expected);
    void give(const AssetPosition& asset, const U256& amount, const U256& expected);
    Result<void> swap(const Leg& leg);
    Result<std::optional<NoPlan>> by_sold_loan();
    Result<std::optional<NoPlan>> by_bought_loan();
    Result<std::optional<NoPlan>> by_steps(std::span<const Leg> legs);
    Result<std::optional<U256>> fill(const Leg& leg);
    Result<U256> bearable(const AssetPosition& asset) const;
    void leftovers();
    Result<void> values();
    void describe();

    const Situation& s_;
    const Terms& terms_;
    const Legs& legs_;
    dex::Overlay pools_;  // for the sales of steps, one after the other
    Draft draft_;
    std::vector<std::pair<const AssetPosition*, U256>> taken_;
    std::vector<std::pair<const AssetPosition*, U256>> given_;  // as far as the debt needs it, leftovers apart
    std::vector<std::pair<const AssetPosition*, U256>> left_;   // of what was bought
};

void Assembler::take(const AssetPosition& asset, const U256& amount, bool whole) {
    const auto action = terms_.borrows ? guard::Action::Borrow : guard::Action::Withdraw;
    draft_.steps.push_back(step(action, asset.asset, whole ? kU256Max : amount));
    draft_.plan.changes.push_back(strategies::take(terms_, asset, whole ? kU256Max : amount));
    taken_.emplace_back(&asset, amount);
}

/// `amount` as the guard is told; `expected` as counted here. What a debt does not need is left over.
void Assembler::give(const AssetPosition& asset, const U256& amount, const U256& expected) {
    const auto action = terms_.supplies ? guard::Action::Supply : guard::Action::Repay;
    draft_.steps.push_back(step(action, asset.asset, amount));
    U256 used = expected;
    if (!terms_.supplies) {
        U256 owed = asset.debt.value;
        for (const auto& change : draft_.plan.changes) {
            if (change.kind == Change::Kind::Repay && change.asset == asset.asset)
                owed = saturating_sub(owed, change.amount.value);
        }
        used = std::min(expected, owed);
        if (expected > used) left_.emplace_back(&asset, saturating_sub(expected, used));
    }
    draft_.plan.changes.push_back(strategies::give(terms_, asset, used));
    given_.emplace_back(&asset, used);
}

void Assembler::give_all(const AssetPosition& asset, const U256& expected) {
    give(asset, kU256Max, expected);
}

Result<void> Assembler::swap(const Leg& leg) {
    TRY(auto steps, swap_steps(s_, leg.venue, leg.sale, leg.least));
    for (auto& one : steps) draft_.steps.push_back(std::move(one));
    draft_.swap_gas += leg.sale.gas;
    draft_.plan.doubtful = draft_.plan.doubtful || leg.doubtful;
    return {};
}

/// The swaps of a leg at what the pools give after those before it; nullopt when that is below the least.
Result<std::optional<U256>> Assembler::fill(const Leg& leg) {
    Leg now = leg;
    auto sale = sell(s_, leg.venue, leg.sale.amount_in, pools_);
    if (!sale || sale->amount_out < leg.least) return std::optional<U256>{};
    now.sale = *std::move(sale);
    TRY_VOID(swap(now));
    return std::optional<U256>{now.sale.amount_out};
}

NoPlan too_dear(const Leg& leg) {
    return {"price-impact", "after the sales before it " + leg.venue.name + " brings less than the allowed price"};
}

Result<std::optional<NoPlan>> Assembler::by_sold_loan() {
    const auto& source = *terms_.funding.source;
    const auto of_loan = [&](const Leg& leg) { return leg.sold->asset == source.asset; };
    const auto& legs = legs_.legs;
    const auto first = std::find_if(legs.begin(), legs.end(), of_loan);
    const auto last = std::find_if_not(first, legs.end(), of_loan);
    if (first != legs.begin()) {
        TRY(auto refused, by_steps({legs.begin(), first}));
        if (refused) return refused;
    }
    U256 lent;
    for (auto leg = first; leg != last; ++leg) {
        TRY(lent, checked_add(lent, leg->sale.amount_in));
        TRY(const auto brings, fill(*leg));
        if (!brings) return std::optional<NoPlan>{too_dear(*leg)};
        // Of the loan's own asset "all" would leave what the loan takes back.
        give(*leg->bought, leg->bought->asset == source.asset ? *brings : kU256Max, *brings);
    }
    if (first != last) {
        draft_.loan = {source.lender, source.source, source.asset, TokenAmount{lent}};
        TRY(U256 due, checked_add(lent, fee_of(lent, source.fee_ppm)));
        TRY(due, checked_add(due, first->over));
        take(*first->sold, due, std::prev(last)->whole && due >= first->sold->supplied.value);
    }
    if (last == legs.end()) return std::optional<NoPlan>{};
    return by_steps({last, legs.end()});
}

Result<std::optional<NoPlan>> Assembler::by_bought_loan() {
    const auto& source = *terms_.funding.source;
    U256 loan;
    const AssetPosition* asset = nullptr;
    for (const auto& leg : legs_.legs) {
        if (leg.bought->asset != source.asset) continue;
        asset = leg.bought;
        TRY(loan, checked_add(loan, leg.loan));
    }
    if (asset != nullptr && !loan.is_zero()) {
        draft_.loan = {source.lender, source.source, source.asset, TokenAmount{loan}};
        give(*asset, loan, loan);
        // The callback has lowered the debt before the first step.
        if (terms_.funding.kind == Funding::Kind::Callback) draft_.steps.pop_back();
    }
    U256 brought;
    for (auto leg = legs_.legs.begin(); leg != legs_.legs.end(); ++leg) {
        if (leg->bought->asset != source.asset) {
            TRY(auto refused, by_steps({leg, std::next(leg)}));
            if (refused) return refused;
            continue;
        }
        take(*leg->sold, leg->taken(), leg->whole);
        TRY(const auto brings, fill(*leg));
        if (!brings) return std::optional<NoPlan>{too_dear(*leg)};
        TRY(brought, checked_add(brought, *brings));
    }
    TRY(const U256 due, checked_add(loan, fee_of(loan, source.fee_ppm)));
    if (brought > due) give_all(*asset, saturating_sub(brought, due));
    return std::optional<NoPlan>{};
}

/// The most of an asset that can be taken now with the health factor kept at its margin; by the sums, a little less.
Result<U256> Assembler::bearable(const AssetPosition& asset) const {
    TRY(const auto now, s_.market.after(s_.now.account, draft_.plan.changes, s_.as_of));
    const Wad least = above(Wad{kWad}, kStepMarginPpm);
    if (now.health_factor.value == kU256Max) return kU256Max;
    if (now.health_factor <= least) return U256{};
    const std::uint32_t weight = asset.collateral ? asset.threshold_bps : 0;
    const U256 price = terms_.borrows ? *checked_mul(least.value, kBps) : *checked_mul(U256{weight}, kWad);
    if (price.is_zero()) return kU256Max;
    TRY(const U256 slack, checked_mul(saturating_sub(now.health_factor.value, least.value), kBps));
    TRY(const U256 value, mul_div_down(now.debt.value, slack, price));
    return amount_worth(asset, value);
}

Result<std::optional<NoPlan>> Assembler::by_steps(std::span<const Leg> legs) {
    std::size_t rounds = 0;
    for (const auto& leg : legs) {
        U256 left = leg.sale.amount_in;
        while (!left.is_zero() && rounds < kMostSteps) {
            TRY(const U256 bears, bearable(*leg.sold));
            U256 there = leg.sold->supplied.value;
            for (const auto& [asset, amount] : taken_) {
                if (asset == leg.sold) there = saturating_sub(there, amount);
            }
            if (!terms_.borrows) left = std::min(left, saturating_sub(there, leg.over));
            const U256 part = std::min(left, bears);
            // A last crumb is not worth a step, and a first one not a plan.
            if (part < div_down(leg.sale.amount_in, U256{100}).value_or(U256{}) || part.is_zero()) break;
            auto sale = sell(s_, leg.venue, part, pools_);
            if (!sale) return std::optional<NoPlan>{NoPlan{"no-route", leg.venue.name + " cannot take the step"}};
            Leg one = leg;
            one.sale = *std::move(sale);
            TRY(one.least, mul_div_down(leg.least, part, leg.sale.amount_in));
            if (one.sale.amount_out < one.least) {
                if (rounds == 0)
                    return std::optional<NoPlan>{
                        NoPlan{"price-impact", leg.venue.name + " brings less than the allowed price"}};
                break;
            }
            const U256 taken = checked_add(part, leg.over).value_or(part);
            take(*leg.sold, taken, leg.whole && taken >= there);
            TRY_VOID(swap(one));
            give_all(*leg.bought, one.sale.amount_out);
            left = saturating_sub(left, part);
            ++rounds;
        }
        if (left.is_zero()) continue;
        if (draft_.plan.changes.size() == terms_.before.changes.size())
            return std::optional<NoPlan>{NoPlan{"no-slack", "without a loan the health factor bears no step"}};
        if (draft_.plan.shortfall.empty()) draft_.plan.shortfall = "no-loan";
        break;
    }
    return std::optional<NoPlan>{};
}

/// What a debt did not need goes back into the position where that is possible; else the guard sends it to the wallet.
void Assembler::leftovers() {
    std::vector<std::pair<const AssetPosition*, U256>> sums;
    for (const auto& [asset, amount] : left_) {
        const auto* which = asset;
        const auto same = std::find_if(sums.begin(), sums.end(), [&](const auto& sum) { return sum.first == which; });
        if (same == sums.end())
            sums.emplace_back(asset, amount);
        else
            same->second = checked_add(same->second, amount).value_or(kU256Max);
    }
    for (const auto& [asset, amount] : sums) {
        if (!goes_back(s_, *asset, amount)) continue;
        draft_.steps.push_back(step(guard::Action::Supply, asset->asset, kU256Max));
        draft_.plan.changes.push_back({Change::Kind::Supply, asset->asset, TokenAmount{amount}});
    }
}

Result<void> Assembler::values() {
    U256 taken;
    U256 kept;
    for (const auto& [asset, amount] : taken_) {
        TRY(const U256 value, value_up(*asset, amount));
        TRY(taken, checked_add(taken, value));
    }
    for (const auto* list : {&given_, &left_}) {
        for (const auto& [asset, amount] : *list) {
            TRY(const U256 value, value_down(*asset, amount));
            TRY(kept, checked_add(kept, value));
        }
    }
    TRY(draft_.moved.value, checked_add(taken, terms_.before.moved.value));
    draft_.lost.value = saturating_sub(taken, kept);
    return {};
}

void Assembler::describe() {
    Plan& plan = draft_.plan;
    std::string text = terms_.before.text;
    for (const auto& leg : legs_.legs) {
        if (!text.empty()) text += ", ";
        const bool same = leg.sold->asset == leg.bought->asset;
        const std::string in = in_words(*leg.sold, leg.taken());
        if (terms_.borrows)
            text += "borrow " + in + " to repay " + in_words(*leg.bought, leg.given());
        else if (same)
            text += "repay with " + in + " of the supply";
        else
            text += "sell " + in + " for " + in_words(*leg.bought, leg.given()) + " through " + leg.venue.name;
        plan.closes_debt = plan.closes_debt || leg.closes;
    }
    text += terms_.borrows ? "" : terms_.supplies ? " and supply that" : " and repay";
    if (!terms_.after.text.empty()) text += ", " + terms_.after.text;
    plan.text = text;
    const auto* first = terms_.supplies ? legs_.legs[0].sold : legs_.legs[0].bought;
    plan.asset = first->asset;
    for (const auto& [asset, amount] : terms_.supplies ? taken_ : given_) {
        if (asset->asset == first->asset)
            plan.amount = TokenAmount{checked_add(plan.amount.value, amount).value_or(kU256Max)};
    }
    // What the wallet repaid before is part of what is repaid.
    if (terms_.supplies) return;
    for (const auto& change : terms_.before.changes) {
        if (change.kind == Change::Kind::Repay && change.asset == plan.asset)
            plan.amount = TokenAmount{checked_add(plan.amount.value, change.amount.value).value_or(kU256Max)};
    }
}

Result<Proposal> Assembler::run() {
    draft_.plan.strategy = terms_.strategy;
    draft_.plan.shortfall = legs_.reached || terms_.closes_position ? "" : legs_.shortfall;
    if (terms_.closes_position) draft_.plan.shortfall = legs_.shortfall;
    draft_.plan.excess = legs_.excess;
    draft_.steps = terms_.before.steps;
    draft_.plan.changes = terms_.before.changes;
    const auto carried = [&]() -> Result<std::optional<NoPlan>> {
        switch (terms_.funding.kind) {
            case Funding::Kind::SoldLoan:
                return by_sold_loan();
            case Funding::Kind::BoughtLoan:
            case Funding::Kind::Callback:
                return by_bought_loan();
            case Funding::Kind::Steps:
                return by_steps(legs_.legs);
        }
        return std::optional<NoPlan>{};
    };
    TRY(auto refused, carried());
    if (refused) return Proposal{*std::move(refused)};
    leftovers();
    draft_.steps.insert(draft_.steps.end(), terms_.after.steps.begin(), terms_.after.steps.end());
    const auto& after = terms_.after.changes;
    draft_.plan.changes.insert(draft_.plan.changes.end(), after.begin(), after.end());
    TRY_VOID(values());
    describe();
    return finish(s_, std::move(draft_));
}

}  // namespace

bool goes_back(const Situation& situation, const AssetPosition& asset, const U256& amount) {
    const auto* conditions = conditions_of(situation, asset.asset);
    if (conditions != nullptr && conditions->supply_room.value < amount) return false;
    // A protocol without receipts has an asset that only lends: as Morpho's loan token, it is no collateral.
    if (situation.market.receipt_token(asset.asset) == Address{}) return false;
    return asset.active && !asset.frozen && !asset.paused && collateral_allowed(situation, asset.asset);
}

Result<Proposal> assemble(const Situation& situation, const Terms& terms, const Legs& legs) {
    return Assembler(situation, terms, legs).run();
}

Proposal deal(const Situation& situation, const Terms& terms, const std::vector<const AssetPosition*>& sold,
              const std::vector<const AssetPosition*>& bought) {
    auto result = [&]() -> Result<Proposal> {
        if (auto refused = guard_refuses(situation)) return Proposal{*std::move(refused)};
        Terms again = terms;
        for (int attempt = 0;; ++attempt) {
            TRY(auto sized, size_legs(situation, again, sold, bought));
            if (auto* none = std::get_if<NoPlan>(&sized)) return Proposal{std::move(*none)};
            TRY(auto proposal, assemble(situation, again, std::get<Legs>(sized)));
            const auto* plan = std::get_if<Plan>(&proposal);
            // Sales made in parts bring a little less than one sale of the whole.
            const bool missed = plan != nullptr && plan->shortfall == "smallest-unit" && !again.closes_position;
            if (!missed || attempt == 2) return proposal;
            const U256 by = saturating_sub(situation.target.value, plan->after.health_factor.value);
            TRY(again.beyond, checked_add(again.beyond, shift_left(by, 1)));
        }
    }();
    return settled(std::move(result));
}

std::vector<Funding> fundings_for(const Situation& situation, const AssetPosition& sold, const AssetPosition& bought,
                                  bool supplies) {
    std::vector<Funding> out;
    const auto add = [&](Funding::Kind kind, const Address& asset, bool callback) {
        for (const auto& source : situation.loans) {
            if ((source.lender == guard::Lender::MorphoRepay) != callback || source.asset != asset) continue;
            if (!source.available.is_zero()) out.push_back({kind, &source});
        }
    };
    if (!supplies) add(Funding::Kind::Callback, bought.asset, true);
    add(Funding::Kind::SoldLoan, sold.asset, false);
    if (sold.asset != bought.asset) add(Funding::Kind::BoughtLoan, bought.asset, false);
    std::stable_sort(out.begin(), out.end(),
                     [](const Funding& a, const Funding& b) { return a.source->fee_ppm < b.source->fee_ppm; });
    out.push_back({Funding::Kind::Steps, nullptr});
    return out;
}

}  // namespace plimsoll::strategies
