// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bot/alerts.hpp"
#include "bot/engine/engine.hpp"
#include "bot/http_server.hpp"
#include "bot/journal/writer.hpp"
#include "bot/metrics.hpp"
#include "bot/quotes/aggregator_client.hpp"
#include "bot/recorder.hpp"
#include "bot/shell/pending_watch.hpp"
#include "bot/shell/wallet_signer.hpp"
#include "chain/feed/feed.hpp"
#include "chain/rpc/eth_pool.hpp"
#include "chain/rpc/relay.hpp"
#include "config/settings.hpp"

namespace plimsoll::console {
class Board;
}

namespace plimsoll::bot {

struct PositionView;

/// What a ChainShell needs of the rest of the process; all of it outlives the shell.
struct ShellServices {
    journal::JournalWriter* journal = nullptr;  // null in one-shot commands: then nothing can be signed
    metrics::Metrics* metrics = nullptr;        // these two may be null as well
    AlertDesk* alerts = nullptr;
    std::map<std::string, WalletSigner> signers;                                // by wallet name; only of live wallets
    std::vector<std::shared_ptr<AggregatorClient>> aggregators;                 // of this chain
    std::vector<std::shared_ptr<rpc::Relay>> relays;                            // of this chain
    console::Board* board = nullptr;                                            // null: no console
    Recorder* recorder = nullptr;                                               // null: no recording
    std::function<std::int64_t()> now_ms;                                       // unix milliseconds
    std::function<void(const std::string& chain, const BlockRef& head)> heard;  // each new block; may be empty
    /// Sees every command before it is carried out. May be empty.
    std::function<void(const engine::Command&)> observe;
    /// Called with the name of each step on the way of a transaction ("persist signed", "broadcast", ...), before and
    /// after; crash tests end the process there. Empty in the product.
    std::function<void(std::string_view)> crash_point;
};

/// One chain: its endpoints, its feed, its engine, and the carrying out of the engine's commands. It decides nothing.
/// Everything runs on one executor with one thread.
class ChainShell {
  public:
    /// `config` is what `engine` was made of.
    ChainShell(boost::asio::any_io_executor executor, config::Chain chain, ShellServices services,
               const engine::EngineConfig& config, std::unique_ptr<engine::Engine> engine);
    ~ChainShell();
    ChainShell(const ChainShell&) = delete;
    ChainShell& operator=(const ChainShell&) = delete;

    /// Connects, gives the engine its memory and follows the chain until stop(). An error is one of setting up.
    Task<Result<void>> run(engine::Started memory);
    void stop();

    /// Takes one event in: records it, steps the engine, carries out the commands.
    void deliver(engine::EventBody body);
    /// Looks at the newest block once instead of following: until every request of the engine is answered. For one-shot
    /// commands; with an engine that is not live nothing leaves the process.
    Task<Result<void>> look(engine::Started memory);

    /// New levels, limits and positions, effective at once.
    void reload(engine::EngineConfig config);

    const std::string& name() const { return chain_.name; }
    const engine::Engine& engine() const { return *engine_; }
    /// The owner's levels of a position of this chain; nullptr when there is none of that name.
    const config::Position* levels(const std::string& position) const {
        const auto found = levels_.find(position);
        return found == levels_.end() ? nullptr : &found->second;
    }
    /// The feed is live and has told a block.
    bool follows() const;
    /// Events that the engine has taken in.
    std::uint64_t turns() const { return turns_; }
    /// Lines of /-/ready: one for each position, or one for all of them where that is enough.
    enum class Lines : std::uint8_t { Each, Together };
    std::vector<http::Check> checks(Lines lines) const;
    std::vector<rpc::EndpointStats> endpoint_stats() const;

  private:
    Result<void> connect();
    void watch_pending(const std::vector<rpc::Roles>& roles);
    void carry_out(engine::Command command);
    void on(engine::Read command);
    void on(engine::FetchFees command);
    void on(engine::FetchAccount command);
    void on(engine::Simulate command);
    void on(engine::EstimateGas command);
    void on(engine::Persist command);
    void on(engine::Sign command);
    void on(engine::Broadcast command);
    void on(engine::FetchReceipt command);
    void on(engine::Alert command);
    void on(engine::Decide command);
    void on(engine::SetLogFilter command);
    void on(engine::FetchOffers command);
    void on(engine::WatchPending command);
    void on(engine::AskEach command);

    /// Delivers what `work` answers, or its failure, as the answer to request `id`. `method` is for the metrics.
    template <class Done>
    Task<void> answer(engine::RequestId id, std::string_view method, Task<Result<Done>> work);
    Task<void> sign_elsewhere(engine::RequestId id, WalletSigner signer, tx::Transaction unsigned_one);
    Task<void> fetch_receipt(engine::FetchReceipt command);
    Task<void> ask_each(engine::AskEach command);
    Task<void> send_to(std::shared_ptr<rpc::EthClient> endpoint, engine::Broadcast command);
    Task<void> send_to_relay(std::shared_ptr<rpc::Relay> relay, engine::Broadcast command);
    struct Gathering;
    Task<void> ask_offer(std::shared_ptr<AggregatorClient> client, dex::SwapWanted wanted, std::optional<U256> local,
                         std::shared_ptr<Gathering> gathering);
    Task<void> tick();
    void take(feed::FeedEvent event);
    void take_levels(const engine::EngineConfig& config);
    Task<void> publish();
    void tell(const std::string& url, const rpc::NodeNews& news);
    void tell_finality(const rpc::Finality& finality);
    void mind_nodes();
    void arrived(BlockNumber block);
    void mind_decisions();
    void publish(const engine::PositionStatus& entry);
    void publish_prices(const engine::ChainStatus& status);
    void show(const engine::ChainStatus& status) const;
    void show(const engine::PositionStatus& entry, PositionView view) const;
    void show_behind(const engine::PositionStatus& entry) const;
    void count(const std::vector<engine::JournalRecord>& records);
    std::string endpoint_name() const;
    void spawn(Task<void> task);
    void answered(engine::EventBody body);
    void crash_point(std::string_view where) const;

    boost::asio::any_io_executor executor_;
    config::Chain chain_;
    ShellServices services_;
    std::unique_ptr<engine::Engine> engine_;
    std::shared_ptr<rpc::EthPool> eth_;
    std::unique_ptr<feed::Feed> feed_;
    std::shared_ptr<PendingWatch> pending_;  // none: pending prices are off
    boost::asio::steady_timer ticker_;
    boost::asio::steady_timer publisher_;
    std::map<std::string, config::Position> levels_;         // by name
    std::map<std::string, metrics::PositionSeries> series_;  // by name
    Bytes multicall_code_;
    std::deque<engine::Event> inbox_;
    bool stepping_ = false;
    std::chrono::duration<double> step_took_{};  // the engine alone, for the event being handled
    std::uint64_t turns_ = 0;
    BlockNumber undecided_ = 0;                        // the oldest block that is waiting to be decided on; zero: none
    std::chrono::steady_clock::time_point arrived_{};  // when it came
    bool began_ = false;                               // something was decided on since the start
    BlockNumber final_number_ = 0;                     // as the nodes told it last
    std::optional<std::chrono::steady_clock::time_point> alone_since_;  // no node answers
    oracle::PendingBook::Counts told_pending_{};                        // as the metrics have it
    std::size_t outstanding_ = 0;                                       // requests of the engine not yet answered
    bool stopped_ = false;
};

}  // namespace plimsoll::bot
