// SPDX-License-Identifier: Apache-2.0
// "What would it be after": against the token contract's own steps.
#include <doctest/doctest.h>
#include <random>

#include "chain/lending/aave_v3/account.hpp"
#include "tests/unit/aave_v3/rules_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::AaveDeployment;
using test::kVersions;
using test::Rules;

namespace {

Result<AccountState> change(AaveDeployment& chain, const Address& owner, Change::Kind kind, std::size_t id,
                            const U256& amount) {
    const View view(chain.state, chain.head.timestamp);
    const Change one{kind, chain.reserve(id).asset, TokenAmount{amount}};
    return with_changes(view, chain.accounts[owner], std::span(&one, 1));
}

}  // namespace

TEST_CASE("repay, borrow, supply and withdraw move scaled balances as the tokens do") {
    std::mt19937_64 rng(5);
    for (const auto version : {Version::V30, Version::V34, Version::V35, Version::V37}) {
        for (int i = 0; i < 200; ++i) {
            AaveDeployment chain(version);
            const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
            chain.next(rng() % 10'000'000);
            const bool debt = rng() % 2 == 0;
            const bool more = rng() % 2 == 0;
            const std::size_t id = debt ? 2 : 0;
            const U256 amount{1 + rng() % (debt ? 10'000'000'000ULL : 10'000'000'000'000'000'000ULL)};
            const auto kind = debt ? (more ? Change::Kind::Borrow : Change::Kind::Repay)
                                   : (more ? Change::Kind::Supply : Change::Kind::Withdraw);
            const auto ours = change(chain, owner, kind, id, amount);
            REQUIRE(ours.has_value());
            const U256& index = debt ? chain.reserve(id).state.borrow_index : chain.reserve(id).state.liquidity_index;
            more ? chain.minted(owner, id, debt, amount, index) : chain.burnt(owner, id, debt, amount, index);
            REQUIRE(*ours == chain.accounts[owner]);
        }
    }
}

TEST_CASE("R01 R12 a repayment is capped at the debt, in every way to say all") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    const View view(chain.state, chain.head.timestamp);
    const U256 debt = debt_of(view, *view.reserve(2).value(), chain.accounts[owner].find(2)->debt).value();
    for (const auto& amount : {debt, kU256Max, U256{1'000'000'000'000'000}}) {
        const auto after = change(chain, owner, Change::Kind::Repay, 2, amount);
        REQUIRE(after.has_value());
        CHECK(after->find(2) == nullptr);
    }
    const auto almost = change(chain, owner, Change::Kind::Repay, 2, checked_sub(debt, U256{1}).value());
    CHECK(almost->find(2)->debt != 0);
}

TEST_CASE("what the pool would not let through") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    const auto too_much = change(chain, owner, Change::Kind::Withdraw, 0, U256::literal("90'000'000'000'000'000'000"));
    REQUIRE_FALSE(too_much.has_value());
    CHECK_EQ(too_much.error().code, Errc::Refused);
    CHECK_EQ(too_much.error().message, "balance: withdrawing more T0 than is supplied");
    const View view(chain.state, chain.head.timestamp);
    const Change foreign{Change::Kind::Repay, AaveDeployment::address(77, 1), TokenAmount{U256{1}}};
    CHECK_EQ(with_changes(view, chain.accounts[owner], std::span(&foreign, 1)).error().code, Errc::NotFound);
    const auto all = change(chain, owner, Change::Kind::Withdraw, 0, kU256Max);
    CHECK(all->find(0) == nullptr);
}

TEST_CASE("a first supply is collateral at once, unless the asset or the account says no") {
    AaveDeployment chain(Version::V34);
    chain.state.reserves[1].edit().config.ltv = 0;
    chain.state.reserves[3].edit().config.isolated = true;
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    CHECK(change(chain, owner, Change::Kind::Supply, 2, U256{1'000'000})->find(2)->collateral);
    CHECK_FALSE(change(chain, owner, Change::Kind::Supply, 1, U256{1'000'000})->find(1)->collateral);
    CHECK_FALSE(change(chain, owner, Change::Kind::Supply, 3, U256{1'000'000})->find(3)->collateral);
    // One isolated collateral keeps others from joining it.
    const Address isolated = chain.add_account(2, 3, 50, 2, 1);
    CHECK_FALSE(change(chain, isolated, Change::Kind::Supply, 0, U256{1'000'000})->find(0)->collateral);
}

TEST_CASE("own supply for own debt: both go by the amount, the flag by the version") {
    for (const auto version : kVersions) {
        Rules r(version);
        auto& state = r.chain.state.reserves[2].edit();
        state.liquidity_index = U256::literal("1'100'000'000'000'000'000'000'000'001");
        state.borrow_index = U256::literal("1'200'000'000'000'000'000'000'000'001");
        r.holding(2).supply = 1'000'000;
        r.holding(2).collateral = true;
        const View view(r.chain.state, r.chain.head.timestamp);
        const auto after = [&](const U256& amount) {
            const std::vector<Change> changes{r.from_supply(2, amount)};
            return with_changes(view, r.chain.accounts[r.owner], changes).value();
        };
        const bool up = version >= Version::V35;
        // 1,100,000 of supply; 1,000,000 are 909,090.909 and 833,333.33 scaled.
        const auto part = after(U256{1'000'000});
        CHECK_EQ(part.find(2)->supply, 1'000'000U - 909'091U);
        CHECK_EQ(part.find(2)->debt, 20'000'000'000U - 833'333U);
        CHECK(part.find(2)->collateral);
        // 1,000,006 are 833,338.33 and 909,096.36.
        const auto other = after(U256{1'000'006});
        CHECK_EQ(other.find(2)->supply, 1'000'000U - (up ? 909'097U : 909'096U));
        CHECK_EQ(other.find(2)->debt, 20'000'000'000U - 833'338U);
        // All of the supply is 1,100,000, and 916,666.67 of the debt.
        const auto all = after(kU256Max);
        CHECK_EQ(all.find(2)->supply, 0);
        CHECK_EQ(all.find(2)->debt, 20'000'000'000U - (up ? 916'666U : 916'667U));
        CHECK_EQ(all.find(2)->collateral, version == Version::V30);  // 3.0 leaves the flag behind
        // More supply than debt: the debt is what is paid.
        r.holding(2).supply = 50'000'000'000;
        const auto free = after(kU256Max);
        CHECK_EQ(free.find(2)->debt, 0);
        CHECK(free.find(2)->supply != 0);
    }
}

TEST_CASE("a withdrawal that rounding makes whole leaves the flag behind up to 3.4") {
    for (const auto version : kVersions) {
        Rules r(version);
        r.chain.state.reserves[1].edit().liquidity_index = *checked_mul(kRay, U256{5});
        r.holding(1).supply = 10;
        r.holding(1).collateral = true;
        const View view(r.chain.state, r.chain.head.timestamp);
        const auto after = [&](const U256& amount) {
            const std::vector<Change> changes{r.withdraw(1, amount)};
            return with_changes(view, r.chain.accounts[r.owner], changes).value();
        };
        const auto almost = after(U256{49});  // 9.8 scaled units of ten
        CHECK_EQ(almost.find(1) != nullptr, version < Version::V35);
        if (almost.find(1) != nullptr) {
            CHECK_EQ(almost.find(1)->supply, 0);
            CHECK(almost.find(1)->collateral);
        }
        CHECK(after(U256{50}).find(1) == nullptr);
        CHECK(after(kU256Max).find(1) == nullptr);
        CHECK(after(U256{44}).find(1)->supply == 1);
    }
}

TEST_CASE("eMode and collateral flags are set; a flag left behind is a flag") {
    for (const auto version : kVersions) {
        Rules r(version);
        const View view(r.chain.state, r.chain.head.timestamp);
        r.holding(1).supply = 5;
        const std::vector<Change> changes{Rules::emode(2), r.use(1, true), r.use(0, false)};
        const auto after = with_changes(view, r.chain.accounts[r.owner], changes).value();
        CHECK_EQ(after.emode, 2);
        CHECK(after.find(1)->collateral);
        CHECK_FALSE(after.find(0)->collateral);
        const std::vector<Change> beyond{Rules::emode(256)};
        CHECK_EQ(with_changes(view, r.chain.accounts[r.owner], beyond).error().message,
                 "emode: there is no category 256");
        r.config(1).ltv = 0;
        r.holding(1) = {0, 0, 1, true};
        const std::vector<Change> supply{r.supply(1, U256{7})};
        const auto again = with_changes(view, r.chain.accounts[r.owner], supply).value();
        CHECK(again.find(1)->collateral);
    }
}

TEST_CASE("a first supply in an eMode: the LTV that decides is the reserve's up to 3.5, isolation ends with 3.7") {
    for (const auto version : kVersions) {
        Rules r(version);
        const View view(r.chain.state, r.chain.head.timestamp);
        const auto enabled = [&] {
            const std::vector<Change> changes{r.supply(1, U256{7})};
            return with_changes(view, r.chain.accounts[r.owner], changes).value().find(1)->collateral;
        };
        CHECK(enabled());
        r.category(1).collateral_bitmap = 2;
        r.config(1).emode_category = 1;
        r.config(1).ltv = 0;
        r.chain.accounts[r.owner].emode = 1;
        CHECK_EQ(enabled(), version >= Version::V36);
        r.category(1).ltvzero_bitmap = 2;
        CHECK_FALSE(enabled());
        r.config(1).ltv = 7'500;
        CHECK_EQ(enabled(), version < Version::V36);
        r.chain.accounts[r.owner].emode = 0;
        r.config(1).isolated = true;
        CHECK_EQ(enabled(), version == Version::V37);
        r.holding(0).collateral = false;  // nothing in its way, but not without being asked for
        CHECK_EQ(enabled(), version == Version::V37);
        r.holding(0).collateral = true;
        r.config(1).isolated = false;
        r.config(0).isolated = true;
        CHECK_EQ(enabled(), version == Version::V37);
    }
}
