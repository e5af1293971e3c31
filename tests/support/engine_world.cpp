// SPDX-License-Identifier: Apache-2.0
#include "tests/support/engine_world.hpp"

#include <algorithm>

namespace plimsoll::test {

namespace {

constexpr BlockNumber kFirstBlock = 1'000;

}  // namespace

World::World() {
    config.chain = "test";
    config.chain_id = 31'337;
    config::Market market;
    market.name = "pool";
    market.chain = config.chain;
    market.protocol = "fake";
    market.addresses_provider = kMarket;
    config.markets = {market};
    engine::WalletConfig wallet{"treasury", kOwner, kOwner, true, {}, {}};
    config::Position position;
    position.name = "main";
    position.wallet = "treasury";
    position.market = "pool";
    position.warn = wad(140);
    position.trigger = wad(125);
    position.target = wad(160);
    position.strategies = {"repay-from-wallet"};
    wallet.positions = {position};
    config.wallets = {wallet};

    MinedBlock genesis;
    genesis.ref = {kFirstBlock, hash_of(0xB000'0000 + kFirstBlock), hash_of(1), kGenesis, gwei(10)};
    auto& state = genesis.after;
    state.market.assets = {FakeAsset{kEth, 18, units(2'000, 8), 8'000, 0, false},
                           FakeAsset{kUsd, 6, units(1, 8), 7'500, 50'000'000, false}};
    // 10 ETH at 2,000 and threshold 80 %: 16,000 over a debt of 10,000 is 1.6.
    state.market.accounts[kOwner] = {FakeHolding{units(10, 18), {}, kGenesis},
                                     FakeHolding{{}, units(10'000, 6), kGenesis}};
    state.tokens[kUsd].balance[kOwner] = units(50'000, 6);
    state.tokens[kUsd].allowance[kOwner] = kU256Max;
    state.tokens[kEth];
    state.native[kOwner] = units(5, 18);
    state.nonces[kOwner] = 7;
    chain.push_back(genesis);
}

void World::add_guarded() {
    test::add_guarded(config);
    planner = sell_or_repay;
    auto& genesis = chain.back().after;
    for (const auto& account : {kAlice, kBob}) {
        genesis.market.accounts[account] = {FakeHolding{units(10, 18), {}, kGenesis},
                                            FakeHolding{{}, units(10'000, 6), kGenesis}};
        genesis.policies[account] = policy_for(kGuardian);
    }
    genesis.native[kGuardian] = units(5, 18);
    genesis.nonces[kGuardian] = 100;
}

World only_guarded(const std::vector<Address>& accounts) {
    World world;
    world.add_guarded();
    std::erase_if(world.config.wallets, [&](const engine::WalletConfig& wallet) {
        return std::find(accounts.begin(), accounts.end(), wallet.address) == accounts.end();
    });
    return world;
}

void World::start() {
    std::vector<std::unique_ptr<lending::Market>> markets;
    markets.push_back(std::make_unique<FakeMarket>(market_options()));
    engine = std::make_unique<engine::Engine>(config, std::move(markets), planner);
    recording = engine::encode(config) + "\n";
    todo.clear();
    late_.clear();
    constexpr std::int64_t kHourMs = 3'600'000;
    const auto remembered = [&](const engine::JournalRecord& record) {
        const auto end = std::find_if(journal.begin(), journal.end(), [&](const auto& r) {
            return r.incident == record.incident && r.step == record.step &&
                   (r.stage == engine::Stage::Settled || r.stage == engine::Stage::Abandoned);
        });
        return end == journal.end() || end->time_ms >= now() - kHourMs;
    };
    engine::Started started = first;
    std::copy_if(journal.begin(), journal.end(), std::back_inserter(started.records), remembered);
    started.spendings = spendings;
    started.paused = paused;
    started.pauses = pauses;
    give(started);
    give(engine::Restarted{head()});
}

bool World::ended(const std::string& incident, std::uint32_t step) const {
    return std::any_of(journal.begin(), journal.end(), [&](const auto& r) {
        return r.incident == incident && r.step == step &&
               (r.stage == engine::Stage::Settled || r.stage == engine::Stage::Abandoned);
    });
}

void World::give(engine::EventBody body) {
    engine::Event event{now(), std::move(body)};
    heard.push_back(event);
    recording += engine::encode(event) + "\n";
    note(event);
    for (auto& command : engine->step(event)) {
        recording += engine::encode(command) + "\n";
        judge(command);
        todo.push_back(std::move(command));
    }
}

void World::answer(engine::EventBody body) {
    if (after_command) after_command();
    if (delaying_)
        late_.emplace_back(head().number, std::move(body));
    else
        give(std::move(body));
}

void World::release(BlockNumber age) {
    while (!late_.empty() && (age == 0 || late_.front().first + age <= head().number)) {
        engine::EventBody body = std::move(late_.front().second);
        late_.pop_front();
        give(std::move(body));
    }
    run();
}

std::size_t World::run(std::size_t limit) {
    std::size_t count = 0;
    while (!todo.empty() && count < limit) {
        const engine::Command command = std::move(todo.front());
        todo.pop_front();
        ++count;
        if (before) before(command);
        done.push_back(command);
        delaying_ = delay && delay(command);
        std::visit([&](const auto& c) { obey(c); }, command);
        delaying_ = false;
    }
    return count;
}

namespace {

Log holding_log(const FakeState& market, const Address& account, std::size_t asset) {
    const auto& holding = market.accounts.at(account)[asset];
    Log log;
    log.address = kMarket;
    log.topics = {kHoldingTopic};
    put_word(log.data, word_of(account));
    put_word(log.data, U256{asset});
    put_word(log.data, holding.supply);
    put_word(log.data, holding.debt);
    return log;
}

}  // namespace

void World::set_price(std::uint64_t dollars) {
    next_changes_.push_back([dollars](ChainState& state) {
        state.market.assets[0].price = units(dollars, 8);
        Log log;
        log.address = kMarket;
        log.topics = {kPriceTopic};
        put_word(log.data, U256{0});
        put_word(log.data, units(dollars, 8));
        return log;
    });
}

void World::set_position(const U256& supply, const U256& debt) {
    for (const std::size_t asset : {0U, 1U}) {
        next_changes_.push_back([=](ChainState& state) {
            auto& holding = state.market.accounts.at(kOwner)[asset];
            (asset == 0 ? holding.supply : holding.debt) = asset == 0 ? supply : debt;
            return holding_log(state.market, kOwner, asset);
        });
    }
}

void World::set_allowance(const U256& amount) {
    next_changes_.push_back([amount](ChainState& state) {
        state.tokens[kUsd].allowance[kOwner] = amount;
        return std::nullopt;
    });
}

void World::mine(bool tell) {
    build();
    if (!tell) return;
    give(engine::BlockAdded{head(), chain.back().logs, revision_});
    run();
}

void World::remove(std::size_t depth, bool keep) {
    for (std::size_t i = 0; i < depth; ++i) {
        if (keep) pool.insert(pool.end(), chain.back().included.begin(), chain.back().included.end());
        chain.pop_back();
    }
    ++fork_;
}

void World::reorg(std::size_t depth, bool keep) {
    std::vector<BlockRef> removed;
    for (std::size_t i = 0; i < depth; ++i) removed.push_back(chain[chain.size() - 1 - i].ref);
    remove(depth, keep);
    give(engine::Reorg{head(), removed});
}

void World::gap(std::size_t depth, bool keep, int blocks) {
    remove(depth, keep);
    for (int i = 0; i < blocks; ++i) build();
    give(engine::Restarted{head()});
    run();
}

void World::build() {
    MinedBlock block;
    const BlockRef parent = head();
    block.after = state();
    block.ref = {parent.number + 1, hash_of(0xB000'0000 + parent.number + 1 + (fork_ << 40U)), parent.hash,
                 kGenesis + (parent.number + 1 - kFirstBlock) * interval_ms / 1'000, base_fee};
    for (const auto& change : next_changes_) {
        if (auto log = change(block.after)) block.logs.push_back(*std::move(log));
    }
    next_changes_.clear();
    if (inclusion) include(block);
    std::uint32_t index = 0;
    for (auto& log : block.logs) {
        log.block_number = block.ref.number;
        log.block_hash = block.ref.hash;
        log.log_index = index++;
    }
    chain.push_back(std::move(block));
}

engine::SendOutcome World::accept(const PendingTx& tx) {
    using engine::SendOutcome;
    if (tx.tx.nonce < state().nonces[tx.from]) return SendOutcome::NonceTooLow;
    for (auto& other : pool) {
        if (other.hash == tx.hash) return SendOutcome::AlreadyKnown;
        if (other.from != tx.from || other.tx.nonce != tx.tx.nonce) continue;
        const auto enough = [](const Wei& a, const Wei& b) {
            return a.value >= *mul_div_down(b.value, U256{110}, U256{100}) && a > b;
        };
        if (!enough(tx.tx.max_fee, other.tx.max_fee) || !enough(tx.tx.max_priority_fee, other.tx.max_priority_fee))
            return SendOutcome::ReplacementUnderpriced;
        other = tx;
        return SendOutcome::Accepted;
    }
    pool.push_back(tx);
    return SendOutcome::Accepted;
}

void World::include(MinedBlock& block) {
    bool more = true;
    while (more) {
        more = false;
        for (std::size_t i = 0; i < pool.size(); ++i) {
            const PendingTx tx = pool[i];
            if (tx.tx.nonce > block.after.nonces[tx.from] || tx.tx.max_fee < block.ref.base_fee) continue;
            pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(i));
            more = true;
            if (tx.tx.nonce < block.after.nonces[tx.from]) break;
            ++block.after.nonces[tx.from];
            const bool ok = !forced_revert && block.after.execute(tx.from, tx.tx.to, tx.tx.data, block.ref.timestamp);
            block.included.push_back(tx);
            block.status.push_back(ok);
            if (!ok || (tx.tx.to != kMarket && tx.tx.to != kGuard)) break;
            // The account is the first word of both the market's and the guard's calls.
            const Address account = address_in(word_at(ByteView(tx.tx.data).subspan(1), 0));
            for (const std::size_t asset : {0U, 1U})
                block.logs.push_back(holding_log(block.after.market, account, asset));
            break;
        }
    }
}

void World::foreign_transaction(Nonce nonce) {
    PendingTx tx{kOwner, {}, {0xF0}, hash_of(0xF0F0 + nonce)};
    tx.tx.nonce = nonce;
    tx.tx.max_fee = gwei(1'000);
    tx.tx.to = address_of(0xDEAD);
    std::erase_if(pool, [&](const PendingTx& p) { return p.from == kOwner && p.tx.nonce == nonce; });
    pool.push_back(tx);
}

}  // namespace plimsoll::test
