// SPDX-License-Identifier: Apache-2.0
// "What would it be after": against the token contract's own steps.
#include <doctest/doctest.h>
#include <random>

#include "chain/lending/aave_v3/account.hpp"
#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::AaveDeployment;

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

TEST_CASE("a repayment is capped at the debt, in every way to say all") {
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
