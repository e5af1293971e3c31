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
