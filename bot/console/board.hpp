// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bot/console/trail.hpp"
#include "bot/engine/decision.hpp"
#include "bot/engine/supposed.hpp"
#include "bot/journal/journal.hpp"
#include "bot/notify/open_alerts.hpp"
#include "bot/view/position_view.hpp"
#include "chain/rpc/endpoint.hpp"
#include "strategies/situation.hpp"

/// What the loop tells the console. The loop writes as things happen, the console's thread reads whenever somebody
/// looks; neither waits for the other longer than it takes to copy a pointer for each position.
namespace plimsoll::console {

/// One position at the newest head.
struct PositionCard {
    bot::PositionView view;
    std::string currency;  // of the market's values: "USD", or the symbol of its loan token
    std::string chain;
    bool paused{};
    bool at_risk{};
    bool acting{};
    bool behind{};  // its market is not of the head: the view is older
    Wad health;     // what decides: the lower of now, the next block, and what the oracle will read next
    std::string incident;
    std::string blocked_by;
    strategies::Urgency urgency{};
    config::Limits limits;
    std::vector<std::string> strategies;
    engine::Usage usage;
};

struct ChainCard {
    std::string name;
    ChainId id{};
    std::optional<BlockRef> head;
    bool feed_live{};
    std::size_t in_flight{};
    std::uint64_t audits_agreed{};
    std::uint64_t audits_differed{};
    std::int64_t block_time_ms{};
    std::string following;  // the endpoint
    std::vector<rpc::EndpointStats> endpoints;
    std::vector<std::string> stopped_wallets;
    std::vector<std::pair<std::string, std::string>> held_wallets;  // name and why
};

struct DecisionNote {
    std::int64_t time_ms{};
    std::string chain;
    std::shared_ptr<const engine::Decision> decision;
};

enum class Topic : std::uint8_t { Positions, Chains, Decisions, Transactions, Alerts };
inline constexpr std::size_t kTopics = 5;
std::string_view to_string(Topic topic);

/// How often each topic has changed since the start.
using Revisions = std::array<std::uint64_t, kTopics>;

class Board {
  public:
    static constexpr std::size_t kDecisions = 500;     // newest over all positions
    static constexpr std::size_t kPoints = 1'000'000;  // of all trails together

    // ---- the loop's side
    void put(PositionCard card, std::int64_t now_ms);
    void put(ChainCard card);
    void put(DecisionNote note);
    /// Wallets that the operator has paused. Nothing happens when they are the same as before.
    void put(const std::vector<journal::WalletPause>& pauses);
    /// What is open and what waits for a channel. The same holds.
    void put(bot::notify::AlertsNow alerts);
    /// Wallets that the operator has switched to a dry run. The same holds.
    void put(const std::vector<journal::WalletDry>& dry);
    /// Courses of a life before this one; they come before what this one adds. Set before the first change.
    void restore(const std::map<std::string, std::vector<TrailPoint>>& courses);
    /// What is kept elsewhere (the journal) has changed. From any thread.
    void touch(Topic topic);
    /// Positions that are configured now; others go.
    void keep(const std::vector<std::string>& names);
    /// Called after every change, on the thread that made it; must return at once. Set before the first change.
    void on_change(std::function<void()> listener);

    // ---- the console's side
    using Card = std::shared_ptr<const PositionCard>;
    std::vector<Card> positions() const;
    Card position(const std::string& name) const;
    std::vector<ChainCard> chains() const;
    /// Newest first; of one position or of all.
    std::vector<DecisionNote> decisions(const std::string& position, std::size_t limit) const;
    std::optional<DecisionNote> last_decision(const std::string& position) const;
    std::vector<TrailPoint> trail(const std::string& position) const;
    std::vector<journal::WalletPause> pauses() const;
    std::shared_ptr<const bot::notify::AlertsNow> alerts() const;  // never null
    std::vector<journal::WalletDry> dry() const;
    /// Of every position, to be kept.
    std::map<std::string, std::vector<TrailPoint>> courses() const;
    Revisions revisions() const;

  private:
    void changed(Topic topic);

    mutable std::mutex mutex_;
    std::map<std::string, Card> positions_;
    std::map<std::string, ChainCard> chains_;
    std::deque<DecisionNote> decisions_;
    std::map<std::string, DecisionNote> last_;
    std::map<std::string, Trail> trails_;
    std::vector<journal::WalletPause> pauses_;
    std::vector<journal::WalletDry> dry_;
    std::shared_ptr<const bot::notify::AlertsNow> alerts_ = std::make_shared<bot::notify::AlertsNow>();
    Revisions revisions_{};
    std::function<void()> listener_;
};

}  // namespace plimsoll::console
