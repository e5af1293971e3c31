// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "bot/engine/engine.hpp"
#include "chain/keys/signer.hpp"
#include "tests/bench/samples.hpp"
#include "tests/bench/world.hpp"

namespace plimsoll::bench {

/// Every account of the world with one position; only the protected wallets are live.
engine::EngineConfig engine_config(const World& world);

/// The real engine, market and signer around the world, without wire and disk: commands are obeyed at once, one by one.
/// The processor time of the engine and of signing is counted, that of the world is not.
class EngineLoop {
  public:
    explicit EngineLoop(World& world);

    void start();
    /// Gives the world's newest block and obeys until nothing is left to do; then, not counted, the ticks of the pause
    /// until the next.
    void follow();

    struct Timing {
        double plan_ns = 0;        // from the block to the first command to simulate a plan
        double first_sent_ns = 0;  // to the first transaction handed over
        double last_sent_ns = 0;
        std::size_t sent = 0;
    };
    /// Of the last follow().
    const Timing& timing() const { return timing_; }
    /// Processor time of the last follow(), all answers included.
    double cost_ns() const { return spent_ns_; }
    /// Says alerts and decisions on standard error.
    void be_verbose() { verbose_ = true; }

  private:
    static constexpr int kTicks = 24;  // two a second, twelve seconds

    void obey_all();
    void give(engine::EventBody body);
    void obey(const engine::Read& command);
    void obey(const engine::FetchFees& command);
    void obey(const engine::FetchAccount& command);
    void obey(const engine::FetchOffers& command);
    void obey(const engine::WatchPending&) {}
    void obey(const engine::AskEach& command);
    void obey(const engine::Simulate& command);
    void obey(const engine::EstimateGas& command);
    void obey(const engine::Persist& command);
    void obey(const engine::Sign& command);
    void obey(const engine::Broadcast& command);
    void obey(const engine::FetchReceipt& command);
    void obey(const engine::Alert& command);
    void obey(const engine::Decide& command);
    void obey(const engine::SetLogFilter& command) { filter_ = command.revision; }

    World& world_;
    std::unique_ptr<engine::Engine> engine_;
    std::map<std::string, keys::Signer*> signer_of_;
    std::vector<std::unique_ptr<keys::Signer>> signers_;
    std::deque<engine::Command> todo_;
    std::uint64_t filter_ = 0;
    double spent_ns_ = 0;
    bool verbose_ = false;
    Timing timing_;
};

}  // namespace plimsoll::bench
