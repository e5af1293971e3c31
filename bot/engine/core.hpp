// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bot/engine/alert_book.hpp"
#include "bot/engine/budget.hpp"
#include "bot/engine/canon.hpp"
#include "bot/engine/engine.hpp"
#include "bot/engine/engine_config.hpp"
#include "bot/engine/fee_book.hpp"
#include "bot/engine/follower.hpp"
#include "bot/engine/output.hpp"
#include "bot/engine/screen.hpp"
#include "bot/engine/states.hpp"
#include "chain/tx/fees.hpp"
#include "strategies/erc20.hpp"
#include "strategies/planner.hpp"
#include "strategies/repay_from_wallet.hpp"

/// The engine's state and its parts. Not for use outside bot/engine.
namespace plimsoll::engine {

inline constexpr std::string_view kPoolLender = "uniswap-v3";  // config::Lender::kind of a pool

/// The first gate that stops a plan; nullptr without.
const Gate* first_failure(const std::vector<Gate>& gates);

class Core {
  public:
    Core(EngineConfig config, std::vector<std::unique_ptr<lending::Market>> markets, Planner planner);

    // ---- events (engine.cpp passes them on)
    void on(const Started& event);
    void on(const Tick& event);
    void on(const BlockAdded& event);
    void on(const Reorg& event);
    void on(const Restarted& event);
    void on(const FeedStale& event);
    void on(const FeedLive& event);
    void on(const ReadDone& event);
    void on(const AccountDone& event);
    void on(const FeesDone& event);
    void on(const SimulationDone& event);
    void on(const GasDone& event);
    void on(const Persisted& event);
    void on(const Signed& event);
    void on(const Sent& event);
    void on(const ReceiptDone& event);
    void on(const SettingsReloaded& event);
    void on(const SetPaused& event);
    void on(const OffersDone& event);

    lending::Market& market_at(std::size_t m) { return *markets[m]; }
    const lending::Market& market_at(std::size_t m) const { return *markets[m]; }

    EngineConfig config;
    std::int64_t now = 0;  // of the event being handled
    Output out;
    std::vector<std::unique_ptr<lending::Market>> markets;
    LogUnion logs;
    Follower follower;  // of the markets: what acting waits for
    dex::PoolBook book;
    Follower pools;  // of the book, which acting does not wait for
    Canon canon;
    std::vector<SenderState> senders;
    std::vector<WalletState> wallets;
    std::vector<PositionState> positions;
    bool feed_live = false;
    std::string feed_reason = "no block yet";
    std::uint64_t audits_agreed = 0;
    std::uint64_t audits_differed = 0;

  private:
    // ---- core_config.cpp
    void take_config(const EngineConfig& fresh);
    std::optional<std::size_t> position_named(const std::string& name) const;
    std::optional<std::size_t> sender_at(const Address& address) const;
    std::size_t sender_for(const WalletConfig& wallet, std::size_t index);
    void quieten(SenderState& sender) const;
    SenderState& sender_of(std::size_t i) { return senders[wallets[positions[i].wallet].sender]; }
    const SenderState& sender_of(std::size_t i) const { return senders[wallets[positions[i].wallet].sender]; }
    const Address& account_of(std::size_t i) const { return wallets[positions[i].wallet].address; }
    void adopt(const std::vector<JournalRecord>& records);
    void adopt_step(const std::vector<JournalRecord>& rows);

    // ---- core_follow.cpp: blocks
    void pump();
    void evaluate_block();
    bool evaluate(std::size_t i);
    void set_level(std::size_t i, Level level);
    void report_follower();
    void report_pools();
    void check_feed();
    void set_feed(bool live, std::string reason);
    void account_for_missed();

    // ---- core_reads.cpp: what plans need besides the markets
    std::vector<ExtraRead> extras();
    bool only_repays(std::size_t i) const;
    void fund_reads(std::vector<ExtraRead>& reads);
    void want_funds(std::vector<ExtraRead>& reads, std::size_t i);
    void want_market(std::vector<ExtraRead>& reads, std::size_t m);
    void want_guard(std::vector<ExtraRead>& reads, std::size_t i, const lending::Position& view);
    void want_lender(std::vector<ExtraRead>& reads, std::size_t l, const lending::Position& view);
    void take_extra(const ExtraAnswer& answer);
    void take_funds(const ExtraRead& read, const CallResult& result);
    void take_seat(const ExtraAnswer& answer);

    // ---- core_situation.cpp, core_offers.cpp: what strategies are told
    Address seat_address(const WalletState& wallet) const;
    bool is_recent(BlockNumber at) const;
    const dex::PoolBook* pools_at_head() const;
    strategies::WalletFunds funds_of(std::size_t i) const;
    std::optional<Gate> seat_gate(std::size_t i) const;
    std::optional<strategies::GuardSeat> seat_of(std::size_t i,
                                                 const std::vector<lending::AssetPosition>& offered) const;
    std::vector<strategies::LoanSource> loans_of(std::size_t i) const;
    strategies::Allowed allowed_of(std::size_t i) const;
    tx::Urgency bid_urgency(std::size_t i, strategies::Urgency urgency) const;
    Result<strategies::Urgency> urgency_of(std::size_t i, const lending::Position& view) const;
    Result<strategies::Situation> situation_of(std::size_t i) const;
    Timestamp inclusion_time() const;
    void ask_offers(std::size_t i, const std::vector<strategies::OfferWanted>& wanted);
    std::vector<strategies::Offer> offers_for(std::size_t i) const;

    // ---- core_audit.cpp
    void audit_reads(std::vector<ExtraRead>& reads);
    void audit_due(std::size_t i, BlockNumber at);
    BlockNumber audit_interval() const { return std::max<BlockNumber>(config.audit_interval, 1); }
    void want_audit(std::vector<ExtraRead>& reads, std::size_t i);
    void audited(std::size_t i, const Result<lending::Audit>& audit);

    // ---- core_decide.cpp, core_gates.cpp, core_ladder.cpp: gates and plans
    std::vector<std::size_t> by_risk(const std::set<std::size_t>& some) const;
    void decide_all();
    void warn_of_seat(std::size_t i);
    void decide(std::size_t i);
    void consider_replacement(std::size_t i);
    void prepare(std::size_t i);
    Decision draft(std::size_t i) const;
    std::vector<Gate> standing_gates(std::size_t i, bool replaces) const;
    Climb climb(std::size_t i, Decision& decision, bool replaces);
    bool try_next(std::size_t i, Decision& decision, Climb climb, Gate& failed);
    void pass_over(Climb& climb, const Gate& failed) const;
    void describe(Decision& decision, const Climb& climb, std::size_t rung) const;
    /// The owner's limit in the scale of the position's market.
    std::optional<BaseValue> value_limit(std::size_t i, const std::optional<BaseValue>& given) const;
    std::vector<Gate> plan_gates(std::size_t i, const strategies::Plan& plan, bool replaces) const;
    void refuse(std::size_t i, Decision decision, const Gate& gate);
    void record(std::size_t i, Decision decision);
    Incident& open_incident(std::size_t i, bool prepares);

    // ---- core_check.cpp, core_judge.cpp, core_act.cpp: simulation, cost, account
    void start_check(std::size_t i, Decision decision, strategies::Plan plan, Climb climb);
    void finish_check(std::size_t i);
    void give_up(std::size_t i, Checkup check, Decision decision, const Gate& failed);
    Address from_of(std::size_t i, const strategies::Plan& plan) const;
    bool judge_simulation(std::size_t i, Checkup& check, Gate& gate);
    bool judge_account(SenderState& sender, Gate& gate);
    std::optional<TxFields> price(std::size_t i, const Checkup& check, Decision& decision, Gate& failed);
    void act(std::size_t i, const Checkup& check, Decision decision, const TxFields& tx);
    void ask_account(std::size_t sender);
    void ask_fees();

    // ---- core_lane.cpp: transactions in flight
    void lanes_at_block();
    void hear(std::size_t sender, Lane::News news);
    void settle_if_due(std::size_t sender);
    void settled(std::size_t sender);
    bool needless(std::size_t sender) const;
    void transaction_failed(std::size_t sender, const std::string& why);
    void close_incident(std::size_t i);
    void forget_funds(std::size_t wallet, BlockNumber since);

    // ---- core_turns.cpp: several accounts, one nonce
    bool is_checking(std::size_t i) const;
    std::optional<std::size_t> ahead_in_line(std::size_t i) const;
    Gate lane_gate(std::size_t i) const;
    void next_in_line(std::size_t sender);

    struct Route {
        enum class What : std::uint8_t { Account, Simulate, Gas, Fees, Offers };
        What what{};
        std::size_t index{};  // sender or position
    };
    std::optional<std::size_t> take_route(RequestId id, Route::What what);
    RequestId request(Route::What what, std::size_t index);

    Planner planner_;
    std::vector<MarketReads> market_reads_;        // by market
    std::vector<ReferenceReads> reference_reads_;  // by pool
    std::vector<LenderReads> lender_reads_;        // by lender
    std::optional<Address> swapper_;               // of the guard
    BlockNumber swapper_asked_ = 0;
    AlertBook alerts_;
    Budget budget_;
    FeeBook fees_;
    std::vector<Screen> screens_;                  // by market
    std::vector<std::vector<std::size_t>> local_;  // positions by market and local index
    std::vector<std::unordered_map<Address, std::vector<std::size_t>>> by_account_;  // by market
    std::vector<bool> follows_;          // the market was in sync at the last evaluation
    std::vector<BlockNumber> reset_at_;  // last reset after a mismatch, by market
    // What happens at every block and every answer costs by what is under way, not by what is watched.
    std::vector<std::set<std::pair<BlockNumber, std::size_t>>> audits_;  // by market: when due, position
    std::set<std::size_t> lanes_;                                        // senders whose lane is not at rest
    bool any_live_ = false;
    std::set<std::size_t> at_risk_;
    std::set<std::size_t> checking_;  // positions with a check under way, and some that had one
    std::set<std::size_t> warned_;
    std::unordered_map<Address, std::size_t> sender_index_;
    std::map<RequestId, Route> routes_;
    Hash32 evaluated_;
    bool feed_told_ = false;  // FeedStale or FeedLive was heard; before, a block is proof of life
    bool fees_asked_ = false;
    BlockNumber fees_asked_at_ = 0;
    std::size_t token_cursor_ = 0;
    std::int64_t last_incident_ms_ = 0;
    std::optional<std::int64_t> started_ms_;
};

}  // namespace plimsoll::engine
