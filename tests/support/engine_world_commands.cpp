// SPDX-License-Identifier: Apache-2.0
// How the world obeys each command, and what it holds against the engine.
#include <algorithm>

#include "tests/support/engine_world.hpp"

namespace plimsoll::test {

const MinedBlock* World::find(const Hash32& hash) const {
    for (const auto& block : chain) {
        if (block.ref.hash == hash) return &block;
    }
    return nullptr;
}

void World::obey(const engine::Read& read) {
    const auto* block = find(read.at.hash);
    engine::ReadDone answer{read.id, {}, {}};
    if (block == nullptr || lost(read))
        answer.error = "header not found";
    else
        for (const auto& call : read.calls) answer.results.push_back(block->after.view(call, block->ref.timestamp));
    this->answer(answer);
}

void World::obey(const engine::AskEach& ask) {
    const auto* block = find(ask.at.hash);
    engine::EachTold answer{ask.id, {}};
    for (const auto& [name, twist] : nodes) {
        auto& told = answer.told.emplace_back();
        told.node = name;
        if (block == nullptr || !twist || lost(ask)) {
            told.error = "timeout";
            continue;
        }
        ChainState copy = block->after;
        twist(copy);
        for (const auto& call : ask.calls) told.results.push_back(copy.view(call, block->ref.timestamp));
    }
    this->answer(answer);
}

void World::obey(const engine::FetchFees& fetch) {
    engine::FeesDone answer{fetch.id, lost(fetch) ? "timeout" : "", head().number, base_fee, {gwei(1), gwei(2)}};
    this->answer(answer);
}

void World::obey(const engine::FetchAccount& fetch) {
    const auto* block = find(fetch.at.hash);
    engine::AccountDone answer{fetch.id, {}, {}, 0, 0, delegated};
    if (block == nullptr || lost(fetch)) {
        answer.error = "header not found";
    } else {
        answer.native = Wei{block->after.native.at(fetch.address)};
        answer.nonce_latest = block->after.nonces.at(fetch.address);
        answer.nonce_pending = answer.nonce_latest + foreign_pending;
        for (const auto& tx : pool) {
            if (tx.from == fetch.address) answer.nonce_pending = std::max(answer.nonce_pending, tx.tx.nonce + 1);
        }
    }
    this->answer(answer);
}

void World::obey(const engine::Simulate& simulate) {
    const auto* block = find(simulate.at.hash);
    engine::SimulationDone answer{simulate.id, {}, {}, {}, {}};
    if (block == nullptr || lost(simulate)) {
        answer.error = "header not found";
    } else {
        ChainState copy = block->after;
        const Timestamp at = simulate.time != 0 ? simulate.time : block->ref.timestamp;
        for (const auto& call : simulate.before) answer.before.push_back(copy.view(call, at));
        for (const auto& call : simulate.calls)
            answer.calls.push_back({!simulation_fails && copy.execute(simulate.from, call.to, call.data, at), {}});
        for (const auto& call : simulate.after) answer.after.push_back(copy.view(call, at));
    }
    this->answer(answer);
}

void World::obey(const engine::EstimateGas& estimate) {
    answer(engine::GasDone{estimate.id, lost(estimate) ? "timeout" : "", gas_estimate});
}

void World::obey(const engine::FetchOffers& fetch) {
    engine::OffersDone answer{fetch.id, {}, {}};
    if (offers.empty() || lost(fetch))
        answer.error = "timeout";
    else
        answer.offers = offers;
    this->answer(answer);
}

const engine::WalletConfig& World::wallet_named(const std::string& name) const {
    return *std::find_if(config.wallets.begin(), config.wallets.end(),
                         [&](const auto& wallet) { return wallet.name == name; });
}

void World::obey(const engine::Persist& persist) {
    if (lost(persist)) {
        answer(engine::Persisted{persist.id, "disk full"});
        return;
    }
    std::vector<engine::JournalRecord> fresh;
    for (const auto& record : persist.records) {
        bool known = false;
        const std::string why = refusal(record, known);
        if (!why.empty()) {
            violations.push_back("the journal refuses " + why);
            answer(engine::Persisted{persist.id, why});
            return;
        }
        if (!known) fresh.push_back(record);
    }
    for (const auto& record : fresh) {
        journal.push_back(record);
        spend(record);
    }
    answer(engine::Persisted{persist.id, {}});
}

/// What the journal would say was spent: also by what had been given up, or had reverted in another block.
void World::spend(const engine::JournalRecord& record) {
    using engine::Stage;
    const auto name = record.incident + "#" + std::to_string(record.step);
    const bool found =
        record.stage == Stage::Seen && std::any_of(journal.begin(), journal.end(), [&](const auto& r) {
            const bool reverted = r.stage == Stage::Settled && !r.succeeded && record.succeeded;
            return r.incident == record.incident && r.step == record.step && (reverted || r.stage == Stage::Abandoned);
        });
    if (!found && record.stage != Stage::Settled) return;
    found_.resize(spendings.size());  // a test may have put some there
    for (std::size_t i = 0; found && i < found_.size(); ++i) {
        if (found_[i] != name) continue;
        spendings.erase(spendings.begin() + static_cast<std::ptrdiff_t>(i));
        found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(i));
        break;
    }
    spendings.push_back({record.position, record.wallet, record.time_ms, record.purpose, record.succeeded,
                         record.succeeded ? record.value : BaseValue{}, record.gas_spent});
    found_.push_back(found ? name : std::string());
}

void World::obey(const engine::Sign& sign) {
    if (lost(sign)) {
        answer(engine::Signed{sign.id, "no key", {}, {}});
        return;
    }
    Bytes raw;
    const Address from = wallet_named(sign.wallet).sender;
    put_word(raw, word_of(from));
    put_word(raw, U256{sign.tx.nonce});
    put_word(raw, sign.tx.max_fee.value);
    put_word(raw, sign.tx.max_priority_fee.value);
    put_word(raw, U256{sign.tx.gas_limit});
    put_word(raw, word_of(sign.tx.to));
    raw.insert(raw.end(), sign.tx.data.begin(), sign.tx.data.end());
    const Hash32 hash = keccak256(raw);
    known_[hash] = PendingTx{from, sign.tx, raw, hash};
    answer(engine::Signed{sign.id, {}, raw, hash});
}

void World::obey(const engine::Broadcast& broadcast) {
    for (const auto& [name, says] : relays)
        answer(engine::Sent{broadcast.hash, "relay " + name, says, "as told", true});
    if (broadcast.hidden) return;
    const engine::SendOutcome outcome = send_answer ? *send_answer : accept(known_.at(broadcast.hash));
    answer(engine::Sent{broadcast.hash, "node", outcome, "as told", false});
}

void World::obey(const engine::FetchReceipt& fetch) {
    engine::ReceiptDone answer{fetch.hash, {}, {}};
    for (const auto& block : chain) {
        for (std::size_t i = 0; i < block.included.size(); ++i) {
            if (block.included[i].hash != fetch.hash || receipts_hidden) continue;
            answer.receipt = engine::ReceiptInfo{
                block.ref.number, block.ref.hash, block.status[i], gas_used, block.included[i].tx.max_fee, data_fee};
        }
    }
    if (lost(fetch)) answer = {fetch.hash, "timeout", {}};
    this->answer(answer);
}

void World::note(const engine::Event& event) {
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

std::string World::refusal(const engine::JournalRecord& record, bool& known) const {
    using engine::Stage;
    const bool noted = record.stage == Stage::Sent || record.stage == Stage::Seen;
    const auto ends = [](Stage stage) { return stage == Stage::Settled || stage == Stage::Abandoned; };
    std::optional<Nonce> held;
    for (const auto& other : journal) {
        const bool same_step = other.incident == record.incident && other.step == record.step;
        if (same_step && other.stage == Stage::Reserved) held = other.nonce;
        if (!noted && same_step && other.stage == record.stage && other.attempt == record.attempt) {
            auto timeless = other;
            timeless.time_ms = record.time_ms;
            known = timeless == record;
            if (known) return {};
        }
    }
    if (!noted && ended(record.incident, record.step)) return "a record after the end of its step";
    for (const auto& other : journal) {
        const bool same_step = other.incident == record.incident && other.step == record.step;
        const bool same = same_step && other.stage == record.stage;
        if (same && (record.stage == Stage::Intent || record.stage == Stage::Reserved))
            return "a second intent or reservation of one step";
        if (same && record.stage == Stage::Signed && other.attempt == record.attempt)
            return "a second signature of one attempt";
        if (same && ends(record.stage)) return "a second end of one step";
        if (!same_step && record.stage == Stage::Reserved && other.stage == Stage::Reserved &&
            other.address == record.address && other.nonce == record.nonce && !ended(other.incident, other.step))
            return "a nonce that another open step holds";
    }
    if (record.stage == Stage::Signed && held != record.nonce) return "a signature for a nonce that is not held";
    return {};
}

void World::judge(const engine::Command& command) {
    using engine::Stage;
    if (const auto* persist = std::get_if<engine::Persist>(&command)) {
        persists_[persist->id] = persist->records;
        // The journal takes this once the other step has ended, but whoever knows of that step sends its bytes again,
        // and outbids them when no block takes them.
        for (const auto& record : persist->records) {
            const auto step = std::pair(record.incident, record.step);
            if (record.outcome == "its block was removed") out_again_.insert(step);
            if (record.stage == Stage::Seen) out_again_.erase(step);
            const bool twice = std::any_of(journal.begin(), journal.end(), [&](const auto& other) {
                const bool out = out_again_.contains(std::pair(other.incident, other.step));
                return other.stage == Stage::Signed && other.address == record.address && other.nonce == record.nonce &&
                       std::pair(other.incident, other.step) != step && !out;
            });
            if (record.stage == Stage::Reserved && twice)
                violations.push_back("a nonce reserved that was signed for before");
        }
    }
    if (const auto* broadcast = std::get_if<engine::Broadcast>(&command)) {
        const bool durable = std::any_of(durable_.begin(), durable_.end(), [&](const auto& r) {
            return r.stage == Stage::Signed && r.raw == broadcast->raw && r.hash == broadcast->hash;
        });
        if (!durable) violations.push_back("broadcast of bytes that are not durable");
        const auto row =
            std::find_if(durable_.begin(), durable_.end(), [&](const auto& r) { return r.hash == broadcast->hash; });
        if (row != durable_.end() && !wallet_named(row->wallet).live) violations.push_back("broadcast in a dry run");
    }
    const auto* sign = std::get_if<engine::Sign>(&command);
    if (sign == nullptr) return;
    bool reserved = false;
    for (const auto& r : durable_) {
        const bool over = std::any_of(durable_.begin(), durable_.end(), [&](const auto& other) {
            return other.incident == r.incident && other.step == r.step &&
                   (other.stage == Stage::Settled || other.stage == Stage::Abandoned);
        });
        if (r.stage != Stage::Reserved || over || r.address != wallet_named(sign->wallet).sender) continue;
        if (r.nonce == sign->tx.nonce)
            reserved = true;
        else
            violations.push_back("signed while another nonce is open");
    }
    if (!reserved) violations.push_back("signed without a durable reservation");
    if (sign->tx.max_fee > wallet_named(sign->wallet).positions[0].limits.max_fee_per_gas)
        violations.push_back("fee above the limit");
    if (sign->tx.max_priority_fee > sign->tx.max_fee) violations.push_back("priority above the fee");
}

}  // namespace plimsoll::test
