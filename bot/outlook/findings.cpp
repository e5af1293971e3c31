// SPDX-License-Identifier: Apache-2.0
#include "bot/outlook/findings.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "bot/engine/text.hpp"
#include "bot/outlook/words.hpp"
#include "bot/view/position_view.hpp"
#include "config/units.hpp"

namespace plimsoll::bot::outlook {

namespace {

using engine::health_text;

/// How a plan that a bound keeps short is mended.
std::string mend_of(std::string_view gate, const config::Position& position) {
    const std::string limits = "limits of " + position.name;
    if (gate == "balance" || gate == "no-balance") return "more of the debt's asset in the wallet, or another strategy";
    if (gate == "limit-value-per-action") return "raise max_value_per_action in the " + limits;
    if (gate == "limit-value-per-day") return "raise max_value_per_day in the " + limits;
    if (gate == "guard-value-per-day") return "raise max_value_per_day, then plimsoll guard policy " + position.name;
    if (gate == "cost")
        return position.limits.max_cost_per_action ? "raise max_cost_per_action in the " + limits
                                                   : "a rescue costs too much of what a liquidation would: see `worth`";
    if (gate == "price-impact" || gate == "no-route" || gate == "pool-liquidity")
        return "another [pool] and [router] for this pair, or a higher max_slippage";
    if (gate == "no-price") return "a [pool] with `reference`, or wait until the market has a price";
    if (gate == "reserve-paused" || gate == "reserve-frozen") return "nothing here: the market's owners hold the asset";
    if (gate == "liquidity") return "nothing here: the market or the pools have no more";
    if (gate == "other-debts") return "idle funds of the other debts too, or repay-with-collateral";
    if (gate.starts_with("guard")) return "plimsoll guard policy " + position.name;
    return "see plimsoll plan " + position.name + ", or name more strategies";
}

class Lines {
  public:
    explicit Lines(const Subject& subject)
        : s_(subject),
          o_(subject.outlook),
          position_(subject.position),
          currency_(currency_of(subject.outlook, subject.dollars)) {}

    std::vector<CheckLine> take() {
        if (!o_.course) return std::move(lines_);
        room();
        interest();
        if (!o_.at_trigger) return std::move(lines_);
        target();
        if (o_.at_trigger->plan) {
            budget();
            gas();
            worth();
        }
        for (const auto& answer : o_.steps) {
            if (answer.health < position_.trigger && !answer.plan && o_.at_trigger->plan)
                problem("plan", fmt::format("none is left {} from here{}", part_text(answer.part), none_of(answer)),
                        mend_of(answer.refused.empty() ? "" : answer.refused.back().gate, position_));
        }
        return std::move(lines_);
    }

  private:
    void ok(std::string_view what, std::string detail) {
        lines_.push_back({fmt::format("position {}: {}", position_.name, what), true, std::move(detail), {}});
    }
    void problem(std::string_view what, std::string detail, std::string mend) {
        lines_.push_back(
            {fmt::format("position {}: {}", position_.name, what), false, std::move(detail), std::move(mend)});
    }
    static std::string none_of(const Answer& answer) {
        return answer.refused.empty() ? "" : ": " + answer.refused.back().text;
    }

    /// Of the price at the trigger: 1 - liquidation / trigger, in millionths.
    std::optional<std::uint64_t> room_between() const {
        if (!o_.to_trigger || !o_.to_liquidation) return std::nullopt;
        const std::uint64_t whole = kWhole;
        const auto at = [&](std::uint32_t part) { return o_.course->rises ? whole + part : whole - part; };
        const std::uint64_t trigger = at(*o_.to_trigger);
        const std::uint64_t end = at(*o_.to_liquidation);
        if (trigger == 0) return std::nullopt;
        return (trigger > end ? trigger - end : end - trigger) * whole / trigger;
    }

    void room() {
        constexpr std::uint64_t kPpmOfBps = 100;
        const auto between = room_between();
        if (!between) return;
        const std::uint64_t need = std::uint64_t{o_.step.bps} * kPpmOfBps * kStepsOfRoom;
        const std::string text = fmt::format(
            "{} of the price lie between trigger and liquidation; a step of the price feed of {} is {}{}",
            part_text(static_cast<std::uint32_t>(*between)), o_.step.asset,
            part_text(static_cast<std::uint32_t>(o_.step.bps * kPpmOfBps)), o_.step.known ? "" : " (assumed)");
        if (*between >= need)
            ok("room", text);
        else
            problem(
                "room", text,
                fmt::format("raise `trigger` to {} or more: one step until it is seen, one until the rescue is mined",
                            config::to_decimal(least_trigger(need), 3)));
    }
    /// 1 / (1 - need), thousandths, rounded up.
    static U256 least_trigger(std::uint64_t need) {
        const std::uint64_t whole = kWhole;
        constexpr std::uint64_t kThousand = 1'000;
        const std::uint64_t rest = whole - std::min(need, whole / 2);
        return U256{(kThousand * whole + rest - 1) / rest};
    }

    void interest() {
        if (o_.now.summary.health_factor < position_.trigger || o_.after_heartbeat >= position_.trigger) return;
        problem("interest",
                fmt::format("interest alone takes it from {} to {} within the feed's heartbeat of {} h",
                            health_text(o_.now.summary.health_factor), health_text(o_.after_heartbeat),
                            o_.step.heartbeat / 3'600),
                "it will be rescued soon though prices stay: repay some, or lower `trigger`");
    }

    void target() {
        const Answer& answer = *o_.at_trigger;
        if (!answer.plan) {
            problem("target", "at the trigger nothing can be done" + none_of(answer),
                    mend_of(answer.refused.empty() ? "" : answer.refused.back().gate, position_));
            return;
        }
        const auto& plan = *answer.plan;
        const std::string to = health_text(plan.after.health_factor);
        if (!plan.shortfall.empty())
            problem("target",
                    fmt::format("{} restores {} of the wanted {}: short by {}", plan.strategy, to,
                                health_text(position_.target), plan.shortfall),
                    mend_of(plan.shortfall, position_));
        else
            ok("target",
               fmt::format("{} restores {} from {}, after fees", plan.strategy, to, health_text(answer.health)));
    }

    void budget() {
        const auto& limits = position_.limits;
        if (!limits.max_value_per_day) return;
        const auto& plan = *o_.at_trigger->plan;
        if (plan.value.is_zero()) return;
        const U256 unit = o_.now.base_unit;
        const auto day = mul_div_down(limits.max_value_per_day->value, unit, U256{100'000'000});
        const U256 rescues = day ? div_down(*day, plan.value.value).value_or(U256{}) : U256{};
        const std::string text = fmt::format("max_value_per_day of {} is for {} rescues of {}",
                                             currency_.text(BaseValue{day.value_or(U256{})}), to_string(rescues),
                                             currency_.text(plan.value));
        if (rescues >= U256{kRescuesADay})
            ok("budget", text);
        else
            problem("budget", text, "raise max_value_per_day: a fall does not end at the trigger");
    }

    void gas() {
        const auto& limits = position_.limits;
        const auto& plan = *o_.at_trigger->plan;
        const auto gas = checked_mul(limits.max_fee_per_gas.value, U256{plan.gas});
        const auto one = gas ? checked_add(*gas, plan.besides_gas.value) : gas;
        if (!one || one->is_zero()) return;
        const auto coin = [](const U256& wei) { return fixed(wei, 18, 4); };
        const U256 a_day = div_down(limits.max_gas_per_day.value, *one).value_or(U256{});
        const std::string day = fmt::format(
            "max_gas_per_day of {} pays {} rescues at the ceiling of {}, {} each", coin(limits.max_gas_per_day.value),
            to_string(a_day), config::format_amount(config::Unit::Fee, limits.max_fee_per_gas.value), coin(*one));
        if (a_day >= U256{kRescuesADay})
            ok("gas per day", day);
        else
            problem("gas per day", day, "raise max_gas_per_day, or lower max_fee_per_gas");
        if (!s_.gas_money) return;
        const U256 there = div_down(s_.gas_money->value, *one).value_or(U256{});
        const std::string money =
            fmt::format("{} of the coin pays {} rescues at the ceiling", coin(s_.gas_money->value), to_string(there));
        if (there >= U256{kRescuesOfGas})
            ok("gas money", money);
        else
            problem("gas money", money,
                    fmt::format("send {} to {}: {} rescues are wanted",
                                coin(saturating_sub(checked_mul(*one, U256{kRescuesOfGas}).value_or(kU256Max),
                                                    s_.gas_money->value)),
                                to_checksum(s_.payer), kRescuesOfGas));
    }

    /// A small position may be cheaper to lose a part of than to rescue.
    void worth() {
        const Answer& answer = *o_.at_trigger;
        if (!o_.coin_price || !answer.liquidation) return;
        const auto& plan = *answer.plan;
        const auto used = checked_mul(o_.fee_per_gas.value, U256{plan.gas});
        const auto wei = used ? checked_add(*used, plan.besides_gas.value) : used;
        const auto gas = wei ? mul_div_up(*wei, o_.coin_price->value, kWad) : wei;
        const auto cost = gas ? checked_add(*gas, plan.cost.value) : gas;
        if (!cost) return;
        const std::string text =
            fmt::format("a rescue costs {} now, the liquidation {}", currency_.text(BaseValue{*cost}),
                        currency_.text(answer.liquidation->loss));
        if (BaseValue{*cost} <= answer.liquidation->loss)
            ok("worth", text);
        else
            problem("worth", text, "dust: close it, or accept that it is left alone while gas is dear");
    }

    const Subject& s_;
    const Outlook& o_;
    const config::Position& position_;
    Currency currency_;
    std::vector<CheckLine> lines_;
};

}  // namespace

std::vector<CheckLine> findings(const Subject& subject) {
    return Lines(subject).take();
}

}  // namespace plimsoll::bot::outlook
