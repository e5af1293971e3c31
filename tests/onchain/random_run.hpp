// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/onchain/dice.hpp"
#include "tests/onchain/follower.hpp"
#include "tests/onchain/scene.hpp"

namespace plimsoll::onchain {

/// One transaction of a random block; `kind` groups them for statistics.
struct Move {
    std::string kind;
    Tx tx;
};

/// Moves by kind: mined, reverted.
struct Moves {
    std::map<std::string, std::pair<unsigned, unsigned>> kinds;

    Moves& operator+=(const Moves& more);
    /// A line for each kind.
    void print() const;
};

/// The fixed seeds and a fresh one, or the one that PLIMSOLL_SEED says.
std::vector<std::uint64_t> seeds(std::span<const std::uint64_t> fixed);

/// What one run found. It ends at the first block with a difference.
struct Findings {
    Moves moves;
    unsigned rewinds{};
    unsigned resyncs{};    // where a rewind was not possible
    unsigned bounded{};    // blocks after which a bound held for all who were not named as changed
    unsigned unbounded{};  // blocks after which only the named ones had changed
    std::vector<std::string> trouble;
    std::string story;  // seed, block and its transactions, for the one who has to find out
};

/// Random moves, block after block, some taken back, with the followed market held against the contracts after each.
/// What the moves are and what is compared is the protocol's.
class RandomRun {
  public:
    struct Rules {
        std::uint64_t seed{};
        unsigned blocks{};
        bool by_drift{};                 // who changed is asked by take_drift(), not by take_changed()
        std::size_t waiting_at_first{};  // accounts that are not watched from the start
        std::uint64_t watch_percent{};   // of blocks before which one more is
        std::uint64_t detour_percent{};  // of blocks that are taken back with some more
        std::uint64_t detour_blocks_max{};
        bool may_resync{};  // a market may be unable to go back, and begin anew
    };

    virtual ~RandomRun() = default;

    Findings play();

  protected:
    RandomRun(Node& node, Follower& follower, Dice& dice, const Rules& rules);

    /// Begins to follow, some of the accounts being watched from the start.
    void begin(std::vector<Address> accounts);

    /// A block of these moves, and what follows from it. Which of them went through.
    std::vector<bool> mine(const std::vector<Move>& moves, Timestamp at);

    /// One more block, by mine().
    virtual void advance() = 0;
    /// A sentence for each number that is not the contract's.
    virtual std::vector<std::string> compare(const BlockRef& block) = 0;
    /// The lowest health factor that a bound on the change allows, with what rounding may take.
    virtual U256 bounded(const lending::AccountSummary& before, const Wad& factor) const = 0;
    /// What is known of the chain besides the followed market goes back with it.
    virtual void detour_begins() {}
    virtual void detour_ends() {}

    const BlockRef& head() const { return head_; }
    bool in_trouble() const { return !found_.trouble.empty(); }
    void trouble(std::string what) { found_.trouble.push_back(std::move(what)); }

  private:
    void watch_next();
    void follow(const BlockRef& block);
    void detour();
    void check();
    void check_changed(const std::map<Address, lending::AccountSummary>& with_interest);
    void forget_changes();
    std::map<Address, lending::AccountSummary> summaries(Timestamp at);

    Node& node_;
    Follower& follower_;
    Dice& dice_;
    Rules rules_;
    std::vector<Address> waiting_;
    std::map<Address, lending::AccountSummary> last_;  // at the newest block
    BlockRef head_;
    Findings found_;
    std::vector<std::string> history_;
};

}  // namespace plimsoll::onchain
