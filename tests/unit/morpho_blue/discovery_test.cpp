// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <functional>

#include "chain/lending/registry.hpp"
#include "tests/unit/morpho_blue/fake.hpp"

using namespace plimsoll;
using namespace plimsoll::test;

TEST_CASE("a market of Morpho Blue is found by its id, and held against the contracts") {
    FakeMorpho fake;
    const auto market = fake.market();
    CHECK_FALSE(market->synced().has_value());
    REQUIRE(fake.sync(*market, fake.block));
    CHECK(market->unsupported().empty());
    CHECK(market->synced() == fake.block);
    const auto position = market->position(address(20), fake.block.timestamp).value();
    CHECK(position.base_unit == U256{1'000'000});
    REQUIRE(position.assets.size() == 2);
    CHECK(position.assets[0].symbol == "WETH");
    CHECK(position.assets[0].price.value == U256{2'000'000'000});
    CHECK(position.assets[0].supplied_value.value == U256{2'000'000'000});
    CHECK(position.assets[1].symbol == "USDC");
    CHECK(position.summary.liquidation_threshold == U256{8'600});
    CHECK(market->spender() == fake.terms.morpho);
    CHECK(market->guard_market() == lending::GuardMarket{1, fake.terms.morpho, fake.terms.id});
    const auto audit = market->audit(address(20), fake.block, fake.answer(market->audit_call(address(20))));
    REQUIRE(audit);
    CHECK(audit->agrees);
}

TEST_CASE("what is not understood is said, and never acted on") {
    struct Wrong {
        const char* what;
        std::function<void(FakeMorpho&)> change;
        bool followed;  // its numbers are there all the same
    };
    const Wrong kWrong[] = {
        {"no market 0x", [](FakeMorpho& f) { f.terms.id.bytes[3] ^= 1U; }, false},
        {"no Multicall3", [](FakeMorpho& f) { f.multicall = false; }, false},
        {"are one token",
         [](FakeMorpho& f) {
             f.terms.collateral.address = f.terms.loan.address;
             f.make_id();
         },
         false},
        {"is not AdaptiveCurveIrm", [](FakeMorpho& f) { f.adaptive = false; }, true},
        {"does not count as AdaptiveCurveIrm does", [](FakeMorpho& f) { f.rate_error = U256{1}; }, true},
        {"does not count interest as Morpho Blue does", [](FakeMorpho& f) { f.interest_error = U256{1}; }, true},
        {"does not say its decimals", [](FakeMorpho& f) { f.decimals.erase(f.terms.collateral.address); }, true},
    };
    for (const auto& wrong : kWrong) {
        CAPTURE(wrong.what);
        FakeMorpho fake;
        const lending::Entry entry{fake.terms.morpho, fake.terms.id};
        wrong.change(fake);
        // The id asked for stays the first one where only the contract is another.
        const bool other_id = std::string_view(wrong.what) == "are one token";
        const auto market =
            lending::make_market("morpho-blue", other_id ? lending::Entry{entry.contract, fake.terms.id} : entry)
                .value();
        market->watch(address(20));
        REQUIRE(fake.sync(*market, fake.block));
        CHECK_MESSAGE(market->unsupported().find(wrong.what) != std::string::npos, market->unsupported());
        CHECK(market->synced().has_value() == wrong.followed);
        if (wrong.followed) continue;
        CHECK_FALSE(market->summary(address(20), fake.block.timestamp));
        // Blocks go by without harm.
        const auto next = fake.next();
        CHECK(market->apply(next, {}));
        CHECK(market->reads(next).empty());
    }
}

TEST_CASE("a market without a rate model has no interest") {
    FakeMorpho fake;
    fake.terms.irm = {};
    fake.make_id();
    const auto market = fake.market();
    REQUIRE(fake.sync(*market, fake.block));
    CHECK(market->unsupported().empty());
    const auto now = market->summary(address(20), fake.block.timestamp).value();
    CHECK(now.debt.value == U256{1'500'000'000});
    CHECK(market->summary(address(20), fake.block.timestamp + 31'536'000).value() == now);
    CHECK(market->time_to_liquidation(address(20), fake.block.timestamp).value() == std::nullopt);
    const auto audit = market->audit(address(20), fake.block, fake.answer(market->audit_call(address(20))));
    REQUIRE(audit);
    CHECK(audit->agrees);
}

TEST_CASE("an audit sees every word that is not ours") {
    const std::function<void(FakeMorpho&)> kChanges[] = {
        [](FakeMorpho& f) { f.totals.supply_assets = U256{19'999'999'999'999}; },
        [](FakeMorpho& f) { f.totals.supply_shares = U256{19'999'999'999'999}; },
        [](FakeMorpho& f) { f.totals.borrow_assets = U256{14'999'999'999'999}; },
        [](FakeMorpho& f) { f.totals.borrow_shares = U256::literal("15'000'000'000'000'000'001"); },
        [](FakeMorpho& f) { --f.totals.last_update; },
        [](FakeMorpho& f) { f.totals.fee = U256{1}; },
        [](FakeMorpho& f) { f.rate_at_target = U256{1'268'391'680}; },
        [](FakeMorpho& f) { f.rate_error = U256{1}; },
        [](FakeMorpho& f) { f.fee_recipient = address(20); },
        [](FakeMorpho& f) { f.answers->first = U256{200'000'000'001}; },
        [](FakeMorpho& f) { f.positions[address(20)].supply_shares = U256{1}; },
        [](FakeMorpho& f) { f.positions[address(20)].borrow_shares = U256{1}; },
        [](FakeMorpho& f) { f.positions[address(20)].collateral = U256{1}; },
    };
    FakeMorpho fake;
    const auto market = fake.market();
    REQUIRE(fake.sync(*market, fake.block));
    const auto call = market->audit_call(address(20));
    std::size_t number = 0;
    for (const auto& change : kChanges) {
        CAPTURE(number++);
        FakeMorpho other = fake;
        change(other);
        const auto audit = market->audit(address(20), fake.block, other.answer(call));
        REQUIRE(audit);
        CHECK_FALSE(audit->agrees);
    }
    CHECK(market->audit(address(20), fake.block, {false, {}}).error().code == Errc::Reverted);
    auto cut = fake.answer(call);
    cut.data.resize(400);
    CHECK(market->audit(address(20), fake.block, cut).error().code == Errc::Decode);
    CHECK(market->audit(address(77), fake.block, fake.answer(call)).error().code == Errc::NotFound);
    CHECK(market->audit(address(20), fake.next(), fake.answer(call)).error().code == Errc::Mismatch);
}
