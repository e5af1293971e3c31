// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <utility>

#include "bot/engine/recording.hpp"
#include "bot/engine/text.hpp"
#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"

namespace plimsoll::sim {

using engine::JournalRecord;
using engine::Stage;

namespace {

constexpr std::size_t kTold = 700;

bool ends(Stage stage) {
    return stage == Stage::Settled || stage == Stage::Abandoned;
}

}  // namespace

Judge::Judge(const Agenda& agenda, const Chain& chain, const Disk& disk, const engine::EngineConfig& config)
    : agenda_(agenda), chain_(chain), disk_(disk), config_(config), last_(&chain.head()) {}

void Judge::violate(const std::string& what) {
    constexpr std::size_t kMost = 20;
    if (narrate) narrate("VIOLATION " + what);
    if (violations.size() < kMost)
        violations.push_back(what + " (block " + std::to_string(chain_.head().ref.number) + ")");
}

void Judge::mix(const std::string& text) {
    for (const char c : text) digest_ = (digest_ ^ static_cast<std::uint8_t>(c)) * 1'099'511'628'211ULL;
}

const config::Position& Judge::position_named(const std::string& name) const {
    for (const auto& wallet : config_.wallets) {
        for (const auto& position : wallet.positions) {
            if (position.name == name) return position;
        }
    }
    return config_.wallets.front().positions.front();
}

const engine::WalletConfig* Judge::wallet_named(const std::string& name) const {
    for (const auto& wallet : config_.wallets) {
        if (wallet.name == name) return &wallet;
    }
    return nullptr;
}

const Address& Judge::account_of(const std::string& position) const {
    return wallet_named(position_named(position).wallet)->address;
}

void Judge::started(const engine::Engine&) {
    told_.clear();
    feed_live_ = false;
    told_since_start_ = 0;
    undecided_ = 0;
    late_ = began_ = false;
    decided_upto_ = 0;
    unexplained_.clear();
    waiting_.clear();
    open_.clear();
    alerts_.clear();
    shown_.clear();
}

void Judge::given(const engine::Event& event) {
    ++counts.events;
    wall_ = event.time_ms;
    if (digests) mix(engine::encode(event));
    if (const auto* added = std::get_if<engine::BlockAdded>(&event.body)) {
        if (!told_.empty() && told_.back().hash != added->block.parent) violate("the shell tells a block out of order");
        judge_reasons();
        told_.push_back(added->block);
        ++told_since_start_;
        if (told_.size() > kTold) told_.pop_front();
    } else if (const auto* reorg = std::get_if<engine::Reorg>(&event.body)) {
        while (!told_.empty() && told_.back().number > reorg->ancestor.number) told_.pop_back();
        for (auto& [position, since] : waiting_) since = std::min(since, reorg->ancestor.number);
    } else if (const auto* restarted = std::get_if<engine::Restarted>(&event.body)) {
        told_.assign(1, restarted->block);
        for (auto& [position, since] : waiting_) since = std::min(since, restarted->block.number);
        told_since_start_ = 0;
        if (!feed_live_) feed_live_ = true;
    } else if (const auto* persisted = std::get_if<engine::Persisted>(&event.body)) {
        if (narrate) narrate("persisted " + std::to_string(persisted->id) + " " + persisted->error);
    } else if (const auto* said = std::get_if<engine::Sent>(&event.body)) {
        if (said->relay) heard_relay(*said);
    } else if (std::holds_alternative<engine::FeedStale>(event.body)) {
        feed_live_ = false;
    } else if (std::holds_alternative<engine::FeedLive>(event.body)) {
        feed_live_ = true;
    }
}

void Judge::wanted(const engine::Command& command) {
    ++counts.commands;
    if (digests) mix(engine::encode(command));
    if (const auto* broadcast = std::get_if<engine::Broadcast>(&command)) judge(*broadcast);
    if (const auto* persist = std::get_if<engine::Persist>(&command)) judge(*persist);
    if (const auto* sign = std::get_if<engine::Sign>(&command)) judge(*sign);
    if (const auto* decide = std::get_if<engine::Decide>(&command)) judge(*decide);
    if (const auto* simulate = std::get_if<engine::Simulate>(&command)) note_check(*simulate);
    const auto* alert = std::get_if<engine::Alert>(&command);
    if (alert == nullptr) return;
    if (narrate) narrate("alert " + alert->kind + " " + alert->position + ": " + alert->text);
    if (alert->resolved)
        alerts_.erase({alert->kind, alert->position});
    else
        alerts_.insert({alert->kind, alert->position});
}

void Judge::followed(const std::string& node, const std::string& why) {
    if (narrate) narrate("following " + node + ": " + why);
}

/// As bot/shell tells people "late", by mind_decisions().
void Judge::stepped(const engine::Engine& engine) {
    const Ms bound = std::clamp<Ms>(config_.block_time_ms / 2, 2'000, 4'000);
    decided_upto_ = engine.decided();
    began_ = began_ || decided_upto_ != 0;
    if (told_.empty() || !began_) return;
    const bool decided = decided_upto_ >= undecided_;
    const bool in_time = agenda_.now() - arrived_ < bound;
    if (undecided_ != 0) late_ = decided ? late_ && !in_time : late_ || !in_time;
    if (undecided_ != 0 && !decided) return;
    undecided_ = decided_upto_ < told_.back().number ? told_.back().number : 0;
    arrived_ = agenda_.now();
}

/// Rule 2 and 4: durable first, from a live wallet, on a live feed, to the contracts that are allowed.
void Judge::judge(const engine::Broadcast& command) {
    if (!disk_.holds(command.hash, command.raw)) violate("2: bytes leave that are not durable");
    if (!feed_live_) violate("4: bytes leave while the feed is stale");
    const auto transaction = tx::decode_signed(command.raw);
    if (!transaction) return violate("bytes leave that are no transaction");
    const auto& asked = fields(*transaction);
    if (transaction->hash != command.hash) violate("the hash is not that of the bytes");
    left_.insert(command.hash);
    const auto known = attempts_.find(command.hash);
    if (known == attempts_.end()) return violate("2: bytes leave that were never given to the journal");
    judge_hiding(command, known->second.record);
    const auto* wallet = wallet_named(known->second.record.wallet);
    if (wallet == nullptr || !wallet->live) violate("bytes leave in a dry run");
    if (wallet != nullptr && transaction->sender != wallet->sender) violate("signed by another key");
    const auto& position = position_named(known->second.record.position);
    if (asked.max_fee > position.limits.max_fee_per_gas) violate("4: a bid above the owner's ceiling");
    if (asked.max_priority_fee > asked.max_fee) violate("a priority fee above the maximum");
    const auto& aave = chain_.head().after->aave;
    const auto& to = *asked.message.to;
    const bool by_guard = wallet != nullptr && wallet->guard && to == Guarded::guard();
    const bool allowed = by_guard || to == aave.pool() || aave.state.id_of(to).has_value();
    if (!allowed) violate("4: a transaction to a contract that is not allowed");
    if (!asked.message.value.is_zero()) violate("4: a transaction that sends coin");
}

void Judge::judge(const engine::Persist& command) {
    for (const auto& record : command.records) {
        if (narrate)
            narrate("persist " + std::to_string(command.id) + " stage " +
                    std::to_string(static_cast<int>(record.stage)) + " " + step_name(record) + " attempt " +
                    std::to_string(record.attempt) + " nonce " +
                    (record.nonce ? std::to_string(*record.nonce) : "none") +
                    (record.stage == Stage::Signed
                         ? ", max fee " + to_string(record.tx.max_fee) + " with " +
                               to_string(record.tx.max_priority_fee) + ", gas " + std::to_string(record.tx.gas_limit)
                         : "") +
                    (record.value.is_zero() ? "" : ", value " + to_string(record.value)) + " " + record.outcome);
        // Once for each block: the row of one that is gone may be written late.
        if (record.stage == Stage::Seen && seen_in_.emplace(step_name(record), record.block_hash).second)
            out_again_.erase(step_name(record));
        if (record.outcome == "its block was removed") out_again_.insert(step_name(record));
        if (record.stage == Stage::Intent) intents_.try_emplace(step_name(record), agenda_.now());
        if (record.stage == Stage::Reserved) {
            auto& others = outbid_[step_name(record)];
            for (const auto& other : disk_.synced()) {
                const bool same_nonce = other.address == record.address && other.nonce == record.nonce;
                if (other.stage == Stage::Signed && same_nonce && step_name(other) != step_name(record))
                    others.push_back(other);
            }
            // One that has ended, out of its block again, may be outbid by another step: the chain takes one.
            const bool out = std::any_of(others.begin(), others.end(),
                                         [&](const auto& other) { return out_again_.contains(step_name(other)); });
            const bool ended =
                std::all_of(others.begin(), others.end(), [&](const auto& other) { return disk_.ended(other); });
            if (!others.empty() && !(out && ended)) violate("1: a nonce reserved that was signed for before");
            std::erase_if(others, [&](const auto& other) { return !left_.contains(other.hash); });
        }
        if (record.stage != Stage::Signed) continue;
        const bool first_time =
            attempts_.try_emplace(record.hash, Named{record, intents_[step_name(record)], {}}).second;
        if (first_time) judge_sale(record);  // a journal that fails is given it again, at other prices
        if (record.attempt == 0) {
            for (const auto& other : outbid_[step_name(record)]) judge_bid(record, other);
            continue;
        }
        ++counts.replacements;
        for (const auto& other : disk_.synced()) {
            if (other.stage != Stage::Signed || step_name(other) != step_name(record)) continue;
            if (other.attempt + 1 == record.attempt) judge_bid(record, other);
        }
    }
}

void Judge::judge_bid(const engine::JournalRecord& record, const engine::JournalRecord& other) {
    const auto enough = [](const Wei& fresh, const Wei& old) {
        return fresh > old && fresh.value >= *mul_div_down(old.value, U256{110}, U256{100});
    };
    if (out_of_reach(other)) return;  // no pool has it
    if (!enough(record.tx.max_fee, other.tx.max_fee) || !enough(record.tx.max_priority_fee, other.tx.max_priority_fee))
        violate("a replacement that no pool takes");
}

/// Rule 1: a key's nonces are used one at a time, and only when the journal holds them for it.
void Judge::judge(const engine::Sign& command) {
    const auto* wallet = wallet_named(command.wallet);
    if (wallet == nullptr || !wallet->live) return violate("a signature in a dry run");
    if (wall_ < disk_.safe_until()) violate("a new signature in the safe mode after crashes");
    bool reserved = false;
    std::set<std::string> ended;
    for (const auto& record : disk_.synced()) {
        if (ends(record.stage)) ended.insert(step_name(record));
    }
    for (const auto& record : disk_.synced()) {
        if (record.stage != Stage::Reserved || record.address != wallet->sender) continue;
        if (ended.contains(step_name(record))) continue;
        if (record.nonce == command.tx.nonce)
            reserved = true;
        else
            violate("1: signed while another nonce is open");
    }
    if (!reserved) violate("1: signed without a durable reservation");
}

/// Rule 5: what is acted on is exact, and of the newest blocks that were told.
void Judge::judge(const engine::Decide& command) {
    const auto& decision = command.decision;
    decided_[decision.position] = decision.block.number;
    if (narrate)
        narrate("decide " + decision.position + " at " + std::to_string(decision.block.number) + " of " +
                std::to_string(told_.empty() ? 0 : told_.back().number) + " " +
                engine::health_text(decision.health_now) + " outcome " +
                std::to_string(static_cast<int>(decision.outcome)) + " " + decision.reason + " " + decision.plan +
                (decision.gates.empty() ? "" : " (" + decision.gates.back().measured + ")"));
    if (decision.outcome != engine::Outcome::Acting) {
        waiting_.try_emplace(decision.position, decision.block.number);
        return;
    }
    ++counts.acting;
    judge_age(decision);
    acted_[decision.position] = decision.block;
    const Block* block = chain_.find(decision.block.hash);
    if (block == nullptr) return violate("5: acting on a block that never was");
    const auto& account = account_of(decision.position);
    const Wad truth = block->after->health(account);
    if (truth != decision.health_now)
        violate("5: acting on health factor " + to_string(decision.health_now) + " where it is " + to_string(truth));
    const Wad next =
        block->after
            ->summary(account, block->ref.timestamp + (static_cast<std::uint64_t>(config_.block_time_ms) + 999) / 1'000)
            .health_factor;
    if (std::min(truth, next) >= position_named(decision.position).trigger)
        violate("3: acting on a position that is not in danger");
}

/// Where no check ends while its block is the newest, the first that was begun is all there is to see of the wait.
void Judge::note_check(const engine::Simulate& command) {
    for (const auto& wallet : config_.wallets) {
        for (const auto& position : wallet.positions) {
            if (wallet.sender == command.from) waiting_.try_emplace(position.name, command.at.number);
        }
    }
}

/// The newest block; or, where blocks come faster than answers and three of them have passed, up to three or four
/// seconds behind it.
void Judge::judge_age(const engine::Decision& decision) {
    constexpr BlockNumber kBehind = 3;
    constexpr Ms kBehindMs = 4'000;
    const auto since = waiting_.find(decision.position);
    // Checks say nothing until they end: those that began right after it acted have waited too.
    const auto acted = acted_.find(decision.position);
    const BlockNumber told = since != waiting_.end() ? since->second : decision.block.number;
    const bool lately = acted != acted_.end() && told <= acted->second.number + kBehind;
    const BlockNumber began = lately ? std::min(acted->second.number, told) : told;
    const bool waited = (lately || since != waiting_.end()) && !told_.empty() && told_.back().number >= began + kBehind;
    if (since != waiting_.end()) waiting_.erase(since);
    const auto behind = std::max<std::ptrdiff_t>(kBehind, kBehindMs / config_.block_time_ms);
    const auto near = waited ? behind + 1 : 1;
    const auto first = told_.end() - std::min(near, static_cast<std::ptrdiff_t>(told_.size()));
    if (std::none_of(first, told_.end(), [&](const auto& block) { return block.hash == decision.block.hash; }))
        violate("5: acting on a block that is not among the newest");
}

/// Rule 9: each block at risk has its reason; and who can be liquidated is told.
void Judge::judge_reasons() {
    const std::size_t warm = blocks(20, 20'000);   // after a start until everything has been read
    const std::size_t within = blocks(12, 6'000);  // a check may wait so long for its answers
    if (told_.size() < 2 || told_since_start_ < warm) return;
    const BlockRef& head = told_[told_.size() - 2];  // of the last one there may be more to come
    const Block* block = chain_.find(head.hash);
    const Ms catching_up = config_.block_time_ms / 2;  // what is told faster is of the past
    const bool past = agenda_.now() - reasons_at_ < catching_up;
    if (block == nullptr || past) return;
    reasons_at_ = agenda_.now();
    const Block* newest = chain_.find(told_.back().hash);
    for (const auto& wallet : config_.wallets) {
        for (const auto& position : wallet.positions) {
            const Wad health = block->after->health(wallet.address);
            // Nothing can be said of a position while the market cannot be read, and that is told.
            const bool unknown = alerts_.contains({"no-value", position.name}) ||
                                 alerts_.contains({"reads-fail", ""}) || alerts_.contains({"feed-stale", ""}) ||
                                 alerts_.contains({"market-error", position.market}) || late_;
            Silence& silent = unexplained_[position.name];
            const BlockNumber before = std::exchange(silent.decided, decided_[position.name]);
            // Answers that come late are of an earlier block, and a reason all the same.
            const bool explained = unknown || silent.decided >= head.number || silent.decided != before;
            silent.blocks = health < position.trigger && !explained ? silent.blocks + 1 : 0;
            if (silent.blocks == within) violate("9: blocks at risk without a reason");
            std::size_t& open = open_[position.name];
            const bool now = newest != nullptr && newest->after->health(wallet.address).value < kWad;
            const bool told = unknown || alerts_.contains({"liquidatable", position.name});
            open = health.value < kWad && now && !told ? open + 1 : 0;
            if (open == within) violate("9: liquidatable, and nobody was told");
        }
    }
}

}  // namespace plimsoll::sim
