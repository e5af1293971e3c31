// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.hpp"

#include <algorithm>

namespace plimsoll::sim {

using lending::aave_v3::Version;

namespace {

constexpr Timestamp kStart = 1'760'000'000;
constexpr std::uint64_t kGwei = 1'000'000'000;
constexpr std::size_t kGuardian = 100;  // number of its key

keys::PrivateKey key_of(std::uint64_t seed, std::size_t number) {
    keys::SecretBytes secret(32);
    for (unsigned i = 0; i < 8; ++i) secret.bytes()[16 + i] = static_cast<std::uint8_t>(seed >> (8 * i));
    secret.bytes()[31] = static_cast<std::uint8_t>(number + 1);
    return keys::PrivateKey::from_bytes(std::move(secret)).value();
}

Wad hundredths(std::uint64_t n) {
    return Wad{*checked_mul(U256{n}, U256{10'000'000'000'000'000ULL})};
}

Wei coins(std::uint64_t thousandths) {
    return Wei{*checked_mul(U256{thousandths}, U256{1'000'000'000'000'000ULL})};
}

}  // namespace

void Report::add(const Report& other) {
    hours += other.hours;
    violations.insert(violations.end(), other.violations.begin(), other.violations.end());
    judged.events += other.judged.events;
    judged.commands += other.judged.commands;
    judged.rescues += other.judged.rescues;
    judged.reverts += other.judged.reverts;
    judged.replacements += other.judged.replacements;
    judged.acting += other.judged.acting;
    judged.again += other.judged.again;
    judged.hidden += other.judged.hidden;
    judged.sales += other.judged.sales;
    blocks += other.blocks;
    storms += other.storms;
    crashes += other.crashes;
    reorgs += other.reorgs;
    deepest = std::max(deepest, other.deepest);
    liquidations += other.liquidations;
    dangers += other.dangers;
    saved += other.saved;
    hopeless += other.hopeless;
    stops += other.stops;
    waited = std::max(waited, other.waited);
}

World::World(Options options)
    : options_(std::move(options)),
      random_(options_.seed * 0x1000'0000'01B3ULL + 7),
      fate_(random_.fork()),
      passing_(random_.fork()),
      secret_(options_.seed * 0x9E37'79B9'7F4A'7C15ULL + 11),
      keeper_(options_.seed * 0xD134'2543'DE82'EF95ULL + 13),
      quick_(options_.seed * 0xBF58'476D'1CE4'E5B9ULL + 17),
      agenda_(static_cast<Ms>(kStart) * 1'000) {
    report_.seed = options_.seed;
    configure();
}

void World::say(const std::string& what) {
    if (options_.narrate)
        options_.narrate(std::to_string(agenda_.now() - static_cast<Ms>(kStart) * 1'000) + " ms, block " +
                         std::to_string(chain_ ? chain_->head().ref.number : 0) + ": " + what);
}

/// As on rollups. Owners there set shorter spans, too.
void World::quicken() {
    constexpr Ms kIntervals[] = {250, 500, 1'000, 2'000};
    constexpr Ms kBeat = 1'000;  // at least: the feed asks for the logs of one block after the other
    pace_.block = kIntervals[quick_.pick(0, std::size(kIntervals) - 1)];
    const auto beat = std::max<std::uint64_t>(static_cast<std::uint64_t>(kBeat / pace_.block), 1);
    pace_.beat = quick_.pick(beat, 4 * beat);
    pace_.fee_parts = quick_.chance(50) ? 8 : 50;
    pace_.kept = 1'200;
    config_.block_time_ms = pace_.block;
    phase_left_ = pace_.blocks(0, 10'000);  // the process starts, and reads
    if (quick_.chance(50)) config_.head_age_max_ms = 12'000;
}

void World::configure() {
    if (options_.fast) quicken();
    constexpr Version kVersions[] = {Version::V30, Version::V32, Version::V33, Version::V34,
                                     Version::V35, Version::V36, Version::V37};
    Ledger genesis(kVersions[random_.pick(0, std::size(kVersions) - 1)]);
    config_.chain = "simulated";
    config_.chain_id = 31'337;
    config_.rpc_fee_cap = Wei{kWad};  // as the nodes' pools have it
    config_.confirmations = static_cast<std::uint32_t>(random_.pick(1, 3));
    config_.audit_interval = static_cast<std::uint32_t>(random_.pick(5, 50));
    config_.replace_after = static_cast<std::uint32_t>(random_.pick(1, 3));
    // With so few positions the slices of each second look at all of them, whatever the screen says.
    if (options_.seed % 2 == 0) config_.screen_slice = 0;
    config::Market market;
    market.name = "pool";
    market.chain = config_.chain;
    market.protocol = "aave-v3";
    market.addresses_provider = genesis.aave.provider();
    config_.markets = {market};
    const std::size_t wallets = random_.pick(1, 3);
    for (std::size_t w = 0; w < wallets; ++w) {
        keys_.push_back(key_of(options_.seed, w));
        const std::string name = "wallet" + std::to_string(w);
        const bool live = w == 0 || !random_.chance(15);
        engine::WalletConfig wallet{name, keys_[w].address(), keys_[w].address(), live, {}, {}};
        config::Position position;
        position.name = "position" + std::to_string(w);
        position.wallet = name;
        position.market = "pool";
        const std::uint64_t trigger = random_.pick(115, 135);
        position.trigger = hundredths(trigger);
        position.warn = hundredths(trigger + random_.pick(3, 15));
        position.target = hundredths(trigger + random_.pick(15, 40));
        position.strategies = {"repay-from-wallet"};
        position.limits.cooldown = std::chrono::seconds{random_.pick(0, pace_.number(60, 6))};
        position.limits.max_fee_per_gas = Wei{U256{random_.pick(60, 400) * kGwei}};
        position.limits.max_gas_per_day = coins(random_.chance(20) ? random_.pick(200, 900) : 20'000);
        if (random_.chance(20))
            position.limits.max_value_per_day =
                BaseValue{*checked_mul(U256{random_.pick(5'000, 60'000)}, U256{100'000'000})};
        wallet.positions = {position};
        config_.wallets.push_back(std::move(wallet));
        collateral_.push_back(random_.pick(0, 1));
        debts_.push_back(random_.chance(50) ? std::vector<std::size_t>{2} : std::vector<std::size_t>{2, 3});
    }
    populate(genesis);
    guardian_.emplace(key_of(options_.seed, kGuardian));
    open_guarded(genesis);
    chain_ = std::make_unique<Chain>(std::move(genesis), kStart, pace_, random_.fork());
    const std::size_t nodes = random_.pick(1, 4);
    for (std::size_t i = 0; i < nodes; ++i)
        nodes_.push_back(std::make_unique<Node>("node" + std::to_string(i), *chain_, random_.fork()));
    for (const auto& node : nodes_) recover(*node);
    network_ = std::make_unique<Node>("network", *chain_, random_.fork());
    network_->pool.fee_cap = {};
    open_relays();
    disk_ = std::make_unique<Disk>(agenda_, random_.fork());
    judge_ = std::make_unique<Judge>(agenda_, *chain_, *disk_, config_);
    judge_->digests = options_.digests;
    if (options_.narrate) judge_->narrate = [this](const std::string& what) { say(what); };
    shell_ = std::make_unique<Shell>(agenda_, config_, nodes_, relays_, *disk_, *judge_);
    for (std::size_t w = 0; w < wallets; ++w) {
        shell_->add_key(config_.wallets[w].name, key_of(options_.seed, config_.wallets[w].guard ? kGuardian : w));
    }
    shell_->dies = [this] {
        ++commands_;
        const bool now =
            options_.crash_at != 0 ? commands_ == options_.crash_at : deaths_ != 0 && fate_.one_in(deaths_);
        if (now) {
            ++report_.crashes;
            say("the process dies between two commands");
            agenda_.after(fate_.pick_ms(200, options_.crash_at != 0 ? 3'000 : pace_.span(60'000, 5'000)),
                          [this] { start(); });
        }
        return now;
    };
}

void World::populate(Ledger& genesis) {
    for (std::size_t id = 0; id < genesis.tokens.size(); ++id) base_prices_.push_back(genesis.price(id));
    if (random_.chance(40)) genesis.aave.feeds[3].aggregator = {};  // an adapter: its price is read at each block
    genesis.tokens[2].stubborn = random_.chance(30);
    for (std::size_t w = 0; w < keys_.size(); ++w) {
        const Address& account = keys_[w].address();
        auto& state = genesis.aave.accounts[account];
        auto& holding = state.at(static_cast<std::uint8_t>(collateral_[w]));
        holding.supply = genesis.amount_of(collateral_[w], 20'000).low_u128();
        holding.collateral = true;
        for (const auto id : debts_[w])
            state.at(static_cast<std::uint8_t>(id)).debt = genesis.amount_of(id, 8'000 / debts_[w].size()).low_u128();
        genesis.native[account] = coins(50'000).value;
        genesis.nonces[account] = random_.pick(0, 900);
        for (std::size_t id = 0; id < genesis.tokens.size(); ++id) {
            genesis.tokens[id].balance[account] = genesis.amount_of(id, 30'000);
            if (random_.chance(60)) genesis.tokens[id].allowance[account] = kU256Max;
        }
    }
    for (std::uint64_t n = 0; n < 5; ++n) genesis.aave.add_account(n + 1, 0, 10, 2, 4'000);  // others, never ours
}

void World::start() {
    if (shell_->runs()) return;
    say("the process starts");
    shell_->start();
}

void World::crash() {
    if (!shell_->runs()) return;
    ++report_.crashes;
    say("the process dies");
    shell_->crash();
    agenda_.after(fate_.pick_ms(200, pace_.span(120'000, 10'000)), [this] { start(); });
}

Report World::run() {
    const Ms end = agenda_.now() + static_cast<Ms>(options_.hours * 3'600'000.0);
    agenda_.after(500, [this] { start(); });
    std::function<void()> ticking = [&] {
        shell_->tick();
        agenda_.after(1'000, ticking);
    };
    std::function<void()> slots = [&] {
        slot();
        agenda_.after(pace_.block, slots);
    };
    std::function<void()> passing = [&] {
        gossip();
        agenda_.after(pace_.span(1'500, 300), passing);
    };
    agenda_.after(700, ticking);
    agenda_.after(pace_.block, slots);
    agenda_.after(900, passing);
    while (judge_->violations.empty() && agenda_.step(end)) continue;
    for (const auto& refused : disk_->refused) judge_->violate("the journal refuses " + refused);
    report_.hours = options_.hours;
    report_.violations = judge_->violations;
    report_.judged = judge_->counts;
    report_.digest = judge_->digest();
    return report_;
}

void World::slot() {
    weather();
    if (!random_.chance(demand_.missed)) {
        const std::size_t depth = random_.pick(1, depth_);
        if (since_ % pace_.beat == 0 && random_.chance(reorgs_) && chain_->head().ref.number > 1'000 + depth + 2)
            reorganise(depth);
        else
            produce();
    }
    keep_up();
    chain_->forget_old();
}

/// Nobody hangs back further than blocks are remembered.
void World::keep_up() {
    for (const auto& node : nodes_) {
        if (pace_.fast() && node->head().ref.number + pace_.kept / 2 < chain_->head().ref.number)
            node->see(chain_->head(), 0);
    }
}

void World::produce() {
    const Timestamp at = static_cast<Timestamp>(agenda_.now() / 1'000);
    const auto changes = others();
    const Candidates shown = public_flow(network_->pool.pending(*chain_->head().after));
    const Block& block = chain_->build(chain_->head(), at, shown, private_flow(), changes, liquidators(), demand_);
    publish(block);
}

/// The last blocks never were: others take their slots, with other contents, and one more on top.
void World::reorganise(std::size_t depth) {
    std::vector<const Block*> gone;
    const Block* ancestor = &chain_->head();
    for (std::size_t i = 0; i < depth; ++i) {
        gone.push_back(ancestor);
        ancestor = ancestor->parent;
    }
    ++report_.reorgs;
    report_.deepest = std::max(report_.deepest, depth);
    say("a reorganisation of depth " + std::to_string(depth));
    Candidates waiting = network_->pool.pending(*ancestor->after);
    for (auto it = gone.rbegin(); it != gone.rend(); ++it) {
        for (const auto& mined : (*it)->mined) {
            if (!random_.chance(lost_)) waiting.push_back(mined.tx);
        }
    }
    const Block* tip = ancestor;
    for (auto it = gone.rbegin(); it != gone.rend(); ++it) {
        Candidates some = random_.chance(50) ? waiting : Candidates();
        tip = &chain_->build(*tip, (*it)->ref.timestamp, some, {}, others(), {}, demand_);
    }
    const Timestamp at = static_cast<Timestamp>(agenda_.now() / 1'000);
    tip = &chain_->build(*tip, at, waiting, private_flow(), others(), liquidators(), demand_);
    publish(*tip);
}

void World::publish(const Block& head) {
    chain_->adopt(head);
    ++report_.blocks;
    network_->see(head, lost_);
    judge_->adopted(head);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        Node& node = *nodes_[i];
        agenda_.after(node.ails.head_lag, [this, i, block = &head] {
            Node& it = *nodes_[i];
            if (it.ails.stuck || !Chain::is_ancestor(block, &chain_->head())) return;
            if (Chain::is_ancestor(block, &it.head())) return;  // it knows more already
            it.see(*block, lost_);
            if (it.ails.down || it.ails.mute) return;
            agenda_.after(it.ails.latency / 2, [this, i, block] { shell_->announced(i, *block); });
        });
    }
}

/// What one node's pool holds comes to the builders, and from them to the others.
void World::gossip() {
    const Ledger& state = *chain_->head().after;
    leak();
    for (const auto& node : nodes_) {
        if (node->ails.alone || node->ails.down) continue;
        for (const auto& tx : node->pool.pending(*node->head().after)) {
            if (passing_.chance(80)) network_->pool.add(tx, state);
        }
    }
    for (const auto& node : nodes_) {
        if (node->ails.alone || node->ails.down || passing_.chance(50)) continue;
        for (const auto& tx : network_->pool.pending(state)) node->pool.add(tx, *node->head().after);
    }
}

std::vector<Change> World::others() {
    auto out = std::exchange(changes_, {});
    const bool news = !out.empty() || !pace_.fast() || chain_->head().ref.number % pace_.beat == 0;
    if (guarded_ > 0 && news) out.emplace_back([this](Ledger& state, std::vector<Log>& logs) { trade(state, logs); });
    return out;
}

std::vector<Change> World::liquidators() {
    if (!random_.chance(demand_.liquidates)) return {};
    return {[this](Ledger& state, std::vector<Log>& logs) {
        for (const auto& key : keys_) {
            if (!state.liquidate(key.address(), logs)) continue;
            ++report_.liquidations;
            say("a liquidation");
        }
    }};
}

}  // namespace plimsoll::sim
