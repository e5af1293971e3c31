// SPDX-License-Identifier: Apache-2.0
// Rules between settings that concern selling: where, through which guard, and what a strategy cannot do without.
#include <array>
#include <fmt/format.h>

#include "config/context.hpp"
#include "config/value.hpp"

namespace plimsoll::config {

namespace {

/// Each is on a chain that there is, and none is there twice.
template <class T>
void check_places(std::string_view section, const std::vector<T>& items, const std::vector<Chain>& chains,
                  Context& context) {
    std::map<std::pair<std::string, Address>, std::string> seen;
    for (const auto& item : items) {
        const std::string base = fmt::format("{}.{}", section, item.name);
        check_chain(base + ".chain", fmt::format("[{}]", base), item.chain, chains, context);
        const std::string key = base + ".address";
        if (!context.good(key) || !context.good(base + ".chain")) continue;
        const auto [other, fresh] = seen.emplace(std::pair(item.chain, item.address), item.name);
        if (!fresh)
            context.report.error(Code::NameClash, context.place(key), key,
                                 fmt::format("[{}] and [{}.{}] have the same address", base, section, other->second),
                                 "a second time on this chain", "remove one of the two");
    }
}

void check_pool(const Pool& pool, const std::vector<Router>& routers, Context& context) {
    const std::string base = "pool." + pool.name;
    if (!context.good(base + ".kind") || !context.good(base + ".chain")) return;
    const bool v3 = pool.kind == "uniswap-v3";
    const auto refuse = [&](const std::string& key, std::string why) {
        context.report.error(Code::NotForKind, context.place(base + key), base + key,
                             fmt::format("`{}` in [{}] is not for {}", key.substr(1), base, pool.kind), std::move(why),
                             "remove this line");
    };
    if (v3 && pool.fee_bps) refuse(".fee", "such a pool says its own fee");
    if (!v3 && pool.reference) refuse(".reference", "such a pool keeps no history of its price");
    const auto fits = [&](const Router& router) {
        return router.chain == pool.chain && router.kind.starts_with(pool.kind);
    };
    if (!pool.reference && context.good("router") && std::none_of(routers.begin(), routers.end(), fits))
        context.report.warning(
            Code::NoUse, context.place(base + ".kind"), base + ".kind", fmt::format("[{}] cannot be used", base),
            fmt::format("chain {} has no router for {}", pool.chain, pool.kind),
            fmt::format("add [router.NAME] with chain = {}, kind and address", toml_string(pool.chain)));
}

void check_aggregator(const Aggregator& aggregator, Context& context) {
    const std::string base = "aggregator." + aggregator.name;
    if (aggregator.key || aggregator.url || !context.good(base + ".key") || !context.good(base + ".url")) return;
    context.report.error(Code::MissingKey, context.place(base + ".kind"), base + ".key",
                         fmt::format("`key` is missing in [{}]", base), "the public service answers nobody without one",
                         "add key = { file = \"...\" }, or url of a service that needs none");
}

constexpr std::array<std::string_view, 4> kSelling = {"repay-with-collateral", "swap-collateral", "swap-debt", "close"};

bool allows(const Position& position, std::string_view strategy) {
    return std::find(position.strategies.begin(), position.strategies.end(), strategy) != position.strategies.end();
}

/// What no strategy of the position would use.
void check_use(const Position& position, const std::string& base, Context& context) {
    const auto unused = [&](std::string_view setting, std::string_view wanted) {
        const std::string key = fmt::format("{}.{}", base, setting);
        context.report.error(Code::NoUse, context.place(key), key, fmt::format("`{}` has no use here", setting),
                             fmt::format("strategies do not have {}", wanted),
                             fmt::format("add {} to strategies, or remove this line", wanted));
    };
    if (position.close_below && !allows(position, "close")) unused("close_below", "\"close\"");
    if (!position.close_at_price.empty() && !allows(position, "close")) unused("close_at_price", "\"close\"");
    if (!position.swap_into.empty() && !allows(position, "swap-collateral") && !allows(position, "swap-debt"))
        unused("swap_into", "\"swap-collateral\" or \"swap-debt\"");
}

bool sells_on(const Settings& settings, const std::string& chain) {
    const auto here = [&](const auto& item) { return item.chain == chain; };
    const bool aggregated = std::any_of(settings.aggregators.begin(), settings.aggregators.end(), here);
    return aggregated || (std::any_of(settings.pools.begin(), settings.pools.end(), here) &&
                          std::any_of(settings.routers.begin(), settings.routers.end(), here));
}

void check_selling(const Settings& settings, const Wallet& wallet, const Position& position, const std::string& base,
                   Context& context) {
    const auto first = std::find_if(kSelling.begin(), kSelling.end(),
                                    [&](std::string_view strategy) { return allows(position, strategy); });
    const std::string key = base + ".strategies";
    const Market* market = by_name(settings.markets, position.market);
    const Chain* chain = market == nullptr ? nullptr : by_name(settings.chains, market->chain);
    if (first != kSelling.end() && !wallet.guard && context.good(fmt::format("wallet.{}.guard", wallet.name)))
        context.report.error(
            Code::GuardMissing, context.place(key), key, fmt::format("strategy {} needs a guard", toml_string(*first)),
            fmt::format("[wallet.{}] has none", wallet.name),
            fmt::format("write guard = \"allowance\", \"self\" or \"module\" in [wallet.{}]", wallet.name));
    if (first != kSelling.end() && chain != nullptr && !sells_on(settings, chain->name))
        context.report.warning(Code::NothingToSellThrough, context.place(key), key,
                               fmt::format("strategy {} has nothing to sell through", toml_string(*first)),
                               fmt::format("chain {} has no pool with a router and no aggregator", chain->name),
                               "add [pool.NAME] and [router.NAME]");
    if (wallet.guard && chain != nullptr && !chain->guard && context.good(fmt::format("chain.{}.guard", chain->name)))
        context.report.error(
            Code::GuardMissing, context.place(fmt::format("wallet.{}.guard", wallet.name)),
            fmt::format("chain.{}.guard", chain->name), fmt::format("[chain.{}] has no guard", chain->name),
            fmt::format("[wallet.{}] with {} needs one there", wallet.name, toml_string(position.name)),
            fmt::format("add guard = \"0x...\" to [chain.{}], as `plimsoll guard address` prints it", chain->name));
}

}  // namespace

void check_venues(const Settings& settings, Context& context) {
    check_places("lender", settings.lenders, settings.chains, context);
    check_places("pool", settings.pools, settings.chains, context);
    check_places("router", settings.routers, settings.chains, context);
    check_places("feed", settings.feeds, settings.chains, context);
    for (const auto& pool : settings.pools) check_pool(pool, settings.routers, context);
    for (const auto& aggregator : settings.aggregators) {
        const std::string base = "aggregator." + aggregator.name;
        check_chain(base + ".chain", fmt::format("[{}]", base), aggregator.chain, settings.chains, context);
        check_aggregator(aggregator, context);
    }
}

void check_strategies(const Settings& settings, Context& context) {
    for (const auto& wallet : settings.wallets) {
        for (std::size_t i = 0; i < wallet.positions.size(); ++i) {
            const std::string base = fmt::format("wallet.{}.position.{}", wallet.name, i);
            if (!context.good(base + ".strategies")) continue;
            check_use(wallet.positions[i], base, context);
            check_selling(settings, wallet, wallet.positions[i], base, context);
        }
    }
}

}  // namespace plimsoll::config
