// SPDX-License-Identifier: Apache-2.0
// What a chain shows on the console's board, beside its metrics.
#include "bot/console/board.hpp"
#include "bot/shell/chain_shell.hpp"
#include "strategies/urgency.hpp"

namespace plimsoll::bot {

namespace {

/// Aave counts in dollars, Morpho Blue in the token that is owed.
std::string currency_of(const lending::Market& market, const lending::Position& position) {
    if (market.guard_market().protocol == guard::kAaveV3) return "USD";
    for (const auto& asset : position.assets) {
        if (asset.price.value == position.base_unit && !asset.collateral) return asset.symbol;
    }
    return {};
}

}  // namespace

void ChainShell::show(const engine::ChainStatus& status) const {
    if (services_.board == nullptr) return;
    console::ChainCard card;
    card.name = chain_.name;
    card.id = chain_.id;
    card.head = status.head;
    card.feed_live = status.feed_live;
    card.in_flight = status.in_flight;
    card.audits_agreed = status.audits_agreed;
    card.audits_differed = status.audits_differed;
    card.block_time_ms = chain_.block_time.count();
    card.following = endpoint_name();
    card.endpoints = endpoint_stats();
    card.stopped_wallets = status.stopped_wallets;
    card.held_wallets = status.held_wallets;
    services_.board->put(std::move(card));
}

/// `view` has the position and its liquidation prices.
void ChainShell::show(const engine::PositionStatus& entry, PositionView view) const {
    if (services_.board == nullptr) return;
    const auto& market = *engine_->market(entry.market);
    const config::Position& owner = levels_.at(entry.name);
    const Timestamp at = view.position.as_of;
    const auto seconds = market.time_to_liquidation(entry.account, at);
    const auto cost = market.liquidation_cost(entry.account, at);
    if (!seconds || !cost) return;
    view.seconds_to_liquidation = *seconds;
    view.liquidation_cost = *cost;
    view.name = entry.name;
    view.wallet = entry.wallet;
    view.market = entry.market;
    view.chain_id = chain_.id;
    view.live = entry.live;
    view.warn = owner.warn;
    view.trigger = owner.trigger;
    view.target = owner.target;
    console::PositionCard card;
    card.urgency = strategies::urgency_of(view.position, view.liquidation_prices, view.seconds_to_liquidation);
    card.view = std::move(view);
    card.currency = currency_of(market, card.view.position);
    card.chain = chain_.name;
    card.paused = entry.paused;
    card.at_risk = entry.at_risk;
    card.acting = entry.acting;
    card.health = entry.health;
    card.incident = entry.incident;
    card.blocked_by = entry.blocked_by;
    card.limits = owner.limits;
    card.strategies = owner.strategies;
    card.usage = engine_->usage(entry.name);
    services_.board->put(std::move(card), services_.now_ms());
}

/// The market is not of the head: what is shown of it is older, and says so.
void ChainShell::show_behind(const engine::PositionStatus& entry) const {
    if (services_.board == nullptr) return;
    const auto known = services_.board->position(entry.name);
    if (!known || known->behind) return;
    console::PositionCard card = *known;
    card.behind = true;
    services_.board->put(std::move(card), services_.now_ms());
}

}  // namespace plimsoll::bot
