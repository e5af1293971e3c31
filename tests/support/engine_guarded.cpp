// SPDX-License-Identifier: Apache-2.0
#include "tests/support/engine_guarded.hpp"

#include "strategies/repay_from_wallet.hpp"
#include "tests/support/engine_ledger.hpp"

namespace plimsoll::test {

namespace {

bool same_function(const Call& call, const Call& other) {
    return call.to == other.to && call.data.size() >= 4 &&
           std::equal(call.data.begin(), call.data.begin() + 4, other.data.begin());
}

const lending::AssetPosition* held(const strategies::Situation& s, const Address& asset) {
    for (const auto& row : s.now.assets) {
        if (row.asset == asset) return &row;
    }
    return nullptr;
}

/// Repays what reaches the target when 1 % is lost: D' = D - f, S' = S - 1.01 f * 80 %, S' / D' = target.
std::optional<strategies::Plan> sell(const strategies::Situation& s, Venue venue) {
    const auto* eth = held(s, kEth);
    const auto* usd = held(s, kUsd);
    if (eth == nullptr || usd == nullptr || usd->debt.is_zero()) return std::nullopt;
    const U256 weighted = *mul_div_down(s.now.summary.collateral.value, U256{80}, U256{100});
    const U256 wanted = *mul_div_up(s.now.summary.debt.value, s.target.value, kWad);
    if (wanted <= weighted) return std::nullopt;
    const U256 per_unit = *checked_sub(s.target.value, *mul_div_up(kWad, U256{808}, U256{1'000}));
    U256 value = *mul_div_up(*checked_sub(wanted, weighted), kWad, per_unit);
    value = std::min(*mul_div_up(value, U256{1'001}, U256{1'000}), s.now.summary.debt.value);
    if (s.allowed.value_per_action) value = std::min(value, s.allowed.value_per_action->value);
    strategies::Plan plan;
    plan.strategy = "repay-with-collateral";
    plan.asset = kUsd;
    plan.amount = TokenAmount{*mul_div_down(value, units(1, 6), units(1, 8))};
    const U256 sold = *mul_div_up(*mul_div_up(value, U256{101}, U256{100}), units(1, 18), eth->price.value);
    if (sold > eth->supplied.value || plan.amount.is_zero()) return std::nullopt;
    plan.value = BaseValue{value};
    plan.cost = BaseValue{*div_up(value, U256{100})};
    plan.gas = 500'000;
    plan.from_guardian = true;
    plan.text = "sell collateral through venue " + std::to_string(static_cast<int>(venue)) + " and repay";
    plan.changes = {{lending::Change::Kind::Withdraw, kEth, TokenAmount{sold}},
                    {lending::Change::Kind::Repay, kUsd, plan.amount}};
    const auto after = s.market.after(s.now.account, plan.changes, s.as_of);
    if (!after) return std::nullopt;
    plan.before = s.now.summary;
    plan.after = *after;
    if (plan.after.health_factor < s.target) plan.shortfall = "limit-value-per-action";
    plan.calls = {sale(s.now.account, venue, plan.amount.value, sold)};
    return plan;
}

}  // namespace

lending::ContractCall sale(const Address& account, Venue venue, const U256& debt, const U256& collateral) {
    lending::ContractCall out{kGuard, {kSell}};
    put_word(out.data, word_of(account));
    put_word(out.data, U256{static_cast<std::uint64_t>(venue)});
    put_word(out.data, debt);
    put_word(out.data, collateral);
    return out;
}

guard::Policy policy_for(const Address& guardian) {
    guard::Policy out;
    out.guardian = guardian;
    out.expiry = 4'000'000'000ULL;
    out.max_loss_bps = 200;
    out.trigger = wad(125);
    out.floor = wad(110);
    out.ceiling = wad(200);
    out.value_per_day = units(1'000'000, 8);
    out.collaterals = {kEth};
    out.debts = {kUsd};
    return out;
}

Bytes policy_answer(const guard::Policy& policy) {
    constexpr std::size_t kHead = 4 + 4 * 32;  // selector, three words of the market, the offset of the policy
    const Bytes call = guard::set_policy(kGuard, {}, policy).data;
    Bytes out;
    put_word(out, U256{32});
    out.insert(out.end(), call.begin() + kHead, call.end());
    return out;
}

Bytes spent_answer() {
    Bytes out;
    for (int i = 0; i < 4; ++i) put_word(out, U256{});
    return out;
}

bool is_policy_question(const Call& call) {
    return same_function(call, guard::policy_of(kGuard, {}, {}));
}
bool is_spent_question(const Call& call) {
    return same_function(call, guard::spent_of(kGuard, {}, {}));
}
bool is_swapper_question(const Call& call) {
    constexpr auto kSwapperOf = selector("swapper()");
    return same_function(call, {kGuard, Bytes(kSwapperOf.bytes.begin(), kSwapperOf.bytes.end())});
}

strategies::Ladder own_key_too(const strategies::Situation& s) {
    auto ladder = sell_or_repay(s);
    if (ladder.rungs.empty()) return ladder;
    strategies::Plan own = ladder.rungs[0];
    own.strategy = "own";
    own.from_guardian = false;
    ladder.rungs.insert(ladder.rungs.begin(), own);
    return ladder;
}

strategies::Ladder sell_or_repay(const strategies::Situation& s) {
    strategies::Ladder out;
    const auto add = [&](Venue venue) {
        if (auto plan = sell(s, venue)) out.rungs.push_back(*std::move(plan));
    };
    if (s.seat && s.seat->standing.policy.guardian.is_zero()) out.refused.push_back({"guard-policy", "none"});
    if (s.seat) {
        if (!s.offers.empty()) add(Venue::Offer);
        if (s.pools != nullptr && !pools_of(s)[0].token0.is_zero())
            add(Venue::Pool);
        else
            out.refused.push_back({"no-route", "the pool is not in sync"});
        add(Venue::Other);
        if (!out.rungs.empty()) out.wanted.push_back({kEth, kUsd, TokenAmount{units(1, 18)}});
    }
    if (s.wallet_signs) {
        const strategies::RepayLimits limits{s.allowed.value_per_action, s.allowed.value_left_today,
                                             s.allowed.reset_approval};
        auto proposal = strategies::propose_repay(s.now, s.market, s.funds, limits, s.target, s.as_of);
        if (auto* plan = std::get_if<strategies::Plan>(&proposal))
            out.rungs.push_back(std::move(*plan));
        else
            out.refused.push_back(std::get<strategies::NoPlan>(proposal));
    }
    if (out.rungs.empty() && out.refused.empty()) out.refused.push_back({"not-needed", "nothing to sell"});
    return out;
}

void add_guarded(engine::EngineConfig& config) {
    config.guard = kGuard;
    config.pools = {{"pair", config.chain, "uniswap-v2", kPair, {}, {}}};
    config.aggregates = true;
    for (const auto& [name, account] : {std::pair("alice", kAlice), std::pair("bob", kBob)}) {
        engine::WalletConfig wallet{name, account, kGuardian, true, guard::Access::Module, {}};
        config::Position position = config.wallets[0].positions[0];
        position.name = std::string(name) + "-main";
        position.wallet = name;
        position.strategies = {"repay-with-collateral"};
        wallet.positions = {position};
        config.wallets.push_back(wallet);
    }
}

}  // namespace plimsoll::test
