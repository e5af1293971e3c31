// SPDX-License-Identifier: Apache-2.0
#include "strategies/planner.hpp"

#include <algorithm>
#include <tuple>

#include "strategies/fair.hpp"
#include "strategies/fit.hpp"
#include "strategies/order.hpp"
#include "strategies/policy.hpp"
#include "strategies/strategies.hpp"
#include "strategies/urgency.hpp"
#include "strategies/values.hpp"

namespace plimsoll::strategies {

namespace {

/// Where a plan stands in the ladder before its price is looked at.
enum class Tier : std::uint8_t { Asked, Reaches, Falls, Half, Tenth, Closes };

struct Rung {
    Plan plan;
    Tier tier{};
    std::size_t order{};  // of the strategy in the owner's list
    BaseValue price;      // cost and gas
};

class Planner {
  public:
    explicit Planner(const Situation& s) : s_(s) {}

    Ladder run() {
        const bool asked = close_asked(s_);
        bool sized = false;
        for (std::size_t i = 0; i < s_.allowed.strategies.size(); ++i) {
            const auto& name = s_.allowed.strategies[i];
            if (name == kClose) {
                take(close(s_), asked ? Tier::Asked : Tier::Closes, i);
                continue;
            }
            take(propose(name, s_), Tier::Reaches, i);
            sized = sized || name == kRepayWithCollateral;
        }
        if (s_.allowed.strategies.empty()) ladder_.refused.push_back({"no-strategy", "no strategy is allowed"});
        if (sized) smaller();
        weigh_doubts();
        order();
        ask_for_offers();
        if (sized && ladder_.wanted.empty()) ask_instead_of_pools();
        return std::move(ladder_);
    }

  private:
    void take(std::vector<Proposal> proposals, Tier tier, std::size_t order) {
        if (!bound_known_) {
            const auto liquidation = s_.market.liquidation_cost(s_.now.account, s_.as_of);
            bound_ = spending_bound(s_.urgency, liquidation ? *liquidation : std::nullopt, s_.allowed.cost_per_action);
            bound_known_ = true;
        }
        for (auto& proposal : proposals) {
            if (auto* none = std::get_if<NoPlan>(&proposal)) {
                ladder_.refused.push_back(std::move(*none));
                continue;
            }
            auto& plan = std::get<Plan>(proposal);
            const BaseValue price = checked_add(plan.cost, plan.gas_cost).value_or(BaseValue{kU256Max});
            if (bound_ && price > *bound_) {
                ladder_.refused.push_back({"cost", plan.strategy + " would cost " + to_string(price) +
                                                       ", more than may be spent now: " + to_string(*bound_)});
                continue;
            }
            Tier at = tier;
            if (at == Tier::Reaches && plan.after.health_factor < s_.target) at = Tier::Falls;
            rungs_.push_back({std::move(plan), at, order, price});
        }
    }

    /// The same sale for half and for a tenth of the way: what a pool or a limit may still bear.
    void smaller() {
        const U256 lacking = saturating_sub(s_.target.value, s_.now.summary.health_factor.value);
        const auto place = std::find(s_.allowed.strategies.begin(), s_.allowed.strategies.end(), kRepayWithCollateral);
        const auto index = static_cast<std::size_t>(place - s_.allowed.strategies.begin());
        for (const auto& [tier, parts] : {std::pair(Tier::Half, 2U), std::pair(Tier::Tenth, 10U)}) {
            const U256 rise = div_down(lacking, U256{parts}).value_or(U256{});
            if (rise.is_zero()) continue;
            Situation nearer = s_;
            nearer.target = Wad{checked_add(s_.now.summary.health_factor.value, rise).value_or(s_.target.value)};
            nearer.offers.clear();
            auto proposals = repay_with_collateral(nearer, Breadth::First);
            for (auto& proposal : proposals) {
                if (auto* plan = std::get_if<Plan>(&proposal); plan != nullptr && plan->shortfall.empty())
                    plan->shortfall = "rung";
            }
            take(std::move(proposals), tier, index);
        }
    }

    void weigh_doubts() {
        const auto doubtful = [](const Rung& rung) { return rung.plan.doubtful; };
        if (std::none_of(rungs_.begin(), rungs_.end(), doubtful)) return;
        const bool enough = std::any_of(rungs_.begin(), rungs_.end(), [&](const Rung& rung) {
            return !doubtful(rung) && (s_.urgency == Urgency::Watch || rung.plan.shortfall.empty());
        });
        ladder_.refused.push_back({"reference-disagrees",
                                   enough ? "the protocol's price and the reference disagree: nothing is sold now"
                                          : "the protocol's price and the reference disagree; only selling is enough"});
        if (enough) std::erase_if(rungs_, doubtful);
    }

    void order() {
        std::stable_sort(rungs_.begin(), rungs_.end(), [](const Rung& a, const Rung& b) {
            if (a.tier != b.tier) return a.tier < b.tier;
            if (a.tier == Tier::Falls && a.plan.after.health_factor != b.plan.after.health_factor)
                return a.plan.after.health_factor > b.plan.after.health_factor;
            return std::tie(a.price, a.order) < std::tie(b.price, b.order);
        });
        for (auto& rung : rungs_) {
            const bool again = std::any_of(ladder_.rungs.begin(), ladder_.rungs.end(),
                                           [&](const Plan& plan) { return plan.calls == rung.plan.calls; });
            if (!again && ladder_.rungs.size() < kRungs) ladder_.rungs.push_back(std::move(rung.plan));
        }
    }

    /// What is sold by the formula of fit.hpp for a target in the band instead of the plan's result:
    /// y' / y = (H' - h) / (H - h) * (H - T) / (H' - T).
    Math<U256> scaled(const Plan& plan, const OfferWanted& wanted) const {
        const auto* sold = held(s_, wanted.token_in);
        const std::uint32_t threshold = sold != nullptr && sold->collateral ? sold->threshold_bps : 0;
        TRY(const U256 weight, mul_div_down(kWad, U256{threshold}, kBps));
        const U256& from = plan.before.health_factor.value;
        const U256& to = plan.after.health_factor.value;
        const U256 aim = above(s_.target, kBandPpm * 2 / 5).value;
        TRY(const U256 more, mul_div_down(wanted.amount_in.value, saturating_sub(aim, from), saturating_sub(to, from)));
        return mul_div_down(more, saturating_sub(to, weight), saturating_sub(aim, weight));
    }

    /// The first sale of each pair, in the middle of the band: the offer has to fit some blocks later as well.
    void ask_for_offers() {
        constexpr std::size_t kWanted = 2;
        for (const auto& plan : ladder_.rungs) {
            if (!plan.guard_plan || !plan.shortfall.empty() || ladder_.wanted.size() >= kWanted) continue;
            OfferWanted wanted;
            for (const auto& step : plan.guard_plan->steps) {
                if (step.action != guard::Action::Swap) continue;
                if (wanted.amount_in.is_zero()) wanted.token_in = step.asset, wanted.token_out = step.asset_out;
                if (step.asset != wanted.token_in || step.asset_out != wanted.token_out) continue;
                wanted.amount_in = checked_add(wanted.amount_in, step.amount).value_or(TokenAmount{});
            }
            const auto amount = scaled(plan, wanted);
            if (wanted.amount_in.is_zero() || !amount || plan.after.health_factor.value == kU256Max) continue;
            wanted.amount_in = TokenAmount{*amount};
            const bool again = std::any_of(ladder_.wanted.begin(), ladder_.wanted.end(), [&](const OfferWanted& other) {
                return other.token_in == wanted.token_in && other.token_out == wanted.token_out;
            });
            if (!again) ladder_.wanted.push_back(wanted);
        }
    }

    /// Value given for a value of kWad taken: as the last offer of the pair says, else with half of the slippage lost.
    U256 rate_of(const AssetPosition& sold, const AssetPosition& bought) const {
        for (const auto& offer : s_.offers) {
            if (offer.token_in != sold.asset || offer.token_out != bought.asset) continue;
            const auto taken = value_up(sold, offer.amount_in.value);
            const auto given = value_down(bought, offer.amount_out.value);
            const auto rate = taken && given ? mul_div_down(*given, kWad, *taken) : Math<U256>(U256{});
            if (rate && !rate->is_zero()) return *rate;
        }
        return less_bps(kWad, slippage_bps(s_) / 2);
    }

    /// Where no pool bears what reaches the target, somebody else may.
    void ask_instead_of_pools() {
        if (guard_refuses(s_) || s_.now.summary.health_factor >= s_.target) return;
        const auto sold = sellable(s_).assets;
        const auto bought = repayable(s_).assets;
        if (sold.empty() || bought.empty()) return;
        Effect effect;
        effect.taken_value = kWad;
        effect.given_value = rate_of(*sold[0], *bought[0]);
        effect.taken_threshold = sold[0]->collateral ? sold[0]->threshold_bps : 0;
        const auto value = closed_form(s_.now.summary, above(s_.target, kBandPpm * 2 / 5), effect);
        if (!value) return;
        const U256 amount = amount_worth(*sold[0], *value);
        if (amount.is_zero() || amount > sold[0]->supplied.value) return;
        ladder_.wanted.push_back({sold[0]->asset, bought[0]->asset, TokenAmount{amount}});
    }

    const Situation& s_;
    Ladder ladder_;
    std::vector<Rung> rungs_;
    bool bound_known_ = false;
    std::optional<BaseValue> bound_;
};

}  // namespace

Ladder plan_ladder(const Situation& situation) {
    return Planner(situation).run();
}

}  // namespace plimsoll::strategies
