// SPDX-License-Identifier: Apache-2.0
// Blocks forward and back: whatever happens, the account equals the contract's at every block.
#include <doctest/doctest.h>
#include <random>

#include "chain/codec/abi_words.hpp"
#include "chain/lending/aave_v3/contracts.hpp"
#include "chain/lending/aave_v3/market.hpp"
#include "tests/support/aave_deployment.hpp"

using namespace plimsoll;
using namespace plimsoll::lending::aave_v3;
using lending::make_aave_v3_market;
using test::AaveDeployment;

namespace {

/// A random block: any number of actions of watched and unwatched accounts.
std::vector<Log> play(AaveDeployment& chain, std::mt19937_64& rng, const std::vector<Address>& owners) {
    std::vector<Log> logs;
    const std::size_t actions = rng() % 4;
    for (std::size_t i = 0; i < actions; ++i) {
        const auto id = static_cast<std::size_t>(rng() % chain.state.reserves.size());
        const Address& owner = owners[rng() % owners.size()];
        const auto unit = chain.reserve(id).unit.value().low_u64();
        const Holding before = chain.accounts[owner].at(static_cast<ReserveId>(id));
        switch (rng() % 8) {
            case 0:
                logs.push_back(chain.moved_price(id, 50'000'000 + rng() % 400'000'000'000));
                break;
            case 1:
                logs.push_back(chain.set_emode(owner, static_cast<std::uint8_t>(rng() % 3)));
                break;
            case 2:
                logs.push_back(chain.switched_collateral(owner, id, rng() % 3 != 0));
                break;
            case 3:
                if (before.supply < 1'000) break;
                logs.push_back(chain.transferred(owner, owners[rng() % owners.size()], id, before.supply / 3));
                break;
            case 4:
                logs.push_back(chain.updated_reserve(id));
                break;
            default: {
                const bool debt = rng() % 2 == 0;
                const bool mint = rng() % 2 == 0 || (debt ? before.debt : before.supply) < 2 * u128{unit};
                const ReserveState old = chain.reserve(id).state;
                logs.push_back(chain.updated_reserve(id));
                const U256& index = debt ? old.borrow_index : old.liquidity_index;
                const U256 amount{1 + rng() % unit};
                logs.push_back(mint ? chain.minted(owner, id, debt, amount, index)
                                    : chain.burnt(owner, id, debt, amount, index));
            }
        }
    }
    return logs;
}

struct World {
    AaveDeployment chain;
    std::vector<Log> logs;  // of the block
};

}  // namespace

TEST_CASE("N12 random blocks, reorgs and skipped reads, in every version") {
    std::size_t compared = 0;
    std::size_t rewinds = 0;
    for (const auto version : {Version::V30, Version::V33, Version::V35, Version::V37}) {
        std::mt19937_64 rng(1'000 + static_cast<unsigned>(version));
        AaveDeployment chain(version);
        for (std::uint8_t i = 1; i < 3; ++i) {
            EModeCategory& category = chain.state.edit_emode(i);
            category.ltv = 9'000;
            category.threshold = static_cast<std::uint16_t>(9'300 + i);
            category.collateral_bitmap = i;
        }
        chain.feeds[3].aggregator = {};  // an adapter: its price is read at every head
        std::vector<Address> owners;
        for (std::uint64_t i = 1; i <= 6; ++i) owners.push_back(chain.add_account(i, 0, 40, 2, 10'000 * i));
        auto market = make_aave_v3_market(chain.provider());
        for (std::size_t i = 0; i < 5; ++i) market->watch(owners[i]);  // the sixth is somebody else
        REQUIRE(chain.settle(*market).has_value());
        std::vector<World> past{{chain, {}}};
        const auto check = [&] {
            REQUIRE(chain.settle(*market).has_value());
            REQUIRE(market->synced() == chain.head);
            for (const auto& owner : market->accounts()) {
                const auto audit = chain.audit(*market, owner);
                REQUIRE(audit.has_value());
                CAPTURE(to_string(chain.state.profile));
                CAPTURE(chain.head.number);
                CAPTURE(to_string(owner));
                REQUIRE_EQ(to_string(audit->ours.collateral), to_string(audit->theirs.collateral));
                REQUIRE_EQ(to_string(audit->ours.debt), to_string(audit->theirs.debt));
                REQUIRE(audit->agrees);
                ++compared;
            }
        };
        for (int step = 0; step < 250; ++step) {
            if (rng() % 12 == 0 && past.size() > 1) {
                const std::size_t depth = 1 + rng() % std::min<std::size_t>(past.size() - 1, 70);
                past.erase(past.end() - static_cast<std::ptrdiff_t>(depth), past.end());
                chain = past.back().chain;
                REQUIRE(market->rewind(chain.head));
                ++rewinds;
                check();
            }
            const auto block = chain.next(1 + rng() % 100'000, static_cast<std::uint8_t>(rng() % 200));
            const auto logs = play(chain, rng, owners);
            REQUIRE(market->apply(block, logs).has_value());
            past.push_back({chain, logs});
            if (rng() % 3 != 0) check();  // otherwise the reads wait for a later head
        }
        check();
    }
    MESSAGE("compared " << compared << " accounts, " << rewinds << " reorgs");
    CHECK(compared > 3'000);
    CHECK(rewinds > 40);
}

TEST_CASE("what was not read at a block is read there after a reorg leads back to it") {
    AaveDeployment chain(Version::V37);
    chain.feeds[0].aggregator = {};
    const Address owner = chain.add_account(1, 0, 40, 2, 10'000);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    REQUIRE(chain.settle(*market).has_value());
    const auto move = [&](std::uint64_t price) {
        const auto block = chain.next();
        chain.state.reserves[0].edit().price.value = U256{price};  // an adapter: no log tells it
        REQUIRE(market->apply(block, {}).has_value());
    };
    move(190'000'000'000);
    const AaveDeployment unread = chain;
    move(180'000'000'000);
    REQUIRE(chain.settle(*market).has_value());
    chain = unread;
    REQUIRE(market->rewind(chain.head));
    CHECK_FALSE(market->synced().has_value());
    REQUIRE(chain.settle(*market).has_value());
    CHECK(chain.audit(*market, owner)->agrees);
}

TEST_CASE("N13 a rewind is bounded, and what is out of reach is refused") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 40, 2, 10'000);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    REQUIRE(chain.settle(*market).has_value());
    const auto first = chain.head;
    std::vector<BlockRef> blocks;
    for (int i = 0; i < 200; ++i) {
        blocks.push_back(chain.next());
        const Log log = chain.updated_reserve(0);
        REQUIRE(market->apply(blocks.back(), std::span(&log, 1)).has_value());
    }
    CHECK_FALSE(market->rewind(first));
    CHECK(market->rewind(blocks.back()));
    CHECK(market->rewind(blocks[200 - 1 - 64]));
    BlockRef unknown = blocks[150];
    unknown.hash.bytes[5] ^= 1;
    CHECK_FALSE(market->rewind(unknown));
    // reset: all is read anew, the accounts stay.
    market->reset();
    CHECK_FALSE(market->synced().has_value());
    CHECK_EQ(market->accounts().size(), 1);
    REQUIRE(chain.settle(*market).has_value());
    CHECK(chain.audit(*market, owner)->agrees);
}

TEST_CASE("blocks must join, and logs must have their form") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 40, 2, 10'000);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    const auto early = market->apply(chain.head, {});
    REQUIRE_FALSE(early.has_value());
    CHECK_EQ(early.error().message, "a block before the snapshot is complete");
    REQUIRE(chain.settle(*market).has_value());
    const AaveDeployment before = chain;
    chain.next();
    const auto gap = chain.next();
    CHECK_EQ(market->apply(gap, {}).error().code, Errc::Mismatch);
    struct Case {
        const char* what;
        Log log;
    };
    chain = before;
    const auto block = chain.next();
    const Hash32 asset = abi::topic_of_address(chain.reserve(0).asset);
    const Hash32 dirty = [] {
        Hash32 out;
        out.bytes.fill(0xff);
        return out;
    }();
    const Hash32 who = abi::topic_of_address(owner);
    const Case cases[] = {
        {"short reserve update", chain.log(chain.pool(), {event::kReserveDataUpdated, asset}, {U256{1}, U256{2}})},
        {"reserve update without topic", chain.log(chain.pool(), {event::kReserveDataUpdated}, std::vector<U256>(5))},
        {"dirty address", chain.log(chain.pool(), {event::kCollateralEnabled, asset, dirty})},
        {"eMode above 255", chain.log(chain.pool(), {event::kUserEModeSet, who}, {U256{256}})},
        {"short mint", chain.log(chain.reserve(0).a_token, {event::kMint, who, who}, {U256{1}, U256{2}})},
        {"burn without owner", chain.log(chain.reserve(0).a_token, {event::kBurn}, std::vector<U256>(3))},
        {"transfer without data", chain.log(chain.reserve(0).a_token, {event::kBalanceTransfer, who, who})},
        {"answer without topic", chain.log(chain.feeds[0].aggregator, {event::kAnswerUpdated}, {U256{}})},
        {"source without asset", chain.log(chain.oracle(), {event::kAssetSourceUpdated})},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        auto victim = make_aave_v3_market(before.provider());
        victim->watch(owner);
        AaveDeployment at = before;
        REQUIRE(at.settle(*victim).has_value());
        const auto applied = victim->apply(block, std::span(&c.log, 1));
        REQUIRE_FALSE(applied.has_value());
        CHECK_EQ(applied.error().code, Errc::Decode);
    }
}

TEST_CASE("an event that contradicts the balance leads to the chain's own answer") {
    AaveDeployment chain(Version::V37);
    const Address owner = chain.add_account(1, 0, 40, 2, 10'000);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(owner);
    REQUIRE(chain.settle(*market).has_value());
    const auto block = chain.next();
    const Hash32 who = abi::topic_of_address(owner);
    const Log lie =
        chain.log(chain.reserve(2).debt_token, {event::kBurn, who, who}, {U256{900'000'000'000'000}, U256{}, kRay});
    REQUIRE(market->apply(block, std::span(&lie, 1)).has_value());
    CHECK_FALSE(market->synced().has_value());
    REQUIRE(chain.settle(*market).has_value());
    CHECK(chain.audit(*market, owner)->agrees);
}

TEST_CASE("R08 changes of configuration are read again, and new code means a new snapshot") {
    for (const auto version : {Version::V30, Version::V37}) {
        AaveDeployment chain(version);
        chain.state.edit_emode(1).threshold = 9'000;
        chain.state.edit_emode(1).ltv = 8'800;
        chain.state.edit_emode(1).collateral_bitmap = 1;
        chain.state.reserves[0].edit().config.emode_category = 1;
        const Address owner = chain.add_account(1, 0, 40, 2, 10'000);
        chain.accounts[owner].emode = 1;
        auto market = make_aave_v3_market(chain.provider());
        market->watch(owner);
        REQUIRE(chain.settle(*market).has_value());
        market->take_changed();
        const auto step = [&](const Log& log) {
            BlockRef block = chain.head;
            REQUIRE(market->apply(block, std::span(&log, 1)).has_value());
            CHECK_FALSE(market->synced().has_value());
            REQUIRE(chain.settle(*market).has_value());
            CHECK(chain.audit(*market, owner)->agrees);
        };
        const Hash32 asset = abi::topic_of_address(chain.reserve(0).asset);
        chain.next();
        chain.state.reserves[0].edit().config.threshold = 7'000;
        step(chain.log(chain.configurator(), {event::kCollateralConfiguration, asset}, std::vector<U256>(3)));
        CHECK_EQ(market->take_changed().size(), 1);
        chain.next();
        chain.state.edit_emode(1).threshold = 8'500;
        Hash32 category;
        category.bytes[31] = 1;
        step(chain.log(chain.configurator(), {event::kCategoryAdded, category}, std::vector<U256>(6)));
        CHECK_EQ(market->take_changed().size(), 1);
        CHECK(market->rewind(*market->synced()));
        chain.next();
        const auto filter = market->filter().addresses.size();
        Reserve more = chain.reserve(1);
        more.asset = AaveDeployment::address(2, 9);
        more.a_token = AaveDeployment::address(3, 9);
        more.debt_token = AaveDeployment::address(4, 9);
        chain.add_reserve(more, {AaveDeployment::address(6, 9), {}, U256{}, false});
        step(chain.log(
            chain.configurator(),
            {event::kReserveInitialized, abi::topic_of_address(more.asset), abi::topic_of_address(more.a_token)},
            std::vector<U256>(3)));
        CHECK(market->filter().addresses.size() > filter);
        CHECK(market->repay(owner, more.asset, TokenAmount{U256{1}}).has_value());
        chain.next();
        step(chain.log(chain.pool(), {event::kUpgraded, asset}));
        CHECK_FALSE(market->rewind(BlockRef{}));
        chain.next();
        step(chain.log(chain.provider(), {event::kOracleUpdated, asset, asset}));
    }
}

TEST_CASE("new code of the pool is not forgotten over that of a price feed behind it in the block") {
    AaveDeployment chain(Version::V37);
    auto market = make_aave_v3_market(chain.provider());
    market->watch(chain.add_account(1, 0, 40, 2, 10'000));
    REQUIRE(chain.settle(*market).has_value());
    const BlockRef first = chain.head;
    const BlockRef second = chain.next();
    const Log feed = chain.log(chain.feeds[0].aggregator, {event::kUpgraded, {}});
    REQUIRE(market->apply(second, std::span(&feed, 1)).has_value());
    CHECK(market->rewind(first));  // nothing was forgotten for the feed's sake
    REQUIRE(market->apply(second, {}).has_value());
    const BlockRef third = chain.next();
    const Log logs[] = {chain.log(chain.pool(), {event::kUpgraded, {}}),
                        chain.log(chain.feeds[0].aggregator, {event::kUpgraded, {}})};
    REQUIRE(market->apply(third, logs).has_value());
    CHECK_FALSE(market->rewind(second));
}
