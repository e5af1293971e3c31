// SPDX-License-Identifier: Apache-2.0
// What the pool would refuse: each rule just broken and just kept, in every version.
#include <doctest/doctest.h>

#include "tests/unit/aave_v3/rules_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::kVersions;
using test::Rules;

namespace {

const U256 kOne{1};

U256 less(const U256& value, std::uint64_t by) {
    return saturating_sub(value, U256{by});
}

}  // namespace

TEST_CASE("nothing of zero") {
    for (const auto version : kVersions) {
        Rules r(version);
        CHECK_EQ(r.verdict({r.supply(0, {})}), "amount: nothing of T0 would be supplied");
        CHECK_EQ(r.verdict({r.withdraw(0, {})}), "amount: nothing of T0 would be withdrawn");
        CHECK_EQ(r.verdict({r.withdraw(1, kU256Max)}), "amount: nothing of T1 would be withdrawn");
        CHECK_EQ(r.verdict({r.borrow(2, {})}), "amount: nothing of T2 would be borrowed");
        CHECK_EQ(r.verdict({r.repay(2, {})}), "amount: nothing of T2 would be repaid");
        CHECK_EQ(r.verdict({r.repay(2, kOne), r.borrow(2, kOne), r.supply(0, kOne), r.withdraw(0, kOne)}), "");
        r.chain.state.reserves[0].edit().liquidity_index = *checked_mul(kRay, U256{3});
        CHECK_EQ(r.verdict({r.supply(0, kOne)}), "amount: 1 of T0 is less than one unit");
        const bool up = version >= Version::V35;  // a withdrawal takes a whole unit for a part of one
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), up ? "" : "amount: 1 of T0 is less than one unit");
    }
}

TEST_CASE("R07 paused, inactive and frozen reserves") {
    for (const auto version : kVersions) {
        Rules r(version);
        const auto all = [&](const std::string& said) {
            CHECK_EQ(r.verdict({r.supply(2, kOne)}), said);
            CHECK_EQ(r.verdict({r.borrow(2, kOne)}), said);
            CHECK_EQ(r.verdict({r.repay(2, kOne)}), said);
        };
        r.config(2).paused = true;
        all("paused: T2 is paused");
        r.config(2).active = false;
        all("inactive: T2 is not active");
        r.config(2) = r.config(3);
        r.config(2).decimals = 6;
        r.config(2).frozen = true;
        CHECK_EQ(r.verdict({r.supply(2, kOne)}), "frozen: T2 is frozen: no new supply or debt");
        CHECK_EQ(r.verdict({r.borrow(2, kOne)}), "frozen: T2 is frozen: no new supply or debt");
        CHECK_EQ(r.verdict({r.repay(2, kOne)}), "");
        r.config(0).frozen = true;
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), "");
        r.config(0).paused = true;
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), "paused: T0 is paused");
        CHECK_EQ(r.verdict({r.use(0, false)}), "paused: T0 is paused");
    }
}

TEST_CASE("more than there is") {
    for (const auto version : kVersions) {
        Rules r(version);
        r.holding(2).supply = 500;
        CHECK_EQ(r.verdict({r.withdraw(2, U256{501})}), "balance: 501 T2 withdrawn, supplied are 500");
        CHECK_EQ(r.verdict({r.withdraw(2, U256{500})}), "");
        CHECK_EQ(r.verdict({r.from_supply(2, U256{501})}), "balance: repaying 501 T2 with less supplied");
        CHECK_EQ(r.verdict({r.from_supply(2, U256{500})}), "");
        CHECK_EQ(r.verdict({r.from_supply(2, kU256Max)}), "");
        CHECK_EQ(r.verdict({r.withdraw(2, kU256Max), r.from_supply(2, kU256Max)}),
                 "amount: 0 of T2 is less than one unit");
        CHECK_EQ(r.verdict({r.repay(3, kOne)}), "no-debt: nothing of T3 is owed at a variable rate");
        CHECK_EQ(r.verdict({r.repay(2, kU256Max), r.repay(2, kOne)}),
                 "no-debt: nothing of T2 is owed at a variable rate");
    }
}

TEST_CASE("R07 caps and liquidity, counted on over the sequence") {
    for (const auto version : kVersions) {
        Rules r(version);
        r.conditions.assets[0].supply_room.value = U256{1'000};
        CHECK_EQ(r.verdict({r.supply(0, U256{1'001})}), "supply-cap: 1001 T0 supplied, the cap leaves room for 1000");
        CHECK_EQ(r.verdict({r.supply(0, U256{600}), r.supply(0, U256{400})}), "");
        CHECK_EQ(r.verdict({r.supply(0, U256{600}), r.supply(0, U256{401})}),
                 "supply-cap: 401 T0 supplied, the cap leaves room for 400");
        CHECK_EQ(r.verdict({r.withdraw(0, U256{5}), r.supply(0, U256{1'005})}), "");
        r.conditions.assets[2].borrow_room.value = U256{70};
        CHECK_EQ(r.verdict({r.borrow(2, U256{71})}), "borrow-cap: 71 T2 borrowed, there is room for 70");
        CHECK_EQ(r.verdict({r.borrow(2, U256{70})}), "");
        CHECK_EQ(r.verdict({r.repay(2, U256{5}), r.borrow(2, U256{75})}), "");
        r.conditions.assets[0].liquidity.value = U256{30};
        CHECK_EQ(r.verdict({r.withdraw(0, U256{31})}), "liquidity: 31 T0 withdrawn, the pool has 30");
        CHECK_EQ(r.verdict({r.withdraw(0, U256{30})}), "");
        CHECK_EQ(r.verdict({r.supply(0, U256{2}), r.withdraw(0, U256{32})}), "");
        CHECK_EQ(r.verdict({r.borrow(0, U256{20}), r.withdraw(0, U256{11})}),
                 "liquidity: 11 T0 withdrawn, the pool has 10");
        CHECK_EQ(r.verdict({r.borrow(0, U256{31})}), "liquidity: 31 T0 borrowed, the pool has 30");
    }
}

TEST_CASE("a withdrawal leaves a health factor of one at least") {
    for (const auto version : kVersions) {
        Rules r(version);
        // 25,000 dollars at 80 % carry the debt exactly.
        CHECK_EQ(r.verdict({r.withdraw(0, U256{r.tokens(0, 37)}), r.withdraw(0, *div_down(r.tokens(0, 1), U256{2}))}),
                 "");
        const std::string low = "health: withdrawing T0 would leave a health factor below 1";
        CHECK_EQ(r.verdict({r.withdraw(0, r.tokens(0, 38))}), low);
        CHECK_EQ(r.verdict({r.withdraw(0, kU256Max)}), low);
        CHECK_EQ(r.verdict({r.repay(2, kU256Max), r.withdraw(0, kU256Max)}), "");
        CHECK_EQ(r.verdict({r.use(0, false)}), "health: no longer counting T0 would leave a health factor below 1");
        // What is no collateral may go at any health.
        r.chain.moved_price(0, 40'000'000'000);
        r.holding(1).supply = 100;
        CHECK_EQ(r.verdict({r.withdraw(1, U256{100})}), "");
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), low);
    }
}

TEST_CASE("new debt: borrowing power, and when it is looked at") {
    for (const auto version : kVersions) {
        Rules r(version);
        CHECK_EQ(r.verdict({r.borrow(2, r.tokens(2, 55'000))}), "");  // 75 % of 100,000
        CHECK_EQ(r.verdict({r.borrow(2, *checked_add(r.tokens(2, 55'000), U256{10'000}))}),
                 "ltv: the collateral cannot cover the new debt of T2");
        CHECK_EQ(r.verdict({r.supply(0, r.tokens(0, 1)), r.borrow(2, r.tokens(2, 56'500))}), "");
        const bool after = version >= Version::V35;
        CHECK_EQ(r.verdict({r.borrow(2, r.tokens(2, 60'001))}),
                 after ? "health: the new debt of T2 would leave a health factor below 1"
                       : "ltv: the collateral cannot cover the new debt of T2");
        r.chain.moved_price(0, 50'000'000'000);  // health factor of exactly one
        CHECK_EQ(r.verdict({r.borrow(2, kOne)}), after
                                                     ? "health: the new debt of T2 would leave a health factor below 1"
                                                     : "health: new debt needs a health factor above 1");
        r.config(0).ltv = 0;
        CHECK_EQ(r.verdict({r.borrow(2, kOne)}), "zero-ltv: the account's collateral gives no borrowing power");
        r.holding(0).collateral = false;
        CHECK_EQ(r.verdict({r.borrow(2, kOne)}), after ? "zero-ltv: the account's collateral gives no borrowing power"
                                                       : "no-collateral: the account has no collateral");
    }
}

TEST_CASE("a collateral without LTV goes first") {
    for (const auto version : kVersions) {
        Rules r(version);
        r.holding(1).supply = 100'000'000;
        r.holding(1).collateral = true;
        r.config(1).ltv = 0;
        const std::string first =
            "zero-ltv-first: withdrawing T0 while another collateral has no loan-to-value, which "
            "must go first";
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), first);
        CHECK_EQ(r.verdict({r.withdraw(1, kOne), r.withdraw(0, kOne)}), first);
        CHECK_EQ(r.verdict({r.withdraw(1, kU256Max), r.withdraw(0, kOne)}), "");
        CHECK_EQ(r.verdict({r.use(1, false), r.withdraw(0, kOne)}), "");
        // Without debt withdrawals are free, but switching another one off is not.
        CHECK_EQ(r.verdict({r.repay(2, kU256Max), r.withdraw(0, kOne)}), "");
        CHECK_EQ(r.verdict({r.repay(2, kU256Max), r.use(0, false)}),
                 "zero-ltv-first: no longer counting T0 while another collateral has no loan-to-value, which must go "
                 "first");
        // In an eMode it is the reserve's own LTV up to 3.5, and the one in force from 3.6 on.
        auto& category = r.category(1);
        category.collateral_bitmap = 2;
        r.config(1).emode_category = 1;
        r.chain.accounts[r.owner].emode = 1;
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), version >= Version::V36 ? "" : first);
        category.ltvzero_bitmap = 2;
        r.config(1).ltv = 7'000;
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), version >= Version::V36 ? first : "");
        if (version != Version::V37) continue;
        category.ltvzero_bitmap = 0;
        category.isolated = true;  // what is outside of it has none
        CHECK_EQ(r.verdict({r.withdraw(1, kOne)}),
                 "zero-ltv-first: withdrawing T1 while another collateral has no loan-to-value, which must go first");
        CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), "");
    }
}

TEST_CASE("own supply for own debt: the health factor counts from 3.5 on") {
    for (const auto version : kVersions) {
        Rules r(version);
        r.holding(2).supply = 9'000'000'000;
        r.holding(2).collateral = true;
        r.chain.moved_price(0, 30'000'000'000);  // 15,000 and 9,000 dollars against 20,000
        const std::string low = "health: repaying T2 with the supply of it would leave a health factor below 1";
        CHECK_EQ(r.verdict({r.from_supply(2, r.tokens(2, 1'000))}), version >= Version::V35 ? low : "");
        r.holding(2).collateral = false;
        CHECK_EQ(r.verdict({r.from_supply(2, r.tokens(2, 1'000))}), "");
    }
}

TEST_CASE("reserves and conditions that are not there") {
    Rules r(Version::V37);
    const Change foreign{Change::Kind::Repay, test::AaveDeployment::address(77, 1), TokenAmount{kOne}};
    CHECK_EQ(r.verdict({foreign}), "other: 0x4D00000000000000000000000000000000000001 is no reserve of this market");
    r.conditions.assets.erase(r.conditions.assets.begin());
    CHECK_EQ(r.verdict({r.withdraw(0, kOne)}), "other: what limits changes of T0 was not read");
    r.chain.state.reserves[1].edit().priced = false;
    r.holding(1).supply = 5;
    r.holding(1).collateral = true;
    CHECK_EQ(r.verdict({r.use(1, false)}), "");
    CHECK_EQ(r.verdict({r.withdraw(1, kOne)}),
             "price: the oracle gives no price for T1 0x0200000000000000000000000000000000000002");
    CHECK_EQ(r.verdict({r.repay(2, less(kU256Max, 0))}), "");
}
