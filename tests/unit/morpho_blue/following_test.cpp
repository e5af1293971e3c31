// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/morpho_blue/contracts.hpp"
#include "chain/lending/supposing.hpp"
#include "tests/unit/morpho_blue/fake.hpp"

using namespace plimsoll;
using namespace plimsoll::test;
namespace event = plimsoll::lending::morpho_blue::event;

namespace {

struct Pursuit {
    FakeMorpho fake;
    std::unique_ptr<lending::Market> market;

    Pursuit() : market(fake.market()) { REQUIRE(fake.sync(*market, fake.block)); }

    Hash32 topic_of(std::uint8_t number) const { return abi::topic_of_address(address(number)); }
    Result<void> block(std::vector<Log> logs) {
        const auto next = fake.next();
        for (auto& log : logs) log.block_hash = next.hash;
        TRY_VOID(market->apply(next, logs));
        TRY_VOID(fake.sync(*market, next));
        return {};
    }
    Log answer(std::size_t feed, std::uint64_t value) {
        (feed == 0 ? fake.answers->first : fake.answers->second) = U256{value};
        Log log;
        log.address = fake.aggregator(feed);
        log.topics = {event::kAnswerUpdated, Hash32{U256{value}.to_be_bytes()}, {}};
        log.data.resize(32);
        return log;
    }
    lending::AccountSummary summary(std::uint8_t number = 20) {
        return market->summary(address(number), fake.block.timestamp).value();
    }
};

}  // namespace

TEST_CASE("events of other markets and of strangers change nothing") {
    Pursuit f;
    const auto before = f.market->position(address(20), f.fake.block.timestamp + 12).value();
    Log other = f.fake.log(event::kRepay, {f.topic_of(7), f.topic_of(20)}, {U256{5}, U256{5'000'000}});
    other.topics[1].bytes[0] ^= 1U;
    const Log stranger =
        f.fake.of(address(66), f.fake.log(event::kRepay, {f.topic_of(7), f.topic_of(20)}, {U256{5}, U256{5'000'000}}));
    const Log unknown = f.fake.log(topic("Unknown()"), {}, {});
    REQUIRE(f.block({other, stranger, unknown}));
    auto after = f.market->position(address(20), f.fake.block.timestamp).value();
    CHECK(after.summary == before.summary);
    CHECK(f.market->take_changed().size() == 2);  // as first read
    REQUIRE(f.block({}));
    CHECK(f.market->take_changed().empty());
}

TEST_CASE("a log that has not its event's form, or takes more than is there, ends the trust in the state") {
    const auto refused = [](const Log& log) {
        Pursuit f;
        const auto done = f.block({log});
        REQUIRE_FALSE(done);
        return done.error().code;
    };
    const Pursuit f;
    const std::vector<Hash32> two = {f.topic_of(7), f.topic_of(20)};
    for (const auto& topic : {event::kSupply, event::kRepay, event::kLiquidate, event::kBorrow, event::kWithdraw,
                              event::kSupplyCollateral, event::kWithdrawCollateral}) {
        CAPTURE(to_string(topic));
        CHECK(refused(f.fake.log(topic, {}, {U256{1}, U256{1}, U256{1}, U256{1}, U256{1}})) == Errc::Decode);
        CHECK(refused(f.fake.log(topic, two, {})) == Errc::Decode);
    }
    CHECK(refused(f.fake.log(event::kAccrueInterest, {}, {U256{1}})) == Errc::Decode);
    Log dirty = f.fake.log(event::kRepay, two, {U256{1}, U256{1}});
    dirty.topics[3].bytes[0] = 1;
    CHECK(refused(dirty) == Errc::Decode);
    const U256 most = U256::literal("16'000'000'000'000'000'000");
    CHECK(refused(f.fake.log(event::kRepay, two, {U256{1}, most})) == Errc::Mismatch);
    CHECK(refused(f.fake.log(event::kWithdrawCollateral, {two[1], two[0]}, {{}, *checked_mul(kWad, U256{2})})) ==
          Errc::Mismatch);
    CHECK(refused(f.fake.log(event::kSupply, two, {kU256Max, U256{1}})) == Errc::Mismatch);
}

TEST_CASE("forgotten and read again at the same block, as after a reconnection, the market is in sync") {
    Pursuit f;
    const auto before = f.summary();
    f.market->reset();
    CHECK_FALSE(f.market->synced().has_value());
    REQUIRE(f.fake.sync(*f.market, f.fake.block));
    CHECK(f.market->synced() == f.fake.block);
    CHECK(f.summary() == before);
    REQUIRE(f.block({}));
    CHECK(f.market->synced() == f.fake.block);
}

TEST_CASE("a block that is not the child of the state's is refused") {
    Pursuit f;
    auto other = f.fake.next();
    other.parent.bytes[5] ^= 1U;
    const auto done = f.market->apply(other, {});
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Errc::Mismatch);
}

TEST_CASE("a liquidation with a loss leaves both totals and the account") {
    Pursuit f;
    const auto before = f.summary();
    CHECK_FALSE(before.debt.is_zero());
    const Log log = f.fake.log(event::kLiquidate, {f.topic_of(7), f.topic_of(20)},
                               {U256{1'000'000'000}, U256::literal("1'000'000'000'000'000"), kWad, U256{500'000'000},
                                U256::literal("500'000'000'000'000")});
    REQUIRE(f.block({log}));
    CHECK(f.summary() == lending::AccountSummary{{}, {}, {}, U256{8'600}, U256{8'600}, Wad{kU256Max}});
    CHECK(f.market->position(address(20), f.fake.block.timestamp)->assets.empty());
    auto changed = f.market->take_changed();
    CHECK(std::count(changed.begin(), changed.end(), address(20)) == 1);
    // The fake's contract agrees when it is told the same.
    f.fake.totals.borrow_assets = U256{14'998'500'000'000};
    f.fake.totals.supply_assets = U256{19'999'500'000'000};
    f.fake.totals.borrow_shares = U256::literal("14'998'500'000'000'000'000");
    f.fake.positions[address(20)] = {};
    const auto audit = f.market->audit(address(20), f.fake.block, f.fake.answer(f.market->audit_call(address(20))));
    CHECK(audit.value().agrees);
}

TEST_CASE("the fee recipient's shares grow with the interest, before and after it is collected") {
    FakeMorpho fake;
    fake.fee_recipient = address(21);
    const auto market = fake.market();
    REQUIRE(fake.sync(*market, fake.block));
    const auto supplied = [&](Timestamp at) { return market->position(address(21), at)->assets.at(0).supplied.value; };
    const Timestamp at = fake.block.timestamp + 86'400;
    const U256 foretold = supplied(at);
    const auto accrued = lending::morpho_blue::accrue(fake.totals, true, fake.rate_at_target, at).value();
    CHECK_FALSE(accrued.fee_shares.is_zero());
    const U256 interest = *checked_sub(accrued.totals.borrow_assets, fake.totals.borrow_assets);
    const auto next = fake.next(86'400);
    const Log update =
        fake.of(fake.terms.irm, fake.log(event::kBorrowRateUpdate, {}, {U256{1}, accrued.rate_at_target}));
    const Log log = fake.log(event::kAccrueInterest, {}, {U256{1}, interest, accrued.fee_shares});
    const std::vector<Log> logs = {update, log};
    REQUIRE(market->apply(next, logs));
    REQUIRE(fake.sync(*market, next));
    CHECK(supplied(at) == foretold);
    fake.totals = accrued.totals;
    fake.rate_at_target = accrued.rate_at_target;
    fake.positions[address(21)].supply_shares =
        *checked_add(fake.positions[address(21)].supply_shares, accrued.fee_shares);
    CHECK(market->audit(address(21), next, fake.answer(market->audit_call(address(21))))->agrees);
}

TEST_CASE("rewound, the market is what it was; an account first read on the lost branch is read again") {
    Pursuit f;
    const auto ancestor = f.fake.block;
    const auto earlier = f.summary();
    const auto fake = f.fake;
    f.market->take_changed();
    REQUIRE(f.block({f.fake.log(event::kRepay, {f.topic_of(7), f.topic_of(20)}, {U256{500}, U256{500'000'000}}),
                     f.answer(0, 190'000'000'000)}));
    f.market->watch(address(50));
    REQUIRE(f.fake.sync(*f.market, f.fake.block));
    CHECK(f.summary() != earlier);
    REQUIRE(f.market->rewind(ancestor));
    f.fake = fake;
    CHECK_FALSE(f.market->synced().has_value());
    CHECK_FALSE(f.market->summary(address(50), ancestor.timestamp));
    REQUIRE(f.fake.sync(*f.market, ancestor));
    CHECK(f.market->synced() == ancestor);
    CHECK(f.summary() == earlier);
    CHECK(f.summary(50).debt.is_zero());
    const auto changed = f.market->take_changed();
    CHECK(std::count(changed.begin(), changed.end(), address(20)) == 1);
    BlockRef unknown = ancestor;
    unknown.hash.bytes[9] ^= 1U;
    CHECK_FALSE(f.market->rewind(unknown));
}

TEST_CASE("prices follow the feeds' events once two of each agreed; a false one puts an end to it") {
    Pursuit f;
    CHECK(f.fake.sync(*f.market, f.fake.block).value() == 0);
    const auto calls_of = [&](std::vector<Log> logs) {
        const auto next = f.fake.next();
        REQUIRE(f.market->apply(next, logs));
        return f.fake.sync(*f.market, next).value();
    };
    CHECK(calls_of({f.answer(0, 190'000'000'000), f.answer(1, 100'100'000)}) == 1);
    CHECK(calls_of({f.answer(0, 180'000'000'000), f.answer(1, 100'000'000)}) == 1);
    CHECK(calls_of({}) == 0);
    CHECK(calls_of({f.answer(0, 150'000'000'000)}) == 0);
    CHECK(f.summary().collateral.value == U256{1'500'000'000});
    // An answer of zero for the quote stops the oracle: it is asked at every block, until it is looked at again.
    CHECK(calls_of({f.answer(1, 0)}) == 1);
    const auto none = f.market->summary(address(20), f.fake.block.timestamp);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == Errc::Reverted);
    CHECK(f.market->summary(address(21), f.fake.block.timestamp));  // a lender needs no price
    // Nor does the other feed bring it back.
    CHECK(calls_of({f.answer(0, 160'000'000'000)}) == 1);
    CHECK_FALSE(f.market->summary(address(20), f.fake.block.timestamp));
    f.answer(1, 100'000'000);
    CHECK(calls_of({}) == 1);
    CHECK(f.summary().collateral.value == U256{1'600'000'000});
}

TEST_CASE("an oracle that is more than its feeds is asked at every block") {
    for (const bool vault : {true, false}) {
        FakeMorpho fake;
        fake.vault = vault;
        fake.price_error = vault ? U256{} : U256{1};
        const auto market = fake.market();
        REQUIRE(fake.sync(*market, fake.block));
        CHECK(market->filter().addresses.size() == 2);
        for (std::uint64_t i = 1; i < 5; ++i) {
            fake.answers->first = U256{190'000'000'000 + i};
            const auto next = fake.next();
            REQUIRE(market->apply(next, {}));
            CHECK(fake.sync(*market, next).value() == 1);
        }
    }
}

TEST_CASE("an aggregator that the lost branch dropped is listened to again") {
    Pursuit f;
    for (const std::uint64_t step : {1ULL, 2ULL})
        REQUIRE(f.block({f.answer(0, 190'000'000'000 + step), f.answer(1, 100'000'000 + step)}));
    const auto ancestor = f.fake.block;
    const auto listened = f.market->filter().addresses;
    CHECK(std::count(listened.begin(), listened.end(), f.fake.aggregator(1)) == 1);
    REQUIRE(f.block({f.answer(1, 0)}));
    CHECK(f.market->filter().addresses.size() == 2);
    REQUIRE(f.market->rewind(ancestor));
    CHECK(f.market->filter().addresses == listened);
}

TEST_CASE("a price that fell bounds everyone at once") {
    Pursuit f;
    f.market->take_drift();
    REQUIRE(f.block({f.answer(0, 180'000'000'000)}));
    const auto drift = f.market->take_drift();
    CHECK(drift.changed.empty());
    REQUIRE(drift.factor.has_value());
    CHECK(*drift.factor <= Wad{U256{900'000'000'000'000'000}});
    CHECK(*drift.factor >= Wad{U256{899'999'000'000'000'000}});
    REQUIRE(f.block({f.answer(0, 210'000'000'000)}));
    CHECK(f.market->take_drift().factor.value() <= Wad{kWad});
    CHECK(f.market->take_drift().factor.value() >= Wad{*checked_sub(kWad, U256{2})});
    f.fake.answers.reset();
    REQUIRE(f.block({}));
    CHECK_FALSE(f.market->take_drift().factor.has_value());
}

TEST_CASE("what the price is asked of, and every exact question by another price until it is taken back") {
    Pursuit f;
    const auto uses = f.market->price_uses();
    REQUIRE(uses.size() == 1);
    CHECK_FALSE(uses[0].source.is_zero());
    const auto before = f.summary();
    const std::vector<lending::SupposedPrice> half{{uses[0].asset, Price{shift_right(uses[0].price.value, 1)}}};
    {
        const lending::Supposing as_if(*f.market, half);
        const auto supposed = f.summary();
        CHECK(supposed.debt == before.debt);
        CHECK(supposed.health_factor < before.health_factor);
        const auto twice = *checked_add(supposed.health_factor.value, supposed.health_factor.value);
        CHECK(twice <= before.health_factor.value);
        CHECK(*checked_add(twice, U256{1'000'000'000'000}) >= before.health_factor.value);
    }
    CHECK(f.summary() == before);
}

TEST_CASE("told that something moved behind a feed, the market reads all of it again at this block") {
    Pursuit f;
    REQUIRE(f.block({f.answer(0, 2'100'000'000)}));
    f.fake.answers->first = U256{1'900'000'000};  // no log tells it
    f.market->recheck_sources();
    CHECK_FALSE(f.market->synced().has_value());
    REQUIRE(f.fake.sync(*f.market, f.fake.block));
    CHECK(f.market->price_uses()[0].price.value == *f.fake.price());
}
