// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/engine/engine.hpp"
#include "bot/own_clock.hpp"
#include "chain/feed/head_tracker.hpp"
#include "chain/keys/signer.hpp"
#include "chain/rpc/election.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/node.hpp"
#include "tests/simulation/pace.hpp"
#include "tests/simulation/relay.hpp"

namespace plimsoll::sim {

/// Told of all that goes into the engine and comes out of it.
class Witness {
  public:
    virtual ~Witness() = default;
    virtual void started(const engine::Engine& engine) = 0;
    virtual void given(const engine::Event& event) = 0;
    virtual void wanted(const engine::Command& command) = 0;
    /// Another node is followed.
    virtual void followed(const std::string& node, const std::string& why) = 0;
    /// All commands of the event are told.
    virtual void stepped(const engine::Engine& engine) = 0;
};

/// What bot/shell, chain/rpc's pool of endpoints and chain/feed do around the real engine, in simulated time: who is
/// asked (the real rpc::Election), which block comes next (the real feed::HeadTracker), what is signed (the real
/// tx::sign and keys), what a node's words mean (the real tx::classify_send_error).
class Shell {
  public:
    Shell(Agenda& agenda, engine::EngineConfig config, std::vector<std::unique_ptr<Node>>& nodes,
          std::vector<std::unique_ptr<Relay>>& relays, Disk& disk, Witness& witness);

    void add_key(const std::string& wallet, keys::PrivateKey key);
    bool signer_down = false;
    Ms clock_off = 0;            // of the host's clock, which the process follows as the real bot::OwnClock does
    std::function<bool()> dies;  // asked before each command is obeyed: the process may end there

    /// The process starts. `error` where markets cannot be made.
    void start();
    /// ... and is gone, between two events.
    void crash();
    bool runs() const { return engine_ != nullptr; }
    const engine::Engine& engine() const { return *engine_; }

    /// A node has a new head and says so.
    void announced(std::size_t node, const Block& head);
    void connection(std::size_t node, bool up);
    void tick();

  private:
    template <class Done>
    struct Asking;
    template <class Done>
    void ask(std::function<Done(Node&)> question, std::function<void(Done)> then);
    template <class Done>
    void ask_next(std::shared_ptr<Asking<Done>> asking);
    template <class Done>
    void take(std::shared_ptr<Asking<Done>> asking, std::size_t index, Done done, int fault);
    template <class Done, class Wanted>
    void request(const Wanted& wanted, Done (Node::*method)(const Wanted&));

    void deliver(engine::EventBody body);
    void obey(const engine::Command& command);
    void on(const engine::Read& command);
    void on(const engine::FetchFees& command);
    void on(const engine::FetchAccount& command);
    void on(const engine::Simulate& command);
    void on(const engine::EstimateGas& command);
    void on(const engine::Persist& command);
    void on(const engine::Sign& command);
    void on(const engine::Broadcast& command);
    void on(const engine::FetchReceipt& command);
    void on(const engine::Alert&) {}
    void on(const engine::Decide&) {}
    void on(const engine::SetLogFilter& command);
    void on(const engine::FetchOffers& command);
    void on(const engine::WatchPending&) {}
    void on(const engine::AskEach& command) { deliver(engine::EachTold{command.id, {}}); }

    // ---- shell_relays.cpp
    void hand_to_relays(const engine::Broadcast& command,
                        const std::shared_ptr<const tx::SignedTransaction>& transaction);

    // ---- shell_feed.cpp, after chain/feed/follower.cpp
    struct HeaderDone {
        std::string error;
        std::optional<rpc::Header> header;
    };
    struct LogsDone {
        std::string error;
        std::vector<Log> logs;
    };
    void judge_endpoints();
    void look();
    void head(const rpc::Header& header);
    void settle(const feed::Verdict& verdict, const rpc::Header& header);
    void restart(const rpc::Header& header);
    void advance();
    void added(const rpc::Header& header, std::vector<Log> logs, std::uint64_t revision);
    void pause();
    void rest();
    void judge_age();
    static rpc::Header header_of(const Block& block);

    rpc::Election::TimePoint steady() const {
        return rpc::Election::TimePoint(std::chrono::milliseconds(agenda_.now()));
    }
    Ms host() const { return agenda_.now() + clock_off; }  // its clock
    bool fast() const { return Pace{config_.block_time_ms}.fast(); }
    Ms wall() const { return clock_ ? clock_->now_ms() : agenda_.now(); }

    Agenda& agenda_;
    engine::EngineConfig config_;
    std::vector<std::unique_ptr<Node>>& nodes_;
    std::vector<std::unique_ptr<Relay>>& relays_;
    std::vector<Hash32> relay_had_;  // by relay: what it took as the last of all
    Disk& disk_;
    Witness& witness_;
    std::map<std::string, std::unique_ptr<keys::LocalSigner>> signers_;
    std::unique_ptr<engine::Engine> engine_;
    std::unique_ptr<bot::OwnClock> clock_;
    std::uint64_t life_ = 0;
    std::deque<engine::Event> inbox_;
    bool stepping_ = false;

    std::unique_ptr<rpc::Election> election_;
    feed::HeadTracker tracker_;
    LogFilter filter_;
    std::uint64_t revision_ = 0;
    bool busy_ = false;       // a header or logs are being asked for
    bool want_look_ = false;  // the newest head is to be asked for
    std::deque<rpc::Header> heard_;
    Ms heard_at_ = 0;
    Ms retry_at_ = 0;
    Ms pause_ = 0;
    bool told_ = false;
    bool live_ = false;
};

}  // namespace plimsoll::sim
