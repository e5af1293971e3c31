// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/engine.hpp"

#include <utility>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

Engine::Engine(EngineConfig config, std::vector<std::unique_ptr<lending::Market>> markets, Planner planner)
    : core_(std::make_unique<Core>(std::move(config), std::move(markets), std::move(planner))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

std::vector<Command> Engine::step(const Event& event) {
    const std::int64_t before = std::exchange(core_->now, event.time_ms);
    if (event.time_ms < before) core_->clock_went_back(before - event.time_ms);
    std::visit([&](const auto& body) { core_->on(body); }, event.body);
    return core_->out.take();
}

bool Engine::follows() const {
    return !core_->canon.empty() && core_->feed_live;
}

BlockNumber Engine::decided() const {
    return core_->decided();
}

std::optional<BlockRef> Engine::head() const {
    if (core_->canon.empty()) return std::nullopt;
    return core_->canon.head();
}

EngineStatus Engine::status() const {
    EngineStatus out;
    static_cast<ChainStatus&>(out) = chain();
    const Core& core = *core_;
    for (const auto& position : core.positions) {
        if (position.removed) continue;
        const WalletState& wallet = core.wallets[position.wallet];
        PositionStatus row;
        row.name = position.config.name;
        row.wallet = wallet.name;
        row.market = position.config.market;
        row.account = wallet.address;
        row.live = wallet.live;
        row.paused = !core.paused(static_cast<std::size_t>(&position - core.positions.data())).empty();
        row.in_sync = core.follower.in_sync(position.market);
        row.at_risk = position.level == Level::AtRisk;
        const SenderState& sender = core.senders[wallet.sender];
        row.acting = sender.lane.busy() && sender.owner && &core.positions[*sender.owner] == &position;
        row.health = position.health();
        if (position.incident) row.incident = position.incident->id;
        row.blocked_by = position.blocked_by;
        out.positions.push_back(std::move(row));
    }
    return out;
}

ChainStatus Engine::chain() const {
    ChainStatus out;
    const Core& core = *core_;
    out.head = head();
    out.feed_live = core.feed_live;
    out.audits_agreed = core.audits_agreed;
    out.audits_differed = core.audits_differed;
    out.feeds = core.feed_ages();
    out.pending = core.pending_counts();
    const PositionState* lowest = nullptr;
    for (const auto& position : core.positions) {
        if (position.removed) continue;
        if (!core.follower.in_sync(position.market))
            ++out.out_of_sync;
        else if (lowest == nullptr || position.health() < lowest->health())
            lowest = &position;
    }
    if (lowest != nullptr) {
        out.lowest = lowest->config.name;
        out.lowest_health = lowest->health();
    }
    for (const auto& sender : core.senders) {
        if (sender.lane.busy()) ++out.in_flight;
        if (std::string why = core.held_back(sender); !why.empty()) out.held_wallets.emplace_back(sender.name, why);
        if (sender.stopped.empty()) continue;
        for (const auto w : sender.wallets) out.stopped_wallets.push_back(core.wallets[w].name);
    }
    return out;
}

Result<Supposed> Engine::suppose(const std::string& position, std::span<const lending::SupposedPrice> prices) const {
    return core_->suppose(position, prices);
}

Usage Engine::usage(const std::string& position) const {
    return core_->usage(position);
}

const lending::Market* Engine::market(std::string_view name) const {
    for (std::size_t i = 0; i < core_->config.markets.size() && i < core_->follower.size(); ++i) {
        if (core_->config.markets[i].name == name) return &core_->market_at(i);
    }
    return nullptr;
}

}  // namespace plimsoll::engine
