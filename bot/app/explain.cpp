// SPDX-License-Identifier: Apache-2.0
#include "bot/app/explain.hpp"

#include <limits>

#include "bot/app/find_chain.hpp"
#include "bot/app/guard_desk.hpp"
#include "bot/app/look.hpp"
#include "bot/outlook/findings.hpp"
#include "bot/shell/signers.hpp"
#include "config/find.hpp"

namespace plimsoll::bot {

namespace {

/// Only this position, and below its trigger whatever its health, so that the engine reads all that a plan needs and
/// asks for one.
engine::EngineConfig config_of(const config::Settings& settings, const config::Chain& chain,
                               const config::Position& only) {
    constexpr U256 kAnyHealth = U256::literal("1'000'000'000'000'000'000'000'000");
    auto config = config_of_one(settings, chain, only.name);
    config.head_age_max_ms = std::numeric_limits<std::int64_t>::max() / 2;  // its age is another check's affair
    for (auto& wallet : config.wallets) {
        for (auto& position : wallet.positions) position.trigger = position.warn = Wad{kAnyHealth};
    }
    return config;
}

/// What kept the engine from planning.
std::string why_not(const Look& seen) {
    if (seen.decisions.empty()) return seen.alerts.empty() ? "" : seen.alerts.back().text;
    const auto& decision = seen.decisions.back();
    for (const auto& gate : decision.gates) {
        if (engine::stops(gate)) return gate.name + ": " + gate.measured + ", required " + gate.required;
    }
    return decision.reason;
}

/// Nothing where nothing is owed.
Result<std::optional<outlook::Outlook>> outlook_on(const config::Settings& settings, const config::Chain& chain,
                                                   const config::Position& position) {
    const auto config = config_of(settings, chain, position);
    std::optional<Result<outlook::Outlook>> last;  // what is known grows from block to answer
    const auto planner = [&](const strategies::Situation& situation) {
        last = outlook::outlook_of(situation, position, config.wrapped_native);
        return strategies::Ladder();
    };
    TRY(const auto seen, look(chain, config, planner));
    if (last) {
        TRY(auto outlook, *std::move(last));
        return std::optional<outlook::Outlook>(std::move(outlook));
    }
    const std::string why = why_not(seen);
    if (why.empty()) return std::optional<outlook::Outlook>();
    return fail(Errc::NotFound, why);
}

/// Of the key that would send.
Result<Wei> gas_money(const config::Chain& chain, Address payer) {
    Wei out;
    TRY_VOID(at_chain(chain, [&](rpc::Eth& eth) -> Task<Result<void>> {
        const rpc::BlockId latest;
        CO_TRY(out, co_await eth.balance(payer, latest));
        co_return Result<void>();
    }));
    return out;
}

Explained explain_one(const config::Settings& settings, const config::Wallet& wallet, const config::Position& position,
                      const engine::SenderAddresses& senders) {
    Explained out;
    out.wallet = &wallet;
    out.position = &position;
    const auto* market = config::find_named(settings.markets, position.market);
    const auto* chain = market == nullptr ? nullptr : find_chain(settings, market->chain);
    const auto trouble = [&](const std::string& why) {
        out.trouble = why;
        out.findings.push_back({"position " + position.name + ": explain", false, why, "see check --online"});
        return out;
    };
    if (chain == nullptr) return trouble("market " + position.market + " has no chain");
    out.chain = chain->name;
    out.dollars = market->protocol == "aave-v3";
    auto outlook = outlook_on(settings, *chain, position);
    if (!outlook) return trouble(outlook.error().message);
    if (!*outlook) {
        out.trouble = "nothing is owed: there is nothing to protect until something is";
        return out;
    }
    out.outlook = **std::move(outlook);
    const auto sender = senders.find(wallet.name);
    outlook::Subject subject{position, *out.outlook, out.dollars, {}, {}};
    subject.payer = sender != senders.end() ? sender->second : wallet.address;
    const bool payer_known = sender != senders.end() || !wallet.guard;
    if (payer_known) {
        const auto money = gas_money(*chain, subject.payer);
        if (money) subject.gas_money = *money;
    }
    out.findings = outlook::findings(subject);
    return out;
}

}  // namespace

std::vector<Explained> explain(const config::Settings& settings, const ExplainProgress& progress) {
    std::size_t all = 0;
    for (const auto& wallet : settings.wallets) all += wallet.positions.size();
    const auto senders = sender_addresses(settings, {});
    std::vector<Explained> out;
    for (const auto& wallet : settings.wallets) {
        for (const auto& position : wallet.positions) {
            if (progress) progress(out.size(), all, position.name);
            out.push_back(explain_one(settings, wallet, position, senders));
        }
    }
    return out;
}

}  // namespace plimsoll::bot
