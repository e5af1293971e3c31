// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "chain/lending/aave_v3/rules.hpp"
#include "tests/support/aave_deployment.hpp"

namespace plimsoll::test {

using lending::Change;
using lending::aave_v3::Version;

inline constexpr Version kVersions[] = {Version::V30, Version::V31, Version::V32, Version::V33,
                                        Version::V34, Version::V35, Version::V36, Version::V37};

/// One account with 50 T0 (100,000 dollars, threshold 80 %, LTV 75 %) and a debt of 20,000 T2 (a dollar each), in a
/// market that limits nothing. T1 is a bitcoin, T3 another dollar.
struct Rules {
    explicit Rules(Version which) : version(which), chain(which), owner(chain.add_account(1, 0, 50, 2, 20'000)) {
        for (auto& reserve : chain.state.reserves) {
            // Indices of one: amounts and scaled amounts are the same.
            auto& state = reserve.edit();
            state.liquidity_index = state.borrow_index = kRay;
            state.last_update = chain.head.timestamp;
            state.config.threshold = 8'000;
            lending::AssetConditions plenty;
            plenty.asset = reserve.asset;
            plenty.liquidity.value = plenty.supply_room.value = plenty.borrow_room.value = kU256Max;
            plenty.borrowable_isolated = true;
            conditions.assets.push_back(plenty);
        }
    }

    lending::aave_v3::ReserveConfig& config(std::size_t id) { return chain.state.reserves[id].edit().config; }
    lending::aave_v3::Holding& holding(lending::aave_v3::ReserveId id) { return chain.accounts[owner].at(id); }
    lending::aave_v3::EModeCategory& category(std::uint8_t id) {
        auto& out = chain.state.edit_emode(id);
        out.ltv = 9'000;
        out.threshold = 9'300;
        return out;
    }
    U256 tokens(std::size_t id, std::uint64_t whole) const {
        return checked_mul(U256{whole}, chain.reserve(id).unit.value()).value();
    }
    Change change(Change::Kind kind, std::size_t id, const U256& amount) const {
        return {kind, chain.reserve(id).asset, TokenAmount{amount}};
    }
    Change supply(std::size_t id, const U256& amount) const { return change(Change::Kind::Supply, id, amount); }
    Change withdraw(std::size_t id, const U256& amount) const { return change(Change::Kind::Withdraw, id, amount); }
    Change borrow(std::size_t id, const U256& amount) const { return change(Change::Kind::Borrow, id, amount); }
    Change repay(std::size_t id, const U256& amount) const { return change(Change::Kind::Repay, id, amount); }
    Change from_supply(std::size_t id, const U256& amount) const {
        return change(Change::Kind::RepayWithSupply, id, amount);
    }
    Change use(std::size_t id, bool on) const { return change(Change::Kind::UseAsCollateral, id, U256{on ? 1U : 0U}); }
    static Change emode(std::uint64_t category) { return {Change::Kind::SetEMode, {}, TokenAmount{U256{category}}}; }

    /// Empty when allowed, else the message.
    std::string verdict(const std::vector<Change>& changes) {
        const lending::aave_v3::View view(chain.state, chain.head.timestamp);
        lending::aave_v3::Walk walk(view, chain.accounts[owner], &conditions);
        for (const auto& one : changes) {
            if (const auto step = walk.step(one); !step)
                return (step.error().code == Errc::Refused ? "" : "other: ") + step.error().message;
        }
        return "";
    }

    Version version;
    AaveDeployment chain;
    Address owner;
    lending::Conditions conditions;
};

}  // namespace plimsoll::test
