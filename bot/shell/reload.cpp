// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/reload.hpp"

#include <algorithm>

#include "config/find.hpp"

namespace plimsoll::bot {

namespace {

std::string wallet_needs(const config::Settings& now, const config::Settings& next, const config::Wallet& wallet) {
    const auto* old = config::find_named(now.wallets, wallet.name);
    const std::string place = "[wallet." + wallet.name + "] ";
    if (next.live(wallet) && (old == nullptr || !now.live(*old))) return place + "goes live: restart to open its key";
    if (old == nullptr) return {};
    if (old->address != wallet.address) return place + "has another address: restart";
    if (next.live(wallet) && old->signer != wallet.signer) return place + "has another signer: restart";
    if (old->guard != wallet.guard) return place + "has another kind of guard: restart";
    return {};
}

/// An amount of which none is more than any.
template <class Q>
bool is_raised(const std::optional<Q>& now, const std::optional<Q>& next) {
    return now && (!next || *next > *now);
}

template <class T>
bool has_more(const std::vector<T>& now, const std::vector<T>& next) {
    return std::any_of(next.begin(), next.end(),
                       [&](const T& one) { return std::find(now.begin(), now.end(), one) == now.end(); });
}

template <class Q>
std::string text(const std::optional<Q>& value) {
    return value ? to_string(value->value) : "none";
}

std::vector<std::string> raised(const config::Position& now, const config::Position& next) {
    std::vector<std::string> out;
    const auto note = [&](bool is, const std::string& what) {
        if (is) out.push_back("[position." + next.name + "] " + what);
    };
    const config::Limits& a = now.limits;
    const config::Limits& b = next.limits;
    note(b.max_slippage_bps > a.max_slippage_bps, "raises max_slippage");
    note(b.max_fee_per_gas > a.max_fee_per_gas, "raises max_fee_per_gas");
    note(b.max_gas_per_day > a.max_gas_per_day, "raises max_gas_per_day");
    note(is_raised(a.max_value_per_action, b.max_value_per_action), "raises max_value_per_action");
    note(is_raised(a.max_value_per_day, b.max_value_per_day), "raises max_value_per_day");
    note(is_raised(a.max_cost_per_action, b.max_cost_per_action), "raises max_cost_per_action");
    note(b.cooldown < a.cooldown, "shortens cooldown");
    note(has_more(a.allowed_contracts, b.allowed_contracts), "adds to allowed_contracts");
    note(next.target != now.target, "changes target");
    note(has_more(now.strategies, next.strategies), "adds to strategies");
    note(has_more(now.swap_into, next.swap_into), "adds to swap_into");
    note(next.close_below && (!now.close_below || *next.close_below > *now.close_below), "raises close_below");
    note(has_more(now.close_at_price, next.close_at_price), "adds to close_at_price");
    return out;
}

}  // namespace

std::vector<std::string> raised(const config::Settings& now, const config::Settings& next) {
    std::vector<std::string> out;
    for (const auto& wallet : next.wallets) {
        const auto* old = config::find_named(now.wallets, wallet.name);
        if (!next.live(wallet) || old == nullptr) continue;
        for (const auto& position : wallet.positions) {
            for (const auto& before : old->positions) {  // by what it is: another name changes nothing
                if (before.market != position.market) continue;
                if (before.name != position.name &&
                    std::any_of(old->positions.begin(), old->positions.end(),
                                [&](const config::Position& one) { return one.name == position.name; }))
                    continue;
                auto lines = raised(before, position);
                out.insert(out.end(), lines.begin(), lines.end());
            }
        }
    }
    return out;
}

std::string Confirmation::missing(const config::Settings& now, const config::Settings& next, std::int64_t now_ms) {
    constexpr std::int64_t kPatienceMs = 300'000;
    const auto lines = raised(now, next);
    const auto asked = std::exchange(asked_, std::nullopt);
    if (lines.empty()) return {};
    if (asked && asked->second == next && now_ms - asked->first <= kPatienceMs) return {};
    asked_.emplace(now_ms, next);
    std::string out = "It allows more than now:\n";
    for (const auto& line : lines) out += line + "\n";
    return out + "Send SIGHUP again within five minutes to confirm it, or restart.";
}

std::vector<std::pair<std::string, std::string>> limits_of(const config::Settings& settings) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& wallet : settings.wallets) {
        if (!settings.live(wallet)) continue;
        for (const auto& position : wallet.positions) {
            const auto& limits = position.limits;
            std::string line = "target " + to_string(position.target.value) + ", max_slippage " +
                               std::to_string(limits.max_slippage_bps) + " bps, max_fee_per_gas " +
                               to_string(limits.max_fee_per_gas.value) + ", max_gas_per_day " +
                               to_string(limits.max_gas_per_day.value) + ", max_value_per_action " +
                               text(limits.max_value_per_action) + ", max_value_per_day " +
                               text(limits.max_value_per_day) + ", max_cost_per_action " +
                               text(limits.max_cost_per_action) + ", cooldown " +
                               std::to_string(limits.cooldown.count()) + " s, close_below " +
                               text(position.close_below) + ", strategies";
            for (const auto& name : position.strategies) line += " " + name;
            for (const auto& address : limits.allowed_contracts) line += ", allowed " + to_string(address);
            out.emplace_back("position." + position.name, std::move(line));
        }
    }
    return out;
}

std::string restart_needed(const config::Settings& now, const config::Settings& next) {
    if (now.daemon != next.daemon) return "[daemon] has changed: restart";
    if (now.heartbeat != next.heartbeat) return "[heartbeat] has changed: restart";
    if (now.console != next.console) return "[console] has changed: restart";
    if (now.chains != next.chains) return "a [chain] has changed: restart";
    if (now.markets != next.markets) return "a [market] has changed: restart";
    if (now.lenders != next.lenders) return "a [lender] has changed: restart";
    if (now.feeds != next.feeds) return "a [feed] has changed: restart";
    if (now.pools != next.pools) return "a [pool] has changed: restart";
    if (now.routers != next.routers) return "a [router] has changed: restart";
    if (now.aggregators != next.aggregators) return "an [aggregator] has changed: restart";
    if (now.relays != next.relays) return "a [relay] has changed: restart";
    if (now.alerts != next.alerts) return "an [alert] has changed: restart";
    for (const auto& wallet : next.wallets) {
        if (auto reason = wallet_needs(now, next, wallet); !reason.empty()) return reason;
    }
    return {};
}

}  // namespace plimsoll::bot
