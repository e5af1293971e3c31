// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/judge.hpp"

namespace plimsoll::sim {

/// What happened, so that a storm that blows over nothing is found out.
struct Report {
    std::uint64_t seed = 0;
    double hours = 0;
    std::uint64_t digest = 0;
    std::vector<std::string> violations;
    Judge::Counts judged;
    std::size_t blocks = 0;
    std::size_t storms = 0;
    std::size_t crashes = 0;
    std::size_t reorgs = 0;
    std::size_t deepest = 0;
    std::size_t liquidations = 0;
    std::size_t dangers = 0;   // falls below the trigger in fair weather
    std::size_t saved = 0;     // of those and of the ends of storms
    std::size_t hopeless = 0;  // not even a perfect planner could
    std::size_t stops = 0;     // wallets that only a person could start again
    std::size_t waited = 0;    // most blocks until safe, in fair weather

    void add(const Report& other);
};

struct Options {
    std::uint64_t seed = 1;
    double hours = 1;
    bool digests = false;
    bool calm = false;           // no storms: falls in fair weather only
    bool fast = false;           // blocks come faster than some answers
    bool guards = false;         // some worlds have guardians that sell
    bool relays = false;         // every second world has relays
    std::uint64_t crash_at = 0;  // the process dies before its so-manyth command, once; zero: never
    std::function<void(const std::string&)> narrate;
};

/// One seed, one world: a chain, nodes, liquidators, a disk, one engine in its shell, and weather. Storms, then fair
/// weather in which everybody must be saved, again and again until the hours are over.
class World {
  public:
    explicit World(Options options);
    Report run();

  private:
    void configure();
    void quicken();
    void populate(Ledger& genesis);
    void say(const std::string& what);

    // ---- the chain's life, one slot after the other
    void slot();
    void produce();
    void reorganise(std::size_t depth);
    void publish(const Block& head);
    void keep_up();
    void gossip();
    std::vector<Change> others();
    std::vector<Change> liquidators();

    // ---- weather.cpp
    void weather();
    void begin_storm();
    void blow();
    void ail(Node& node);
    void trouble_host();
    void heal();
    void recover(Node& node);
    void fair();
    void refill();
    void move_prices(std::uint64_t most_down_bps, std::uint64_t most_up_bps);
    void owners();
    void fall();
    void check_saved(const char* when);
    bool all_safe() const;
    void check_rest();

    // ---- world_relays.cpp
    void open_relays();
    void blow_relays();
    void heal_relays();
    void leak();
    /// What the builder of the next block takes besides the public pool's.
    Candidates private_flow();
    Candidates public_flow(Candidates pending);

    // ---- world_guarded.cpp
    void open_guarded(Ledger& genesis);
    void permit(Ledger& state) const;
    void trade(Ledger& state, std::vector<Log>& logs) const;
    void blow_guarded();
    void heal_guarded();

    // ---- the process
    void crash();
    void start();

    Options options_;
    Report report_;
    Random random_;   // of configuration and weather
    Random fate_;     // when the process dies
    Random passing_;  // of transactions from pool to pool
    Random secret_;   // of relays and the builders that hear them: worlds without any are as if these were not there
    Random keeper_;   // of guarded accounts and the pairs, in the same way
    Random quick_;    // of what fast blocks bring, in the same way
    Pace pace_;
    Agenda agenda_;
    engine::EngineConfig config_;
    std::vector<keys::PrivateKey> keys_;
    std::optional<keys::PrivateKey> guardian_;
    std::size_t guarded_ = 0;            // wallets
    std::uint64_t deep_ = 200'000'000;   // dollars on each side of a pair
    std::uint64_t beside_bps_ = 10'000;  // of the oracles' price, in the pairs
    std::unique_ptr<Chain> chain_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::unique_ptr<Node> network_;  // what builders see
    std::vector<std::unique_ptr<Relay>> relays_;
    std::unique_ptr<Disk> disk_;
    std::unique_ptr<Judge> judge_;
    std::unique_ptr<Shell> shell_;
    Demand demand_;
    std::vector<Change> changes_;  // of the next block
    std::vector<std::uint64_t> base_prices_;
    std::vector<std::size_t> collateral_;  // by wallet
    std::vector<std::vector<std::size_t>> debts_;

    enum class Phase : std::uint8_t { Storm, Healed, Danger, Rest };
    Phase phase_ = Phase::Rest;
    std::uint64_t phase_left_ = 0;  // slots
    std::uint64_t since_ = 0;       // slots since the phase began
    std::optional<std::uint64_t> safe_after_;
    std::uint64_t deaths_ = 0;  // one command in so many
    std::uint64_t reorgs_ = 0;  // percent of slots
    std::uint64_t depth_ = 1;
    std::uint64_t lost_ = 0;    // percent of transactions lost by a reorganisation
    std::uint64_t evicts_ = 0;  // percent of slots
    std::uint64_t drift_ = 50;  // of prices, basis points a block
    std::uint64_t commands_ = 0;
};

}  // namespace plimsoll::sim
