// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <numeric>

#include "bot/engine/core.hpp"

namespace plimsoll::engine {

namespace {

/// The time in an incident's name, which may be later than that of its rows.
std::int64_t named_after(const std::string& incident) {
    std::int64_t out = 0;
    const auto slash = incident.rfind('/');
    const char* begin = incident.data() + (slash == std::string::npos ? incident.size() : slash + 1);
    const auto [end, error] = std::from_chars(begin, incident.data() + incident.size(), out);
    return error == std::errc() ? out : 0;
}

std::vector<Followed*> followed_of(const std::vector<std::unique_ptr<lending::Market>>& markets) {
    std::vector<Followed*> out;
    out.reserve(markets.size());
    for (const auto& market : markets) out.push_back(market.get());
    return out;
}

std::vector<dex::PoolSpec> specs_of(const EngineConfig& config) {
    constexpr std::uint32_t kBps = 10'000;
    std::vector<dex::PoolSpec> out;
    for (const auto& pool : config.pools) {
        dex::PoolSpec spec;
        spec.address = pool.address;
        spec.kind = pool.kind == "uniswap-v2" ? dex::PoolKind::UniswapV2 : dex::PoolKind::UniswapV3;
        if (pool.fee_bps) {
            spec.fee_kept = kBps - std::min(*pool.fee_bps, kBps);
            spec.fee_unit = kBps;
        }
        out.push_back(spec);
    }
    return out;
}

}  // namespace

Core::Core(EngineConfig fresh, std::vector<std::unique_ptr<lending::Market>> its_markets, Planner planner)
    : config(fresh),
      markets(std::move(its_markets)),
      follower(followed_of(markets), logs),
      book(specs_of(fresh)),
      pools(fresh.pools.empty() ? std::vector<Followed*>() : std::vector<Followed*>{&book}, logs),
      planner_(std::move(planner)),
      market_reads_(markets.size()),
      reference_reads_(fresh.pools.size()),
      payload_reads_(markets.size()),
      lender_reads_(fresh.lenders.size()),
      feeds_(fresh.feeds, fresh.sequencer_feed),
      ahead_(markets.size()),
      alerts_(fresh.alert_repeat_ms) {
    screens_.resize(follower.size());
    local_.resize(follower.size());
    by_account_.resize(follower.size());
    follows_.resize(follower.size());
    audits_.resize(follower.size());
    reset_at_.resize(follower.size());
    prices_seen_.resize(follower.size());
    jumps_.resize(follower.size());
    take_config(fresh);
}

std::optional<std::size_t> Core::position_named(const std::string& name) const {
    for (std::size_t i = 0; i < positions.size(); ++i) {
        if (positions[i].config.name == name && !positions[i].removed) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> Core::sender_at(const Address& address) const {
    const auto at = sender_index_.find(address);
    if (at == sender_index_.end()) return std::nullopt;
    return at->second;
}

/// A lane sends nothing while the feed is stale, for a key that is not live any more, or what was begun for an account
/// that is not.
void Core::quieten(SenderState& sender) const {
    const bool owner_live = !sender.owner || wallets[positions[*sender.owner].wallet].live;
    sender.lane.set_quiet(!sender.live || !owner_live || !feed_live);
}

std::size_t Core::sender_for(const WalletConfig& wallet, std::size_t index) {
    const auto [at, added] = sender_index_.try_emplace(wallet.sender, senders.size());
    if (added) {
        senders.emplace_back();
        senders.back().address = wallet.sender;
        senders.back().lane.set_final(final_.number, config.finality);
    }
    senders[at->second].wallets.push_back(index);
    return at->second;
}

void Core::take_config(const EngineConfig& fresh) {
    auto before = std::move(config);
    config = fresh;  // what is followed stays
    config.markets = std::move(before.markets);
    config.pools = std::move(before.pools);
    config.lenders = std::move(before.lenders);
    config.feeds = std::move(before.feeds);
    std::unordered_map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < positions.size(); ++i) {
        positions[i].removed = true;
        known.emplace(positions[i].config.name, i);
    }
    std::map<std::pair<Address, Address>, std::size_t> wallet_of;  // by account and sender
    for (std::size_t i = 0; i < wallets.size(); ++i) {
        wallets[i].live = false;
        wallet_of.emplace(std::pair(wallets[i].address, senders[wallets[i].sender].address), i);
    }
    for (auto& sender : senders) {
        sender.live = false;
        sender.sells = false;
        sender.fee_limit = {};
    }
    wallets.reserve(fresh.wallets.size());
    senders.reserve(fresh.wallets.size());
    positions.reserve(std::accumulate(fresh.wallets.begin(), fresh.wallets.end(), std::size_t{},
                                      [](std::size_t sum, const auto& one) { return sum + one.positions.size(); }));
    for (const auto& entry : fresh.wallets) {
        const auto [at, added] = wallet_of.try_emplace({entry.address, entry.sender}, wallets.size());
        if (added) {
            wallets.emplace_back();
            wallets.back().sender = sender_for(entry, wallets.size() - 1);
        }
        WalletState& wallet = wallets[at->second];
        wallet.name = entry.name;
        wallet.address = entry.address;
        wallet.live = entry.live;
        wallet.guard = entry.guard;
        if (entry.live) senders[wallet.sender].live = true;
        for (const auto& position : entry.positions) {
            const auto market = std::find_if(config.markets.begin(), config.markets.end(),
                                             [&](const config::Market& m) { return m.name == position.market; });
            const auto index = static_cast<std::size_t>(market - config.markets.begin());
            if (index >= follower.size()) {
                AlertBook::tell(out, AlertLevel::Critical, "unknown-market", position.name,
                                "no market " + position.market + " in this engine: the position is not watched");
                continue;
            }
            const auto old = known.find(position.name);
            if (old != known.end() && positions[old->second].wallet == at->second &&
                positions[old->second].market == index) {
                positions[old->second].config = position;
                positions[old->second].removed = false;
                screens_[index].changed(positions[old->second].local);
                continue;
            }
            PositionState state;
            state.config = position;
            state.wallet = at->second;
            state.market = index;
            state.local = local_[index].size();
            local_[index].push_back(positions.size());
            auto& same = by_account_[index][entry.address];
            if (same.empty()) market_at(index).watch(entry.address);
            same.push_back(positions.size());
            wallet.positions.push_back(positions.size());
            positions.push_back(std::move(state));
        }
    }
    for (std::size_t i = 0; i < screens_.size(); ++i) screens_[i].resize(local_[i].size());
    for (auto& sender : senders) {
        sender.name = wallets[sender.wallets.front()].name;
        quieten(sender);
    }
    any_live_ = std::any_of(wallets.begin(), wallets.end(), [](const auto& wallet) { return wallet.live; });
    for (std::size_t i = 0; i < positions.size(); ++i) {
        audit_due(i, positions[i].audit_due);
        if (positions[i].removed) {
            at_risk_.erase(i);
            warned_.erase(i);
            armed_.erase(i);
            continue;
        }
        SenderState& sender = sender_of(i);
        sender.fee_limit = std::max(sender.fee_limit, positions[i].config.limits.max_fee_per_gas);
        sender.sells = sender.sells || !only_repays(i);
    }
}

void Core::on(const Started& event) {
    started_ms_ = now;
    // New incidents are named after the old ones, even if the clock went back.
    for (const auto& record : event.records)
        last_incident_ms_ = std::max({last_incident_ms_, record.time_ms, named_after(record.incident)});
    for (const auto& spending : event.spendings) {
        budget_.add(spending);
        last_incident_ms_ = std::max(last_incident_ms_, spending.time_ms);
    }
    budget_.not_after(now);
    for (auto& position : positions)
        position.paused =
            std::find(event.paused.begin(), event.paused.end(), position.config.name) != event.paused.end();
    for (const auto& pause : event.pauses) pauses_.insert_or_assign(pause.wallet, pause.until_ms);
    take_history(event);
    adopt(event.records);
}

void Core::adopt(const std::vector<JournalRecord>& records) {
    std::vector<std::vector<JournalRecord>> steps;
    std::map<std::pair<std::string, std::uint32_t>, std::size_t> index;
    for (const auto& record : records) {
        if (record.chain_id != config.chain_id) continue;
        const auto [at, added] = index.try_emplace({record.incident, record.step}, steps.size());
        if (added) steps.emplace_back();
        steps[at->second].push_back(record);
    }
    for (const auto& rows : steps) adopt_step(rows);
}

void Core::adopt_step(const std::vector<JournalRecord>& rows) {
    const JournalRecord& newest = rows.back();
    const auto index = sender_at(newest.address);
    const bool ended = std::any_of(rows.begin(), rows.end(), [](const JournalRecord& row) {
        return row.stage == Stage::Settled || row.stage == Stage::Abandoned;
    });
    if (ended) {
        if (!index) return;
        senders[*index].lane.recall(rows);
        lanes_.insert(*index);
        return;
    }
    if (!index) {
        AlertBook::tell(out, AlertLevel::Critical, "journal-orphan", newest.wallet,
                        "the journal holds an unsettled transaction of a wallet that is not configured: incident " +
                            newest.incident);
        return;
    }
    SenderState& sender = senders[*index];
    if (sender.lane.busy()) {
        sender.stopped = "the journal holds two unsettled transactions";
        AlertBook::tell(out, AlertLevel::Critical, "wallet-stopped", sender.name, sender.stopped);
        return;
    }
    sender.lane.adopt(out, rows, now);
    lanes_.insert(*index);
    if (sender.lane.step()->attempts.empty()) return;  // it ends as it is
    const JournalRecord& plan = sender.lane.step()->base;
    sender.owner = position_named(plan.position);
    quieten(sender);
    AlertBook::tell(out, AlertLevel::Warning, "resumed", plan.position,
                    "resumed incident " + newest.incident + " at nonce " + sender.lane.nonce_text());
    if (!sender.owner) return;
    Incident incident;
    incident.id = newest.incident;
    incident.prepares = plan.purpose == Purpose::Prepare;
    incident.steps = newest.step + 1;
    incident.trigger.number = newest.trigger_number;
    incident.trigger.hash = newest.trigger_hash;
    positions[*sender.owner].incident = std::move(incident);
}

void Core::on(const SettingsReloaded& event) {
    take_config(event.config);
    for (auto& sender : senders) {
        if (sender.owner && positions[*sender.owner].removed) sender.owner.reset();
    }
    evaluated_ = {};
    pump();
}

void Core::on(const SetPaused& event) {
    const auto i = position_named(event.position);
    if (!i) return;
    positions[*i].paused = event.paused;
    if (at_risk_.contains(*i)) decide(*i);
}

void Core::on(const SetWalletPaused& event) {
    pauses_.insert_or_assign(event.pause.wallet, event.pause.until_ms);
    if (event.pause.until_ms <= now) pauses_.erase(event.pause.wallet);
    for (const auto i : by_risk(at_risk_)) {
        if (wallets[positions[i].wallet].name == event.pause.wallet) decide(i);
    }
}

/// Why the operator keeps a position from acting; empty: he does not.
std::string Core::paused(std::size_t i) const {
    if (positions[i].paused) return "paused";
    const auto pause = pauses_.find(wallets[positions[i].wallet].name);
    if (pause == pauses_.end() || now >= pause->second) return {};
    constexpr std::int64_t kMinuteMs = 60'000;
    if (pause->second >= kUntilResumed) return "paused by the operator";
    return "paused by the operator for " + std::to_string((pause->second - now + kMinuteMs - 1) / kMinuteMs) +
           " min more";
}

std::optional<Core::Route> Core::take_route(RequestId id, Route::What what) {
    const auto it = routes_.find(id);
    if (it == routes_.end() || it->second.what != what) return std::nullopt;
    const Route route = it->second;
    routes_.erase(it);
    return route;
}

RequestId Core::request(Route::What what, std::size_t index) {
    const RequestId id = out.next();
    routes_.emplace(id, Route{what, index, follower.at()});
    return id;
}

}  // namespace plimsoll::engine
