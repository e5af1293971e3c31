// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "config/context.hpp"
#include "config/known.hpp"
#include "config/loopback.hpp"
#include "config/value.hpp"

namespace plimsoll::config {

std::string suggestion(const std::string& close) {
    return close.empty() ? "nothing has this name" : fmt::format("did you mean `{}`?", close);
}

const Chain* check_chain(const std::string& key, const std::string& title, const std::string& name,
                         const std::vector<Chain>& chains, Context& context) {
    if (!context.good(key) || !context.good("chain")) return nullptr;
    const Chain* chain = by_name(chains, name);
    if (chain != nullptr) return chain;
    const std::string close = nearest(name, names(chains));
    context.report.error(Code::UnknownReference, context.place(key), key,
                         fmt::format("{} is on an unknown chain {}", title, toml_string(name)), suggestion(close),
                         close.empty() ? fmt::format("add [chain.{}] with id and rpc", name)
                                       : fmt::format("write chain = {}", toml_string(close)));
    return nullptr;
}

namespace {

bool has_placeholder(const std::string& url) {
    return url.find("{secret}") != std::string::npos;
}

/// {secret} in a URL and the setting that it stands for: both or neither.
void check_placeholder(bool used, bool given, const std::string& section, const std::string& setting,
                       const std::string& url_key, Context& context) {
    const std::string secret = fmt::format("{}.{}", section, setting);
    if (used && !given && context.good(secret))
        context.report.error(Code::SecretPlaceholder, context.place(url_key), url_key,
                             "{secret} in a URL stands for nothing", fmt::format("[{}] has no {}", section, setting),
                             fmt::format("add {} = {{ file = \"/etc/plimsoll/{}.key\" }}", setting,
                                         setting == "rpc_secret" ? "rpc" : "heartbeat"));
    if (!used && given)
        context.report.error(Code::SecretPlaceholder, context.place(secret), secret,
                             fmt::format("`{}` in [{}] is not used", setting, section), "no URL says {secret}",
                             "write {secret} where the key belongs in the URL, or remove this line");
}

void check_roles(const Chain& chain, const std::string& key, Context& context) {
    for (const auto* role : {"read", "send"}) {
        const auto with = [&](const RpcNode& node) { return node.has(role); };
        if (std::any_of(chain.rpc.begin(), chain.rpc.end(), with)) continue;
        context.report.error(Code::NoSocketEndpoint, context.place(key), key,
                             fmt::format("no node in [chain.{}] has the role {}", chain.name, role),
                             "without it nothing can be done", fmt::format("add \"{}\" to the roles of one", role));
    }
    const auto readers =
        std::count_if(chain.rpc.begin(), chain.rpc.end(), [](const RpcNode& n) { return n.has("read"); });
    if (chain.quorum > readers && readers > 0)
        context.report.error(Code::OutOfBounds, context.place(fmt::format("chain.{}.quorum", chain.name)),
                             fmt::format("chain.{}.quorum", chain.name),
                             fmt::format("`quorum` in [chain.{}] can never be reached", chain.name),
                             fmt::format("{} of its nodes can be read from", readers),
                             "add nodes, or write a lower one");
}

void check_rpc(const Chain& chain, Context& context) {
    const std::string key = fmt::format("chain.{}.rpc", chain.name);
    if (!context.good(key)) return;
    const Place place = context.place(key);
    const auto is_socket = [](const RpcNode& node) {
        return node.has("follow") && (node.url.starts_with("ws://") || node.url.starts_with("wss://"));
    };
    if (std::none_of(chain.rpc.begin(), chain.rpc.end(), is_socket))
        context.report.error(Code::NoSocketEndpoint, place, key,
                             fmt::format("`rpc` in [chain.{}] has no WebSocket", chain.name),
                             "new blocks are followed over ws:// or wss://",
                             "put the node's WebSocket first, as in \"ws://127.0.0.1:8546\"");
    check_roles(chain, key, context);
    const bool used =
        std::any_of(chain.rpc.begin(), chain.rpc.end(), [](const RpcNode& node) { return has_placeholder(node.url); });
    check_placeholder(used, chain.rpc_secret.has_value(), fmt::format("chain.{}", chain.name), "rpc_secret", key,
                      context);
}

void check_heartbeat(const Heartbeat& heartbeat, Context& context) {
    const std::string key = "heartbeat.url";
    if (!context.good(key)) return;
    const bool used = heartbeat.url && has_placeholder(*heartbeat.url);
    check_placeholder(used, heartbeat.secret.has_value(), "heartbeat", "secret", key, context);
}

void check_chains(std::vector<Chain>& chains, Context& context) {
    for (std::size_t i = 0; i < chains.size(); ++i) {
        const Chain& chain = chains[i];
        check_rpc(chain, context);
        const std::string id = fmt::format("chain.{}.id", chain.name);
        for (std::size_t j = 0; j < i && context.good(id); ++j) {
            if (chains[j].id != chain.id) continue;
            context.report.error(Code::NameClash, context.place(id), id,
                                 fmt::format("[chain.{}] and [chain.{}] have the same id", chain.name, chains[j].name),
                                 fmt::format("{} a second time", chain.id),
                                 "put the endpoints of both into one section");
            break;
        }
        const std::string age = fmt::format("chain.{}.max_head_age", chain.name);
        const std::string block = fmt::format("chain.{}.block_time", chain.name);
        if (context.good(age) && context.good(block) && chain.head_age_max < chain.block_time)
            context.report.error(Code::OutOfBounds, context.place(age, context.place(block)), age,
                                 fmt::format("`max_head_age` in [chain.{}] is below `block_time`", chain.name),
                                 "every head would be stale before the next one comes",
                                 "three times block_time is usual");
    }
}

void fill_coin(Chain& chain, Context& context) {
    const std::string key = fmt::format("chain.{}.wrapped_native", chain.name);
    const KnownCoin* known = known_coin(chain.id);
    if (chain.wrapped_native || known == nullptr || !context.good(key)) return;
    chain.wrapped_native = known->wrapped;
    context.origins[key] = Origin{Origin::Kind::Known, {}};
}

/// What the protocol is found by is there, and nothing of another protocol.
void check_entry(const Market& market, Context& context) {
    const std::string base = fmt::format("market.{}.", market.name);
    if (!context.good(base + "protocol")) return;
    const bool morpho = market.protocol == "morpho-blue";
    const auto check = [&](const char* part, bool present, bool wanted) {
        const std::string key = base + part;
        if (present == wanted || !context.good(key)) return;
        if (wanted)
            context.report.error(Code::MissingKey, context.place(base + "protocol"), key,
                                 fmt::format("`{}` is missing in [market.{}]", part, market.name),
                                 fmt::format("a market of {} is found by it", market.protocol),
                                 fmt::format("add {}", part));
        else
            context.report.error(Code::NotForKind, context.place(key), key,
                                 fmt::format("`{}` is not for {}", part, market.protocol),
                                 "it belongs to another protocol", "remove it");
    };
    check("addresses_provider", market.addresses_provider.has_value(), !morpho);
    check("morpho", market.morpho.has_value(), morpho);
    check("id", market.id.has_value(), morpho);
    if (!morpho) return;
    check("pool", market.pool.has_value(), false);
    check("governance", market.governance.has_value(), false);
}

void check_market(const Market& market, const std::vector<Chain>& chains, Context& context) {
    check_entry(market, context);
    const std::string key = fmt::format("market.{}.chain", market.name);
    const Chain* chain = check_chain(key, fmt::format("[market.{}]", market.name), market.chain, chains, context);
    if (chain == nullptr) return;
    const KnownMarket* known = known_market(market.name);
    const std::string provider = fmt::format("market.{}.addresses_provider", market.name);
    if (known != nullptr && known->chain_id == chain->id && context.good(provider) &&
        known->addresses_provider != market.addresses_provider)
        context.report.warning(
            Code::KnownMarketDiffers, context.place(provider), provider,
            fmt::format("[market.{}] is not the market known by this name", market.name),
            "another PoolAddressesProvider",
            fmt::format("the known one is {}; remove the section to use it", to_checksum(known->addresses_provider)));
}

/// The market of a position: from the file, or a known one that is then added.
void resolve_market(const Position& position, const std::string& key, Settings& settings, Context& context) {
    if (!context.good(key) || by_name(settings.markets, position.market) != nullptr) return;
    const KnownMarket* known = known_market(position.market);
    if (known == nullptr) {
        std::vector<std::string> candidates = names(settings.markets);
        for (const auto& market : known_markets()) candidates.emplace_back(market.name);
        const std::string close = nearest(position.market, candidates);
        context.report.error(
            Code::UnknownReference, context.place(key), key,
            fmt::format("unknown market {}", toml_string(position.market)), suggestion(close),
            close.empty() ? fmt::format("add [market.{}] with chain, protocol and addresses_provider", position.market)
                          : fmt::format("write market = {}", toml_string(close)));
        return;
    }
    const auto chain = std::find_if(settings.chains.begin(), settings.chains.end(),
                                    [&](const Chain& c) { return c.id == known->chain_id; });
    if (chain == settings.chains.end()) {
        const bool ids_known = std::all_of(settings.chains.begin(), settings.chains.end(), [&](const Chain& c) {
            return context.good(fmt::format("chain.{}.id", c.name));
        });
        if (!ids_known || !context.good("chain")) return;
        context.report.error(Code::UnknownReference, context.place(key), key,
                             fmt::format("market {} has no chain", toml_string(position.market)),
                             fmt::format("it is on chain id {}, which no [chain.NAME] has", known->chain_id),
                             fmt::format("add [chain.NAME] with id = {} and rpc", known->chain_id));
        return;
    }
    settings.markets.push_back(
        {position.market, chain->name, std::string(known->protocol), known->addresses_provider, {}, {}, {}});
    for (const auto* part : {"chain", "protocol", "addresses_provider"})
        context.origins[fmt::format("market.{}.{}", position.market, part)] = Origin{Origin::Kind::Known, {}};
}

void check_factors(const Position& position, const std::string& base, Context& context) {
    const std::string warn = base + ".warn";
    const std::string trigger = base + ".trigger";
    const std::string target = base + ".target";
    const auto show = [](const Wad& wad) { return format_amount(Unit::Factor, wad.value); };
    const auto error = [&](const std::string& key, std::string what, std::string why, std::string mend) {
        context.report.error(Code::HealthFactorOrder, context.place(key), key, std::move(what), std::move(why),
                             std::move(mend));
    };
    if (context.good(trigger) && position.trigger.value <= kWad)
        error(trigger, "`trigger` must be above 1", "at 1 the position is liquidated already",
              "write trigger = \"1.25\" or another factor above 1");
    if (context.good(trigger) && context.good(target) && position.target <= position.trigger)
        error(target, "`target` must be above `trigger`", fmt::format("trigger is {}", show(position.trigger)),
              fmt::format("write a target above {}", show(position.trigger)));
    if (context.good(trigger) && context.good(warn) && position.warn < position.trigger)
        error(warn, "`warn` must not be below `trigger`", fmt::format("trigger is {}", show(position.trigger)),
              fmt::format("write warn = \"{}\" or more", show(position.trigger)));
}

void check_limits(const Limits& limits, const std::string& base, Context& context) {
    const std::string action = base + ".max_value_per_action";
    if (limits.max_value_per_action && limits.max_value_per_day &&
        *limits.max_value_per_action > *limits.max_value_per_day)
        context.report.warning(Code::OutOfBounds, context.place(action), action,
                               "`max_value_per_action` is above `max_value_per_day`", "the day's limit comes first",
                               "raise max_value_per_day or lower this");
}

struct Seen {
    std::map<std::string, std::string> positions;                     // folded name -> name
    std::map<std::pair<Address, std::string>, std::string> accounts;  // account and market -> position
    std::map<Address, std::string> wallets;
};

void check_position(const Wallet& wallet, const Position& position, const std::string& base, Seen& seen,
                    Settings& settings, Context& context) {
    const std::string name = base + ".name";
    const std::string market = base + ".market";
    if (context.good(name)) {
        const auto [other, fresh] = seen.positions.emplace(folded(position.name), position.name);
        if (!fresh)
            context.report.error(
                Code::NameClash, context.place(name), name,
                fmt::format("two positions are named {}", toml_string(other->second)),
                other->second == position.name ? "the second one" : "they differ only in case or - and _",
                "give one of them another name: commands and alerts use it");
    }
    const std::string close = base + ".close_below";
    if (position.close_below && context.good(close) && context.good(base + ".trigger") &&
        *position.close_below >= position.trigger)
        context.report.error(Code::HealthFactorOrder, context.place(close), close,
                             "`close_below` must be below `trigger`",
                             fmt::format("trigger is {}", format_amount(Unit::Factor, position.trigger.value)),
                             "write a lower close_below: at trigger a part of the position is sold, not all");
    const bool located = context.good(market) && context.good(fmt::format("wallet.{}.address", wallet.name));
    if (located && context.good(name)) {
        const auto [other, fresh] = seen.accounts.emplace(std::pair(wallet.address, position.market), position.name);
        if (!fresh && other->second != position.name)
            context.report.error(Code::NameClash, context.place(market), market,
                                 fmt::format("this account is watched already as {}", toml_string(other->second)),
                                 "an account has one position in a market", "remove one of the two");
    }
    resolve_market(position, market, settings, context);
    check_factors(position, base, context);
    check_limits(position.limits, base + ".limits", context);
}

void check_wallet(const Wallet& wallet, Seen& seen, Settings& settings, Context& context) {
    const std::string base = "wallet." + wallet.name;
    const std::string address = base + ".address";
    if (context.good(address)) {
        const auto [other, fresh] = seen.wallets.emplace(wallet.address, wallet.name);
        if (!fresh)
            context.report.error(
                Code::NameClash, context.place(address), address,
                fmt::format("[wallet.{}] and [wallet.{}] have the same address", wallet.name, other->second),
                "one account's transactions need one order", "put the positions of both under one wallet");
    }
    const std::string mode = base + ".mode";
    if (wallet.mode == Mode::Live && !wallet.signer)
        context.report.error(
            Code::LiveWithoutSigner, context.place(mode), mode,
            fmt::format("[wallet.{}] is live but has no signer", wallet.name), "nothing could be signed",
            "add signer = { keystore = \"...\", passphrase = { file = \"...\" } }, or write mode = \"dry-run\"");
    check_signer(wallet, context);
    if (wallet.positions.empty() && context.good(base))
        context.report.warning(Code::NothingToWatch, context.place(base), base,
                               fmt::format("[wallet.{}] has no position", wallet.name), "nothing is watched for it",
                               fmt::format("add [[{}.position]]", base));
    for (std::size_t i = 0; i < wallet.positions.size(); ++i)
        check_position(wallet, wallet.positions[i], fmt::format("{}.position.{}", base, i), seen, settings, context);
}

}  // namespace

void check_cross_rules(Settings& settings, Context& context) {
    check_heartbeat(settings.heartbeat, context);
    check_console(settings, context);
    check_chains(settings.chains, context);
    for (auto& chain : settings.chains) fill_coin(chain, context);
    for (const auto& market : settings.markets) check_market(market, settings.chains, context);
    check_venues(settings, context);
    Seen seen;
    std::size_t positions = 0;
    bool any_live = false;
    for (const auto& wallet : settings.wallets) {
        check_wallet(wallet, seen, settings, context);
        positions += wallet.positions.size();
        any_live = any_live || wallet.mode == Mode::Live;
    }
    check_strategies(settings, context);
    check_sending(settings, context);
    check_alerts(settings, context);
    if (positions > kPositionsMost)
        context.report.error(Code::TooMany, {}, "wallet", "too many positions",
                             fmt::format("{} of at most {}", positions, kPositionsMost),
                             "watch them from several daemons");
    if (settings.wallets.empty())
        context.report.warning(Code::NothingToWatch, {}, "wallet", "there is no wallet to watch", "no [wallet.NAME]",
                               "add [wallet.NAME] with an address and a [[wallet.NAME.position]]");
    if (settings.mode == Mode::Live && !any_live && !settings.wallets.empty())
        context.report.warning(Code::NothingLive, context.place("mode"), "mode", "no wallet is live",
                               "nothing will be sent", "write mode = \"live\" in each wallet that may act too");
    if (context.good("daemon.listen") && !listens_on_loopback(settings.daemon.listen))
        context.report.warning(Code::OpenToOthers, context.place("daemon.listen"), "daemon.listen",
                               "metrics and readiness are open to other machines", "not a loopback address",
                               "write listen = \"127.0.0.1:1876\" and put a proxy with authentication before it");
}

}  // namespace plimsoll::config
