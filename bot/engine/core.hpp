// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
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
#include "chain/oracle/feed_book.hpp"
#include "chain/tx/fees.hpp"
#include "strategies/erc20.hpp"
#include "strategies/planner.hpp"
#include "strategies/repay_from_wallet.hpp"

/// The engine's state and its parts. Not for use outside bot/engine.
namespace plimsoll::engine {

inline constexpr std::string_view kPoolLender = "uniswap-v3";  // config::Lender::kind of a pool

/// The first gate that stops a plan; nullptr without.
const Gate* first_failure(const std::vector<Gate>& gates);

/// A ladder as people are told of it: plans first, in the order of trying.
std::vector<Rung> told(const strategies::Ladder& ladder);

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
    void on(const FinalityTold& event);
    void on(const PendingSeen& event);
    void on(const SetWalletPaused& event);
    void on(const EachTold& event);

    /// The last block that was decided on; zero while there is none to go on from.
    BlockNumber decided() const { return decided_; }
    /// The wall clock was set back by so much: what waits for a time waits no longer for it.
    void clock_went_back(std::int64_t by);

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
    std::vector<oracle::FeedAge> feed_ages() const { return feeds_.ages(); }
    const oracle::PendingBook::Counts& pending_counts() const { return pending_.counts(); }
    /// Why this key does not act yet, since the start; empty when it may.
    std::string held_back(const SenderState& sender) const;
    std::string paused(std::size_t i) const;

    // ---- core_suppose.cpp: questions of people, which change nothing
    Result<Supposed> suppose(const std::string& name, std::span<const lending::SupposedPrice> prices) const;
    Usage usage(const std::string& name) const;

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
    void follow();
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
    void take_safe(const ExtraAnswer& answer);

    // ---- core_finality.cpp
    BlockNumber final_number() const;
    void doubt_finality(BlockNumber above);
    void regain_finality();
    Gate finality_gate() const;

    // ---- core_data_fee.cpp: what a rollup bills besides gas
    void data_fee_reads(std::vector<ExtraRead>& reads);
    void take_data_fee(const ExtraAnswer& answer);
    Wei data_fee_of(const strategies::Plan& plan, const SimulationDone& done);
    tx::OperatorFee operator_fee_of(const SimulationDone& done) const;
    void bill_operator(ReceiptDone& event) const;
    Gas gas_of_data(const strategies::Plan& plan) const;

    // ---- core_prices.cpp: what is behind the markets' prices
    void feed_reads(std::vector<ExtraRead>& reads);
    void take_feeds(const ExtraAnswer& answer);
    void look_ahead(std::size_t m);
    void refresh_ahead(std::size_t m);
    std::vector<lending::SupposedPrice> worst_prices(std::size_t i, bool with_pending) const;
    std::optional<Wad> health_with(std::size_t i, const std::vector<lending::SupposedPrice>& prices, Timestamp at,
                                   const Wad& than);
    void evaluate_ahead(std::size_t i, Timestamp at);
    void report_feeds();
    void report_changes(std::size_t m);

    // ---- core_references.cpp: what pools say of prices over time
    void want_reference(std::vector<ExtraRead>& reads, std::size_t p);
    void reference_reads(std::vector<ExtraRead>& reads);
    void take_reference(const ExtraAnswer& answer);
    void compare_reference(std::size_t p, const Address& first, const Address& second);

    // ---- core_payloads.cpp: what the markets' owners have queued
    void payload_reads(std::vector<ExtraRead>& reads);
    void take_payloads(const ExtraAnswer& answer);
    void try_payload(std::size_t m, const lending::QueuedPayload& payload);
    bool tried_payload(const SimulationDone& event);
    void report_payloads(std::size_t m);

    // ---- core_pending.cpp: prices that are not in a block yet
    void pending_at_block();
    void try_pending();
    void take_pending();
    bool tried_pending(const SimulationDone& event);
    void evaluate_pending(std::size_t i, Timestamp at);
    void arm(std::size_t i, bool armed);
    void plan_ahead(std::size_t i);

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
    bool has_time(std::size_t i) const;
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
    bool checks_late(std::size_t i) const;
    void read_anew(std::size_t market);
    bool audited_since(const PositionState& position, const BlockRef& block) const;

    // ---- core_each.cpp: what other nodes say of the same block
    void note_jumps(std::size_t m);
    void ask_each();
    std::vector<std::size_t> whom_to_ask_of();
    void compare(std::size_t i, const BlockRef& at, const std::vector<const EachTold::Account*>& nodes, std::size_t n);
    void seconded(std::size_t i, BlockNumber at);
    void judged(std::size_t i);
    const PriceJump* unseconded(std::size_t i) const;
    void report_jumps();
    Gate second_node_gate(std::size_t i) const;
    Gate majority_gate(std::size_t i) const;

    // ---- core_decide.cpp, core_gates.cpp, core_ladder.cpp: gates and plans
    std::vector<std::size_t> by_risk(const std::set<std::size_t>& some) const;
    void decide_all();
    void warn_of_seat(std::size_t i);
    void decide(std::size_t i);
    void consider_replacement(std::size_t i);
    void prepare(std::size_t i);
    Decision draft(std::size_t i) const;
    BlockNumber blocks_of_patience() const;
    bool near_head(const PositionState& position, const BlockRef& at) const;
    std::vector<Gate> standing_gates(std::size_t i, bool replaces) const;
    Climb climb(std::size_t i, Decision& decision, bool replaces);
    void climb_on(std::size_t i, Decision& decision, Climb& before);
    bool by_guard_alone(std::size_t i) const;
    void prefer_others(std::size_t i, std::vector<strategies::Plan>& rungs) const;
    void note_revert(std::size_t i, const Lane::Attempt& attempt);
    void forget_reverts(std::size_t i);
    std::int64_t rest_ms(std::size_t i, std::uint32_t doublings) const;
    std::optional<std::int64_t> resting_until(std::size_t i) const;
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
    bool usable(std::size_t i, const Checkup& check);
    void finish_check(std::size_t i);
    Checkup take_check(std::size_t i);
    void conclude(std::size_t i, Checkup check);
    void give_up(std::size_t i, Checkup check, Decision decision, const Gate& failed);
    Address from_of(std::size_t i, const strategies::Plan& plan) const;
    bool judge_simulation(std::size_t i, Checkup& check, Gate& gate);
    bool judge_account(SenderState& sender, const BlockRef& since, Gate& gate);
    Wei worth_paying(std::size_t i, const Checkup& check) const;
    Wei fee_ceiling(std::size_t i, const Wei& base, Gas gas_limit, const Wei& besides);
    bool out_of_reach(const SenderState& sender, const Lane::Attempt& attempt) const;
    std::optional<tx::Bid> raise(const SenderState& sender, tx::Bid bid, const Wei& ceiling, Gas gas_limit) const;
    std::optional<TxFields> price(std::size_t i, const Checkup& check, Decision& decision, Gate& failed);
    void act(std::size_t i, const Checkup& check, Decision decision, const TxFields& tx);
    Lane::Hiding hiding(std::size_t i, const Checkup& check) const;
    void ask_account(std::size_t sender);
    void ask_fees();

    // ---- core_lane.cpp: transactions in flight
    void lanes_at_block();
    void ask_accounts();
    void hear(std::size_t sender, Lane::News news);
    void node_said(const SenderState& sender, const Sent& event);
    void relay_said(const Sent& event);
    void settle_if_due(std::size_t sender);
    void settled(std::size_t sender);
    void after_housekeeping(std::size_t sender);
    bool needless(std::size_t sender) const;
    enum class Spent : std::uint8_t { Nothing, Gas };
    void transaction_failed(std::size_t sender, const std::string& why, Spent spent);
    void close_incident(std::size_t i);
    void forget_funds(std::size_t wallet, BlockNumber since);

    // ---- core_start.cpp: what holds keys back after a start; their gas money
    void take_history(const Started& event);
    template <class Wanted>
    void ask_in_turn(std::size_t most, Wanted wanted);
    void ask_new_senders();
    void watch_keys();
    void judge_history(SenderState& sender);
    void judge_use(SenderState& sender);
    void judge_gas_money(std::size_t sender);
    void end_safe_mode();
    bool safe_mode() const { return safe_until_ms_ != 0; }
    bool watches_first(const SenderState& sender) const;
    Gate history_gate(const SenderState& sender) const;
    std::int64_t head_age_ms(const BlockRef& head) const;

    // ---- core_turns.cpp: several accounts, one nonce
    void take_grace(const ExtraRead& read, const CallResult& result);
    Timestamp sheltered_until(std::size_t i) const;
    using Risk = std::pair<bool, Wad>;  // sheltered from liquidation for now, health factor: the lower, the sooner
    Risk risk_of(std::size_t i) const;
    void sort_by_risk(std::vector<std::size_t>& order) const;
    bool is_checking(std::size_t i) const;
    std::optional<std::size_t> ahead_in_line(std::size_t i) const;
    Gate lane_gate(std::size_t i) const;
    bool keeps_house(const SenderState& sender) const;
    bool recovered(const SenderState& sender, const std::string& position) const;
    bool gives_way(const SenderState& sender) const;
    bool stranded(std::size_t i) const;
    bool outbids(std::size_t i, Purpose purpose) const;
    bool awaited(std::size_t sender) const;
    void take_over(std::size_t i);
    void next_in_line(std::size_t sender);

    struct Route {
        enum class What : std::uint8_t { Account, Simulate, Gas, Fees, Offers };
        What what{};
        std::size_t index{};  // sender or position
        BlockRef at;          // the state when it was asked
    };
    std::optional<Route> take_route(RequestId id, Route::What what);
    RequestId request(Route::What what, std::size_t index);

    Planner planner_;
    std::vector<MarketReads> market_reads_;        // by market
    std::vector<ReferenceReads> reference_reads_;  // by pool
    std::vector<PayloadReads> payload_reads_;      // by market
    std::map<RequestId, PayloadTrial> payload_trials_;
    std::vector<LenderReads> lender_reads_;  // by lender
    oracle::FeedBook feeds_;
    oracle::PendingBook pending_;
    std::map<RequestId, std::pair<Hash32, BlockRef>> trials_;    // pending transactions being simulated
    std::vector<Address> watched_;                               // what pending transactions are sent to
    std::set<std::size_t> armed_;                                // positions that a pending price would put at risk
    std::vector<PricesAhead> ahead_;                             // by market
    std::set<std::pair<std::string, std::string>> feed_alerts_;  // kind and subject of those that stand
    std::optional<Address> swapper_;                             // of the guard
    BlockNumber swapper_asked_ = 0;
    std::optional<tx::DataFee> data_fee_;
    BlockNumber data_fee_asked_ = 0;
    FinalityTold final_;  // as told last
    bool finality_told_ = false;
    BlockNumber highest_ = 0;      // of all heads since the start
    std::string finality_broken_;  // by the blocks of the feed itself: until it is back, or other nodes agree
    std::map<std::string, std::int64_t> pauses_;  // by wallet, configured or not: until when
    AlertBook alerts_;
    Budget budget_;
    FeeBook fees_;
    std::vector<Screen> screens_;                  // by market
    std::vector<std::vector<std::size_t>> local_;  // positions by market and local index
    std::vector<std::unordered_map<Address, std::vector<std::size_t>>> by_account_;  // by market
    std::vector<bool> follows_;  // the market was in sync at the last evaluation
    struct AskedOf {
        BlockRef at;
        std::vector<std::size_t> positions;
    };
    std::map<RequestId, AskedOf> asked_each_;
    std::set<std::size_t> differing_;                    // positions of which nodes do not say the same
    std::vector<std::map<Address, Price>> prices_seen_;  // by market, at its last evaluation
    std::vector<std::optional<PriceJump>> jumps_;        // by market
    bool alone_ = false;                                 // there is no second node
    std::optional<std::int64_t> turn_ms_;                // when those that are well were asked of last
    std::size_t turn_ = 0;
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
    BlockNumber decided_ = 0;  // its number
    bool feed_told_ = false;   // FeedStale or FeedLive was heard; before, a block is proof of life
    bool fees_asked_ = false;
    BlockNumber fees_asked_at_ = 0;
    std::size_t token_cursor_ = 0;
    std::int64_t last_incident_ms_ = 0;
    std::optional<std::int64_t> started_ms_;
    std::int64_t head_told_ms_ = 0;   // when the newest head came
    std::int64_t safe_until_ms_ = 0;  // zero: no safe mode
    bool adopted_ = false;
    std::size_t account_cursor_ = 0;  // sender whose account was looked at last, though it does nothing
};

}  // namespace plimsoll::engine
