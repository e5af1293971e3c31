// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/shell.hpp"

namespace plimsoll::sim {

/// Holds the engine against the rules after every event, with the truth at hand that the engine does not have.
class Judge final : public Witness {
  public:
    Judge(const Agenda& agenda, const Chain& chain, const Disk& disk, const engine::EngineConfig& config);

    void started(const engine::Engine& engine) override;
    void given(const engine::Event& event) override;
    void wanted(const engine::Command& command) override;
    void followed(const std::string& node, const std::string& why) override;
    void stepped(const engine::Engine& engine) override;
    /// The chain has a new head.
    void adopted(const Block& head);

    /// Whether a planner that knows all, with the owner's limits and funds, could bring it to its trigger now.
    bool savable(const config::Position& position) const;
    const Address& account_of(const std::string& position) const;
    /// A step that is open since before `time` although the chain could have ended it.
    std::optional<std::string> stays_open(Ms time) const;

    void violate(const std::string& what);
    std::vector<std::string> violations;
    std::function<void(const std::string&)> narrate;  // for people; may be empty

    std::uint64_t digest() const { return digest_; }
    bool digests = false;  // over all that goes in and comes out, in full
    struct Counts {
        std::size_t events = 0;
        std::size_t commands = 0;
        std::size_t rescues = 0;  // mined, successful
        std::size_t sales = 0;    // of these, by a guardian
        std::size_t reverts = 0;
        std::size_t replacements = 0;
        std::size_t acting = 0;
        std::size_t again = 0;   // mined in more than one block: a reorganisation
        std::size_t hidden = 0;  // sent to relays alone
    };
    Counts counts;

  private:
    struct Spent {
        BlockNumber number{};
        Timestamp at{};
        std::string position;
        engine::Purpose purpose{};
        bool succeeded{};
        U256 wei;
        U256 value;
        std::string step;
        Ms intent{};
    };
    struct Named {  // a signed attempt
        engine::JournalRecord record;
        Ms intent{};
        std::optional<Ms> first_mined;
    };

    struct Shown {  // a step
        BlockNumber since{};
        bool open{};
        Hash32 newest;
        std::set<std::string> unwilling;  // relays that said no to the newest attempt, or have lost it
    };

    static std::string step_name(const engine::JournalRecord& record) {
        return record.incident + "#" + std::to_string(record.step);
    }
    void judge(const engine::Broadcast& command);
    void judge(const engine::Persist& command);
    void judge_bid(const engine::JournalRecord& record, const engine::JournalRecord& other);
    void judge(const engine::Sign& command);
    void judge(const engine::Decide& command);
    // ---- judge_guarded.cpp
    void judge_sale(const engine::JournalRecord& record);
    bool savable_by_sale(const config::Position& position, const Ledger& state, const U256& left) const;
    // ---- judge_relays.cpp
    void judge_hiding(const engine::Broadcast& command, const engine::JournalRecord& record);
    void heard_relay(const engine::Sent& said);
    bool near_liquidation(const std::string& position) const;
    void judge_age(const engine::Decision& decision);
    void note_check(const engine::Simulate& command);
    void judge_mined(const Block& block, const Mined& mined);
    bool waits_for_fees(const engine::JournalRecord& newest, Ms since) const;
    bool out_of_reach(const engine::JournalRecord& record) const;
    void judge_limits(const std::string& position, Timestamp now);
    void judge_reasons();
    const config::Position& position_named(const std::string& name) const;
    const engine::WalletConfig* wallet_named(const std::string& name) const;
    void mix(const std::string& text);
    /// So many blocks, and so much time on top where they are fast.
    std::size_t blocks(std::size_t count, Ms time) const { return Pace{config_.block_time_ms}.blocks(count, time); }

    const Agenda& agenda_;
    const Chain& chain_;
    const Disk& disk_;
    const engine::EngineConfig& config_;
    std::deque<BlockRef> told_;  // as the engine was told, newest last
    bool feed_live_ = false;
    std::size_t told_since_start_ = 0;
    BlockNumber undecided_ = 0;  // told, and not decided on; zero: none
    Ms arrived_ = 0;             // when it was told
    bool late_ = false;          // that is told to people
    bool began_ = false;         // something was decided on since the start
    BlockNumber decided_upto_ = 0;
    Ms reasons_at_ = 0;
    Ms wall_ = 0;                                 // of the process
    std::map<std::string, BlockNumber> decided_;  // newest block with a decision, by position
    std::map<std::string, BlockNumber> waiting_;  // the first with one since it was last acted on
    std::map<std::string, BlockRef> acted_;       // the newest on which it was acted
    struct Silence {
        std::size_t blocks{};   // at risk, since the last decision
        BlockNumber decided{};  // the block of that one
    };
    std::map<std::string, Silence> unexplained_;
    std::map<std::string, std::size_t> open_;               // told blocks in a row below 1
    std::set<std::pair<std::string, std::string>> alerts_;  // kind, subject
    std::map<Hash32, Named> attempts_;
    std::map<std::string, Ms> intents_;                                 // by step
    std::set<std::string> out_again_;                                   // steps whose block was removed
    std::set<std::pair<std::string, Hash32>> seen_in_;                  // steps, and the blocks they were told to be in
    std::set<Hash32> left_;                                             // attempts that somebody was sent
    std::map<std::string, std::vector<engine::JournalRecord>> outbid_;  // by step: whose nonce it has
    std::deque<Spent> spent_;                                           // of the canonical chain, oldest first
    std::map<std::string, Spent>
        ever_;  // by step: succeeded in some block, though a reorganisation may have taken it away
    std::map<std::string, Ms> reverted_;  // steps, and since when
    std::map<std::string, Shown> shown_;  // by step, since the start of the process
    const Block* last_ = nullptr;
    std::uint64_t digest_ = 1'469'598'103'934'665'603ULL;
};

}  // namespace plimsoll::sim
