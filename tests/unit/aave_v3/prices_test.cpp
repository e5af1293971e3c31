// SPDX-License-Identifier: Apache-2.0
// Feeds that are believed, and sources that are asked.
#include <doctest/doctest.h>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "chain/oracle/price_source.hpp"
#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using lending::make_aave_v3_market;
using oracle::PriceSource;
using test::AaveDeployment;

namespace {

const Address kSource = AaveDeployment::address(6, 1);
const Address kAggregator = AaveDeployment::address(7, 1);

struct Following {
    AaveDeployment chain{Version::V37};
    Address owner = chain.add_account(1, 0, 40, 2, 10'000);
    std::unique_ptr<lending::Market> market = make_aave_v3_market(chain.provider());

    Following() { market->watch(owner); }

    /// One block with these changes of price; the number of reads that it led to.
    std::size_t block(std::initializer_list<std::pair<std::size_t, std::uint64_t>> prices) {
        const auto at = chain.next();
        std::vector<Log> logs;
        for (const auto& [id, price] : prices) logs.push_back(chain.moved_price(id, price));
        REQUIRE(market->apply(at, logs).has_value());
        const auto before = chain.calls_answered;
        REQUIRE(chain.settle(*market).has_value());
        const auto reads = chain.calls_answered - before;
        CHECK(chain.audit(*market, owner)->agrees);
        return reads;
    }
};

}  // namespace

TEST_CASE("what is a plain feed") {
    const U256 price{123};
    struct Case {
        const char* what;
        std::optional<Address> behind;
        std::optional<U256> source;
        std::optional<U256> aggregator;
        std::optional<U256> oracle;
        PriceSource::Kind kind;
    };
    const U256 negative = kU256Max;
    const Case cases[] = {
        {"proxy and aggregator agree", kAggregator, price, price, price, PriceSource::Kind::Candidate},
        {"aggregator answers only its proxy", kAggregator, price, {}, price, PriceSource::Kind::Candidate},
        {"adapter without aggregator()", {}, price, {}, price, PriceSource::Kind::Read},
        {"capped adapter with aggregator()", kAggregator, price, U256{124}, price, PriceSource::Kind::Read},
        {"oracle says something else", kAggregator, price, price, U256{124}, PriceSource::Kind::Read},
        {"oracle reverts", kAggregator, price, price, {}, PriceSource::Kind::Read},
        {"source reverts", kAggregator, {}, price, price, PriceSource::Kind::Read},
        {"zero address behind", Address{}, price, price, price, PriceSource::Kind::Read},
        {"answer of zero", kAggregator, U256{}, U256{}, U256{}, PriceSource::Kind::Read},
        {"negative answer", kAggregator, negative, negative, negative, PriceSource::Kind::Read},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        PriceSource source;
        source.resolve(kSource, c.behind, c.source, c.aggregator, c.oracle);
        CHECK(source.kind == c.kind);
        CHECK(source.aggregator == (c.kind == PriceSource::Kind::Read ? Address{} : kAggregator));
        CHECK(source.must_read());
    }
}

TEST_CASE("a feed is believed after its events were right twice") {
    PriceSource source;
    const U256 price{100};
    source.resolve(kSource, kAggregator, price, price, price);
    Price now{price};
    for (std::uint64_t next : {101U, 101U, 102U}) {  // the second is no change, and proves nothing
        const auto answer = source.answered(I256{U256{next}}, now);
        REQUIRE(answer.has_value());
        now = *answer;
        CHECK(source.must_read());
        source.compared(now, now);
        source.compared(now, now);  // a read without an event proves nothing either
    }
    CHECK(source.kind == PriceSource::Kind::Feed);
    CHECK_FALSE(source.must_read());
    CHECK_FALSE(source.answered(I256{}, now).has_value());
    CHECK_FALSE(source.answered(I256::from_i64(-5), now).has_value());
    PriceSource changed = source;
    changed.rechecked(kAggregator);
    CHECK(changed == source);
    changed.rechecked(kSource);
    CHECK(changed.kind == PriceSource::Kind::Read);
    source.compared(now, Price{U256{7}});
    CHECK(source.kind == PriceSource::Kind::Read);
    CHECK(source.aggregator.is_zero());
}

TEST_CASE("all feeds proven: a quiet block costs no read, and an event moves the price at once") {
    Following f;
    REQUIRE(f.chain.settle(*f.market).has_value());
    for (std::uint64_t i = 1; i <= 2; ++i) {
        const std::size_t reads =
            f.block({{0, 200'000'000'000 + i}, {1, 4'000'000'000'000 + i}, {2, 100'000'000 + i}, {3, 100'000'000 + i}});
        CHECK_EQ(reads, 1);  // one getAssetsPrices
    }
    CHECK_EQ(f.block({}), 0);
    f.market->take_changed();
    CHECK_EQ(f.block({{0, 190'000'000'000}}), 0);
    CHECK(f.market->take_changed() == std::vector<Address>{f.owner});
    CHECK_EQ(f.block({{1, 1}}), 0);
    CHECK(f.market->take_changed().empty());  // nobody holds it
}

TEST_CASE("one adapter without events: all prices in one call at every head") {
    Following f;
    f.chain.feeds[0].aggregator = {};
    REQUIRE(f.chain.settle(*f.market).has_value());
    for (std::uint64_t i = 1; i <= 4; ++i) {
        f.chain.state.reserves[0].edit().price.value = U256{200'000'000'000 - i};  // no log tells it
        CHECK_EQ(f.block({{2, 100'000'000 + i}}), 1);
    }
}

TEST_CASE("a proxy that gets another aggregator is found out") {
    Following f;
    REQUIRE(f.chain.settle(*f.market).has_value());
    for (std::uint64_t i = 1; i <= 2; ++i)
        f.block({{0, 200'000'000'000 + i}, {1, 4'000'000'000'000 + i}, {2, 100'000'000 + i}, {3, 100'000'000 + i}});
    CHECK_EQ(f.block({}), 0);
    // Silently, as a Chainlink proxy does it. The price moves with the next round of the new one.
    f.chain.feeds[0].aggregator = AaveDeployment::address(7, 99);
    std::size_t quiet = 0;
    while (f.block({}) == 0) {
        ++quiet;
        REQUIRE(quiet < 60);
    }
    CHECK(quiet > 30);
    const auto& addresses = f.market->filter().addresses;
    CHECK(std::find(addresses.begin(), addresses.end(), AaveDeployment::address(7, 99)) != addresses.end());
    CHECK(std::find(addresses.begin(), addresses.end(), kAggregator) == addresses.end());
    CHECK_EQ(f.block({{0, 150'000'000'000}}), 1);  // to be proven again
    CHECK_EQ(f.block({{0, 140'000'000'000}}), 1);
    CHECK_EQ(f.block({{0, 130'000'000'000}}), 0);
}

TEST_CASE("an aggregator whose events run ahead of the proxy is not believed") {
    Following f;
    REQUIRE(f.chain.settle(*f.market).has_value());
    const auto at = f.chain.next();
    const Log log = f.chain.moved_price(0, 150'000'000'000);
    f.chain.state.reserves[0].edit().price.value = U256{200'000'000'000};  // the proxy still answers the old round
    REQUIRE(f.market->apply(at, std::span(&log, 1)).has_value());
    REQUIRE(f.chain.settle(*f.market).has_value());
    CHECK(f.chain.audit(*f.market, f.owner)->agrees);
    const auto& addresses = f.market->filter().addresses;
    CHECK(std::find(addresses.begin(), addresses.end(), kAggregator) == addresses.end());
}

TEST_CASE("a new source is resolved; the old one's events count no more") {
    Following f;
    REQUIRE(f.chain.settle(*f.market).has_value());
    const Address old = f.chain.feeds[0].aggregator;
    const auto at = f.chain.next();
    f.chain.feeds[0] = {AaveDeployment::address(6, 50), AaveDeployment::address(7, 50), U256{111'000'000'000}, true};
    f.chain.state.reserves[0].edit().price.value = U256{111'000'000'000};
    Log logs[] = {
        f.chain.log(f.chain.oracle(), {event::kAssetSourceUpdated, abi::topic_of_address(f.chain.reserve(0).asset),
                                       abi::topic_of_address(f.chain.feeds[0].source)}),
        f.chain.log(old, {event::kAnswerUpdated, Hash32{}, Hash32{}}, {U256{}})};
    logs[1].topics[1].bytes = U256{5}.to_be_bytes();
    REQUIRE(f.market->apply(at, logs).has_value());
    CHECK_FALSE(f.market->synced().has_value());
    REQUIRE(f.chain.settle(*f.market).has_value());
    CHECK(f.chain.audit(*f.market, f.owner)->agrees);
    const auto& addresses = f.market->filter().addresses;
    CHECK(std::find(addresses.begin(), addresses.end(), f.chain.feeds[0].aggregator) != addresses.end());
    CHECK(std::find(addresses.begin(), addresses.end(), old) == addresses.end());
}

TEST_CASE("an eMode's common price is read at each head") {
    AaveDeployment chain(Version::V31);
    EModeCategory& category = chain.state.edit_emode(1);
    category.ltv = 9'000;
    category.threshold = 9'500;
    category.price_source = AaveDeployment::address(2, 200);
    category.price.value = U256{100'000'000};
    for (const std::size_t id : {2U, 3U}) chain.state.reserves[id].edit().config.emode_category = 1;
    const Address owner = chain.add_account(1, 3, 10'000, 2, 5'000);
    chain.accounts[owner].emode = 1;
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    REQUIRE(chain.settle(*market).has_value());
    CHECK_EQ(market->unsupported(), "");
    for (std::uint64_t i = 1; i < 5; ++i) {
        const auto at = chain.next();
        chain.state.edit_emode(1).price.value = U256{100'000'000 - i};
        REQUIRE(market->apply(at, {}).has_value());
        REQUIRE(chain.settle(*market).has_value());
        CHECK(chain.audit(*market, owner)->agrees);
    }
}
