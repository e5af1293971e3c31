// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/engine.hpp"

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

Engine::Engine(EngineConfig config, std::vector<std::unique_ptr<lending::Market>> markets, Planner planner)
    : core_(std::make_unique<Core>(std::move(config), std::move(markets), std::move(planner))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

std::vector<Command> Engine::step(const Event& event) {
    core_->now = event.time_ms;
    std::visit([&](const auto& body) { core_->on(body); }, event.body);
    return core_->out.take();
}

std::optional<BlockRef> Engine::head() const {
    if (core_->canon.empty()) return std::nullopt;
    return core_->canon.head();
}

EngineStatus Engine::status() const {
    EngineStatus out;
    const Core& core = *core_;
    out.head = head();
    out.feed_live = core.feed_live;
    out.audits_agreed = core.audits_agreed;
    out.audits_differed = core.audits_differed;
    for (const auto& position : core.positions) {
        if (position.removed) continue;
        const WalletState& wallet = core.wallets[position.wallet];
        PositionStatus row;
        row.name = position.config.name;
        row.wallet = wallet.name;
        row.market = position.config.market;
        row.account = wallet.address;
        row.live = wallet.live;
        row.paused = position.paused;
        row.in_sync = core.follower.in_sync(position.market);
        row.at_risk = position.level == Level::AtRisk;
        const SenderState& sender = core.senders[wallet.sender];
        row.acting = sender.lane.busy() && sender.owner && &core.positions[*sender.owner] == &position;
        row.health = position.health();
        if (position.incident) row.incident = position.incident->id;
        out.positions.push_back(std::move(row));
    }
    for (const auto& sender : core.senders) {
        if (sender.lane.busy()) ++out.in_flight;
        if (sender.stopped.empty()) continue;
        for (const auto w : sender.wallets) out.stopped_wallets.push_back(core.wallets[w].name);
    }
    return out;
}

const lending::Market* Engine::market(std::string_view name) const {
    for (std::size_t i = 0; i < core_->config.markets.size() && i < core_->follower.size(); ++i) {
        if (core_->config.markets[i].name == name) return &core_->market_at(i);
    }
    return nullptr;
}

}  // namespace plimsoll::engine
