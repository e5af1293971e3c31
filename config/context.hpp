// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "config/document.hpp"
#include "config/loader.hpp"
#include "config/schema.hpp"

/// What the parts of the loader share.
namespace plimsoll::config {

struct Context {
    Report& report;
    Origins origins;
    std::set<std::string> failed;  // keys whose value is wrong and reported already
    std::string folder;

    /// Place of a key that was read; the fallback for one that was not.
    Place place(const std::string& key, const Place& fallback = {}) const {
        const auto found = origins.find(key);
        return found == origins.end() ? fallback : found->second.place;
    }
    bool good(const std::string& key) const { return !failed.contains(key); }
};

/// Replaces or adds what PLIMSOLL__SECTION__KEY variables say.
void apply_environment(const Environment& environment, Node& root, Report& report);

/// "did you mean `x`?".
std::string suggestion(const std::string& close);

template <class T>
const T* by_name(const std::vector<T>& items, std::string_view name) {
    const auto found = std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}
template <class T>
std::vector<std::string> names(const std::vector<T>& items) {
    std::vector<std::string> out;
    out.reserve(items.size());
    for (const auto& item : items) out.push_back(item.name);
    return out;
}

/// The chain that `key` ("market.lido.chain") names, or nullptr and an error; nothing is said where the name or the
/// chains are wrong already.
const Chain* check_chain(const std::string& key, const std::string& title, const std::string& name,
                         const std::vector<Chain>& chains, Context& context);

/// Plain HTTP that stays on this host: "http://127.0.0.1", with or without port and path.
bool is_local_http(std::string_view url);

/// Relays, and fees that nodes would not take. After markets are resolved.
void check_sending(const Settings& settings, Context& context);

/// Ways to reach people: what each kind needs, and secrets that would be readable on the way.
void check_alerts(const Settings& settings, Context& context);

/// Lenders, pools, routers and aggregators.
void check_venues(const Settings& settings, Context& context);
/// What the strategies of a position need: the guard, and something to sell through. After markets are resolved.
void check_strategies(const Settings& settings, Context& context);

/// Who may reach the console, and how.
void check_console(const Settings& settings, Context& context);

/// A signer is a keystore or a service, each with what it needs.
void check_signer(const Wallet& wallet, Context& context);

/// Rules between settings: references, order of the health factors, live and signer, names that clash.
/// Fills in known markets.
void check_cross_rules(Settings& settings, Context& context);

}  // namespace plimsoll::config
