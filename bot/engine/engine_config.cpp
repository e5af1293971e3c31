// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/engine_config.hpp"

#include <algorithm>

#include "bot/engine/known_rules.hpp"
#include "config/known.hpp"
#include "config/known_feeds.hpp"

namespace plimsoll::engine {

std::vector<oracle::FeedRules> feed_rules(const config::Settings& settings, const config::Chain& chain) {
    std::vector<oracle::FeedRules> out;
    for (const auto& feed : settings.feeds) {
        if (feed.chain != chain.name) continue;
        out.push_back({feed.address, static_cast<std::uint64_t>(feed.heartbeat.count()),
                       static_cast<std::uint64_t>(feed.grace.count()), feed.public_feed,
                       static_cast<std::uint64_t>(feed.delay.value_or(std::chrono::seconds{}).count())});
    }
    for (const auto& known : config::known_feeds()) {
        const bool said =
            std::any_of(out.begin(), out.end(), [&](const auto& r) { return r.address == known.address; });
        if (known.chain_id == chain.id && !said)
            out.push_back({known.address, known.heartbeat, oracle::FeedRules::kGrace, known.public_feed, 0});
    }
    return out;
}

tx::Rollup rollup_of(const config::Chain& chain) {
    return tx::rollup_of(chain.rollup ? std::string_view(*chain.rollup) : config::known_rollup(chain.id));
}

EngineConfig engine_config(const config::Settings& settings, const config::Chain& chain,
                           const SenderAddresses& senders) {
    EngineConfig out;
    out.chain = chain.name;
    out.chain_id = chain.id;
    out.block_time_ms = chain.block_time.count();
    out.head_age_max_ms = chain.head_age_max.count();
    out.audit_interval = chain.audit_interval;
    out.confirmations = chain.confirmations;
    out.finality = chain.finality;
    out.replace_after = chain.replace_after;
    out.private_blocks = chain.private_blocks;
    out.rpc_fee_cap = chain.rpc_fee_cap;
    if (chain.pending_prices != "off")
        out.pending_prices = chain.pending_prices == "act" ? PendingPrices::Act : PendingPrices::Prepare;
    out.watch_first = chain.watch_first;
    out.guard = chain.guard;
    out.wrapped_native = chain.wrapped_native;
    out.rollup = rollup_of(chain);
    // On Arbitrum the gas of data counts as well: by what a chain of low fees pays for bytes, hundreds of millions.
    out.gas_limit_max = gas_limit_max(out.rollup);
    const auto keep = [&](const auto& from, auto& to) {
        std::copy_if(from.begin(), from.end(), std::back_inserter(to),
                     [&](const auto& entry) { return entry.chain == chain.name; });
    };
    keep(settings.markets, out.markets);
    for (auto& market : out.markets) {
        const Address* known = config::known_governance(chain.id);
        if (market.protocol == "aave-v3" && !market.governance && known != nullptr) market.governance = *known;
    }
    keep(settings.lenders, out.lenders);
    keep(settings.pools, out.pools);
    keep(settings.routers, out.routers);
    out.feeds = feed_rules(settings, chain);
    out.sequencer_feed = chain.sequencer_feed;
    if (const auto* known = config::known_sequencer(chain.id); !out.sequencer_feed && known != nullptr)
        out.sequencer_feed = known->uptime_feed;
    out.aggregates = std::any_of(settings.aggregators.begin(), settings.aggregators.end(),
                                 [&](const config::Aggregator& entry) { return entry.chain == chain.name; });
    for (const auto& relay : settings.relays) {
        if (relay.chain == chain.name) out.relays.push_back(relay.name);
    }
    const auto here = [&](const config::Position& position) {
        return std::any_of(out.markets.begin(), out.markets.end(),
                           [&](const config::Market& market) { return market.name == position.market; });
    };
    for (const auto& wallet : settings.wallets) {
        const auto sender = senders.find(wallet.name);
        WalletConfig mine{
            wallet.name,           wallet.address, sender == senders.end() ? wallet.address : sender->second,
            settings.live(wallet), wallet.guard,   {}};
        std::copy_if(wallet.positions.begin(), wallet.positions.end(), std::back_inserter(mine.positions), here);
        if (!mine.positions.empty()) out.wallets.push_back(std::move(mine));
    }
    return out;
}

}  // namespace plimsoll::engine
