// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "bot/engine/engine.hpp"
#include "bot/engine/recording.hpp"
#include "chain/codec/keccak.hpp"
#include "tests/support/engine_ledger.hpp"

/// A whole world around the engine, on one thread and without a clock of its own: a chain with a market, tokens, a pool
/// of pending transactions and reorganisations; a journal that refuses what the real one refuses; a signer. It obeys
/// commands one by one, so a test can stop it anywhere.
namespace plimsoll::test {

class World {
  public:
    static constexpr Timestamp kGenesis = 1'700'000'000;

    engine::EngineConfig config;
    engine::Planner planner = strategies::plan_ladder;
    std::vector<strategies::Offer> offers;  // what the aggregator answers; none: an error
    std::function<FakeMarket::Options()> market_options = [] { return FakeMarket::Options{}; };
    std::vector<MinedBlock> chain;
    std::vector<PendingTx> pool;
    std::vector<engine::JournalRecord> journal;
    std::vector<engine::Spending> spendings;
    std::vector<std::string> paused;
    std::vector<engine::Pause> pauses;
    engine::Started first;              // what start() tells besides the journal and what stands above
    std::vector<engine::Command> done;  // every command obeyed
    std::deque<engine::Command> todo;
    std::vector<engine::Event> heard;  // every event given
    std::unique_ptr<engine::Engine> engine;
    std::vector<std::string> violations;  // rules that the engine broke
    std::string recording;                // since the last start
    std::int64_t extra_ms = 500;          // wall clock behind the head's timestamp
    std::uint64_t interval_ms = 12'000;   // between blocks; several may have the same second

    // ---- switches of the faults
    bool inclusion = true;                             // pending transactions are mined
    std::function<bool(const engine::Command&)> lose;  // true: the command is answered by an error
    std::optional<engine::SendOutcome> send_answer;    // instead of the pool's own
    bool receipts_hidden = false;
    bool simulation_fails = false;
    Nonce foreign_pending = 0;
    bool delegated = false;                                         // the sender's account has code
    std::map<std::string, std::function<void(ChainState&)>> nodes;  // what each of several nodes makes of the state
    std::map<std::string, engine::SendOutcome> relays;              // what each of them answers; they include nothing
    Gas gas_used = 150'000;                                         // by what is included
    Gas gas_estimate = 200'000;                                     // what the node says
    Wei data_fee;                                                   // in the receipts
    std::function<void(const engine::Command&)> before;             // called before each command
    std::function<void()> after_command;                // called when its effect is there, before its answer
    std::function<bool(const engine::Command&)> delay;  // true: obeyed, but its answer waits for release()
    bool forced_revert = false;                         // included transactions fail
    Wei base_fee = gwei(10);

    World();
    /// The wallets of add_guarded(), their accounts on the chain, and the planner that sells.
    void add_guarded();

    config::Position& position() { return config.wallets[0].positions[0]; }
    ChainState& state() { return chain.back().after; }
    const BlockRef& head() const { return chain.back().ref; }
    std::int64_t now() const { return static_cast<std::int64_t>(head().timestamp) * 1'000 + extra_ms; }

    // ---- the engine's life
    /// A fresh process: it knows what the journal holds, and nothing of the commands under way.
    void start();
    bool ended(const std::string& incident, std::uint32_t step) const;
    void give(engine::EventBody body);
    /// Obeys commands until none is left or `limit` are done.
    std::size_t run(std::size_t limit = 100'000);
    /// Gives the answers that were delayed, those of requests at least so many blocks old, oldest first, and obeys what
    /// follows.
    void release(BlockNumber age = 0);

    // ---- the chain's life
    void set_price(std::uint64_t dollars);
    /// Collateral and debt of the owner as somebody else leaves them: a liquidator, or the owner by hand.
    void set_position(const U256& supply, const U256& debt);
    /// As a signed permit does it: without a transaction of the owner.
    void set_allowance(const U256& amount);
    /// Mines one block, tells the engine, and obeys what it says.
    void mine(bool tell = true);
    void mine(int blocks) {
        for (int i = 0; i < blocks; ++i) mine();
    }
    /// Takes `depth` blocks away; their transactions go back to the pool if `keep`.
    void reorg(std::size_t depth, bool keep);
    /// The same while the feed is down: the engine hears of `blocks` new ones only that the feed starts anew.
    void gap(std::size_t depth, bool keep, int blocks);
    void build();
    /// Takes blocks away while nobody looks.
    void remove(std::size_t depth, bool keep);

    // ---- what happened
    template <class C>
    std::vector<C> commands() const {
        std::vector<C> out;
        for (const auto& command : done) {
            if (const auto* c = std::get_if<C>(&command)) out.push_back(*c);
        }
        return out;
    }
    std::vector<engine::Alert> alerts(const std::string& kind) const {
        auto all = commands<engine::Alert>();
        std::erase_if(all, [&](const auto& alert) { return alert.kind != kind; });
        return all;
    }
    std::optional<engine::Decision> last_decision() const {
        const auto all = commands<engine::Decide>();
        if (all.empty()) return std::nullopt;
        return all.back().decision;
    }
    std::vector<engine::Stage> stages() const {
        std::vector<engine::Stage> out;
        for (const auto& record : journal) out.push_back(record.stage);
        return out;
    }
    Wad health_of(const Address& account) { return state().market.summary(account, head().timestamp).health_factor; }
    Wad health() { return state().market.summary(kOwner, head().timestamp).health_factor; }
    std::size_t mined_count(bool status) const {
        std::size_t count = 0;
        for (const auto& block : chain)
            count += static_cast<std::size_t>(std::count(block.status.begin(), block.status.end(), status));
        return count;
    }

    /// A transaction that somebody else made with the owner's key.
    void foreign_transaction(Nonce nonce);

  private:
    bool lost(const engine::Command& command) const { return lose && lose(command); }
    const MinedBlock* find(const Hash32& hash) const;
    void obey(const engine::Read& read);
    void obey(const engine::FetchFees& fetch);
    void obey(const engine::FetchAccount& fetch);
    void obey(const engine::Simulate& simulate);
    void obey(const engine::EstimateGas& estimate);
    void obey(const engine::Persist& persist);
    void obey(const engine::Sign& sign);
    void obey(const engine::Broadcast& broadcast);
    void obey(const engine::FetchReceipt& fetch);
    void obey(const engine::Alert&) {}
    void obey(const engine::Decide&) {}
    void obey(const engine::WatchPending&) {}
    void obey(const engine::FetchOffers& fetch);
    void obey(const engine::AskEach& ask);
    void obey(const engine::SetLogFilter& set) { revision_ = set.revision; }
    void answer(engine::EventBody body);

    engine::SendOutcome accept(const PendingTx& tx);
    void include(MinedBlock& block);

    void spend(const engine::JournalRecord& record);
    /// What the engine has been told is durable.
    void note(const engine::Event& event);
    /// What the journal refuses, as bot/journal does; empty when it takes the record.
    std::string refusal(const engine::JournalRecord& record, bool& known) const;
    const engine::WalletConfig& wallet_named(const std::string& name) const;
    /// Rules that no command may break, whatever happens around the engine.
    void judge(const engine::Command& command);

    std::map<engine::RequestId, std::vector<engine::JournalRecord>> persists_;
    std::vector<engine::JournalRecord> durable_;
    std::deque<std::pair<BlockNumber, engine::EventBody>> late_;  // with the head of the request
    bool delaying_ = false;
    std::vector<std::function<std::optional<Log>(ChainState&)>> next_changes_;
    std::map<Hash32, PendingTx> known_;
    std::uint64_t revision_ = 0;
    std::uint64_t fork_ = 0;
    std::set<std::pair<std::string, std::uint32_t>> out_again_;  // steps whose block was removed
    std::vector<std::string> found_;  // by spending: the step, where it was found after its end
};

/// Without the world's own wallet: these under the guardian, of kAlice and kBob.
World only_guarded(const std::vector<Address>& accounts = {kAlice, kBob});

}  // namespace plimsoll::test
