// SPDX-License-Identifier: Apache-2.0
// Accounts whose guardian sells collateral through the guard, the pairs it is sold in, and their weather.
#include "tests/simulation/world.hpp"

namespace plimsoll::sim {

namespace {

constexpr std::uint64_t kDeep = 200'000'000;  // dollars on each side of a pair, in fair weather
const U256 kEnough = *checked_mul(U256{1'000'000'000}, kWad);

}  // namespace

/// Two worlds in five have some; one guardian acts for all of them.
void World::open_guarded(Ledger& genesis) {
    if (!options_.guards || !keeper_.chance(40)) return;
    for (auto& wallet : config_.wallets) {
        if (&wallet != &config_.wallets.front() && keeper_.chance(30)) continue;
        wallet.guard = guard::Access::Module;
        wallet.sender = guardian_->address();
        wallet.positions[0].strategies = {"repay-with-collateral"};
        // While there is time half of it may be spent, and a pair takes 30.
        wallet.positions[0].limits.max_slippage_bps = static_cast<std::uint32_t>(keeper_.pick(80, 150));
        ++guarded_;
    }
    config_.guard = Guarded::guard();
    config_.routers = {{"router", config_.chain, "uniswap-v2", Guarded::router()}};
    for (std::size_t first = 0; first < 2; ++first) {
        for (std::size_t second = 2; second < 4; ++second) {
            const Address address = test::AaveDeployment::address(0xA3, 2 * first + second);
            config_.pools.push_back({"pair" + std::to_string(2 * first + second), config_.chain, "uniswap-v2", address,
                                     std::nullopt, std::nullopt});
            genesis.guarded.pairs.push_back({address, first, second, {}, {}});
        }
    }
    genesis.aave.flash_premium_bps = 5;
    for (std::size_t id = 0; id < genesis.tokens.size(); ++id) {
        auto& limits = genesis.aave.limits[id];
        limits.flash_loans = true;
        limits.liquidity = kEnough;
        limits.scaled_supply = *checked_mul(kEnough, U256{4});
        limits.scaled_debt = kEnough;
        genesis.tokens[id].balance[genesis.aave.reserve(id).a_token] = kEnough;
    }
    genesis.nonces[guardian_->address()] = keeper_.pick(0, 900);
    std::vector<Log> logs;
    permit(genesis);
    trade(genesis, logs);
}

/// As owners set it up: the guardian may do what its positions need.
void World::permit(Ledger& state) const {
    state.native[guardian_->address()] = *checked_mul(U256{50}, kWad);
    state.guarded.router_broken = false;
    for (std::size_t id = 0; id < state.tokens.size(); ++id) state.aave.limits[id].flash_loans = true;
    for (const auto& wallet : config_.wallets) {
        if (!wallet.guard) continue;
        guard::Policy policy;
        policy.guardian = wallet.sender;
        policy.access = guard::Access::Module;
        policy.expiry = 4'000'000'000;
        policy.max_loss_bps = 200;
        policy.trigger = wallet.positions[0].trigger;
        policy.floor = Wad{*mul_div_up(kWad, U256{105}, U256{100})};
        policy.ceiling = Wad{*checked_mul(kWad, U256{3})};
        policy.value_per_day = *checked_mul(U256{1'000'000'000}, U256{100'000'000});
        for (std::size_t id = 0; id < 2; ++id) policy.collaterals.push_back(state.aave.reserve(id).asset);
        for (std::size_t id = 2; id < 4; ++id) policy.debts.push_back(state.aave.reserve(id).asset);
        policy.venues = {Guarded::router()};
        state.guarded.policies[wallet.address] = policy;
        state.guarded.spendings.erase(wallet.address);
    }
}

/// Others keep the pairs where the oracles are, or a little beside.
void World::trade(Ledger& state, std::vector<Log>& logs) const {
    for (std::size_t i = 0; i < state.guarded.pairs.size(); ++i) {
        const auto& pair = state.guarded.pairs[i];
        const U256 second = state.amount_of(pair.second, deep_);
        state.set_pair(i, state.amount_of(pair.first, deep_), *mul_div_down(second, U256{beside_bps_}, U256{10'000}),
                       logs);
    }
}

void World::blow_guarded() {
    if (guarded_ == 0) return;
    if (keeper_.chance(12)) beside_bps_ = keeper_.chance(50) ? 10'000 : keeper_.pick(9'500, 10'300);
    if (keeper_.chance(10)) deep_ = keeper_.chance(50) ? kDeep : keeper_.pick(20'000, 2'000'000);
    if (keeper_.chance(6)) {
        const bool broken = keeper_.chance(50);
        changes_.emplace_back([broken](Ledger& state, std::vector<Log>&) { state.guarded.router_broken = broken; });
    }
    if (keeper_.chance(6)) {
        const bool lends = keeper_.chance(50);
        const std::size_t id = keeper_.pick(0, 3);
        changes_.emplace_back(
            [lends, id](Ledger& state, std::vector<Log>&) { state.aave.limits[id].flash_loans = lends; });
    }
    if (!keeper_.chance(4)) return;
    const Address account = keys_[keeper_.pick(0, keys_.size() - 1)].address();
    const bool revoked = keeper_.chance(50);
    changes_.emplace_back([this, account, revoked](Ledger& state, std::vector<Log>&) {
        const auto policy = state.guarded.policies.find(account);
        if (policy == state.guarded.policies.end()) return;
        if (revoked)
            policy->second = {};
        else
            permit(state);
    });
}

void World::heal_guarded() {
    beside_bps_ = 10'000;
    deep_ = kDeep;
    if (guarded_ > 0) changes_.emplace_back([this](Ledger& state, std::vector<Log>&) { permit(state); });
}

}  // namespace plimsoll::sim
