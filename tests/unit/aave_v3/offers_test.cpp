// SPDX-License-Identifier: Apache-2.0
// What the market itself says and does for plans: terms on offer, verdicts, calls, names.
#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "tests/unit/aave_v3/rules_fixture.hpp"

using namespace plimsoll;
using namespace plimsoll::lending;
using namespace plimsoll::lending::aave_v3;
using test::AaveDeployment;
using test::kVersions;
using test::Rules;

namespace {

struct Stage : Rules {
    explicit Stage(Version which) : Rules(which), market(make_aave_v3_market(chain.provider())) {
        market->watch(owner);
        settle();
    }
    void settle() { REQUIRE(chain.settle(*market)); }

    std::unique_ptr<Market> market;
};

std::string hex(const Result<ContractCall>& call) {
    return to_hex(call.value().data);
}

}  // namespace

TEST_CASE("every asset is on offer on the account's terms, held or not") {
    for (const auto version : kVersions) {
        Stage s(version);
        auto offered = s.market->offered(s.owner, s.chain.head.timestamp);
        REQUIRE(offered);
        REQUIRE_EQ(offered->size(), 4);
        const auto position = s.market->position(s.owner, s.chain.head.timestamp).value();
        CHECK((*offered)[0] == position.assets[0]);
        CHECK((*offered)[2] == position.assets[1]);
        CHECK((*offered)[1].supplied.is_zero());
        CHECK_EQ((*offered)[1].threshold_bps, 8'000);
        CHECK_EQ((*offered)[1].price.value, U256{4'000'000'000'000});
        // In an eMode, with a reserve dropped and one without a price.
        s.category(1).collateral_bitmap = 2;
        s.config(1).emode_category = 1;
        s.chain.accounts[s.owner].emode = 1;
        s.chain.state.reserves[3].edit().priced = false;
        s.market->reset();
        s.settle();
        offered = s.market->offered(s.owner, s.chain.head.timestamp);
        REQUIRE_EQ(offered->size(), 3);
        CHECK_EQ((*offered)[1].threshold_bps, 9'300);
        CHECK_EQ((*offered)[1].ltv_bps, 9'000);
    }
}

TEST_CASE("verdicts and moves of the market are those of its rules") {
    for (const auto version : kVersions) {
        Stage s(version);
        const Timestamp at = s.chain.head.timestamp;
        const auto allowed = [&](const std::vector<Change>& changes) {
            return s.market->allowed(s.owner, changes, s.conditions, at);
        };
        CHECK(allowed({s.withdraw(0, U256{1}), s.repay(2, U256{1})}));
        CHECK(allowed({}));
        const auto refused = allowed({s.repay(2, U256{1}), s.withdraw(0, kU256Max)});
        REQUIRE_FALSE(refused);
        CHECK_EQ(refused.error().code, Errc::Refused);
        CHECK_EQ(refused.error().message, "health: withdrawing T0 would leave a health factor below 1");
        CHECK_EQ(s.market->allowed(AaveDeployment::address(9, 9), {}, s.conditions, at).error().code, Errc::NotFound);
        CHECK_EQ(s.market->allowed(s.owner, {}, s.conditions, at - 1).error().code, Errc::Range);
        CHECK(s.market->free_moves(s.owner).empty());
        CHECK(s.market->free_moves(AaveDeployment::address(9, 9)).empty());
        s.category(1).collateral_bitmap = 1;
        s.category(1).borrowable_bitmap = 4;
        s.config(0).emode_category = s.config(2).emode_category = 1;
        s.market->reset();
        s.settle();
        REQUIRE_EQ(s.market->free_moves(s.owner).size(), 1);  // the list of what may be borrowed was read
        CHECK(s.market->free_moves(s.owner)[0] == std::vector{Rules::emode(1)});
    }
}

TEST_CASE("a change of the eModes' borrowable assets and a new sentinel are noticed") {
    Stage s(Version::V36);
    s.category(1).collateral_bitmap = 1;
    s.market->reset();
    s.settle();
    CHECK(s.market->free_moves(s.owner).empty());
    s.chain.state.edit_emode(1).borrowable_bitmap = 4;
    s.chain.next();
    const auto changed = s.chain.log(s.chain.configurator(),
                                     {event::kAssetBorrowableInEMode, abi::topic_of_address(s.chain.reserve(2).asset)},
                                     {U256{1}, U256{1}});
    REQUIRE(s.market->apply(s.chain.head, std::vector{changed}));
    s.settle();
    CHECK_EQ(s.market->free_moves(s.owner).size(), 1);

    const auto before = s.market->condition_calls().size();
    s.chain.sentinel = AaveDeployment::address(8, 1);
    s.chain.next();
    const auto named =
        s.chain.log(s.chain.provider(), {event::kSentinelUpdated, {}, abi::topic_of_address(s.chain.sentinel)});
    REQUIRE(s.market->apply(s.chain.head, std::vector{named}));
    s.settle();
    CHECK_EQ(s.market->condition_calls().size(), before + 1);
    const auto conditions = s.market->conditions(s.chain.head, s.chain.answer(s.market->condition_calls()));
    REQUIRE(conditions);
    CHECK(conditions->borrowing_barred);
}

TEST_CASE("names and calls") {
    Stage s(Version::V37);
    CHECK(s.market->guard_market() == GuardMarket{0, s.chain.provider(), {}});
    CHECK(s.market->receipt_token(s.chain.reserve(1).asset) == s.chain.reserve(1).a_token);
    CHECK(s.market->receipt_token(s.owner).is_zero());
    const std::string asset = "0000000000000000000000000200000000000000000000000000000000000001";
    const std::string owner = "0000000000000000000000000900000000000000000000000000000000000001";
    const std::string five = "0000000000000000000000000000000000000000000000000000000000000005";
    const std::string two = "0000000000000000000000000000000000000000000000000000000000000002";
    const std::string one = "0000000000000000000000000000000000000000000000000000000000000001";
    const std::string none(64, '0');
    const auto call = [&](const Change& change) { return s.market->call(s.owner, change); };
    CHECK(call(s.repay(0, U256{5})).value().to == s.chain.pool());
    CHECK_EQ(hex(call(s.repay(0, U256{5}))), "0x573ade81" + asset + five + two + owner);
    CHECK_EQ(hex(call(s.supply(0, U256{5}))), "0x617ba037" + asset + five + owner + none);
    CHECK_EQ(hex(call(s.withdraw(0, U256{5}))), "0x69328dec" + asset + five + owner);
    CHECK_EQ(hex(call(s.borrow(0, U256{5}))), "0xa415bcad" + asset + five + two + none + owner);
    CHECK_EQ(hex(call(s.from_supply(0, U256{5}))), "0x2dad97d4" + asset + five + two);
    CHECK_EQ(hex(call(Rules::emode(5))), "0x28530a47" + five);
    CHECK_EQ(hex(call(s.use(0, true))), "0x5a3b74b9" + asset + one);
    CHECK_EQ(hex(call(s.use(0, false))), "0x5a3b74b9" + asset + none);
    CHECK_EQ(hex(call(s.change(Change::Kind::UseAsCollateral, 0, U256{7}))), "0x5a3b74b9" + asset + one);
    const Change foreign{Change::Kind::Supply, s.owner, TokenAmount{U256{5}}};
    CHECK_EQ(call(foreign).error().code, Errc::NotFound);
}
