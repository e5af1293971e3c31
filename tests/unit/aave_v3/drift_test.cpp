// SPDX-License-Identifier: Apache-2.0
// What Market::take_drift promises of accounts that it does not name.
#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <random>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using test::AaveDeployment;

namespace {

struct World {
    AaveDeployment chain;
    std::vector<Address> owners;
    std::unique_ptr<lending::Market> market;

    explicit World(Version version, std::size_t accounts = 40) : chain(version) {
        market = lending::make_aave_v3_market(chain.provider());
        for (std::size_t i = 0; i < accounts; ++i) {
            const auto supplied = static_cast<std::uint8_t>(i % 4);
            const auto borrowed = static_cast<std::uint8_t>((i + 1 + i / 4 % 3) % 4);
            owners.push_back(chain.add_account(i + 1, supplied, 100'000 + i, borrowed, 1'000 + i));
            market->watch(owners.back());
        }
        REQUIRE(chain.settle(*market).has_value());
        REQUIRE(market->unsupported() == "");
    }
    std::map<Address, U256> health() const {
        std::map<Address, U256> out;
        for (const auto& owner : owners)
            out[owner] = market->summary(owner, chain.head.timestamp).value().health_factor.value;
        return out;
    }
    void apply(const std::vector<Log>& logs) {
        REQUIRE(market->apply(chain.head, logs).has_value());
        REQUIRE(chain.settle(*market).has_value());
    }
};

bool names(const lending::Drift& drift, const Address& owner) {
    return std::find(drift.changed.begin(), drift.changed.end(), owner) != drift.changed.end();
}

/// Rounding of the computed health factor is allowed for by one part in 250.
bool holds(const U256& before, const U256& after, const Wad& factor) {
    const auto least = mul_div_down(before, factor.value, kWad).value();
    return checked_add(after, mul_div_up(after, U256{1}, U256{250}).value()).value() >= least;
}

}  // namespace

TEST_CASE("nothing is known at first, after a reset and while there is nothing to compare with") {
    World world(Version::V36);
    const auto first = world.market->take_drift();
    CHECK_FALSE(first.factor.has_value());
    world.chain.next();
    world.apply({});
    CHECK(world.market->take_drift().factor.has_value());
    world.market->reset();
    REQUIRE(world.chain.settle(*world.market).has_value());
    CHECK_FALSE(world.market->take_drift().factor.has_value());
}

TEST_CASE("a block without events names nobody and lowers the bound by its interest only") {
    World world(Version::V36);
    world.market->take_drift();
    world.chain.next();
    world.apply({});
    const auto drift = world.market->take_drift();
    CHECK(drift.changed.empty());
    REQUIRE(drift.factor.has_value());
    CHECK(drift.factor->value < kWad);
    CHECK(drift.factor->value > U256::literal("999'999'900'000'000'000"));
}

TEST_CASE("a price that falls is in the bound, and its holders need no name") {
    World world(Version::V36);
    world.market->take_drift();
    world.chain.next();
    const auto price = world.chain.reserve(0).state.price.value.low_u64();
    world.apply({world.chain.moved_price(0, price * 94 / 100)});
    const auto drift = world.market->take_drift();
    CHECK(drift.changed.empty());
    REQUIRE(drift.factor.has_value());
    CHECK(drift.factor->value <= U256::literal("940'000'000'000'000'000"));
    CHECK(drift.factor->value > U256::literal("939'999'000'000'000'000"));
}

TEST_CASE("a price that rises lowers the bound too: it may be of a debt") {
    World world(Version::V36);
    world.market->take_drift();
    world.chain.next();
    const auto price = world.chain.reserve(1).state.price.value.low_u64();
    world.apply({world.chain.moved_price(1, price * 110 / 100)});
    const auto drift = world.market->take_drift();
    REQUIRE(drift.factor.has_value());
    CHECK(drift.factor->value < U256::literal("909'091'000'000'000'000"));
    CHECK(drift.factor->value > U256::literal("909'089'000'000'000'000"));
}

TEST_CASE("the few holders of a reserve that moved far are named, and the bound of the others stays") {
    World world(Version::V36, 8);
    // 256 more, none with reserve 3.
    for (std::uint64_t i = 100; i < 356; ++i) {
        world.owners.push_back(world.chain.add_account(i, 0, 100, 2, 1'000));
        world.market->watch(world.owners.back());
    }
    REQUIRE(world.chain.settle(*world.market).has_value());
    world.market->take_drift();
    world.chain.next();
    world.apply({world.chain.moved_price(3, 50'000'000)});
    const auto drift = world.market->take_drift();
    REQUIRE(drift.factor.has_value());
    CHECK(drift.factor->value > U256::literal("999'999'000'000'000'000"));
    for (const auto& owner : world.owners) {
        const auto* holding = world.chain.accounts[owner].find(3);
        CHECK(names(drift, owner) == (holding != nullptr));
    }
    // A little move of the same is left to the bound.
    world.chain.next();
    world.apply({world.chain.moved_price(3, 49'900'000)});
    const auto little = world.market->take_drift();
    CHECK(little.changed.empty());
    CHECK(little.factor->value < U256::literal("998'100'000'000'000'000"));
}

TEST_CASE("accounts whose own numbers change are named") {
    World world(Version::V36);
    world.market->take_drift();
    world.chain.next();
    const Address& one = world.owners[0];
    const Address& two = world.owners[5];
    std::vector<Log> logs;
    logs.push_back(world.chain.switched_collateral(one, 0, false));
    logs.push_back(world.chain.set_emode(two, 1));
    world.apply(logs);
    const auto drift = world.market->take_drift();
    CHECK(names(drift, one));
    CHECK(names(drift, two));
    CHECK(drift.changed.size() == 2);
}

TEST_CASE("a configuration that changes names the holders of its reserve, also when a reorganisation takes it back") {
    World world(Version::V36);
    world.market->take_drift();
    const BlockRef before = world.chain.head;
    const auto old_state = world.chain.state;
    world.chain.next();
    world.chain.state.reserves[0].edit().config.threshold = 7'000;
    world.apply(
        {world.chain.log(world.chain.configurator(),
                         {event::kCollateralConfiguration, abi::topic_of_address(world.chain.reserve(0).asset)}, {})});
    auto drift = world.market->take_drift();
    const auto check = [&] {
        for (const auto& owner : world.owners)
            CHECK(names(drift, owner) == (world.chain.accounts[owner].find(0) != nullptr));
    };
    check();
    REQUIRE(world.market->rewind(before));
    world.chain.state = old_state;
    world.chain.head = before;
    drift = world.market->take_drift();
    check();
}

TEST_CASE("whatever prices, interest and accounts do: who is not named is within the bound") {
    for (const auto version : {Version::V30, Version::V32, Version::V34, Version::V36, Version::V37}) {
        CAPTURE(static_cast<int>(version));
        World world(version);
        std::mt19937_64 rng(20'260'312);
        world.market->take_drift();
        auto before = world.health();
        std::size_t compared = 0;
        for (int block = 0; block < 60; ++block) {
            CAPTURE(block);
            std::vector<Log> logs;
            world.chain.next(1 + rng() % 3'000'000);  // up to a month: interest must show
            for (std::uint64_t i = rng() % 4; i > 0; --i) {
                const auto id = static_cast<std::size_t>(rng() % 4);
                const auto price = world.chain.reserve(id).state.price.value.low_u64();
                if (rng() % 2 == 0) logs.push_back(world.chain.moved_price(id, price * (60 + rng() % 90) / 100 + 1));
                if (rng() % 3 == 0) logs.push_back(world.chain.updated_reserve(id));
                const Address& owner = world.owners[rng() % world.owners.size()];
                if (rng() % 3 == 0) logs.push_back(world.chain.switched_collateral(owner, id, rng() % 2 == 0));
            }
            world.apply(logs);
            if (rng() % 3 == 0) continue;  // two blocks in one question
            const auto drift = world.market->take_drift();
            REQUIRE(drift.factor.has_value());
            CHECK(drift.factor->value <= kWad);
            const auto after = world.health();
            for (const auto& owner : world.owners) {
                if (names(drift, owner)) continue;
                ++compared;
                CHECK(holds(before[owner], after.at(owner), *drift.factor));
            }
            before = after;
        }
        CHECK(compared > 500);
    }
}
