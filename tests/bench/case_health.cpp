// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "chain/lending/aave_v3/market.hpp"
#include "chain/types/check.hpp"
#include "tests/bench/cases.hpp"
#include "tests/bench/world.hpp"

namespace plimsoll::bench {

namespace {

using namespace lending::aave_v3;

/// The account in one hand, the view in the other: the arithmetic alone, accounts in memory one after another.
void arithmetic(const Scale& scale, World& world) {
    std::vector<AccountState> accounts;
    for (const auto& address : world.accounts()) accounts.push_back(world.aave().accounts[address]);
    const auto& state = world.aave().state;
    const View view(state, state.block.timestamp + world.aave().head.timestamp);
    report("health-factor", "ns", time_each(scale.repeats, accounts.size(), [&](std::size_t i) {
               const auto summary = account_summary(view, accounts[i]);
               keep(summary->health_factor.value.limbs[0]);
           }));
    report("health-factor-wide", "ns", time_each(scale.repeats, accounts.size(), [&](std::size_t i) {
               const auto summary = wide_summary(view, accounts[i]);
               keep(summary->health_factor.value.limbs[0]);
           }));
}

}  // namespace

void print_accounts(std::size_t count) {
    World world(World::kAlone + World::kTogether + count);
    const auto& state = world.aave().state;
    const View view(state, world.aave().head.timestamp);
    fmt::print("{{\"timestamp\":{},\"reserves\":[", world.aave().head.timestamp);
    for (std::size_t i = 0; i < state.reserves.size(); ++i) {
        const Reserve& reserve = state.reserves[i];
        const ReserveState& s = reserve.state;
        fmt::print(R"({}{{"originalId":{},"id":"{}","symbol":"{}","decimals":{},"underlyingAsset":"{}",)"
                   R"("baseLTVasCollateral":"{}","reserveLiquidationThreshold":"{}","reserveLiquidationBonus":"{}",)"
                   R"("liquidityIndex":"{}","liquidityRate":"{}","variableBorrowIndex":"{}","variableBorrowRate":"{}",)"
                   R"("lastUpdateTimestamp":{},"priceInMarketReferenceCurrency":"{}"}})",
                   i == 0 ? "" : ",", i, i, reserve.symbol, s.config.decimals, to_hex(reserve.asset.view()),
                   s.config.ltv, s.config.threshold, s.config.bonus, to_string(s.liquidity_index),
                   to_string(s.liquidity_rate), to_string(s.borrow_index), to_string(s.borrow_rate), s.last_update,
                   to_string(s.price));
    }
    fmt::print("],\"accounts\":[");
    for (std::size_t i = 0; i < count; ++i) {
        const auto& account = world.aave().accounts[world.accounts()[World::kAlone + World::kTogether + i]];
        const auto health = account_summary(view, account).value().health_factor.value;
        fmt::print("{}{{\"health\":{}e-18,\"holdings\":[", i == 0 ? "" : ",", to_string(health));
        for (std::size_t j = 0; j < account.holdings.size(); ++j) {
            const Holding& holding = account.holdings[j];
            fmt::print(R"({}{{"underlyingAsset":"{}","scaledATokenBalance":"{}",)"
                       R"("usageAsCollateralEnabledOnUser":{},"scaledVariableDebt":"{}"}})",
                       j == 0 ? "" : ",", to_hex(state.reserves[holding.reserve].asset.view()),
                       to_string(U256::from_u128(holding.supply)), holding.collateral,
                       to_string(U256::from_u128(holding.debt)));
        }
        fmt::print("]}}");
    }
    fmt::print("]}}\n");
}

void health_cases(const Scale& scale) {
    World world(scale.accounts);
    arithmetic(scale, world);

    const std::size_t resident = resident_bytes();
    const std::size_t allocated = allocated_bytes();
    auto market = lending::make_aave_v3_market(world.aave().provider());
    for (const auto& account : world.accounts()) market->watch(account);
    CHECK_INVARIANT(world.aave().settle(*market).has_value());
    CHECK_INVARIANT(market->synced().has_value() && market->unsupported().empty());
    const auto per_account = [&](std::size_t before, std::size_t now) {
        Samples out;
        out.add(static_cast<double>(now - std::min(now, before)) / static_cast<double>(scale.accounts));
        return out;
    };
    report("memory-per-account", "bytes", per_account(allocated, allocated_bytes()));
    report("resident-per-account", "bytes", per_account(resident, resident_bytes()));

    const auto& accounts = world.accounts();
    const Timestamp at = world.aave().head.timestamp;
    report("market-summary", "ns", time_each(scale.repeats, accounts.size(), [&](std::size_t i) {
               const auto summary = market->summary(accounts[i], at);
               keep(summary->health_factor.value.limbs[0]);
           }));
}

}  // namespace plimsoll::bench
