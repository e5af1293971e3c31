// SPDX-License-Identifier: Apache-2.0
// What is behind the markets' prices: public feeds that are ahead of them, feeds that are old, rules that others
// change.
#include <algorithm>

#include "bot/engine/core.hpp"
#include "bot/engine/text.hpp"
#include "chain/lending/supposing.hpp"

namespace plimsoll::engine {

namespace {

using oracle::Condition;

const char* kind_of(Condition::Kind kind) {
    switch (kind) {
        case Condition::Kind::Old:
            return "price-old";
        case Condition::Kind::Untimely:
            return "price-time";
        case Condition::Kind::NoAnswer:
            return "price-none";
        case Condition::Kind::Decimals:
            return "price-decimals";
        case Condition::Kind::AtBound:
            return "price-bound";
        case Condition::Kind::Capped:
            return "price-capped";
        case Condition::Kind::Ahead:
            return "price-ahead";
        case Condition::Kind::Sequencer:
            return "sequencer";
    }
    return "price";
}

AlertLevel level_of(Condition::Kind kind) {
    switch (kind) {
        case Condition::Kind::NoAnswer:
        case Condition::Kind::Decimals:
        case Condition::Kind::AtBound:
        case Condition::Kind::Sequencer:
            return AlertLevel::Critical;
        case Condition::Kind::Old:
        case Condition::Kind::Untimely:
        case Condition::Kind::Capped:
            return AlertLevel::Warning;
        case Condition::Kind::Ahead:
            break;
    }
    return AlertLevel::Info;
}

/// How far health factors can fall when these prices come: the worst fall over the worst rise, 1e18 scaled.
std::optional<Wad> reach_of(const std::map<Address, Price>& prices, const std::map<Address, Price>& known_now) {
    U256 low = kWad;
    U256 high = kWad;
    for (const auto& [asset, price] : prices) {
        const auto now = known_now.find(asset);
        if (now == known_now.end() || now->second.is_zero()) return std::nullopt;
        const auto down = mul_div_down(price.value, kWad, now->second.value);
        const auto up = mul_div_up(price.value, kWad, now->second.value);
        if (!down || !up) return std::nullopt;
        low = std::min(low, *down);
        high = std::max(high, *up);
    }
    const auto factor = mul_div_down(low, kWad, high);
    if (!factor) return std::nullopt;
    return Wad{*factor};
}

}  // namespace

void Core::feed_reads(std::vector<ExtraRead>& reads) {
    std::vector<oracle::SourceUse> uses;
    for (std::size_t m = 0; m < follower.size(); ++m) {
        for (const auto& use : ahead_[m].uses) uses.push_back({use.source, use.symbol});
    }
    feeds_.follow(std::move(uses));
    if (config.pending_prices != PendingPrices::Off) feeds_.ask_reporters();
    auto calls = feeds_.calls(follower.at());
    if (!calls.empty()) reads.push_back({ExtraRead::Kind::Feeds, 0, 0, 0, 0, {}, std::move(calls)});
}

void Core::take_feeds(const ExtraAnswer& answer) {
    feeds_.answer(follower.at(), answer.results);
    for (const auto& change : feeds_.take_changes()) {
        const bool moved = change.kind == oracle::Change::Kind::Aggregator;
        AlertBook::tell(out, AlertLevel::Warning, moved ? "feed-aggregator" : "parameter-changed",
                        to_string(change.feed), change.text);
        if (!moved) continue;
        for (std::size_t m = 0; m < follower.size(); ++m) {
            if (follower.in_sync(m)) market_at(m).recheck_sources();
        }
        evaluated_ = {};  // what the new one says is read at this block still
    }
    pending_at_block();
    for (std::size_t m = 0; m < follower.size(); ++m) {
        if (follower.in_sync(m)) look_ahead(m);
    }
    report_feeds();
    try_pending();
}

/// Which prices of the market are ahead and which are old; whoever that may matter to is evaluated again.
void Core::look_ahead(std::size_t m) {
    PricesAhead& known = ahead_[m];
    std::map<Address, Price> prices;
    std::map<Address, Price> pending;
    std::set<Address> old;
    known.now.clear();
    known.free.clear();
    known.due.reset();
    for (const auto& use : known.uses) {
        known.now.emplace(use.asset, use.price);
        if (const auto free = feeds_.uncapped(use.source)) known.free.emplace(use.asset, Price{*free});
        if (const auto due = feeds_.due(use.source)) known.due = std::min(known.due.value_or(*due), *due);
        if (const auto next = feeds_.ahead(use.source, use.price.value)) prices.emplace(use.asset, Price{*next});
        if (const auto next = feeds_.pending(use.source, use.price.value)) pending.emplace(use.asset, Price{*next});
        if (feeds_.old(use.source)) old.insert(use.asset);
    }
    const bool none = prices.empty() && known.prices.empty() && pending.empty() && known.pending.empty();
    if (none && old == known.old) return;
    const bool moved = prices != known.prices || pending != known.pending;
    const bool aged = old != known.old;
    known.prices = std::move(prices);
    known.pending = std::move(pending);
    known.old = std::move(old);
    if (!follows_[m] || (!moved && !aged)) return;
    if (aged) {
        for (std::size_t local = 0; local < local_[m].size(); ++local) screens_[m].changed(local);
    }
    for (const auto i : local_[m]) {
        if (positions[i].stands_ahead()) screens_[m].changed(positions[i].local);
    }
    if (moved && !known.prices.empty()) screens_[m].drift(reach_of(known.prices, known.now));
    if (moved && !known.pending.empty()) screens_[m].drift(reach_of(known.pending, known.now));
    for (const auto local : screens_[m].due()) {
        const std::size_t i = local_[m][local];
        if (!positions[i].removed) evaluate(i);
    }
}

/// At a new block: what was ahead may have come.
void Core::refresh_ahead(std::size_t m) {
    constexpr BlockNumber kKnown = 3;  // blocks without an answer, after which nothing is known of public feeds
    PricesAhead& known = ahead_[m];
    if (known.prices.empty() && known.pending.empty()) return;
    known.now.clear();
    for (const auto& use : known.uses) known.now.emplace(use.asset, use.price);
    if (feeds_.at().number + kKnown < follower.at().number) known.prices.clear();
    if (feeds_.at().number + 1 < follower.at().number) known.pending.clear();
    for (const auto i : local_[m]) {
        if (positions[i].stands_ahead()) screens_[m].changed(positions[i].local);
    }
}

/// Each price as the market counts it or as it is to come, whichever is worse for this account: feeds of one account
/// need not come in the same block.
std::vector<lending::SupposedPrice> Core::worst_prices(std::size_t i, bool with_pending) const {
    const PositionState& position = positions[i];
    const PricesAhead& known = ahead_[position.market];
    std::vector<lending::SupposedPrice> out_prices;
    if (known.prices.empty() && (!with_pending || known.pending.empty())) return out_prices;
    const auto view = market_at(position.market).position(account_of(i), follower.at().timestamp);
    if (!view) return out_prices;
    for (const auto& asset : view->assets) {
        const auto now_price = known.now.find(asset.asset);
        if (now_price == known.now.end()) continue;
        const auto weighted = mul_div_down(asset.supplied_value.value, U256{asset.threshold_bps}, kBps);
        const U256 backing = asset.collateral ? weighted.value_or(U256{}) : U256{};
        const bool fall_hurts = backing > asset.debt_value.value;
        Price worst = now_price->second;
        const auto weigh = [&](const std::map<Address, Price>& coming) {
            const auto next = coming.find(asset.asset);
            if (next != coming.end() && (fall_hurts ? next->second < worst : next->second > worst))
                worst = next->second;
        };
        weigh(known.prices);
        if (with_pending) weigh(known.pending);
        if (worst != now_price->second) out_prices.push_back({asset.asset, worst});
    }
    return out_prices;
}

/// The health factor with these prices, where it is lower than `than`.
std::optional<Wad> Core::health_with(std::size_t i, const std::vector<lending::SupposedPrice>& prices, Timestamp at,
                                     const Wad& than) {
    if (prices.empty()) return std::nullopt;
    const auto& market = market_at(positions[i].market);
    const lending::Supposing as_if(market, prices);
    const auto summary = market.summary(account_of(i), at);
    if (!summary || summary->health_factor >= than) return std::nullopt;
    return summary->health_factor;
}

/// The rest of an evaluation: by public feeds, by what is pending, and with what is old.
void Core::evaluate_ahead(std::size_t i, Timestamp at) {
    PositionState& position = positions[i];
    const auto& market = market_at(position.market);
    position.ahead = worst_prices(i, false);
    position.health_public = health_with(i, position.ahead, at, position.health_counted());
    evaluate_pending(i, at);
    const auto& old = ahead_[position.market].old;
    position.price_old = false;
    if (old.empty()) return;
    const auto view = market.position(account_of(i), at);
    position.price_old = view && std::any_of(view->assets.begin(), view->assets.end(),
                                             [&](const auto& asset) { return old.contains(asset.asset); });
}

void Core::report_feeds() {
    std::set<std::pair<std::string, std::string>> standing;
    const auto matters = [this] {
        return std::any_of(positions.begin(), positions.end(),
                           [](const PositionState& position) { return position.health_public.has_value(); });
    };
    for (auto& condition : feeds_.conditions()) {
        if (condition.kind == Condition::Kind::Ahead && !matters()) continue;
        const std::string subject =
            condition.kind == Condition::Kind::Sequencer ? config.chain : to_string(condition.feed);
        alerts_.raise(out, now, level_of(condition.kind), kind_of(condition.kind), subject, std::move(condition.text));
        standing.emplace(kind_of(condition.kind), subject);
    }
    for (const auto& [kind, subject] : feed_alerts_) {
        if (!standing.contains({kind, subject})) alerts_.clear(out, kind, subject, "it is as it should be again");
    }
    feed_alerts_ = std::move(standing);
}

/// What the market's owners changed, in which every position that it moves has its figures.
void Core::report_changes(std::size_t m) {
    for (const auto& change : market_at(m).take_parameter_changes()) {
        std::string text;
        for (const auto& what : change.what) text += (text.empty() ? "" : "; ") + what;
        std::size_t more = change.more;
        bool lower = false;
        for (const auto& effect : change.effects) {
            lower = lower || effect.after < effect.before;
            const auto found = by_account_[m].find(effect.account);
            if (found == by_account_[m].end()) continue;
            for (const auto i : found->second) {
                if (positions[i].removed) continue;
                text += "; " + positions[i].config.name + " health factor " + health_text(effect.before) + " to " +
                        health_text(effect.after);
            }
        }
        if (more > 0) text += "; and " + std::to_string(more) + " more";
        AlertBook::tell(out, change.cuts || lower ? AlertLevel::Warning : AlertLevel::Info, "parameter-changed",
                        config.markets[m].name, std::move(text));
    }
}

}  // namespace plimsoll::engine
