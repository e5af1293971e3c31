// SPDX-License-Identifier: Apache-2.0
// Rules of eModes, isolation, siloed debts, the sequencer, and of switching collateral on.
#include <doctest/doctest.h>

#include "tests/unit/aave_v3/rules_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::kVersions;
using test::Rules;

namespace {

const U256 kOne{1};

}  // namespace

TEST_CASE("the flag of borrowing, and a sequencer that was down") {
    for (const auto version : kVersions) {
        Rules r(version);
        r.conditions.borrowing_barred = true;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}),
                 "sequencer: no new debt until the sequencer has been up for its grace period");
        CHECK_EQ(r.verdict({r.repay(2, kOne)}), "");
        r.conditions.borrowing_barred = false;
        r.config(3).borrowing = false;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}), "borrowing-disabled: T3 cannot be borrowed");
        // From 3.6 on an eMode has a list of its own.
        r.category(1).borrowable_bitmap = 8;
        r.config(3).emode_category = 1;
        r.chain.accounts[r.owner].emode = 1;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}),
                 version >= Version::V36 ? "" : "borrowing-disabled: T3 cannot be borrowed");
        r.config(3).borrowing = true;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}), "");
        CHECK_EQ(r.verdict({r.borrow(2, kOne)}), "emode: T2 cannot be borrowed in category 1");
    }
}

TEST_CASE("isolation: what may be borrowed, and how much, up to 3.6") {
    for (const auto version : kVersions) {
        Rules r(version);
        const bool gone = version == Version::V37;
        r.config(0).isolated = true;
        auto& ens = r.conditions.assets[0];
        ens.isolated_debt = U256{2'000'000};
        ens.debt_ceiling = U256{2'000'100};
        r.conditions.assets[3].borrowable_isolated = false;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}), gone ? "" : "isolation: T3 cannot be borrowed against T0 alone");
        CHECK_EQ(r.verdict({r.borrow(2, U256{1'000'000})}), "");
        CHECK_EQ(r.verdict({r.borrow(2, U256{1'009'999})}), "");  // a hundredth of a token is 10,000
        const std::string full =
            "debt-ceiling: debts against T0 would reach 2000101 hundredths, the ceiling is 2000100";
        CHECK_EQ(r.verdict({r.borrow(2, U256{1'010'000})}), gone ? "" : full);
        CHECK_EQ(r.verdict({r.borrow(2, U256{600'000}), r.borrow(2, U256{410'000})}), gone ? "" : full);
        CHECK_EQ(r.verdict({r.repay(2, U256{10'000}), r.borrow(2, U256{1'010'000})}), "");
        // With a second collateral there is no isolation.
        r.holding(1).supply = 1;
        r.holding(1).collateral = true;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}), "");
    }
}

TEST_CASE("siloed debts stay alone, up to 3.6") {
    for (const auto version : kVersions) {
        Rules r(version);
        const bool gone = version == Version::V37;
        r.conditions.assets[3].siloed = true;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}), gone ? "" : "siloed: T3 may be the account's only debt");
        CHECK_EQ(r.verdict({r.repay(2, kU256Max), r.borrow(3, kOne), r.borrow(3, kOne)}), "");
        CHECK_EQ(r.verdict({r.repay(2, kU256Max), r.borrow(3, kOne), r.borrow(2, kOne)}),
                 gone ? "" : "siloed: T3 may be the account's only debt");
        r.conditions.assets[3].siloed = false;
        r.conditions.assets[2].siloed = true;
        CHECK_EQ(r.verdict({r.borrow(3, kOne)}), gone ? "" : "siloed: T2 may be the account's only debt");
        CHECK_EQ(r.verdict({r.borrow(2, kOne)}), "");
    }
}

TEST_CASE("switching collateral on") {
    for (const auto version : kVersions) {
        Rules r(version);
        const bool gone = version == Version::V37;
        CHECK_EQ(r.verdict({r.use(1, true)}), "balance: no T1 is supplied");
        // Up to 3.3 the supply is asked for in either direction.
        CHECK_EQ(r.verdict({r.use(1, false)}), version < Version::V34 ? "balance: no T1 is supplied" : "");
        r.holding(1).supply = 5;
        CHECK_EQ(r.verdict({r.use(1, true), r.use(1, true)}), "");
        r.config(1).ltv = 0;
        CHECK_EQ(r.verdict({r.use(1, true)}), "zero-ltv: T1 has no loan-to-value and cannot become collateral");
        r.category(1).collateral_bitmap = 2;
        r.config(1).emode_category = 1;
        r.chain.accounts[r.owner].emode = 1;
        CHECK_EQ(r.verdict({r.use(1, true)}),
                 version >= Version::V36 ? "" : "zero-ltv: T1 has no loan-to-value and cannot become collateral");
        r.chain.accounts[r.owner].emode = 0;
        r.config(1).ltv = 7'000;
        const std::string alone = gone ? "" : "isolation: T1 cannot be collateral beside what the account has";
        r.config(1).isolated = true;
        CHECK_EQ(r.verdict({r.use(1, true)}), alone);
        r.config(1).isolated = false;
        r.config(0).isolated = true;
        CHECK_EQ(r.verdict({r.use(1, true)}), alone);
    }
}

TEST_CASE("entering, changing and leaving an eMode") {
    for (const auto version : kVersions) {
        Rules r(version);
        const bool decoupled = version >= Version::V36;
        const bool category_per_reserve = version <= Version::V31;
        CHECK_EQ(r.verdict({Rules::emode(3)}), "emode: there is no category 3");
        CHECK_EQ(r.verdict({Rules::emode(256)}), "emode: there is no category 256");
        CHECK_EQ(r.verdict({Rules::emode(0)}), "");
        auto& category = r.category(1);
        CHECK_EQ(r.verdict({Rules::emode(1)}), "emode: T2 is owed and cannot be borrowed in category 1");
        CHECK_EQ(r.verdict({r.repay(2, kU256Max), Rules::emode(1)}), "");
        category.borrowable_bitmap = 4;
        r.config(2).emode_category = 1;
        CHECK_EQ(r.verdict({Rules::emode(1), r.borrow(2, kOne)}), "");
        // Leaving: the health factor, and from 3.6 on all debts and collaterals must fit.
        r.config(0).emode_category = 1;
        category.collateral_bitmap = 1;
        r.chain.accounts[r.owner].emode = 1;
        r.chain.moved_price(0, 45'000'000'000);  // 22,500 dollars: 93 % carry 20,000, 80 % do not
        CHECK_EQ(r.verdict({Rules::emode(0)}), "health: eMode category 0 would leave a health factor below 1");
        CHECK_EQ(r.verdict({Rules::emode(1)}), "");
        r.chain.moved_price(0, 200'000'000'000);
        CHECK_EQ(r.verdict({Rules::emode(0)}), "");
        r.config(2).borrowing = false;
        CHECK_EQ(r.verdict({Rules::emode(0)}),
                 decoupled ? "emode: T2 is owed and cannot be borrowed in category 0" : "");
        r.config(2).borrowing = true;
        r.config(0).ltv = 0;
        CHECK_EQ(r.verdict({Rules::emode(0)}),
                 decoupled ? "emode: T0 is collateral and has no loan-to-value in category 0" : "");
        // Entering is refused to an account below one from 3.2 on; the same category again is nothing then.
        r.config(0).ltv = 7'500;
        r.config(0).emode_category = 0;
        category.collateral_bitmap = 0;
        r.chain.moved_price(0, 45'000'000'000);
        r.chain.accounts[r.owner].emode = 0;
        CHECK_EQ(r.verdict({Rules::emode(1)}),
                 category_per_reserve ? "" : "health: eMode category 1 would leave a health factor below 1");
        r.chain.accounts[r.owner].emode = 1;
        CHECK_EQ(r.verdict({Rules::emode(1)}),
                 category_per_reserve ? "health: eMode category 1 would leave a health factor below 1" : "");
    }
}
