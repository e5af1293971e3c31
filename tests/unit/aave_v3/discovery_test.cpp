// SPDX-License-Identifier: Apache-2.0
// From the provider alone to accounts that agree with the contract.
#include <doctest/doctest.h>

#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "chain/lending/aave_v3/reads.hpp"
#include "chain/lending/aave_v3/words.hpp"
#include "chain/lending/read_round.hpp"
#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using lending::make_aave_v3_market;
using test::AaveDeployment;

namespace {

constexpr Version kAll[] = {Version::V30, Version::V31, Version::V32, Version::V33,
                            Version::V34, Version::V35, Version::V36, Version::V37};

void add_accounts(AaveDeployment& chain) {
    chain.add_account(1, 0, 50, 2, 20'000);
    const Address second = chain.add_account(2, 1, 1, 3, 7'000);
    AccountState& state = chain.accounts[second];
    state.at(0).supply = 12'345;  // not collateral
    state.emode = 1;
    chain.add_account(3, 0, 0, 0, 0);
    EModeCategory& category = chain.state.edit_emode(1);
    category.ltv = 9'000;
    category.threshold = 9'300;
    category.bonus = 10'100;
    category.collateral_bitmap = 0b10;
    chain.state.reserves[1].edit().config.emode_category = 1;
}

}  // namespace

TEST_CASE("every version is discovered, calibrated and agrees") {
    for (const auto version : kAll) {
        CAPTURE(to_string(profile_of(version)));
        AaveDeployment chain(version);
        add_accounts(chain);
        auto market = make_aave_v3_market(chain.provider());
        for (const auto& [owner, state] : chain.accounts) market->watch(owner);
        CHECK_FALSE(market->synced().has_value());
        const auto rounds = chain.settle(*market);
        REQUIRE(rounds.has_value());
        CHECK(*rounds <= 8);
        CHECK_EQ(market->unsupported(), "");
        REQUIRE(market->synced().has_value());
        CHECK(*market->synced() == chain.head);
        for (const auto& [owner, state] : chain.accounts) {
            const auto audit = chain.audit(*market, owner);
            REQUIRE(audit.has_value());
            CHECK(audit->agrees);
        }
        CHECK_EQ(market->take_changed().size(), 3);
        CHECK(market->take_changed().empty());
        CHECK(market->spender() == chain.pool());
        CHECK_EQ(market->contracts().size(), 5);
    }
}

TEST_CASE("a position lists every asset in use, with names of old tokens") {
    AaveDeployment chain(Version::V37);
    add_accounts(chain);
    const Address owner = AaveDeployment::address(9, 2);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    REQUIRE(chain.settle(*market).has_value());
    const auto position = market->position(owner, chain.head.timestamp);
    REQUIRE(position.has_value());
    REQUIRE_EQ(position->assets.size(), 3);
    CHECK_EQ(position->assets[0].symbol, "T0");
    CHECK_FALSE(position->assets[0].collateral);
    CHECK_EQ(position->assets[1].symbol, "T1");
    CHECK(position->assets[1].collateral);
    CHECK_EQ(position->assets[1].threshold_bps, 9'300);
    CHECK_EQ(position->assets[1].decimals, 8);
    CHECK_EQ(position->assets[2].debt_value, position->summary.debt);
    CHECK(position->block == chain.head);
    CHECK_EQ(position->base_unit, U256{100'000'000});
}

TEST_CASE("stable debt of the first versions") {
    for (const auto version : {Version::V30, Version::V31}) {
        AaveDeployment chain(version);
        const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
        AccountState& state = chain.accounts[owner];
        state.at(3);
        StableDebt debt;
        debt.reserve = 3;
        debt.principal = U256::literal("3'000'000'000'000'000'000'011");
        debt.rate = U256::literal("60'011'796'982'161'179'817'297'852");
        debt.last_update = chain.head.timestamp - 77'777;
        state.stable.push_back(debt);
        auto market = make_aave_v3_market(chain.provider());
        market->watch(owner);
        REQUIRE(chain.settle(*market).has_value());
        CHECK_EQ(market->unsupported(), "");
        CHECK(chain.audit(*market, owner)->agrees);
        const auto position = market->position(owner, chain.head.timestamp);
        REQUIRE_EQ(position->assets.size(), 3);
        CHECK(position->assets[2].debt.value > debt.principal);
        // Its events say less than they seem to: the debt is read again.
        const auto block = chain.next();
        chain.accounts[owner].stable[0].principal = U256{1'000'000};
        const Hash32 who = [&] {
            Hash32 out;
            out.bytes = to_word(owner).to_be_bytes();
            return out;
        }();
        const Log log = chain.log(chain.reserve(3).stable_token, {event::kStableBurn, who}, std::vector<U256>(5));
        REQUIRE(market->apply(block, std::span(&log, 1)).has_value());
        CHECK_FALSE(market->synced().has_value());
        REQUIRE(chain.settle(*market).has_value());
        CHECK(chain.audit(*market, owner)->agrees);
    }
}

TEST_CASE("a fork that mixes rules is recognised by what it answers") {
    AaveDeployment chain(Version::V30);
    chain.state.profile.balances = Profile::Balances::Directed;
    chain.state.profile.health = Profile::Health::Sum;
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    chain.add_account(2, 1, 1, 2, 12'345);
    auto market = make_aave_v3_market(chain.provider());
    for (const auto& [who, state] : chain.accounts) market->watch(who);
    REQUIRE(chain.settle(*market).has_value());
    CHECK_EQ(market->unsupported(), "");
    CHECK(chain.audit(*market, owner)->agrees);
    // Its token events are not trusted: the balance is read again.
    const auto block = chain.next();
    const Log log = chain.burnt(owner, 2, true, U256{1'000'000'000}, chain.reserve(2).state.borrow_index);
    REQUIRE(market->apply(block, std::span(&log, 1)).has_value());
    const auto reads = market->reads(chain.head);
    const auto is_balance = [&](const Call& call) {
        return call.to == chain.reserve(2).debt_token &&
               call.data == call_data(call::kScaledBalanceOf, {to_word(owner)});
    };
    CHECK(std::any_of(reads.begin(), reads.end(), is_balance));
    REQUIRE(chain.settle(*market).has_value());
    CHECK(chain.audit(*market, owner)->agrees);
}

TEST_CASE("R08 rules that nobody knows: followed, but said to be unsupported") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    for (std::size_t round = 0; round < 100; ++round) {
        const auto calls = market->reads(chain.head);
        if (calls.empty()) break;
        auto results = chain.answer(calls);
        for (std::size_t i = 0; i < calls.size(); ++i) {
            if (calls[i] == market->audit_call(owner)) results[i].data[31] ^= 1;  // one unit of collateral
        }
        REQUIRE(market->answer(chain.head, results).has_value());
    }
    CHECK_EQ(market->unsupported(), "no known rule of Aave V3 accounting reproduces getUserAccountData of pool " +
                                        to_string(chain.pool()) + " (revision 11)");
    REQUIRE(market->synced().has_value());
    const auto block = chain.next();
    CHECK(market->apply(block, {}).has_value());
    CHECK(chain.settle(*market).has_value());
    CHECK(market->summary(owner, chain.head.timestamp).has_value());
    CHECK_NE(market->unsupported(), "");
}

TEST_CASE("what is no deployment is said, and nothing more is read") {
    AaveDeployment chain(Version::V37);
    auto market = make_aave_v3_market(AaveDeployment::address(77, 7));
    REQUIRE(chain.settle(*market).has_value());
    CHECK_EQ(market->unsupported(), "no Aave V3 deployment behind " + to_string(AaveDeployment::address(77, 7)) +
                                        ": the provider answers 0 bytes");
    CHECK_FALSE(market->synced().has_value());
    CHECK(market->reads(chain.head).empty());
    chain.broken.insert(chain.pool());
    auto broken = make_aave_v3_market(chain.provider());
    REQUIRE(chain.settle(*broken).has_value());
    CHECK_EQ(broken->unsupported(),
             "no Aave V3 deployment behind " + to_string(chain.provider()) + ": the pool or oracle reverts");
}

TEST_CASE("an asset without a price stops only the accounts that use it") {
    AaveDeployment chain(Version::V36);
    add_accounts(chain);
    chain.state.reserves[3].edit().priced = false;
    auto market = make_aave_v3_market(chain.provider());
    for (const auto& [who, state] : chain.accounts) market->watch(who);
    REQUIRE(chain.settle(*market).has_value());
    CHECK(chain.audit(*market, AaveDeployment::address(9, 1))->agrees);
    const auto blind = market->summary(AaveDeployment::address(9, 2), chain.head.timestamp);
    REQUIRE_FALSE(blind.has_value());
    CHECK_EQ(blind.error().code, Errc::Reverted);
    CHECK_EQ(blind.error().message, "the oracle gives no price for T3 " + to_string(chain.reserve(3).asset));
}

TEST_CASE("an account watched later is read at the next head, and calibrated with") {
    AaveDeployment chain(Version::V35);
    auto market = make_aave_v3_market(chain.provider());
    REQUIRE(chain.settle(*market).has_value());
    CHECK(market->synced().has_value());
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    market->watch(owner);
    market->watch(owner);
    CHECK_EQ(market->accounts().size(), 1);
    CHECK_FALSE(market->synced().has_value());
    CHECK_EQ(market->summary(owner, chain.head.timestamp).error().message, to_string(owner) + " is not read yet");
    REQUIRE(chain.settle(*market).has_value());
    CHECK(chain.audit(*market, owner)->agrees);
}

TEST_CASE("reading a snapshot goes on at one block, or begins again") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    const auto first = market->reads(chain.head);
    const auto old = chain.head;
    const auto results = chain.answer(first);
    REQUIRE(market->answer(chain.head, results).has_value());
    chain.next();
    CHECK_EQ(market->answer(chain.head, {}).error().code, Errc::Mismatch);
    CHECK(market->reads(chain.head) == first);  // anew at the new block
    CHECK_EQ(market->answer(old, results).error().code, Errc::Mismatch);
    CHECK_EQ(market->answer(chain.head, std::span(results).first(1)).error().code, Errc::Internal);
    REQUIRE(chain.settle(*market).has_value());
    CHECK(chain.audit(*market, owner)->agrees);
}

TEST_CASE("many accounts are read in bounded rounds") {
    AaveDeployment chain(Version::V37);
    for (std::uint64_t i = 0; i < 1'000; ++i) chain.add_account(100 + i, 0, 1 + i % 50, 2, 1 + i);
    auto market = make_aave_v3_market(chain.provider());
    for (const auto& [who, state] : chain.accounts) market->watch(who);
    for (std::size_t round = 0;; ++round) {
        REQUIRE(round < 50);
        const auto calls = market->reads(chain.head);
        if (calls.empty()) break;
        CHECK(calls.size() <= lending::kCallsPerRound);
        REQUIRE(market->answer(chain.head, chain.answer(calls)).has_value());
    }
    for (std::uint64_t i = 0; i < 1'000; i += 37)
        CHECK(chain.audit(*market, AaveDeployment::address(9, 100 + i))->agrees);
    // And later: nothing but prices, whatever the number of accounts.
    const auto block = chain.next();
    REQUIRE(market->apply(block, {}).has_value());
    CHECK_EQ(market->reads(chain.head).size(), 1);
}

TEST_CASE("calls: repay, audit") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 50, 2, 20'000);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    REQUIRE(chain.settle(*market).has_value());
    const auto repay = market->repay(owner, chain.reserve(2).asset, TokenAmount{U256{1'000}});
    REQUIRE(repay.has_value());
    CHECK(repay->to == chain.pool());
    CHECK_EQ(to_hex(repay->data),
             "0x573ade81"
             "0000000000000000000000000200000000000000000000000000000000000003"
             "00000000000000000000000000000000000000000000000000000000000003e8"
             "0000000000000000000000000000000000000000000000000000000000000002"
             "0000000000000000000000000900000000000000000000000000000000000001");
    CHECK_EQ(market->repay(owner, owner, TokenAmount{U256{1}}).error().code, Errc::NotFound);
    CHECK_EQ(market->summary(chain.pool(), chain.head.timestamp).error().code, Errc::NotFound);
    CHECK_EQ(market->summary(owner, chain.head.timestamp - 1).error().code, Errc::Range);
    // An audit of another block says nothing.
    auto elsewhere = chain.head;
    elsewhere.hash.bytes[0] ^= 1;
    CHECK_EQ(market->audit(owner, elsewhere, chain.answer(market->audit_call(owner))).error().code, Errc::Mismatch);
}
