// SPDX-License-Identifier: Apache-2.0
#include "bot/guard/policy.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "config/find.hpp"
#include "strategies/limits.hpp"

namespace plimsoll::bot {

namespace {

constexpr U256 kMost96 = U256::literal("79228162514264337593543950335");
constexpr U256 kMost128 = U256::literal("340282366920938463463374607431768211455");
constexpr Timestamp kDay = 86'400;

bool allows(const config::Position& position, std::string_view strategy) {
    return std::find(position.strategies.begin(), position.strategies.end(), strategy) != position.strategies.end();
}

void add(std::vector<Address>& list, const Address& address) {
    if (std::find(list.begin(), list.end(), address) == list.end()) list.push_back(address);
}
void add(std::vector<Address>& list, const std::vector<Address>& addresses) {
    for (const auto& address : addresses) add(list, address);
}

std::string market_chain(const config::Settings& settings, const config::Position& position) {
    const auto* market = config::find_named(settings.markets, position.market);
    return market == nullptr ? std::string() : market->chain;
}

std::vector<Address> venues_of(const config::Settings& settings, const std::string& chain) {
    std::vector<Address> out;
    for (const auto& router : settings.routers) {
        if (router.chain == chain) add(out, router.address);
    }
    for (const auto& aggregator : settings.aggregators) {
        if (aggregator.chain == chain) add(out, aggregator.targets);
    }
    for (const auto& lender : settings.lenders) {
        if (lender.chain == chain) add(out, lender.address);
    }
    return out;
}

Result<void> check_length(const std::vector<Address>& list, std::string_view what, std::string_view mend) {
    if (list.size() <= kPolicyEntriesMost) return {};
    return fail(Errc::Refused, fmt::format("the policy would name {} {}, the guard takes {}; {}", list.size(), what,
                                           kPolicyEntriesMost, mend));
}

/// A twentieth above the target: prices move until a plan is included, and a debt closed for its dust overshoots.
Result<Wad> ceiling_of(const config::Position& position, const PolicyTerms& terms) {
    const U256 margin = *div_down(position.target.value, U256{20});
    const Wad out = terms.ceiling ? *terms.ceiling : Wad{*checked_add(position.target.value, margin)};
    if (out < position.target)
        return fail(Errc::Refused, "the ceiling is below the target; no rescue could land: raise --ceiling");
    return Wad{std::min(out.value, kMost96)};
}

/// Amounts of USD, 1e8 to one, are whole units of the base currency: on Morpho Blue one loan token each.
Result<U256> budget_of(const config::Position& position, const PolicyTerms& terms, const U256& unit) {
    if (terms.value_per_day && !terms.value_in_units) return std::min(*terms.value_per_day, kMost128);
    const auto& limit = position.limits.max_value_per_day;
    if (!terms.value_per_day && !limit)
        return fail(Errc::NotFound,
                    "the policy needs the most value that may move in a day; set limits.max_value_per_day "
                    "of the position, or say --value-per-day V");
    const BaseValue given = terms.value_per_day ? BaseValue{*terms.value_per_day} : *limit;
    return std::min(strategies::in_base(given, unit).value, kMost128);
}

std::string factor(const Wad& value) {
    constexpr unsigned kDecimals = 18;
    const std::string digits = to_string(value.value);
    std::string text = digits.size() > kDecimals ? digits : std::string(kDecimals + 1 - digits.size(), '0') + digits;
    text.insert(text.size() - kDecimals, ".");
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string percent(std::uint32_t bps) {
    return bps % 100 == 0 ? fmt::format("{}%", bps / 100) : fmt::format("{}.{:02}%", bps / 100, bps % 100);
}

std::string whole_units(const U256& value, const U256& unit) {
    if (unit.is_zero()) return to_string(value);
    const auto units = div_down(value, unit);
    return units ? to_string(*units) : to_string(value);
}

std::string access_text(guard::Access access) {
    switch (access) {
        case guard::Access::Allowance:
            return "allowances";
        case guard::Access::Self:
            return "the account's own code (EIP-7702)";
        case guard::Access::Module:
            return "a module of the Safe";
    }
    return {};
}

}  // namespace

Result<guard::Policy> make_policy(const config::Settings& settings, const config::Wallet& wallet,
                                  const config::Position& position, const PolicyFacts& facts,
                                  const PolicyTerms& terms) {
    guard::Policy out;
    if (!wallet.guard)
        return fail(Errc::Refused, fmt::format("[wallet.{}] has no guard; write guard = \"allowance\", \"self\" or "
                                               "\"module\" there",
                                               wallet.name));
    // A plan is simulated with the sender's code replaced, which at a delegating account would be the guard's own.
    if (facts.guardian == wallet.address && *wallet.guard != guard::Access::Allowance)
        return fail(Errc::Refused,
                    "only with guard = \"allowance\" can the account be its own guardian; name another key in "
                    "`signer`: plimsoll keys new");
    out.guardian = facts.guardian;
    out.access = *wallet.guard;
    out.expiry = facts.now + Timestamp{terms.days} * kDay;
    const std::uint32_t loss = terms.loss_bps.value_or(position.limits.max_slippage_bps + kPremiumBps);
    if (loss > kLossBpsMost)
        return fail(Errc::Refused,
                    fmt::format("the policy would let a plan lose {} of what it moves, the guard takes {} "
                                "at most; say --max-loss, or lower limits.max_slippage",
                                percent(loss), percent(kLossBpsMost)));
    out.cooldown = static_cast<std::uint32_t>(position.limits.cooldown.count());
    out.max_loss_bps = static_cast<std::uint16_t>(loss);
    out.may_close = allows(position, "close");
    out.trigger = Wad{std::min(position.trigger.value, kMost96)};
    out.floor = terms.floor.value_or(Wad{kWad});
    TRY(out.ceiling, ceiling_of(position, terms));
    if (out.floor > position.target)
        return fail(Errc::Refused, "the floor is above the target; no rescue could land: lower --floor");
    TRY(out.value_per_day, budget_of(position, terms, facts.position.base_unit));
    for (const auto& asset : facts.position.assets) {
        if (!asset.supplied.is_zero()) add(out.collaterals, asset.asset);
        if (!asset.debt.is_zero()) add(out.debts, asset.asset);
    }
    add(out.collaterals, position.collateral_order);
    add(out.debts, position.debt_order);
    if (allows(position, "swap-collateral")) add(out.collaterals, position.swap_into);
    if (allows(position, "swap-debt")) add(out.debts, position.swap_into);
    out.venues = venues_of(settings, market_chain(settings, position));
    if (out.collaterals.empty() || out.debts.empty())
        return fail(Errc::Refused,
                    "the position has no collateral or no debt yet, so nothing says which assets to allow; "
                    "name them in collateral_order and debt_order");
    TRY_VOID(check_length(out.collaterals, "collaterals", "name fewer in collateral_order and swap_into"));
    TRY_VOID(check_length(out.debts, "debts", "name fewer in debt_order and swap_into"));
    TRY_VOID(check_length(out.venues, "venues", "configure fewer routers, lenders and targets of aggregators"));
    return out;
}

std::string Names::of(const Address& address) const {
    const auto found = names_.find(address);
    return found == names_.end() ? to_checksum(address) : found->second + " " + to_checksum(address);
}

std::string Names::of(const std::vector<Address>& addresses) const {
    std::string out;
    for (const auto& address : addresses) out += (out.empty() ? "" : ", ") + of(address);
    return out.empty() ? "none" : out;
}

Names names_of(const config::Settings& settings, const std::vector<lending::AssetPosition>& offered) {
    Names out;
    for (const auto& asset : offered) out.add(asset.asset, asset.symbol);
    for (const auto& router : settings.routers) out.add(router.address, "router " + router.name);
    for (const auto& lender : settings.lenders) out.add(lender.address, "lender " + lender.name);
    for (const auto& aggregator : settings.aggregators) {
        for (const auto& target : aggregator.targets) out.add(target, "aggregator " + aggregator.name);
    }
    return out;
}

std::string date_in_words(Timestamp at) {
    // Days to a date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    constexpr Timestamp kLast = 253'402'300'799;  // the year 9999
    const Timestamp shown = std::min(at, kLast);
    const std::uint64_t days = shown / kDay + 719'468;
    const std::uint64_t era = days / 146'097;
    const std::uint64_t of_era = days % 146'097;
    const std::uint64_t year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::uint64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::uint64_t shifted = (5 * of_year + 2) / 153;
    const std::uint64_t day = of_year - (153 * shifted + 2) / 5 + 1;
    const std::uint64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    const std::uint64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", year, month, day, shown % kDay / 3'600, shown % 3'600 / 60);
}

std::string distance_in_words(Timestamp at, Timestamp now) {
    const Timestamp distance = at > now ? at - now : now - at;
    const auto count = [](Timestamp number, std::string_view unit) {
        return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
    };
    std::string text = count(distance / 60, "minute");
    if (distance >= 2 * 3'600) text = count(distance / 3'600, "hour");
    if (distance >= 2 * kDay) text = count(distance / kDay, "day");
    return at > now ? "in " + text : text + " ago";
}

std::vector<std::pair<std::string, std::string>> policy_in_words(const guard::Policy& policy, const Names& names,
                                                                 const U256& unit, Timestamp now) {
    return {
        {"guardian", to_checksum(policy.guardian) + " may hand in plans, and nothing else"},
        {"reaches by", access_text(policy.access)},
        {"ends", fmt::format("{}, {}", date_in_words(policy.expiry), distance_in_words(policy.expiry, now))},
        {"acts below", "health factor " + factor(policy.trigger)},
        {"leaves it", fmt::format("between {} and {}{}", factor(policy.floor), factor(policy.ceiling),
                                  policy.may_close ? ", or without any debt" : "")},
        {"may lose", percent(policy.max_loss_bps) + " of the value moved, at the protocol's own prices"},
        {"may move",
         fmt::format("{} units of the market's currency in 24 hours", whole_units(policy.value_per_day, unit))},
        {"pauses", fmt::format("{} s between plans", policy.cooldown)},
        {"collateral", names.of(policy.collaterals)},
        {"debt", names.of(policy.debts)},
        {"venues", names.of(policy.venues)},
    };
}

std::vector<std::string> policy_differences(const guard::Policy& on_chain, const guard::Policy& wanted,
                                            const Names& names, Timestamp now) {
    std::vector<std::string> out;
    const auto compare = [&out](std::string_view what, const std::string& there, const std::string& here) {
        if (there != here) out.push_back(fmt::format("{}: {} on chain, {} configured", what, there, here));
    };
    compare("guardian", to_checksum(on_chain.guardian), to_checksum(wanted.guardian));
    compare("access", access_text(on_chain.access), access_text(wanted.access));
    compare("cool-down", fmt::format("{} s", on_chain.cooldown), fmt::format("{} s", wanted.cooldown));
    compare("loss", percent(on_chain.max_loss_bps), percent(wanted.max_loss_bps));
    compare("closing", on_chain.may_close ? "allowed" : "not allowed", wanted.may_close ? "allowed" : "not allowed");
    compare("trigger", factor(on_chain.trigger), factor(wanted.trigger));
    compare("floor", factor(on_chain.floor), factor(wanted.floor));
    compare("ceiling", factor(on_chain.ceiling), factor(wanted.ceiling));
    compare("value per day", to_string(on_chain.value_per_day), to_string(wanted.value_per_day));
    const auto lists = [&](std::string_view what, const std::vector<Address>& there, const std::vector<Address>& here) {
        for (const auto& address : here) {
            if (std::find(there.begin(), there.end(), address) == there.end())
                out.push_back(fmt::format("{} {} is configured, not on chain", what, names.of(address)));
        }
        for (const auto& address : there) {
            if (std::find(here.begin(), here.end(), address) == here.end())
                out.push_back(fmt::format("{} {} is on chain, not configured", what, names.of(address)));
        }
    };
    lists("collateral", on_chain.collaterals, wanted.collaterals);
    lists("debt", on_chain.debts, wanted.debts);
    lists("venue", on_chain.venues, wanted.venues);
    if (on_chain.expiry <= now) out.push_back("it has expired");
    return out;
}

}  // namespace plimsoll::bot
