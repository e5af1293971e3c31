// SPDX-License-Identifier: Apache-2.0
// Storms, and what must be true when they are over.
#include <algorithm>

#include "bot/engine/text.hpp"
#include "tests/simulation/world.hpp"

namespace plimsoll::sim {

namespace {

constexpr std::uint64_t kHealBlocks = 40;    // after a storm, everybody is safe within so many blocks
constexpr std::uint64_t kDangerBlocks = 16;  // ... and after a fall in fair weather
constexpr std::uint64_t kCooldownBlocks = 6;
constexpr std::uint64_t kTurnBlocks = 10;  // each further account of a guardian, whose nonces are used one at a time
// On top of these where blocks are fast: a rescue is some ten questions, of which each takes as long as kSlowest.
constexpr Ms kSlowest = 600;
constexpr Ms kHealTakes = 40'000;
constexpr Ms kRescueTakes = 20'000;
constexpr Ms kCooldownTakes = 10'000;
constexpr Ms kTurnTakes = 12'000;
constexpr Ms kRestTakes = 5'000;

std::string health_of(const Ledger& state, const Address& account) {
    return engine::health_text(state.health(account));
}

}  // namespace

void World::weather() {
    ++since_;
    if (phase_left_ > 0) {
        --phase_left_;
        if (phase_ != Phase::Storm)
            fair();
        else if (since_ % pace_.beat == 0)
            blow();
        return;
    }
    switch (phase_) {
        case Phase::Storm:
            heal();
            break;
        case Phase::Healed:
            check_saved("after the storm");
            refill();
            phase_ = Phase::Rest;
            phase_left_ = pace_.blocks(random_.pick(8, 14), kRestTakes);
            break;
        case Phase::Rest:
            check_rest();
            if (options_.calm || random_.chance(60)) {
                fall();
                phase_ = Phase::Danger;
                phase_left_ = pace_.blocks(kDangerBlocks, kRescueTakes) +
                              pace_.blocks(kCooldownBlocks, kCooldownTakes) + 4 +
                              pace_.blocks(kTurnBlocks, kTurnTakes) * (std::max<std::uint64_t>(guarded_, 1) - 1);
            } else {
                begin_storm();
            }
            break;
        case Phase::Danger:
            check_saved("in fair weather");
            refill();
            phase_ = Phase::Rest;
            if (!options_.calm && random_.chance(60))
                begin_storm();
            else
                phase_left_ = pace_.blocks(random_.pick(8, 14), kRestTakes);
            break;
    }
    since_ = 0;
    safe_after_.reset();
}

void World::begin_storm() {
    ++report_.storms;
    say("---- storm");
    phase_ = Phase::Storm;
    phase_left_ = random_.pick(10, 60) * pace_.beat;
    drift_ = random_.pick(50, 250);
    demand_.liquidates = random_.pick(20, 100);
    reorgs_ = random_.chance(60) ? random_.pick(2, 20) : 0;
    depth_ = random_.chance(80) ? random_.pick(1, 4) : random_.pick(5, 40);
    lost_ = random_.chance(50) ? random_.pick(0, 100) : 0;
    evicts_ = random_.chance(40) ? random_.pick(2, 30) : 0;
    deaths_ =
        random_.chance(pace_.number(60, 20)) ? random_.pick(pace_.number(100, 500), pace_.number(5'000, 20'000)) : 0;
    blow();
}

/// One slot of a storm: some of it changes.
void World::blow() {
    for (const auto& node : nodes_) {
        if (random_.chance(12)) ail(*node);
    }
    blow_relays();
    blow_guarded();
    if (random_.chance(12)) trouble_host();
    if (random_.chance(10)) demand_.gwei = random_.chance(50) ? random_.pick(5, 100) : random_.pick(100, 900);
    if (random_.chance(10)) demand_.tip_gwei = random_.pick(1, 8);
    if (random_.chance(10)) demand_.censored = random_.chance(50) ? 0 : random_.pick(10, 100);
    if (random_.chance(10)) demand_.missed = random_.chance(60) ? 0 : random_.pick(5, 60);
    if (random_.chance(evicts_)) {
        for (const auto& node : nodes_) node->pool.evict(random_, random_.pick(0, 100));
        network_->pool.evict(random_, random_.pick(0, 100));
        say("pools evict");
    }
    move_prices(drift_, drift_);
    if (random_.chance(6)) move_prices(random_.pick(200, 2'500), 0);
    owners();
    if (deaths_ != 0 && random_.chance(3)) crash();
}

void World::ail(Node& node) {
    Ailments ails;
    if (!random_.chance(30)) {
        ails.down = random_.chance(12);
        ails.mute = random_.chance(10);
        ails.stuck = random_.chance(12);
        ails.blind = random_.chance(20);
        ails.stale = random_.chance(15);
        ails.forgets = random_.chance(15);
        ails.alone = random_.chance(15);
        ails.latency = random_.chance(70) ? random_.pick_ms(10, 400) : random_.pick_ms(400, pace_.span(9'000, 3'000));
        ails.head_lag =
            random_.chance(70) ? random_.pick_ms(50, 2'000) : random_.pick_ms(2'000, pace_.span(40'000, 8'000));
        ails.errors = random_.chance(40) ? random_.pick(1, 60) : 0;
        ails.lies = random_.chance(30) ? random_.pick(1, 60) : 0;
        ails.dearer = random_.chance(15) ? random_.pick(10, 400) : 0;
        node.pool.floor = Wei{U256{random_.chance(30) ? random_.pick(1, 3'000'000'000) : 1}};
    }
    const bool was = !node.ails.down;
    say(node.name() + (ails.down ? " down" : "") + (ails.mute ? " mute" : "") + (ails.stuck ? " stuck" : "") +
        (ails.blind ? " blind" : "") + (ails.stale ? " stale" : "") + (ails.forgets ? " forgets" : "") +
        (ails.alone ? " alone" : "") + " latency " + std::to_string(ails.latency) + " lag " +
        std::to_string(ails.head_lag) + " errors " + std::to_string(ails.errors) + " lies " +
        std::to_string(ails.lies));
    const auto index = static_cast<std::size_t>(
        std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& one) { return one.get() == &node; }) -
        nodes_.begin());
    node.ails = ails;
    if (!ails.stuck && random_.chance(70)) node.see(chain_->head(), lost_);
    if (was == ails.down) shell_->connection(index, !ails.down);
}

void World::trouble_host() {
    disk_->health = random_.chance(60)   ? Disk::Health::Good
                    : random_.chance(50) ? Disk::Health::Full
                                         : Disk::Health::Doubtful;
    disk_->sync_takes = random_.chance(70) ? random_.pick_ms(1, 30) : random_.pick_ms(30, pace_.span(20'000, 4'000));
    shell_->signer_down = random_.chance(15);
    shell_->clock_off = random_.chance(75)   ? random_.pick_ms(-3'000, 3'000)
                        : random_.chance(50) ? 0
                                             : random_.pick_ms(-3'600'000, 3'600'000);
}

void World::heal() {
    say("---- the storm is over");
    phase_ = Phase::Healed;
    phase_left_ = pace_.blocks(kHealBlocks, kHealTakes) + pace_.blocks(kCooldownBlocks, kCooldownTakes);
    demand_ = {};
    heal_relays();
    heal_guarded();
    reorgs_ = lost_ = evicts_ = deaths_ = 0;
    disk_->health = Disk::Health::Good;
    disk_->sync_takes = 2;
    shell_->signer_down = false;
    shell_->clock_off = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        recover(*nodes_[i]);
        nodes_[i]->pool.floor = Wei{U256{1}};
        nodes_[i]->see(chain_->head(), 0);
        shell_->connection(i, true);
    }
    if (random_.chance(20) && nodes_.size() > 1) {  // one honest node is enough
        say("all nodes but one stay ill");
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (i == report_.storms % nodes_.size()) continue;
            ail(*nodes_[i]);
            nodes_[i]->ails.lies = 0;
            nodes_[i]->ails.stale = false;
            auto& ails = nodes_[i]->ails;
            ails.head_lag = std::min<Ms>(ails.head_lag, pace_.span(10'000, 3'000));
            // The one that is asked first may be one of these: what it says must be of some use still.
            if (pace_.fast()) ails.latency = std::min(ails.latency, kSlowest);
        }
    }
}

/// Well again. Even then its answers may take longer than a block.
void World::recover(Node& node) {
    node.ails = {};
    if (!pace_.fast()) return;
    node.ails.latency = quick_.pick_ms(40, kSlowest);
    node.ails.head_lag = quick_.pick_ms(20, 300);
}

/// The clock of a promise starts when the fees allow it: until then fair weather is longer.
void World::fair() {
    const U256 next = Chain::next_base_fee(chain_->head()).value;
    const bool dear = std::any_of(config_.wallets.begin(), config_.wallets.end(), [&](const auto& wallet) {
        return *mul_div_up(next, U256{3}, U256{2}) > wallet.positions[0].limits.max_fee_per_gas.value;
    });
    const bool watches = agenda_.now() < disk_->safe_until();  // after crashes in a row
    if ((dear || watches) && phase_ == Phase::Healed) ++phase_left_;
    if (phase_ == Phase::Rest) return;
    if (!all_safe())
        safe_after_.reset();
    else if (!safe_after_)
        safe_after_ = since_;
    // Receipts were denied for long: it looks like another owner of the key, and a person has to say that it is not so.
    if (phase_ == Phase::Healed && phase_left_ == pace_.blocks(kHealBlocks, kHealTakes) / 2 && shell_->runs() &&
        !shell_->engine().status().stopped_wallets.empty()) {
        ++report_.stops;
        say("a person starts a stopped wallet again");
        shell_->crash();
        start();
    }
}

bool World::all_safe() const {
    return std::all_of(config_.wallets.begin(), config_.wallets.end(), [&](const auto& wallet) {
        return !wallet.live || chain_->head().after->health(wallet.address) >= wallet.positions[0].trigger;
    });
}

/// Invariant 6, and 7: whatever happened, the end is the same.
void World::check_saved(const char* when) {
    for (const auto& wallet : config_.wallets) {
        const auto& position = wallet.positions[0];
        if (!wallet.live) continue;
        if (chain_->head().after->health(wallet.address) >= position.trigger) {
            ++report_.saved;
        } else if (judge_->savable(position)) {
            judge_->violate(std::string("6: not saved ") + when + ": " + position.name + " at " +
                            health_of(*chain_->head().after, wallet.address));
        } else {
            ++report_.hopeless;
        }
    }
    if (phase_ == Phase::Danger) {
        ++report_.dangers;
        if (safe_after_) report_.waited = std::max<std::size_t>(report_.waited, *safe_after_);
    }
    if (!shell_->runs()) return;
    if (!shell_->engine().status().stopped_wallets.empty()) judge_->violate("7: a wallet stands still");
}

/// After some blocks of rest nothing is under way any more.
void World::check_rest() {
    if (!shell_->runs() && options_.crash_at != 0) return;  // it has just died, and will be there in a moment
    if (!shell_->runs()) return judge_->violate("7: the process does not run");
    const Ms settled = pace_.span(300'000, 16 * pace_.block + kRescueTakes + kCooldownTakes);
    if (const auto open = judge_->stays_open(agenda_.now() - settled))
        judge_->violate("7: a transaction stays open: " + *open);
    if (!shell_->engine().status().feed_live) judge_->violate("7: the feed is not live");
}

void World::move_prices(std::uint64_t most_down_bps, std::uint64_t most_up_bps) {
    for (std::size_t id = 0; id < base_prices_.size(); ++id) {
        const bool stable = id >= 2;
        if (random_.chance(40)) continue;
        const std::uint64_t width = stable ? 20 : most_down_bps + most_up_bps;
        const std::uint64_t bps = 10'000 - (stable ? 10 : most_down_bps) + random_.pick(0, width);
        changes_.emplace_back([id, bps](Ledger& state, std::vector<Log>& logs) {
            state.set_price(id, std::max<std::uint64_t>(state.price(id) * bps / 10'000, 1'000'000), logs);
        });
    }
}

/// Owners and strangers move things while the engine plans.
void World::owners() {
    const std::size_t w = random_.pick(0, keys_.size() - 1);
    const Address account = keys_[w].address();
    const std::size_t debt = debts_[w][random_.pick(0, debts_[w].size() - 1)];
    if (random_.chance(4)) {
        const std::uint64_t percent = random_.pick(0, 150);
        changes_.emplace_back([account, debt, percent](Ledger& state, std::vector<Log>&) {
            U256& balance = state.tokens[debt].balance[account];
            balance = *mul_div_down(balance, U256{percent}, U256{100});
        });
    }
    if (random_.chance(3)) {
        const std::uint64_t dollars = random_.pick(10, 3'000);
        changes_.emplace_back([account, debt, dollars](Ledger& state, std::vector<Log>& logs) {
            state.repay(account, debt, state.amount_of(debt, dollars), logs);
        });
    }
    if (random_.chance(3)) {
        const std::uint64_t dollars = random_.pick(10, 3'000);
        changes_.emplace_back([account, debt, dollars](Ledger& state, std::vector<Log>& logs) {
            state.borrow(account, debt, state.amount_of(debt, dollars), logs);
        });
    }
    if (random_.chance(3)) {
        const bool all = random_.chance(50);
        changes_.emplace_back([account, debt, all](Ledger& state, std::vector<Log>&) {
            state.tokens[debt].allowance[account] = all ? kU256Max : U256{};
        });
    }
    if (random_.chance(5)) {
        const std::size_t id = random_.pick(0, 3);
        const std::uint64_t bps = random_.pick(50, 30'000);
        changes_.emplace_back(
            [id, bps](Ledger& state, std::vector<Log>& logs) { state.set_borrow_rate(id, bps, logs); });
    }
}

/// Everybody as at the beginning: prices, funds, and health factors somewhat above the triggers.
void World::refill() {
    for (std::size_t id = 0; id < base_prices_.size(); ++id) {
        const std::uint64_t price = base_prices_[id] / 100 * random_.pick(90, 110);
        const std::uint64_t rate = random_.pick(100, 1'500);
        changes_.emplace_back([id, price, rate](Ledger& state, std::vector<Log>& logs) {
            state.set_borrow_rate(id, rate, logs);
            state.set_price(id, price, logs);
        });
    }
    for (std::size_t w = 0; w < keys_.size(); ++w) {
        const auto& position = config_.wallets[w].positions[0];
        const std::uint64_t above = random_.pick(1'010, 1'300);  // of the trigger, in thousandths
        const bool poor = random_.chance(15);
        changes_.emplace_back([account = keys_[w].address(), held = collateral_[w], debts = debts_[w], above, poor,
                               trigger = position.trigger](Ledger& state, std::vector<Log>& logs) {
            const U256 has = state.worth(held, state.supplied(account, held));
            const U256 wants = *checked_mul(U256{20'000}, U256{100'000'000});
            const U256 unit = state.aave.reserve(held).unit.value();
            const U256 off = has < wants ? *checked_sub(wants, has) : *checked_sub(has, wants);
            const U256 amount = *mul_div_down(off, unit, U256{state.price(held)});
            if (has < wants)
                state.supply(account, held, amount, logs);
            else
                state.withdraw(account, held, amount, logs);
            for (std::size_t id = 0; id < state.tokens.size(); ++id) {
                const bool mine = std::find(debts.begin(), debts.end(), id) != debts.end();
                if (!mine) state.repay(account, id, kU256Max, logs);
            }
            const U256 threshold{state.aave.reserve(held).state.config.threshold};
            const U256 weighted = *mul_div_down(state.worth(held, state.supplied(account, held)), threshold, kBps);
            const U256 level = *mul_div_down(trigger.value, U256{above}, U256{1'000});
            const U256 owed = *div_down(*mul_div_down(weighted, kWad, level), U256{debts.size()});
            for (const auto id : debts) {
                const U256 is = state.worth(id, state.debt(account, id));
                const U256 one = state.aave.reserve(id).unit.value();
                const U256 change = is < owed ? *checked_sub(owed, is) : *checked_sub(is, owed);
                const U256 tokens = *mul_div_down(change, one, U256{state.price(id)});
                if (is < owed)
                    state.borrow(account, id, tokens, logs);
                else
                    state.repay(account, id, tokens, logs);
                state.tokens[id].balance[account] = state.amount_of(id, poor ? 2'000 : 30'000);
            }
            state.native[account] = *checked_mul(U256{50}, kWad);
        });
    }
    heal_guarded();
}

/// In fair weather: the price of what is held falls until somebody is below the trigger, though not below 1.
void World::fall() {
    const std::size_t w = random_.pick(0, keys_.size() - 1);
    const Wad trigger = config_.wallets[w].positions[0].trigger;
    const std::uint64_t below = random_.pick(5, 80);  // thousandths of the trigger
    say("---- a fall in fair weather");
    changes_.emplace_back(
        [account = keys_[w].address(), held = collateral_[w], trigger, below](Ledger& state, std::vector<Log>& logs) {
            const U256 aim = *mul_div_down(trigger.value, U256{1'000 - below}, U256{1'000});
            const U256 health = state.health(account).value;
            if (health <= aim) return;
            const U256 price = *mul_div_down(U256{state.price(held)}, aim, health);
            state.set_price(held, price.low_u64(), logs);
        });
}

}  // namespace plimsoll::sim
