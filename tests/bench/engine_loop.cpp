// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/engine_loop.hpp"

#include <fmt/format.h>

#include "bot/shell/sign.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "chain/types/check.hpp"

namespace plimsoll::bench {

namespace {

constexpr U256 kPercent = U256::literal("10'000'000'000'000'000");

Wad hundredths(std::uint64_t value) {
    return Wad{checked_mul(U256{value}, kPercent).value()};
}

std::string wallet_name(std::size_t number) {
    return "w" + std::to_string(number);
}

}  // namespace

engine::EngineConfig engine_config(const World& world) {
    engine::EngineConfig out;
    out.chain = "local";
    out.chain_id = World::kChainId;
    config::Market market;
    market.name = "aave";
    market.chain = out.chain;
    market.protocol = "aave-v3";
    market.addresses_provider = test::AaveDeployment::address(1, 1);
    out.markets.push_back(market);
    for (std::size_t i = 0; i < world.accounts().size(); ++i) {
        engine::WalletConfig wallet;
        wallet.name = wallet_name(i);
        wallet.address = world.accounts()[i];
        wallet.sender = wallet.address;
        wallet.live = i < world.wallets().size();
        config::Position position;
        position.name = "p" + std::to_string(i);
        position.wallet = wallet.name;
        position.market = market.name;
        position.warn = hundredths(World::kWarn);
        position.trigger = hundredths(World::kTrigger);
        position.target = hundredths(World::kTarget);
        position.strategies.emplace_back("repay-from-wallet");
        position.limits.cooldown = std::chrono::seconds(0);
        position.limits.max_gas_per_day = Wei{U256::literal("1'000'000'000'000'000'000'000")};
        wallet.positions.push_back(std::move(position));
        out.wallets.push_back(std::move(wallet));
    }
    return out;
}

EngineLoop::EngineLoop(World& world) : world_(world) {
    auto config = engine_config(world);
    std::vector<std::unique_ptr<lending::Market>> markets;
    markets.push_back(lending::make_aave_v3_market(world.aave().provider()));
    engine_ = std::make_unique<engine::Engine>(std::move(config), std::move(markets));
    for (std::size_t i = 0; i < world.wallets().size(); ++i) {
        signers_.push_back(std::make_unique<keys::LocalSigner>(World::key_of(i)));
        signer_of_[wallet_name(i)] = signers_.back().get();
    }
}

void EngineLoop::give(engine::EventBody body) {
    engine::Event event;
    event.time_ms = static_cast<std::int64_t>(world_.head().header.ref.timestamp) * 1'000 + 500;
    event.body = std::move(body);
    const auto start = thread_time();
    auto commands = engine_->step(event);
    spent_ns_ += nanoseconds(thread_time() - start);
    for (auto& command : commands) {
        if (std::holds_alternative<engine::Simulate>(command) && timing_.plan_ns == 0) timing_.plan_ns = spent_ns_;
        todo_.push_back(std::move(command));
    }
}

void EngineLoop::start() {
    give(engine::Started());
    give(engine::Restarted{world_.head().header.ref});
    obey_all();
}

void EngineLoop::follow() {
    timing_ = {};
    spent_ns_ = 0;
    const auto& block = world_.head();
    give(engine::BlockAdded{block.header.ref, block.logs, filter_});
    obey_all();
    const double spent = spent_ns_;
    const Timing timing = timing_;
    for (int i = 0; i < kTicks; ++i) {
        give(engine::Tick());
        obey_all();
    }
    spent_ns_ = spent;
    timing_ = timing;
}

void EngineLoop::obey_all() {
    while (!todo_.empty()) {
        const auto command = std::move(todo_.front());
        todo_.pop_front();
        std::visit([this](const auto& one) { obey(one); }, command);
    }
}

void EngineLoop::obey(const engine::Read& command) {
    engine::ReadDone done;
    done.id = command.id;
    for (const auto& one : command.calls) done.results.push_back(world_.call(one));
    give(std::move(done));
}

void EngineLoop::obey(const engine::FetchFees& command) {
    engine::FeesDone done;
    done.id = command.id;
    done.newest_block = world_.head().header.ref.number;
    done.next_base_fee = Wei{U256{1'000'000'000}};
    done.priorities.assign(command.blocks, Wei{U256{1'000'000'000}});
    give(std::move(done));
}

void EngineLoop::obey(const engine::FetchAccount& command) {
    engine::AccountDone done;
    done.id = command.id;
    done.native = Wei{U256::literal("10'000'000'000'000'000'000")};
    done.nonce_latest = done.nonce_pending = world_.nonce(command.address);
    give(std::move(done));
}

void EngineLoop::obey(const engine::FetchOffers& command) {
    engine::OffersDone done;
    done.id = command.id;
    done.error = "no aggregator is configured";
    give(std::move(done));
}

/// There is one node.
void EngineLoop::obey(const engine::AskEach& command) {
    engine::EachTold done;
    done.id = command.id;
    give(std::move(done));
}

void EngineLoop::obey(const engine::Simulate& command) {
    std::vector<Call> calls = command.before;
    for (const auto& call : command.calls) calls.push_back(Call{call.to, call.data});
    calls.insert(calls.end(), command.after.begin(), command.after.end());
    const auto results = world_.simulate(command.from, calls);
    const auto middle = results.begin() + static_cast<std::ptrdiff_t>(command.before.size());
    const auto last = middle + static_cast<std::ptrdiff_t>(command.calls.size());
    engine::SimulationDone done;
    done.id = command.id;
    done.before.assign(results.begin(), middle);
    done.calls.assign(middle, last);
    done.after.assign(last, results.end());
    give(std::move(done));
}

void EngineLoop::obey(const engine::EstimateGas& command) {
    engine::GasDone done;
    done.id = command.id;
    done.gas = 250'000;
    give(std::move(done));
}

void EngineLoop::obey(const engine::Persist& command) {
    engine::Persisted done;
    done.id = command.id;
    give(std::move(done));
}

void EngineLoop::obey(const engine::Sign& command) {
    const auto start = thread_time();
    auto transaction = bot::transaction_of(command.tx);
    CHECK_INVARIANT(transaction.has_value());
    auto sealed = tx::sign(*std::move(transaction), *signer_of_.at(command.wallet));
    spent_ns_ += nanoseconds(thread_time() - start);
    CHECK_INVARIANT(sealed.has_value());
    engine::Signed done;
    done.id = command.id;
    done.raw = std::move(sealed->raw);
    done.hash = sealed->hash;
    give(std::move(done));
}

void EngineLoop::obey(const engine::Broadcast& command) {
    if (timing_.sent++ == 0) timing_.first_sent_ns = spent_ns_;
    timing_.last_sent_ns = spent_ns_;
    world_.take_raw(command.raw);
    engine::Sent sent;
    sent.hash = command.hash;
    sent.endpoint = "local";
    give(std::move(sent));
}

void EngineLoop::obey(const engine::FetchReceipt& command) {
    engine::ReceiptDone done;
    done.hash = command.hash;
    if (const auto included = world_.inclusion(command.hash)) {
        engine::ReceiptInfo info;
        info.block_number = included->first;
        info.block_hash = included->second;
        info.succeeded = true;
        info.gas_used = 200'000;
        info.effective_gas_price = Wei{U256{2'000'000'000}};
        done.receipt = info;
    }
    give(std::move(done));
}

void EngineLoop::obey(const engine::Alert& command) {
    if (verbose_) fmt::print(stderr, "alert {} {}: {}\n", command.kind, command.position, command.text);
}

void EngineLoop::obey(const engine::Decide& command) {
    const auto& decision = command.decision;
    if (verbose_) fmt::print(stderr, "decision {}: {} {}\n", decision.position, decision.reason, decision.plan);
}

}  // namespace plimsoll::bench
