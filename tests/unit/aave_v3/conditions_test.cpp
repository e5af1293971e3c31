// SPDX-License-Identifier: Apache-2.0
// What limits changes: read once, and as large as the pool's own checks would have it, to the unit.
#include <doctest/doctest.h>
#include <random>

#include "chain/lending/aave_v3/market.hpp"
#include "tests/unit/aave_v3/rules_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::AaveDeployment;
using test::kVersions;

namespace {

U256 add(const U256& a, const U256& b) {
    return checked_add(a, b).value();
}
U256 mul(const U256& a, const U256& b) {
    return checked_mul(a, b).value();
}

struct Stage {
    explicit Stage(Version version) : chain(version), market(make_aave_v3_market(chain.provider())) {
        owner = chain.add_account(1, 0, 50, 2, 20'000);
        market->watch(owner);
    }
    Result<Conditions> read() {
        if (const auto settled = chain.settle(*market); !settled) return tl::unexpected(settled.error());
        return market->conditions(chain.head, chain.answer(market->condition_calls()));
    }

    AaveDeployment chain;
    std::unique_ptr<Market> market;
    Address owner;
};

/// ReserveLogic.updateState and ValidationLogic's checks of the caps, written as the contracts are.
struct Pool {
    const AaveDeployment& chain;
    Version version;
    std::size_t id;
    U256 income;
    U256 index;
    U256 accrued;

    Pool(const AaveDeployment& of, Version which, std::size_t reserve) : chain(of), version(which), id(reserve) {
        const View view(chain.state, chain.head.timestamp);
        const auto* now = view.reserve(static_cast<ReserveId>(id)).value();
        const auto& limits = chain.limits[id];
        const auto& state = chain.reserve(id).state;
        income = now->income;
        index = limits.scaled_debt.is_zero() ? state.borrow_index : now->debt_index;
        U256 interest;
        if (version >= Version::V35) {
            interest = ray_mul(limits.scaled_debt, *checked_sub(index, state.borrow_index), Rounding::Down).value();
        } else {
            interest = *checked_sub(ray_mul(limits.scaled_debt, index, Rounding::HalfUp).value(),
                                    ray_mul(limits.scaled_debt, state.borrow_index, Rounding::HalfUp).value());
            if (version <= Version::V31) interest = add(interest, *checked_sub(limits.stable[1], limits.stable[0]));
        }
        const auto share = percent_mul(interest, U256{limits.reserve_factor}, Rounding::HalfUp).value();
        accrued = add(limits.accrued,
                      ray_div(share, income, version >= Version::V35 ? Rounding::Down : Rounding::HalfUp).value());
    }

    bool supplies(const U256& amount) const {
        const auto& limits = chain.limits[id];
        const U256 cap = mul(U256{limits.supply_cap}, chain.reserve(id).unit.value());
        const U256 before = add(limits.scaled_supply, accrued);
        if (version >= Version::V35) {
            const U256 scaled = add(before, ray_div(amount, income, Rounding::Down).value());
            return ray_mul(scaled, income, Rounding::Down).value() <= cap;
        }
        return add(ray_mul(before, income, Rounding::HalfUp).value(), amount) <= cap;
    }

    bool borrows(const U256& amount) const {
        const auto& limits = chain.limits[id];
        const bool directed = version >= Version::V35;
        const U256 cap = mul(U256{limits.borrow_cap}, chain.reserve(id).unit.value());
        const U256 scaled = ray_div(amount, index, directed ? Rounding::Up : Rounding::HalfUp).value();
        if (limits.borrow_cap == 0) return true;
        if (directed) return ray_mul(add(limits.scaled_debt, scaled), index, Rounding::Up).value() <= cap;
        U256 total = add(ray_mul(limits.scaled_debt, index, Rounding::HalfUp).value(), amount);
        if (version <= Version::V31) total = add(total, limits.stable[1]);
        return total <= cap;
    }
};

}  // namespace

TEST_CASE("rooms under caps end where the pool's own checks end") {
    std::mt19937_64 rng(11);
    for (const auto version : kVersions) {
        for (int round = 0; round < 60; ++round) {
            Stage stage(version);
            AaveDeployment& chain = stage.chain;
            chain.next(rng() % 5'000'000);
            for (std::size_t id = 0; id < chain.limits.size(); ++id) {
                auto& limits = chain.limits[id];
                const U256 unit = chain.reserve(id).unit.value();
                limits.scaled_supply = add(mul(U256{rng() % 1'000'000}, unit), U256{rng() % 1'000});
                limits.scaled_debt = add(mul(U256{rng() % 900'000}, unit), U256{rng() % 1'000});
                if (rng() % 4 == 0) limits.scaled_debt = {};  // its index stands still
                limits.accrued = U256{rng() % 1'000'000};
                limits.reserve_factor = rng() % 10'000;
                limits.supply_cap = rng() % 2'000'000;
                limits.borrow_cap = rng() % 4 == 0 ? 0 : rng() % 2'000'000;
                if (version <= Version::V31 && rng() % 2 == 0) {
                    limits.stable = {
                        unit, add(unit, U256{rng() % 1'000}), {}, U256{chain.reserve(id).state.last_update}};
                }
            }
            const auto conditions = stage.read();
            REQUIRE(conditions);
            for (std::size_t id = 0; id < chain.limits.size(); ++id) {
                const Pool pool(chain, version, id);
                const auto& room = conditions->assets[id];
                if (chain.limits[id].supply_cap == 0) {
                    CHECK(room.supply_room.value == kU256Max);
                } else {
                    if (!room.supply_room.is_zero()) REQUIRE(pool.supplies(room.supply_room.value));
                    REQUIRE((room.supply_room.is_zero() || !pool.supplies(add(room.supply_room.value, U256{1}))));
                }
                REQUIRE_EQ(room.borrow_room.value == kU256Max, chain.limits[id].borrow_cap == 0);
                if (chain.limits[id].borrow_cap == 0) continue;
                if (!room.borrow_room.is_zero()) REQUIRE(pool.borrows(room.borrow_room.value));
                REQUIRE_FALSE(pool.borrows(add(room.borrow_room.value, U256{1})));
            }
        }
    }
}

TEST_CASE("flags, liquidity, isolation, flash loans and the sequencer") {
    for (const auto version : kVersions) {
        Stage stage(version);
        AaveDeployment& chain = stage.chain;
        chain.flash_premium_bps = 9;
        for (auto& limits : chain.limits) {
            limits.liquidity = U256{700};
            limits.scaled_supply = U256{500'000'000};
            limits.flash_loans = true;
        }
        chain.limits[0].siloed = chain.limits[0].borrowable_isolated = true;
        chain.limits[1].debt_ceiling = 55'000;
        chain.limits[1].isolated_debt = U256{44'000};
        chain.limits[2].flash_loans = false;
        chain.state.reserves[2].edit().config.borrowing = false;
        chain.limits[3].scaled_supply = U256{300};
        auto read = stage.read();
        REQUIRE(read);
        const bool gone = version == Version::V37;
        CHECK(read->block == chain.head);
        REQUIRE_EQ(read->assets.size(), 4);
        const auto& a = read->assets;
        CHECK(a[0].asset == chain.reserve(0).asset);
        CHECK_EQ(a[0].liquidity.value, U256{700});
        CHECK_EQ(a[0].flash_room.value, U256{700});
        CHECK_EQ(a[0].flash_ppm, 900);
        CHECK_EQ(a[0].siloed, !gone);
        CHECK_EQ(a[0].borrowable_isolated, !gone);
        CHECK_EQ(a[1].isolated, !gone);
        CHECK_EQ(a[1].debt_ceiling, gone ? U256{} : U256{55'000});
        CHECK_EQ(a[1].isolated_debt, gone ? U256{} : U256{44'000});
        CHECK(a[2].flash_room.is_zero());
        CHECK(a[2].borrow_room.is_zero());
        CHECK_FALSE(a[0].borrow_room.is_zero());
        // From 3.1 on never more than all aTokens.
        CHECK((a[3].liquidity.value < U256{310}) == (version != Version::V30));
        CHECK(a[3].flash_room == a[3].liquidity);
        CHECK_FALSE(read->borrowing_barred);

        // In some eMode it may be borrowed: from 3.6 on that is enough.
        chain.state.edit_emode(1).threshold = 9'000;
        chain.state.edit_emode(1).borrowable_bitmap = 4;
        chain.state.reserves[0].edit().config.paused = true;
        chain.state.reserves[1].edit().config.frozen = true;
        chain.sentinel = AaveDeployment::address(8, 1);
        stage.market->reset();
        read = stage.read();
        REQUIRE(read);
        CHECK_EQ(read->borrowing_barred, !gone);
        CHECK(read->assets[0].liquidity.is_zero());
        CHECK(read->assets[0].flash_room.is_zero());
        CHECK(read->assets[1].supply_room.is_zero());
        CHECK_FALSE(read->assets[1].flash_room.is_zero());
        CHECK(read->assets[2].borrow_room.is_zero() == (version != Version::V37));
        chain.sentinel_allows = true;
        read = stage.read();
        CHECK_FALSE(read->borrowing_barred);
        CHECK(read->assets[2].borrow_room.is_zero() == (version < Version::V36));
        CHECK(read->assets[1].borrow_room.is_zero());
    }
}

TEST_CASE("one round of few calls; answers that cannot be") {
    for (const auto version : kVersions) {
        Stage stage(version);
        CHECK(stage.market->condition_calls().empty());
        REQUIRE(stage.read());
        const auto calls = stage.market->condition_calls();
        CHECK_EQ(calls.size(), 1 + (version <= Version::V31 ? 5U : 4U) * 4);
        auto answers = stage.chain.answer(calls);
        answers.pop_back();
        CHECK_EQ(stage.market->conditions(stage.chain.head, answers).error().code, Errc::Mismatch);
        answers.emplace_back();
        const auto failed = stage.market->conditions(stage.chain.head, answers);
        REQUIRE_FALSE(failed);
        CHECK_EQ(failed.error().code, Errc::Reverted);
        stage.chain.flash_premium_bps = 10'001;
        CHECK_EQ(stage.market->conditions(stage.chain.head, stage.chain.answer(calls)).error().code, Errc::Range);
    }
}
