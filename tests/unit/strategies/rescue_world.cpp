// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/strategies/rescue_world.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

#include "chain/lending/aave_v3/market.hpp"

namespace plimsoll::test {

using namespace lending::aave_v3;
using strategies::Situation;

namespace {

U256 times(const U256& a, std::uint64_t b) {
    return *checked_mul(a, U256{b});
}

/// Tokens of a reserve that are worth `value` base units.
U256 worth(const Reserve& reserve, std::uint64_t value) {
    const U256 base = times(U256{value}, 100'000'000);
    return *mul_div_down(base, reserve.unit.value(), reserve.state.price.value);
}

long double real(const U256& value) {
    long double out = 0;
    for (std::size_t i = 4; i-- > 0;) out = out * 18446744073709551616.0L + static_cast<long double>(value.limbs[i]);
    return out;
}

}  // namespace

Wad hundredths(std::uint64_t n) {
    return Wad{times(U256{n}, 10'000'000'000'000'000)};
}

Address pool_address(std::size_t n) {
    return AaveDeployment::address(30, n + 1);
}

RescueWorld::RescueWorld(std::size_t reserves) : chain(Version::V34, reserves), account(AaveDeployment::address(9, 1)) {
    chain.accounts[account];
    policy.guardian = AaveDeployment::address(20, 9);
    policy.access = guard::Access::Allowance;
    policy.expiry = chain.head.timestamp + 1'000'000;
    policy.max_loss_bps = 500;
    policy.may_close = true;
    policy.trigger = hundredths(1'000);
    policy.ceiling = hundredths(100'000);
    policy.value_per_day = U256{0, 0, 1, 0};
    for (std::size_t i = 0; i < reserves; ++i) {
        policy.collaterals.push_back(asset(i));
        policy.debts.push_back(asset(i));
    }
    policy.venues = {router_v2(), router_v3()};
}

void RescueWorld::supply(std::size_t id, std::uint64_t tokens, bool collateral) {
    auto& holding = chain.accounts[account].at(static_cast<ReserveId>(id));
    holding.supply = tokens * reserve(id).unit.value().low_u128();
    holding.collateral = collateral;
}

void RescueWorld::borrow(std::size_t id, std::uint64_t tokens) {
    chain.accounts[account].at(static_cast<ReserveId>(id)).debt = tokens * reserve(id).unit.value().low_u128();
}

void RescueWorld::borrow_to(std::size_t id, std::uint64_t hundredths_of_health) {
    const auto& probe = situation(100'000);
    U256 weighted;
    for (const auto& row : probe.now.assets) {
        if (row.collateral)
            weighted = *checked_add(weighted, *mul_div_down(row.supplied_value.value, U256{row.threshold_bps}, kBps));
    }
    const U256 wanted = *mul_div_down(weighted, U256{100}, U256{hundredths_of_health});
    const U256 more = saturating_sub(wanted, probe.now.summary.debt.value);
    const U256 tokens = *mul_div_down(more, reserve(id).unit.value(), reserve(id).state.price.value);
    const U256 scaled = *mul_div_down(tokens, kRay, reserve(id).state.borrow_index);
    chain.accounts[account].at(static_cast<ReserveId>(id)).debt += scaled.low_u128();
}

std::size_t RescueWorld::pool_v2(std::size_t a, std::size_t b, std::uint64_t value, std::int32_t below_bps) {
    dex::Pool pool;
    pool.address = pool_address(pools.size());
    pool.token0 = asset(a);
    pool.token1 = asset(b);
    dex::V2State state;
    state.reserve0 = worth(reserve(a), value);
    state.reserve1 =
        *mul_div_down(worth(reserve(b), value), U256{static_cast<std::uint64_t>(10'000 - below_bps)}, kBps);
    pool.state = state;
    pools.push_back(pool);
    return pools.size() - 1;
}

std::size_t RescueWorld::pool_v3(std::size_t a, std::size_t b, std::uint64_t value, std::uint32_t fee,
                                 std::int32_t below_bps) {
    dex::Pool pool;
    pool.address = pool_address(pools.size());
    pool.token0 = asset(a);
    pool.token1 = asset(b);
    const U256 amount0 = worth(reserve(a), value);
    const U256 amount1 = worth(reserve(b), value);
    const long double price =
        real(amount1) / real(amount0) * (10'000.0L - static_cast<long double>(below_bps)) / 10'000.0L;
    dex::V3State state;
    state.tick = static_cast<dex::Tick>(std::floor(std::log(price) / std::log(1.0001L)));
    state.sqrt_price = *dex::sqrt_ratio_at_tick(state.tick);
    state.liquidity = static_cast<u128>(std::sqrt(real(amount0) * real(amount1)));
    state.fee = fee;
    state.spacing = 60;
    auto table = std::make_shared<dex::TickTable>();
    const dex::Tick end = 887'220;
    table->word_low = state.word_of(-end);
    table->word_high = state.word_of(end);
    const auto net = static_cast<dex::i128>(state.liquidity);
    table->ticks = {{-end, state.liquidity, net}, {end, state.liquidity, -net}};
    state.ticks = std::move(table);
    pool.state = std::move(state);
    pools.push_back(std::move(pool));
    return pools.size() - 1;
}

void RescueWorld::lend(guard::Lender lender, std::size_t id, std::uint32_t fee_ppm, const U256& available) {
    const Address source =
        lender == guard::Lender::AaveV3 ? chain.pool() : AaveDeployment::address(21, loans.size() + 1);
    if (lender != guard::Lender::AaveV3) policy.venues.push_back(source);
    loans.push_back({lender, source, asset(id), TokenAmount{available}, fee_ppm});
}

Situation& RescueWorld::situation(std::uint64_t target_hundredths) {
    market = lending::make_aave_v3_market(chain.provider());
    market->watch(account);
    const auto rounds = chain.settle(*market);
    REQUIRE(rounds.has_value());
    const Timestamp as_of = chain.head.timestamp + 24;
    auto position = market->position(account, as_of);
    REQUIRE(position.has_value());
    auto offered = market->offered(account, as_of);
    REQUIRE(offered.has_value());
    std::vector<strategies::LoanSource> sources = loans;
    situation_ = std::unique_ptr<Situation>(new Situation{*market, *position,  *offered,
                                                          {},      {},         hundredths(target_hundredths),
                                                          as_of,   as_of + 60, strategies::Urgency::Emergency,
                                                          {},      false,      {},
                                                          nullptr, pools,      {},
                                                          {},      {},         {},
                                                          {},      {}});
    Situation& s = *situation_;
    s.allowed.strategies = {"repay-with-collateral"};
    s.allowed.slippage_bps = 200;
    s.seat = strategies::GuardSeat{};
    s.seat->guard = guard();
    s.seat->swapper = swapper();
    s.seat->standing.policy = policy;
    s.seat->allowances.assign(offered->size(), TokenAmount{kU256Max});
    s.routers = {{dex::RouterKind::UniswapV2, router_v2()}, {dex::RouterKind::UniswapV302, router_v3()}};
    s.loans = std::move(sources);
    s.fee_per_gas = Wei{U256{20'000'000'000}};
    s.coin_price = BaseValue{U256{200'000'000'000}};
    return s;
}

}  // namespace plimsoll::test
