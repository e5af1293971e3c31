// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "chain/oracle/feed_node.hpp"
#include "chain/oracle/feed_rules.hpp"
#include "chain/oracle/pending_book.hpp"

namespace plimsoll::oracle {

/// A contract that a market's oracle asks, and what people call what it prices.
struct SourceUse {
    Address source;
    std::string name;
};

/// Something that is not as it should be with a price. It never changes what the protocol counts.
struct Condition {
    enum class Kind : std::uint8_t {
        Old,        // older than heartbeat and grace
        Untimely,   // a round of the future, without time, or before the one seen last
        NoAnswer,   // none, or not a positive one
        Decimals,   // other ones than before; or the public feed has others, or is of another pair
        AtBound,    // at the lowest or highest answer that its aggregator gives
        Capped,     // the protocol counts less than the feeds say
        Ahead,      // the public feed has moved, what the market reads has not
        Sequencer,  // down, or its feed says nothing
    };
    Kind kind{};
    Address feed;
    std::string text;
};

/// Something that happened once.
struct Change {
    enum class Kind : std::uint8_t { Aggregator, Cap };
    Kind kind{};
    Address feed;
    std::string text;
};

/// When a feed spoke last.
struct FeedAge {
    Address feed;
    std::string name;  // of what it prices
    Timestamp updated_at{};
    std::uint64_t heartbeat{};  // seconds; zero: not known
};

/// Follows what is behind the prices of markets: proxies with their rounds, adapters with their legs and caps, public
/// feeds that others repeat later, the uptime feed of a rollup's sequencer.
///
/// Sans-I/O, and beside the markets' own exact state: nothing here changes what a market counts. One round of calls per
/// block; the answers are of that block. A contract is looked at once for what it is made of (a few per round), then
/// again when its phase changes and every kLookAgain blocks.
///
/// Sources: Chainlink's AggregatorV3Interface and EACAggregatorProxy (phase in the upper bits of a round's id), Aave's
/// price adapters (bgd-labs/aave-capo, cl-synchronicity-price-adapter), MorphoChainlinkOracleV2; for the sequencer
/// "L2 Sequencer Uptime Feeds" of Chainlink's documentation: 0 up, 1 down, startedAt of zero: no valid round.
class FeedBook {
  public:
    static constexpr std::size_t kNodes = 512;
    static constexpr std::size_t kLooks = 4;  // contracts looked at per round of calls
    static constexpr BlockNumber kLookAgain = 50;
    static constexpr std::uint8_t kDepth = 3;
    /// A public feed whose heartbeat is not known counts for this long, seconds.
    static constexpr std::uint64_t kUsualHeartbeat = 86'400;

    FeedBook() = default;
    FeedBook(std::vector<FeedRules> rules, std::optional<Address> sequencer);

    /// What is followed from now on, and what is behind it.
    void follow(std::vector<SourceUse> uses);

    /// Wanted at this block; empty when all of it is known.
    std::vector<Call> calls(const BlockRef& head, std::size_t looks_most = kLooks);
    /// Answers to the last calls(), same order, all of `head`.
    void answer(const BlockRef& head, std::span<const CallResult> results);
    /// Blocks were taken back: what was read of them is not compared with what follows.
    void rewound();
    /// The block that answers were of; zero hash without.
    const BlockRef& at() const { return at_; }

    /// What `source` will answer once all behind it have said what is public at at(): `now` times what its feeds are to
    /// move, under its caps. nullopt when nothing is ahead, or what is cannot be believed: it is old by its own
    /// heartbeat, of the future, not positive, before what it precedes, or of other decimals.
    std::optional<U256> ahead(const Address& source, const U256& now) const;
    /// Aggregators say who reports to them from their next look on.
    void ask_reporters() { asks_reporters_ = true; }
    /// The feeds among what is followed.
    std::vector<Reporter> reporters() const;
    /// The rounds that pending transactions were shown to lead to, by feed; they replace those before.
    void pend(std::map<Address, Round> rounds) { pending_ = std::move(rounds); }
    /// What `source` will answer once these transactions are in a block and all that repeats them has: as ahead().
    std::optional<U256> pending(const Address& source, const U256& now) const;
    /// What `source` would answer without the cap that holds it down now; nullopt where none does.
    std::optional<U256> uncapped(const Address& source) const;
    /// When what is ahead of it is read at the latest, where the feeds' delays are known: the earliest of them.
    std::optional<Timestamp> due(const Address& source) const;
    /// Why `source` may say more or less than the market does, in words; empty where nothing behind it is held back.
    std::string held(const Address& source) const;
    /// Some feed behind it is old.
    bool old(const Address& source) const;

    /// Of every feed that answered at at().
    std::vector<FeedAge> ages() const;
    /// Of the feed behind `source` that spoke longest ago; nothing where none is known.
    std::optional<FeedAge> oldest(const Address& source) const;
    std::vector<Condition> conditions() const;
    std::vector<Change> take_changes() { return std::exchange(changes_, {}); }

  private:
    struct Asked {
        enum class What : std::uint8_t { Look, Bounds, Round, Behind, Answer, Cap, Growth, Sequencer };
        What what{};
        Address of;
        std::size_t calls{};
    };
    /// What an answer will be over what it is.
    struct Step {
        U256 next;
        U256 now;
    };
    const FeedRules* rules_of(const Address& feed) const;
    const Node* node(const Address& of) const;
    std::string name_of(const Address& feed) const;
    FeedAge age_of(const Address& of, const Round& round) const;
    /// More than half away: not a move but another pair, or nonsense.
    static bool too_far(const U256& next, const U256& now);
    bool is_old(const Address& feed, const Round& round, bool usual) const;
    void add(const Address& of, std::uint8_t depth, const std::string& name);
    void add_legs(const Address& of);

    void ask(std::vector<Call>& out, Asked::What what, const Address& of, std::vector<Call> calls);
    void ask_state(std::vector<Call>& out, const Address& of, const Node& node);
    void take(const Asked& asked, std::span<const CallResult> results);
    void take_look(const Address& of, Node& node, std::span<const CallResult> results);
    void take_round(const Address& of, Node& node, const CallResult& result);
    void take_growth(const Address& of, Node& node, std::span<const CallResult> results);

    /// Which rounds are to come: those that public feeds have, or those of pending transactions.
    enum class Coming : std::uint8_t { Public, Pending };
    std::optional<Step> step_of(const Address& of, const std::optional<U256>& now, std::uint8_t depth,
                                Coming coming) const;
    std::optional<U256> moved_by(const Address& source, const U256& now, Coming coming) const;
    const Round* public_round(const Address& of, const Node& node) const;
    const Round* pending_round(const Address& of, const Node& node) const;
    std::vector<Call> bounds_of(const Address& aggregator) const;
    void conditions_of(std::vector<Condition>& out, const Address& of, const Node& node) const;
    void round_conditions(std::vector<Condition>& out, const Address& of, const Round& round) const;
    void cap_conditions(std::vector<Condition>& out, const Address& of, const Node& node) const;
    void sequencer_conditions(std::vector<Condition>& out) const;

    std::map<Address, FeedRules> rules_;
    std::optional<Address> sequencer_;
    std::optional<Round> uptime_;
    bool uptime_asked_{};
    std::vector<Address> roots_;
    std::map<Address, Node> nodes_;
    std::map<Address, std::string> names_;
    std::map<Address, Round> pending_;
    bool asks_reporters_{};
    std::map<Address, std::string> untimely_;  // why the newest round is not taken for fresh
    std::map<Address, std::string> other_decimals_;
    std::vector<Asked> asked_;
    std::vector<Change> changes_;
    BlockRef at_;
};

}  // namespace plimsoll::oracle
