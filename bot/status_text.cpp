// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "bot/alerts.hpp"
#include "bot/engine/text.hpp"
#include "bot/people.hpp"
#include "bot/shell/chain_shell.hpp"
#include "bot/view/position_view.hpp"
#include "config/find.hpp"

namespace plimsoll::bot {

namespace {

using engine::health_text;

struct Row {
    engine::PositionStatus status;
    const ChainShell* chain = nullptr;
};

/// The nearest price at which it can be liquidated, and what it owes. Values are in units of the market's base
/// currency.
std::string risk_text(const Row& row) {
    const auto* market = row.chain->engine().market(row.status.market);
    const auto block = market == nullptr ? std::nullopt : market->synced();
    if (!block || !row.status.in_sync) return "";
    const auto view = view_of(*market, row.status.account, block->timestamp);
    if (!view) return "";
    std::string out;
    const bool dollars = market->base_unit() == U256{100'000'000};
    if (dollars)
        out += fmt::format(", collateral {} USD, debt {} USD", engine::value_text(view->position.summary.collateral),
                           engine::value_text(view->position.summary.debt));
    for (const auto& price : view->liquidation_prices) {
        if (price.price.value.is_zero() || !dollars) continue;
        const auto asset = std::find_if(view->position.assets.begin(), view->position.assets.end(),
                                        [&](const auto& candidate) { return candidate.asset == price.asset; });
        if (asset == view->position.assets.end()) continue;
        out += fmt::format("; liquidated with {} at {} USD (now {})", asset->symbol, fixed(price.price.value, 8, 2),
                           fixed(asset->price.value, 8, 2));
    }
    return out;
}

std::string line_of(const Row& row, const config::Settings& settings, const Operator& who) {
    const auto& status = row.status;
    std::string out = status.name + ": ";
    if (!status.in_sync) return out + "not in sync, its health factor is not known";
    out += "health factor " + health_text(status.health);
    if (const auto* levels = config::find_position(settings, status.name))
        out += fmt::format(" (trigger {}, target {})", health_text(levels->trigger), health_text(levels->target));
    out += risk_text(row);
    if (status.acting) out += "; a transaction is under way";
    if (status.at_risk && !status.acting) out += "; BELOW ITS TRIGGER";
    if (const auto pause = who.pause_of(status.wallet))
        out += fmt::format("; PAUSED by {} {}", pause->by, until_text(*pause));
    else if (status.paused)
        out += "; PAUSED";
    if (!status.live) out += "; dry run";
    return out;
}

}  // namespace

std::string status_text(const config::Settings& settings, const std::vector<std::unique_ptr<ChainShell>>& chains,
                        const Operator& who, std::int64_t now_ms) {
    std::string out = settings.mode == config::Mode::Live ? "live" : "DRY RUN";
    std::vector<Row> rows;
    for (const auto& chain : chains) {
        const auto status = chain->engine().status();
        if (!status.head) {
            out += fmt::format("\n{}: no block seen yet", chain->name());
        } else {
            const std::int64_t age = now_ms - static_cast<std::int64_t>(status.head->timestamp) * 1'000;
            out += fmt::format("\n{}: block {}, {} old{}", chain->name(), status.head->number,
                               duration_text(std::max<std::int64_t>(age, 0)), status.feed_live ? "" : ", STALE");
        }
        for (const auto& [wallet, why] : status.held_wallets) out += fmt::format("\nwallet {}: {}", wallet, why);
        for (const auto& wallet : status.stopped_wallets) out += fmt::format("\nwallet {}: STOPPED", wallet);
        for (const auto& position : status.positions) rows.push_back({position, chain.get()});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        if (a.status.in_sync != b.status.in_sync) return b.status.in_sync;
        return a.status.health < b.status.health;
    });
    for (std::size_t i = 0; i < std::min(rows.size(), kStatusPositions); ++i)
        out += "\n" + line_of(rows[i], settings, who);
    if (rows.size() > kStatusPositions) out += fmt::format("\nand {} safer ones", rows.size() - kStatusPositions);
    if (rows.empty()) out += "\nno position is watched";
    return out;
}

}  // namespace plimsoll::bot
