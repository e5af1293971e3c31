// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "bot/engine/engine.hpp"
#include "bot/engine/recording.hpp"
#include "chain/codec/keccak.hpp"
#include "strategies/erc20.hpp"
#include "tests/support/fake_market.hpp"

/// A whole world around the engine, on one thread and without a clock of its own: a chain with a market, tokens, a pool
/// of pending transactions and reorganisations; a journal; a signer. It obeys commands one by one, so a test can stop
/// it anywhere.
namespace plimsoll::test {

inline const Address kMarket = address_of(0xA11);
inline const Address kEth = address_of(0x1001);
inline const Address kUsd = address_of(0x1002);
inline const Address kOwner = address_of(0x77);

inline U256 units(std::uint64_t n, unsigned decimals) {
    return *checked_mul(U256{n}, *pow10(decimals));
}
inline Wad wad(std::uint64_t hundredths) {
    return Wad{*checked_mul(U256{hundredths}, *pow10(16))};
}
inline Wei gwei(std::uint64_t n) {
    return Wei{units(n, 9)};
}

struct Token {
    std::map<Address, U256> balance;
    std::map<Address, U256> allowance;  // of the owner, to the market
    bool stubborn = false;              // refuses to change a non-zero allowance
};

struct PendingTx {
    Address from;
    engine::TxFields tx;
    Bytes raw;
    Hash32 hash;
};

struct ChainState {
    FakeState market;
    std::map<Address, Token> tokens;
    std::map<Address, U256> native;
    std::map<Address, Nonce> nonces;

    bool execute(const Address& from, const Address& to, const Bytes& data, Timestamp at) {
        if (to == kMarket) {
            if (data.size() < 97 || data[0] != kRepay) return false;
            const ByteView words = ByteView(data).subspan(1);
            const Address account = address_in(word_at(words, 0));
            const Address asset = address_in(word_at(words, 1));
            const std::size_t index = market.index_of(asset);
            const U256 owed = market.debt(account, index, at);
            const U256 amount = std::min(word_at(words, 2), owed);
            Token& token = tokens[asset];
            if (token.balance[from] < amount || token.allowance[from] < amount || amount.is_zero()) return false;
            token.balance[from] = *checked_sub(token.balance[from], amount);
            token.allowance[from] = *checked_sub(token.allowance[from], amount);
            market.repay(account, index, amount, at);
            return true;
        }
        if (!tokens.contains(to) || data.size() != 68) return false;
        Token& token = tokens[to];
        const U256 amount = word_at(ByteView(data).subspan(4), 1);
        if (token.stubborn && !token.allowance[from].is_zero() && !amount.is_zero()) return false;
        token.allowance[from] = amount;
        return true;
    }

    CallResult view(const Call& call, Timestamp at) const {
        Bytes out;
        if (call.to == kMarket && call.data.at(0) == kLoad) return {true, market.pack()};
        if (call.to == kMarket && call.data.at(0) == kPoll) {
            for (const auto& asset : market.assets) put_word(out, asset.price);
            return {true, out};
        }
        if (call.to == kMarket && call.data.at(0) == kSummary) {
            Address account;
            std::copy_n(call.data.begin() + 1, 20, account.bytes.begin());
            const auto summary = market.summary(account, at);
            put_word(out, summary.debt.value);
            put_word(out, summary.health_factor.value);
            return {true, out};
        }
        const auto token = tokens.find(call.to);
        if (token == tokens.end()) return {false, {}};
        const Address owner = address_in(word_at(ByteView(call.data).subspan(4), 0));
        const auto& side = call.data.size() == 36 ? token->second.balance : token->second.allowance;
        put_word(out, side.contains(owner) ? side.at(owner) : U256{});
        return {true, out};
    }
};

struct MinedBlock {
    BlockRef ref;
    ChainState after;
    std::vector<PendingTx> included;
    std::vector<bool> status;
    std::vector<Log> logs;
};

class World {
  public:
    static constexpr Timestamp kGenesis = 1'700'000'000;

    engine::EngineConfig config;
    std::function<FakeMarket::Options()> market_options = [] { return FakeMarket::Options{}; };
    std::vector<MinedBlock> chain;
    std::vector<PendingTx> pool;
    std::vector<engine::JournalRecord> journal;
    std::vector<engine::Spending> spendings;
    std::vector<std::string> paused;
    std::vector<engine::Command> done;  // every command obeyed
    std::deque<engine::Command> todo;
    std::vector<engine::Event> heard;  // every event given
    std::unique_ptr<engine::Engine> engine;
    std::vector<std::string> violations;  // rules that the engine broke
    std::string recording;                // since the last start
    std::int64_t extra_ms = 500;          // wall clock behind the head's timestamp

    // ---- switches of the faults
    bool inclusion = true;                             // pending transactions are mined
    std::function<bool(const engine::Command&)> lose;  // true: the command is answered by an error
    std::optional<engine::SendOutcome> send_answer;    // instead of the pool's own
    bool receipts_hidden = false;
    bool simulation_fails = false;
    Nonce foreign_pending = 0;
    std::function<void(const engine::Command&)> before;  // called before each command
    std::function<void()> after_command;                 // called when its effect is there, before its answer
    bool forced_revert = false;                          // included transactions fail

    World() {
        config.chain = "test";
        config.chain_id = 31'337;
        config.markets = {{"pool", "test", "fake", kMarket}};
        engine::WalletConfig wallet{"treasury", kOwner, true, {}};
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
        genesis.ref = {1'000, hash_of(0xB000'0000 + 1'000), hash_of(1), kGenesis, gwei(10)};
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

    config::Position& position() { return config.wallets[0].positions[0]; }
    ChainState& state() { return chain.back().after; }
    const BlockRef& head() const { return chain.back().ref; }
    std::int64_t now() const { return static_cast<std::int64_t>(head().timestamp) * 1'000 + extra_ms; }

    // ---- the engine's life
    void start() {
        std::vector<std::unique_ptr<lending::Market>> markets;
        markets.push_back(std::make_unique<FakeMarket>(market_options()));
        engine = std::make_unique<engine::Engine>(config, std::move(markets));
        recording = engine::encode(config) + "\n";
        todo.clear();
        engine::Started started;
        for (const auto& record : journal) {
            if (!ended(record.incident, record.step)) started.records.push_back(record);
        }
        started.spendings = spendings;
        started.paused = paused;
        give(started);
        give(engine::Restarted{head()});
    }
    bool ended(const std::string& incident, std::uint32_t step) const {
        return std::any_of(journal.begin(), journal.end(), [&](const auto& r) {
            return r.incident == incident && r.step == step &&
                   (r.stage == engine::Stage::Settled || r.stage == engine::Stage::Abandoned);
        });
    }
    void give(engine::EventBody body) {
        if (obeying_ && after_command) after_command();
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
    /// Obeys commands until none is left or `limit` are done.
    std::size_t run(std::size_t limit = 100'000) {
        std::size_t count = 0;
        while (!todo.empty() && count < limit) {
            const engine::Command command = std::move(todo.front());
            todo.pop_front();
            ++count;
            if (before) before(command);
            done.push_back(command);
            obeying_ = true;
            try {
                std::visit([&](const auto& c) { obey(c); }, command);
            } catch (...) {
                obeying_ = false;
                throw;
            }
            obeying_ = false;
        }
        return count;
    }

    // ---- the chain's life
    void set_price(std::uint64_t dollars) {
        next_logs_.push_back([dollars](ChainState& state) {
            state.market.assets[0].price = units(dollars, 8);
            Log log;
            log.address = kMarket;
            log.topics = {kPriceTopic};
            put_word(log.data, U256{0});
            put_word(log.data, units(dollars, 8));
            return log;
        });
    }
    /// Mines one block, tells the engine, and obeys what it says.
    void mine(bool tell = true) {
        build();
        if (!tell) return;
        give(engine::BlockAdded{head(), chain.back().logs, revision_});
        run();
    }
    void mine(int blocks) {
        for (int i = 0; i < blocks; ++i) mine();
    }
    /// Takes `depth` blocks away; their transactions go back to the pool if `keep`.
    void reorg(std::size_t depth, bool keep) {
        std::vector<BlockRef> removed;
        for (std::size_t i = 0; i < depth; ++i) {
            removed.push_back(head());
            if (keep) pool.insert(pool.end(), chain.back().included.begin(), chain.back().included.end());
            chain.pop_back();
        }
        ++fork_;
        give(engine::Reorg{head(), removed});
    }
    void build() {
        MinedBlock block;
        const BlockRef parent = head();
        block.after = state();
        block.ref = {parent.number + 1, hash_of(0xB000'0000 + parent.number + 1 + (fork_ << 40U)), parent.hash,
                     parent.timestamp + 12, base_fee};
        for (const auto& change : next_logs_) block.logs.push_back(change(block.after));
        next_logs_.clear();
        if (inclusion) include(block);
        std::uint32_t index = 0;
        for (auto& log : block.logs) {
            log.block_number = block.ref.number;
            log.block_hash = block.ref.hash;
            log.log_index = index++;
        }
        chain.push_back(std::move(block));
    }
    Wei base_fee = gwei(10);

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
    Wad health() { return state().market.summary(kOwner, head().timestamp).health_factor; }
    std::size_t mined_count(bool status) const {
        std::size_t count = 0;
        for (const auto& block : chain)
            count += static_cast<std::size_t>(std::count(block.status.begin(), block.status.end(), status));
        return count;
    }

    // ---- commands
    bool lost(const engine::Command& command) const { return lose && lose(command); }
    const MinedBlock* find(const Hash32& hash) const {
        for (const auto& block : chain) {
            if (block.ref.hash == hash) return &block;
        }
        return nullptr;
    }
    void obey(const engine::Read& read) {
        const auto* block = find(read.at.hash);
        engine::ReadDone answer{read.id, {}, {}};
        if (block == nullptr || lost(read))
            answer.error = "header not found";
        else
            for (const auto& call : read.calls) answer.results.push_back(block->after.view(call, block->ref.timestamp));
        give(answer);
    }
    void obey(const engine::FetchFees& fetch) {
        engine::FeesDone answer{fetch.id, lost(fetch) ? "timeout" : "", head().number, base_fee, {gwei(1), gwei(2)}};
        give(answer);
    }
    void obey(const engine::FetchAccount& fetch) {
        const auto* block = find(fetch.at.hash);
        engine::AccountDone answer{fetch.id, {}, {}, 0, 0, false};
        if (block == nullptr || lost(fetch)) {
            answer.error = "header not found";
        } else {
            answer.native = Wei{block->after.native.at(fetch.wallet)};
            answer.nonce_latest = block->after.nonces.at(fetch.wallet);
            answer.nonce_pending = answer.nonce_latest + foreign_pending;
            for (const auto& tx : pool) answer.nonce_pending = std::max(answer.nonce_pending, tx.tx.nonce + 1);
        }
        give(answer);
    }
    void obey(const engine::Simulate& simulate) {
        const auto* block = find(simulate.at.hash);
        engine::SimulationDone answer{simulate.id, {}, {}, {}, {}};
        if (block == nullptr || lost(simulate)) {
            answer.error = "header not found";
        } else {
            ChainState copy = block->after;
            const Timestamp at = block->ref.timestamp;
            for (const auto& call : simulate.before) answer.before.push_back(copy.view(call, at));
            for (const auto& call : simulate.calls)
                answer.calls.push_back({!simulation_fails && copy.execute(simulate.from, call.to, call.data, at), {}});
            for (const auto& call : simulate.after) answer.after.push_back(copy.view(call, at));
        }
        give(answer);
    }
    void obey(const engine::EstimateGas& estimate) {
        give(engine::GasDone{estimate.id, lost(estimate) ? "timeout" : "", 200'000});
    }
    void obey(const engine::Persist& persist) {
        if (lost(persist)) {
            give(engine::Persisted{persist.id, "disk full"});
            return;
        }
        for (const auto& record : persist.records) {
            judge(record);
            journal.push_back(record);
            if (record.stage == engine::Stage::Settled)
                spendings.push_back({record.position, record.wallet, record.time_ms, record.purpose, record.succeeded,
                                     record.value, record.gas_spent});
        }
        give(engine::Persisted{persist.id, {}});
    }
    void obey(const engine::Sign& sign) {
        if (lost(sign)) {
            give(engine::Signed{sign.id, "no key", {}, {}});
            return;
        }
        Bytes raw;
        put_word(raw, word_of(kOwner));
        put_word(raw, U256{sign.tx.nonce});
        put_word(raw, sign.tx.max_fee.value);
        put_word(raw, sign.tx.max_priority_fee.value);
        put_word(raw, U256{sign.tx.gas_limit});
        put_word(raw, word_of(sign.tx.to));
        raw.insert(raw.end(), sign.tx.data.begin(), sign.tx.data.end());
        const Hash32 hash = keccak256(raw);
        known_[hash] = PendingTx{kOwner, sign.tx, raw, hash};
        give(engine::Signed{sign.id, {}, raw, hash});
    }
    void obey(const engine::Broadcast& broadcast) {
        const engine::SendOutcome outcome = send_answer ? *send_answer : accept(known_.at(broadcast.hash));
        give(engine::Sent{broadcast.hash, "node", outcome, "as told"});
    }
    void obey(const engine::FetchReceipt& fetch) {
        engine::ReceiptDone answer{fetch.hash, {}, {}};
        for (const auto& block : chain) {
            for (std::size_t i = 0; i < block.included.size(); ++i) {
                if (block.included[i].hash != fetch.hash || receipts_hidden) continue;
                answer.receipt = engine::ReceiptInfo{block.ref.number, block.ref.hash, block.status[i], 150'000,
                                                     block.included[i].tx.max_fee};
            }
        }
        if (lost(fetch)) answer = {fetch.hash, "timeout", {}};
        give(answer);
    }
    void obey(const engine::Alert&) {}
    void obey(const engine::Decide&) {}
    void obey(const engine::SetLogFilter& set) { revision_ = set.revision; }

    /// A transaction that somebody else made with the owner's key.
    void foreign_transaction(Nonce nonce) {
        PendingTx tx{kOwner, {}, {0xF0}, hash_of(0xF0F0 + nonce)};
        tx.tx.nonce = nonce;
        tx.tx.max_fee = gwei(1'000);
        tx.tx.to = address_of(0xDEAD);
        std::erase_if(pool, [&](const PendingTx& p) { return p.tx.nonce == nonce; });
        pool.push_back(tx);
    }

  private:
    engine::SendOutcome accept(const PendingTx& tx) {
        using engine::SendOutcome;
        if (tx.tx.nonce < state().nonces[tx.from]) return SendOutcome::NonceTooLow;
        for (auto& other : pool) {
            if (other.hash == tx.hash) return SendOutcome::AlreadyKnown;
            if (other.tx.nonce != tx.tx.nonce) continue;
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
    void include(MinedBlock& block) {
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
                const bool ok =
                    !forced_revert && block.after.execute(tx.from, tx.tx.to, tx.tx.data, block.ref.timestamp);
                block.included.push_back(tx);
                block.status.push_back(ok);
                if (ok && tx.tx.to == kMarket) block.logs.push_back(holding_log(block));
                break;
            }
        }
    }
    static Log holding_log(const MinedBlock& block) {
        const auto& holding = block.after.market.accounts.at(kOwner)[1];
        Log log;
        log.address = kMarket;
        log.topics = {kHoldingTopic};
        put_word(log.data, word_of(kOwner));
        put_word(log.data, U256{1});
        put_word(log.data, holding.supply);
        put_word(log.data, holding.debt);
        return log;
    }

    /// What the engine has been told is durable.
    void note(const engine::Event& event) {
        if (const auto* started = std::get_if<engine::Started>(&event.body)) {
            persists_.clear();
            durable_.clear();
            for (const auto& record : started->records) durable_.push_back(record);
        }
        const auto* persisted = std::get_if<engine::Persisted>(&event.body);
        if (persisted == nullptr || !persisted->error.empty()) return;
        const auto& records = persists_[persisted->id];
        durable_.insert(durable_.end(), records.begin(), records.end());
    }
    /// What the journal would refuse.
    void judge(const engine::JournalRecord& record) {
        using engine::Stage;
        const auto fresh = record.stage != Stage::Sent && record.stage != Stage::Seen;
        if (fresh && ended(record.incident, record.step)) violations.push_back("a record after the end of its step");
        for (const auto& other : journal) {
            const bool same_step = other.incident == record.incident && other.step == record.step;
            const bool same = same_step && other.stage == record.stage;
            if (same && (record.stage == Stage::Intent || record.stage == Stage::Reserved))
                violations.push_back("a second intent or reservation of one step");
            if (same && record.stage == Stage::Signed && other.attempt == record.attempt)
                violations.push_back("a second signature of one attempt");
            if (!same_step && record.stage == Stage::Reserved && other.stage == Stage::Signed &&
                other.nonce == record.nonce)
                violations.push_back("a nonce reserved that was signed for before");
        }
    }
    /// Rules that no command may break, whatever happens around the engine.
    void judge(const engine::Command& command) {
        using engine::Stage;
        if (const auto* persist = std::get_if<engine::Persist>(&command)) persists_[persist->id] = persist->records;
        if (const auto* broadcast = std::get_if<engine::Broadcast>(&command)) {
            const bool durable = std::any_of(durable_.begin(), durable_.end(), [&](const auto& r) {
                return r.stage == Stage::Signed && r.raw == broadcast->raw && r.hash == broadcast->hash;
            });
            if (!durable) violations.push_back("broadcast of bytes that are not durable");
            if (!config.wallets[0].live) violations.push_back("broadcast in a dry run");
        }
        const auto* sign = std::get_if<engine::Sign>(&command);
        if (sign == nullptr) return;
        bool reserved = false;
        for (const auto& r : durable_) {
            const bool over = std::any_of(durable_.begin(), durable_.end(), [&](const auto& other) {
                return other.incident == r.incident && other.step == r.step &&
                       (other.stage == Stage::Settled || other.stage == Stage::Abandoned);
            });
            if (r.stage != Stage::Reserved || over) continue;
            if (r.nonce == sign->tx.nonce)
                reserved = true;
            else
                violations.push_back("signed while another nonce is open");
        }
        if (!reserved) violations.push_back("signed without a durable reservation");
        if (sign->tx.max_fee > config.wallets[0].positions[0].limits.max_fee_per_gas)
            violations.push_back("fee above the limit");
        if (sign->tx.max_priority_fee > sign->tx.max_fee) violations.push_back("priority above the fee");
    }

    std::map<engine::RequestId, std::vector<engine::JournalRecord>> persists_;
    std::vector<engine::JournalRecord> durable_;
    bool obeying_ = false;
    std::vector<std::function<Log(ChainState&)>> next_logs_;
    std::map<Hash32, PendingTx> known_;
    std::uint64_t revision_ = 0;
    std::uint64_t fork_ = 0;
};

}  // namespace plimsoll::test
