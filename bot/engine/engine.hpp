// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bot/engine/command.hpp"
#include "bot/engine/engine_config.hpp"
#include "bot/engine/event.hpp"
#include "bot/engine/supposed.hpp"
#include "chain/oracle/feed_book.hpp"
#include "strategies/planner.hpp"

namespace plimsoll::engine {

class Core;

/// How plans are made: strategies::plan_ladder, or another in tests.
using Planner = std::function<strategies::Ladder(const strategies::Situation&)>;

/// What a position looks like from outside, after the last step.
struct PositionStatus {
    std::string name;
    std::string wallet;
    std::string market;
    Address account;
    bool live{};
    bool paused{};
    bool in_sync{};          // the market's state is of the head
    bool at_risk{};          // below its trigger
    bool acting{};           // a transaction of its incident is under way
    Wad health;              // lower of now and the next block; as of its last exact evaluation
    std::string incident;    // id, or empty
    std::string blocked_by;  // gate of the alert that stands; empty: none
};

/// A chain as a whole.
struct ChainStatus {
    std::optional<BlockRef> head;
    bool feed_live{};
    std::uint64_t audits_agreed{};  // since the start
    std::uint64_t audits_differed{};
    std::vector<oracle::FeedAge> feeds;     // behind the markets' prices
    oracle::PendingBook::Counts pending{};  // since the start
    std::size_t in_flight{};                // keys with a nonce in use
    std::vector<std::string> stopped_wallets;
    /// Live wallets that do not act yet, by name, and why.
    std::vector<std::pair<std::string, std::string>> held_wallets;
    std::size_t out_of_sync{};  // positions
    /// Of the positions in sync, whose health factor is lowest; an empty name: none is.
    std::string lowest;
    Wad lowest_health{kU256Max};
};

struct EngineStatus : ChainStatus {
    std::vector<PositionStatus> positions;
};

/// All decisions of one chain: a pure state machine. The same config, markets and events give the same commands, in the
/// daemon, in a replay and in the tests. It has no clock, no socket, no file and no randomness.
class Engine {
  public:
    /// `markets` in the order of config.markets. Positions of markets that are not there are refused by an alert.
    /// The pools of the config are followed beside them.
    Engine(EngineConfig config, std::vector<std::unique_ptr<lending::Market>> markets,
           Planner planner = strategies::plan_ladder);
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;

    /// Takes one event in and says what is to be done. The first event is Started.
    std::vector<Command> step(const Event& event);

    /// Text for each position: with thousands of them it takes milliseconds.
    EngineStatus status() const;
    /// What status() says of the chain, without its positions.
    ChainStatus chain() const;
    /// The newest block; what status() says of it, without the rest.
    std::optional<BlockRef> head() const;
    /// The newest block that every position that may matter was looked at for; zero: the newest one has not been yet.
    BlockNumber decided() const;
    /// There is a head, and the feed is live.
    bool follows() const;
    /// The market's exact state, for views; nullptr when there is no such name.
    const lending::Market* market(std::string_view name) const;
    /// The position at these prices (those not named are as they are), and what would be planned for it. Errc::NotFound
    /// when there is no such position or its market is not of the head. Costs as much as a decision: for one at a time.
    Result<Supposed> suppose(const std::string& position, std::span<const lending::SupposedPrice> prices) const;
    Usage usage(const std::string& position) const;

  private:
    std::unique_ptr<Core> core_;
};

}  // namespace plimsoll::engine
